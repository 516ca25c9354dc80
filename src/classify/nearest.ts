import type { ColumnScaling } from "./standardize.js";

/** Rows as they come with the scaling that makes their distances fair. */
export interface ScaledRows {
  /** [rows, columns] */
  values: Float32Array;
  rows: number;
  scaling: ColumnScaling;
}

/** The k nearest training rows of each row, nearest first; of equally near ones the lower row number first. */
export interface Nearest {
  k: number;
  /** [rows, k] */
  indices: Int32Array;
  /** [rows, k], squared. */
  distances: Float64Array;
}

/** Rows compared at a time: 64 x 64 distances and 512 columns of 64 rows (256 KB) stay in a second-level cache. */
const BLOCK = 64;
const COLUMNS = 512;

/** @param k at most the number of training rows */
export function nearest(training: ScaledRows, query: ScaledRows, k: number): Nearest {
  const found = nothingYet(query.rows, k);
  const blocks = distanceBlocks(training.scaling);
  for (let from = 0; from < query.rows; from += BLOCK) {
    const rows = blocks.loadLeft(query, from);
    for (let other = 0; other < training.rows; other += BLOCK) {
      const others = blocks.loadRight(training, other);
      const distances = blocks.compute();
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < others; j++) offer(found, from + i, other + j, distances[i * BLOCK + j]);
    }
  }
  return found;
}

/** The nearest among the other rows. @param k below the number of rows */
export function nearestOthers(training: ScaledRows, k: number): Nearest {
  const found = nothingYet(training.rows, k);
  const blocks = distanceBlocks(training.scaling);
  for (let from = 0; from < training.rows; from += BLOCK) {
    const rows = blocks.loadLeft(training, from);
    // each pair once: a row meets the blocks before its own while they are on the left, so in ascending order
    for (let other = from; other < training.rows; other += BLOCK) {
      const others = blocks.loadRight(training, other);
      const distances = blocks.compute();
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < others; j++) {
          const distance = distances[i * BLOCK + j];
          if (other === from && i === j) continue;
          offer(found, from + i, other + j, distance);
          if (other > from) offer(found, other + j, from + i, distance);
        }
    }
  }
  return found;
}

function nothingYet(rows: number, k: number): Nearest {
  return {
    k,
    indices: new Int32Array(rows * k).fill(-1),
    distances: new Float64Array(rows * k).fill(Number.POSITIVE_INFINITY),
  };
}

/** Keeps a neighbour if it is nearer than the last one kept. */
function offer({ k, indices, distances }: Nearest, row: number, index: number, distance: number): void {
  const first = row * k;
  let at = first + k - 1;
  if (!(distance < distances[at])) return;
  for (; at > first && distances[at - 1] > distance; at--) {
    distances[at] = distances[at - 1];
    indices[at] = indices[at - 1];
  }
  distances[at] = distance;
  indices[at] = index;
}

/**
 * Squared distances between two blocks of rows, as sums of squared differences in float64, column after column:
 * equal rows are at distance 0, and equal pairs at equal distances wherever they stand.
 */
function distanceBlocks(scaling: ColumnScaling) {
  const left = new Float64Array(BLOCK * scaling.mean.length);
  const right = new Float64Array(BLOCK * scaling.mean.length);
  const out = new Float64Array(BLOCK * BLOCK);
  const load = (into: Float64Array, { values, rows }: ScaledRows, from: number): number => {
    const { mean, scale } = scaling;
    const F = mean.length;
    const count = Math.min(BLOCK, rows - from);
    const start = from * F;
    // rows past the last keep what stood there: their distances are not read
    for (let i = 0; i < count; i++)
      for (let j = 0, at = i * F; j < F; j++, at++) into[at] = (values[start + at] - mean[j]) / scale[j];
    return count;
  };
  return {
    loadLeft: (rows: ScaledRows, from: number) => load(left, rows, from),
    loadRight: (rows: ScaledRows, from: number) => load(right, rows, from),
    /** [BLOCK, BLOCK] */
    compute(): Float64Array {
      out.fill(0);
      const F = scaling.mean.length;
      for (let start = 0; start < F; start += COLUMNS)
        addSquares(out, left, right, F, start, Math.min(F, start + COLUMNS));
      return out;
    },
  };
}

/** out[i, j] += sum of (a_i - b_j)^2 over columns start .. end - 1 */
function addSquares(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  F: number,
  start: number,
  end: number,
): void {
  // 4 x 2 tile: 8 sums, 6 operands and a difference stay in the 16 floating-point registers of x86-64
  for (let i = 0; i < BLOCK; i += 4) {
    const a0 = i * F;
    const a1 = a0 + F;
    const a2 = a1 + F;
    const a3 = a2 + F;
    for (let j = 0; j < BLOCK; j += 2) {
      const b0 = j * F;
      const b1 = b0 + F;
      const o = i * BLOCK + j;
      let s00 = out[o];
      let s01 = out[o + 1];
      let s10 = out[o + BLOCK];
      let s11 = out[o + BLOCK + 1];
      let s20 = out[o + 2 * BLOCK];
      let s21 = out[o + 2 * BLOCK + 1];
      let s30 = out[o + 3 * BLOCK];
      let s31 = out[o + 3 * BLOCK + 1];
      for (let k = start; k < end; k++) {
        const u = b[b0 + k];
        const v = b[b1 + k];
        const p = a[a0 + k];
        s00 += (p - u) * (p - u);
        s01 += (p - v) * (p - v);
        const q = a[a1 + k];
        s10 += (q - u) * (q - u);
        s11 += (q - v) * (q - v);
        const r = a[a2 + k];
        s20 += (r - u) * (r - u);
        s21 += (r - v) * (r - v);
        const s = a[a3 + k];
        s30 += (s - u) * (s - u);
        s31 += (s - v) * (s - v);
      }
      out[o] = s00;
      out[o + 1] = s01;
      out[o + BLOCK] = s10;
      out[o + BLOCK + 1] = s11;
      out[o + 2 * BLOCK] = s20;
      out[o + 2 * BLOCK + 1] = s21;
      out[o + 3 * BLOCK] = s30;
      out[o + 3 * BLOCK + 1] = s31;
    }
  }
}
