import { DataError } from "../../errors.js";
import type { FeatureTable } from "../../table/feature-table.js";

/** Of each column, [columns]. */
export interface ColumnScaling {
  mean: Float64Array;
  /** Population standard deviation; 1 for a constant column. */
  scale: Float64Array;
}

/**
 * Mean and spread of every column.
 * @throws {DataError} that names the column of a value that is not finite
 */
export function columnScaling(where: string, x: FeatureTable): ColumnScaling {
  const columns = x.names.length;
  const { values, rows } = x;
  const mean = columnSums(x);
  expectFinite(where, x, mean);
  for (let j = 0; j < columns; j++) mean[j] /= rows;
  const scale = new Float64Array(columns);
  for (let row = 0, k = 0; row < rows; row++)
    for (let j = 0; j < columns; j++, k++) {
      const deviation = values[k] - mean[j];
      scale[j] += deviation * deviation;
    }
  // a constant column has a spread of exactly 0: copies of a float32 add up without rounding in float64
  for (let j = 0; j < columns; j++) scale[j] = scale[j] === 0 ? 1 : Math.sqrt(scale[j] / rows);
  return { mean, scale };
}

/** [columns] */
export function columnSums({ values, names, rows }: FeatureTable): Float64Array {
  const columns = names.length;
  const sums = new Float64Array(columns);
  for (let row = 0, k = 0; row < rows; row++) for (let j = 0; j < columns; j++, k++) sums[j] += values[k];
  return sums;
}

/**
 * Throws where a column's sum shows that a value in it is not finite (float32 values cannot overflow a float64 sum).
 * @param sums [columns], anything that every value of the column was added to
 */
export function expectFinite(where: string, x: FeatureTable, sums: Float64Array): void {
  const column = sums.findIndex((sum) => !Number.isFinite(sum));
  if (column < 0) return;
  let row = 0;
  while (Number.isFinite(x.values[row * x.names.length + column])) row++;
  throw new DataError(
    `${where}: column "${x.names[column]}" is ${x.values[row * x.names.length + column]} in row ${row}, expected a number. ` +
      "Classifiers cannot handle missing values: fill the gaps, or drop the column.",
  );
}
