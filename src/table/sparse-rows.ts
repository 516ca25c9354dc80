/** Rows of which most numbers are 0: row r has `values[k]` in column `columns[k]` for starts[r] <= k < starts[r + 1]. */
export interface SparseRows {
  rows: number;
  /** The number of columns. */
  width: number;
  /** [rows + 1] */
  starts: Int32Array;
  /** Ascending inside a row. */
  columns: Int32Array;
  values: Float32Array;
}

/** Rows in that order, copied. */
export function selectSparseRows(x: SparseRows, rows: ArrayLike<number>): SparseRows {
  const starts = new Int32Array(rows.length + 1);
  for (let r = 0; r < rows.length; r++) starts[r + 1] = starts[r] + x.starts[rows[r] + 1] - x.starts[rows[r]];
  const columns = new Int32Array(starts[rows.length]);
  const values = new Float32Array(starts[rows.length]);
  for (let r = 0; r < rows.length; r++) {
    const [from, to] = [x.starts[rows[r]], x.starts[rows[r] + 1]];
    columns.set(x.columns.subarray(from, to), starts[r]);
    values.set(x.values.subarray(from, to), starts[r]);
  }
  return { rows: rows.length, width: x.width, starts, columns, values };
}
