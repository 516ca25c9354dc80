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
