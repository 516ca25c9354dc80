import { DataError } from "../errors.js";
import { sumColumns } from "./linear-algebra/column-sums.js";

/** One row of numbers per case: what a classifier is fed with. */
export interface FeatureTable {
  /** [rows, names.length], row-major. */
  values: Float32Array;
  names: readonly string[];
  rows: number;
}

/** The columns whose names match. */
export function selectColumns({ values, names, rows }: FeatureTable, wanted: RegExp): FeatureTable {
  const kept = names.flatMap((name, c) => (wanted.test(name) ? c : []));
  const C = names.length;
  const picked = new Float32Array(rows * kept.length);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < kept.length; k++) picked[row * kept.length + k] = values[row * C + kept[k]];
  return { values: picked, names: kept.map((c) => names[c]), rows };
}

/** Rows of a table, in that order. */
export function selectRows({ values, names }: FeatureTable, rows: ArrayLike<number>): FeatureTable {
  const C = names.length;
  const picked = new Float32Array(rows.length * C);
  for (let r = 0; r < rows.length; r++) picked.set(values.subarray(rows[r] * C, (rows[r] + 1) * C), r * C);
  return { values: picked, names, rows: rows.length };
}

/** Tables of the same rows as one, columns as they are. */
export function sideBySide(tables: readonly FeatureTable[], blockNames?: readonly string[]): FeatureTable {
  const { rows } = tables[0];
  const names = tables.flatMap((table, b) =>
    blockNames ? table.names.map((name) => `${blockNames[b]}:${name}`) : table.names,
  );
  const values = new Float32Array(rows * names.length);
  let start = 0;
  for (const table of tables) {
    const C = table.names.length;
    for (let row = 0; row < rows; row++)
      values.set(table.values.subarray(row * C, (row + 1) * C), row * names.length + start);
    start += C;
  }
  return { values, names, rows };
}

/** Sum of every column, [columns]. */
export function columnSums({ values, names, rows }: FeatureTable): Float64Array {
  return sumColumns(values, rows, names.length);
}

/**
 * Throws where a column's sum shows that a value in it is not finite (float32 values cannot overflow a float64 sum).
 * @param sums [columns], anything that every value of the column was added to
 * @throws {DataError} that names column and row of a value that is not finite
 */
export function expectFinite(where: string, { values, names }: FeatureTable, sums: Float64Array): void {
  const column = sums.findIndex((sum) => !Number.isFinite(sum));
  if (column < 0) return;
  let row = 0;
  while (Number.isFinite(values[row * names.length + column])) row++;
  throw new DataError(
    `${where}: column "${names[column]}" is ${values[row * names.length + column]} in row ${row}, expected a number. ` +
      "Fill the gaps, or drop the column.",
  );
}

/**
 * Mean and population standard deviation of every column, [columns] each; exactly 0 for a constant column, because
 * copies of a float32 add up without rounding in float64.
 * @throws {DataError} that names column and row of a value that is not finite
 */
export function columnMoments(where: string, table: FeatureTable) {
  const { values, names, rows } = table;
  const C = names.length;
  const mean = columnSums(table);
  expectFinite(where, table, mean);
  for (let j = 0; j < C; j++) mean[j] /= Math.max(1, rows);
  const deviation = sumColumns(values, rows, C, mean);
  for (let j = 0; j < C; j++) deviation[j] = Math.sqrt(deviation[j] / Math.max(1, rows));
  return { mean, deviation };
}
