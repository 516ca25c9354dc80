import { classifyKernels } from "./kernels.js";

/** Rows or columns worked on at a time: 256 float64 are half of a 4 KB page, and a tile of six fits a 16 KB cache. */
export const BLOCK = 256;

/** A matrix as a function of row and column. */
export type Entry = (row: number, column: number) => number;

/** X X' of a matrix [rows, columns]: [rows, rows], j <= i alone; what is above is without meaning. */
export function productsOfRows(
  rows: number,
  columns: number,
  entry: Entry,
  onProgress?: (share: number) => void,
): Float64Array {
  const padded = (rows + 3) & ~3;
  const { out, a, add } = dotProducts(padded, padded, Math.min(BLOCK, columns), true);
  for (let from = 0; from < columns; from += BLOCK) {
    const count = Math.min(BLOCK, columns - from);
    a.fill(0);
    for (let row = 0; row < rows; row++) for (let j = 0; j < count; j++) a[row * count + j] = entry(row, from + j);
    add(count);
    onProgress?.((from + count) / columns);
  }
  return leading(out, padded, rows);
}

/**
 * X' X of a matrix [rows, columns]: [columns, columns], j <= i alone; what is above is without meaning.
 * @param visit sees every block of rows, [columns, BLOCK] from row `from` on; what is past its `count` rows is 0
 */
export function productsOfColumns(
  rows: number,
  columns: number,
  entry: Entry,
  visit?: (block: Float64Array, from: number, count: number) => void,
): Float64Array {
  const padded = (columns + 3) & ~3;
  const { out, a: block, add } = dotProducts(padded, padded, BLOCK, true);
  for (let from = 0; from < rows; from += BLOCK) {
    const count = Math.min(BLOCK, rows - from);
    if (count < BLOCK) block.fill(0);
    for (let r = 0; r < count; r++) for (let j = 0; j < columns; j++) block[j * BLOCK + r] = entry(from + r, j);
    add(BLOCK);
    visit?.(block, from, count);
  }
  return leading(out, padded, columns);
}

/** The leading [n, n] of a [padded, padded] matrix. */
function leading(matrix: Float64Array, padded: number, n: number): Float64Array {
  if (n === padded) return matrix;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out.set(matrix.subarray(i * padded, i * padded + n), i * n);
  return out;
}

/** Vectors, and the dot products of all pairs of them, in one piece of memory. */
export interface DotProducts {
  /** [m, length] and [n, length], one vector after another; the same where `same` was asked for. */
  a: Float64Array;
  b: Float64Array;
  /** [m, n], all 0 at first. */
  out: Float64Array;
  /** out[i, j] += a_i . b_j of vectors of that length, which stand one after another; with `same` as `lower` below. */
  add(length: number): void;
  wasm: boolean;
}

/**
 * @param m a multiple of 4, and so is n
 * @param length the most that vectors will have
 * @param allowWasm false for the plain loop, which computes what the kernel does, bit for bit
 */
export function dotProducts(m: number, n: number, length: number, same: boolean, allowWasm = true): DotProducts {
  const numbers = m * n + (m + (same ? 0 : n) + 4) * length;
  const wasm = allowWasm ? classifyKernels(8 * numbers) : undefined;
  const buffer = wasm?.buffer ?? new ArrayBuffer(8 * numbers);
  const start = wasm?.start ?? 0;
  const out = new Float64Array(buffer, start, m * n);
  const a = new Float64Array(buffer, start + 8 * m * n, m * length);
  const b = same ? a : new Float64Array(buffer, a.byteOffset + 8 * m * length, n * length);
  if (!wasm) return { a, b, out, add: (long) => addDotProducts(out, a, b, m, n, long, same), wasm: false };
  const aside = b.byteOffset + b.byteLength;
  const lower = same ? 1 : 0;
  return {
    ...{ a, b, out, wasm: true },
    add: (long) => wasm.kernels.dot_products(start, a.byteOffset, b.byteOffset, aside, m, n, long, lower),
  };
}

/**
 * out[i, j] += a_i . b_j for vectors stored one after another. With `lower`, only tiles that touch j <= i are
 * computed (a and b the same vectors).
 *
 * @param a [m, length], m a multiple of 4
 * @param b [n, length], n a multiple of 2
 * @param out [m, n]
 */
export function addDotProducts(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  length: number,
  lower: boolean,
): void {
  // 4 x 2 tile: 8 sums and 6 operands stay in the 16 floating-point registers of x86-64
  for (let i = 0; i < m; i += 4) {
    const a0 = i * length;
    const a1 = a0 + length;
    const a2 = a1 + length;
    const a3 = a2 + length;
    const end = lower ? Math.min(n, i + 4) : n;
    for (let j = 0; j < end; j += 2) {
      const b0 = j * length;
      const b1 = b0 + length;
      let s00 = 0;
      let s01 = 0;
      let s10 = 0;
      let s11 = 0;
      let s20 = 0;
      let s21 = 0;
      let s30 = 0;
      let s31 = 0;
      for (let k = 0; k < length; k++) {
        const u = b[b0 + k];
        const v = b[b1 + k];
        const p = a[a0 + k];
        s00 += p * u;
        s01 += p * v;
        const q = a[a1 + k];
        s10 += q * u;
        s11 += q * v;
        const r = a[a2 + k];
        s20 += r * u;
        s21 += r * v;
        const s = a[a3 + k];
        s30 += s * u;
        s31 += s * v;
      }
      const o = i * n + j;
      out[o] += s00;
      out[o + 1] += s01;
      out[o + n] += s10;
      out[o + n + 1] += s11;
      out[o + 2 * n] += s20;
      out[o + 2 * n + 1] += s21;
      out[o + 3 * n] += s30;
      out[o + 3 * n + 1] += s31;
    }
  }
}
