import { classifyKernels } from "../../table/linear-algebra/kernels.js";

/** Rows worked on at a time: with 300 columns they fit a second-level cache beside what is computed of them. */
const ROWS = 128;

/** Bytes of a table that is copied once for all passes; of a larger one each pass copies block after block. */
const KEPT = 2 ** 25;

/** Products of float32 rows with float64 vectors, a block of rows at a time and always in the same order. */
export interface RowProducts {
  /** [outputs, columns]: what rows are multiplied with. */
  vectors: Float64Array;
  /** [outputs, columns]: to what rows are added. */
  sums: Float64Array;
  /** [ROWS, outputs]: products of a row, and after the visit its factors. */
  scores: Float64Array;
  /**
   * For every block of rows: their products with the vectors are in `scores`; `visit` makes factors of them; every row
   * times its factor is added to the sums.
   */
  pass(visit: (from: number, count: number) => void): void;
  wasm: boolean;
}

/**
 * @param values [rows, columns], the same at every pass
 * @param allowWasm false for the plain loops, which compute what the kernels do, bit for bit
 * @param kept bytes of the largest table that is copied once
 */
export function rowProducts(
  values: Float32Array,
  columns: number,
  outputs: number,
  allowWasm = true,
  kept = KEPT,
): RowProducts {
  const size = columns * outputs;
  const rows = values.length / columns;
  const numbers = 2 * size + ROWS * outputs;
  const whole = 4 * values.length <= kept;
  const held = whole ? values.length : ROWS * columns;
  const wasm = allowWasm ? classifyKernels(8 * numbers + 4 * held) : undefined;
  const buffer = wasm?.buffer ?? new ArrayBuffer(8 * numbers);
  const start = wasm?.start ?? 0;
  const vectors = new Float64Array(buffer, start, size);
  const sums = new Float64Array(buffer, vectors.byteOffset + 8 * size, size);
  const scores = new Float64Array(buffer, sums.byteOffset + 8 * size, ROWS * outputs);
  const shared = { vectors, sums, scores, wasm: wasm !== undefined };
  if (!wasm)
    return {
      ...shared,
      pass(visit) {
        for (let from = 0; from < rows; from += ROWS) {
          const count = Math.min(ROWS, rows - from);
          for (let r = 0; r < count; r++)
            for (let t = 0; t < outputs; t++)
              scores[r * outputs + t] = dotRow(values, (from + r) * columns, vectors, t * columns, columns);
          visit(from, count);
          for (let r = 0; r < count; r++)
            for (let t = 0; t < outputs; t++)
              addRow(sums, t * columns, values, (from + r) * columns, scores[r * outputs + t], columns);
        }
      },
    };
  const { kernels } = wasm;
  const block = new Float32Array(buffer, scores.byteOffset + 8 * ROWS * outputs, held);
  if (whole) block.set(values);
  return {
    ...shared,
    pass(visit) {
      for (let from = 0; from < rows; from += ROWS) {
        const count = Math.min(ROWS, rows - from);
        if (!whole) block.set(values.subarray(from * columns, (from + count) * columns));
        const at = block.byteOffset + (whole ? 4 * from * columns : 0);
        kernels.row_products(scores.byteOffset, at, vectors.byteOffset, count, columns, outputs);
        visit(from, count);
        kernels.add_rows(sums.byteOffset, at, scores.byteOffset, count, columns, outputs);
      }
    },
  };
}

/** Sum of a[i + j] * b[k + j] over j < length. */
export function dotRow(a: Float32Array | Float64Array, i: number, b: Float64Array, k: number, length: number): number {
  // four sums: one alone waits for each addition to finish
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 3 < length; j += 4) {
    s0 += a[i + j] * b[k + j];
    s1 += a[i + j + 1] * b[k + j + 1];
    s2 += a[i + j + 2] * b[k + j + 2];
    s3 += a[i + j + 3] * b[k + j + 3];
  }
  for (; j < length; j++) s0 += a[i + j] * b[k + j];
  return s0 + s1 + (s2 + s3);
}

/** a[k + j] += factor * b[i + j] for j < length */
function addRow(a: Float64Array, k: number, b: Float32Array, i: number, factor: number, length: number): void {
  for (let j = 0; j < length; j++) a[k + j] += factor * b[i + j];
}
