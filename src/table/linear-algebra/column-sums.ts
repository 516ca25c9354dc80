import { classifyKernels } from "./kernels.js";

/** Rows worked on at a time. */
const ROWS = 128;
/** Numbers below which plain loops are done before a kernel has its memory. */
const FEW = 20_000;

/**
 * Sums of columns, or of their squared differences from a centre, always in the order of the rows.
 *
 * @param values [rows, columns]
 * @param centre [columns]
 * @param allowWasm false for the plain loops, which compute what the kernels do, bit for bit
 * @returns [columns]
 */
export function sumColumns(
  values: Float32Array,
  rows: number,
  columns: number,
  centre?: Float64Array,
  allowWasm = true,
): Float64Array {
  const bytes = 8 * (2 * columns + ROWS) + 4 * ROWS * columns;
  const wasm = allowWasm && rows * columns > FEW ? classifyKernels(bytes) : undefined;
  if (!wasm) return sumPlainly(values, rows, columns, centre);
  const { buffer, start, kernels } = wasm;
  const sums = new Float64Array(buffer, start, columns);
  const middle = new Float64Array(buffer, start + 8 * columns, columns);
  const ones = new Float64Array(buffer, start + 16 * columns, ROWS).fill(1);
  const block = new Float32Array(buffer, start + 16 * columns + 8 * ROWS, ROWS * columns);
  if (centre) middle.set(centre);
  for (let from = 0; from < rows; from += ROWS) {
    const count = Math.min(ROWS, rows - from);
    block.set(values.subarray(from * columns, (from + count) * columns));
    if (centre) kernels.add_squares(start, block.byteOffset, middle.byteOffset, count, columns);
    else kernels.add_rows(start, block.byteOffset, ones.byteOffset, count, columns, 1);
  }
  return sums.slice();
}

function sumPlainly(values: Float32Array, rows: number, columns: number, centre?: Float64Array): Float64Array {
  const sums = new Float64Array(columns);
  for (let row = 0, k = 0; row < rows; row++)
    for (let j = 0; j < columns; j++, k++) {
      const d = centre ? values[k] - centre[j] : 0;
      sums[j] += centre ? d * d : values[k];
    }
  return sums;
}
