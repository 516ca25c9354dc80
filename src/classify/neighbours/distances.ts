import { classifyKernels } from "../../table/linear-algebra/kernels.js";
import type { ColumnScaling } from "../base/training-rows.js";

/** Rows as they come with the scaling that makes their distances fair. */
export interface ScaledRows {
  /** [rows, columns] */
  values: Float32Array;
  rows: number;
  scaling: ColumnScaling;
}

/** Rows on the right; those of 64 columns stay in a first-level cache. */
export const BLOCK = 64;
/** Rows on the left. Loading costs more than a distance: there are many, so that those on the right are loaded seldom. */
export const LEFT = 8 * BLOCK;
/** Columns whose differences are summed before they are added to the rest, as in kernels/src/distances.c. */
const COLUMNS = 512;
/** Squared lengths from here on may be too large for products of float32. */
const LARGE = 1e30;

/**
 * Squared distances between two blocks of rows, as sums of squared differences in float64, always in the same
 * order: equal rows are at distance 0, and equal pairs at equal distances wherever they stand.
 */
export interface DistanceBlocks {
  /** Loads LEFT rows from row `from` on, or those there are, and returns how many. */
  loadLeft(rows: ScaledRows, from: number): number;
  /** Loads BLOCK rows likewise. */
  loadRight(rows: ScaledRows, from: number): number;
  /** [LEFT] and [BLOCK], to be filled: how near another row has to be to count for the row. */
  leftLimits: Float64Array;
  rightLimits: Float64Array;
  /**
   * Finds every pair that is nearer than the limit of either row, and maybe more; the places of each row ascend. Pairs of
   * rows that were not loaded have no meaning.
   * @param count of the rows on the left, a multiple of 4
   * @returns how many
   */
  near(count: number): number;
  /** [pairs], left row * BLOCK + right row; overwritten by the next call. */
  places: Int32Array;
  /** [pairs] */
  distances: Float64Array;
  wasm: boolean;
}

/** @param allowWasm false for the plain loop, whose distances are those of the kernel, bit for bit, of all pairs */
export function distanceBlocks(scaling: ColumnScaling, allowWasm = true): DistanceBlocks {
  const F = scaling.mean.length;
  const width = F + (F % 2); // an odd column is followed by one of zeros
  const bytesOf = (rows: number) => 12 * rows * width + 16 * rows;
  const pairs = LEFT * BLOCK;
  const bytes = 12 * pairs + bytesOf(LEFT) + bytesOf(BLOCK);
  const wasm = allowWasm ? classifyKernels(bytes) : undefined;
  const buffer = wasm?.buffer ?? new ArrayBuffer(bytes);
  const start = wasm?.start ?? 0;
  const distances = new Float64Array(buffer, start, pairs);
  const places = new Int32Array(buffer, start + 8 * pairs, pairs);
  const leftAt = start + 12 * pairs;
  const rightAt = leftAt + bytesOf(LEFT);
  const left = rowBlock(buffer, leftAt, LEFT, width, scaling, false);
  const right = rowBlock(buffer, rightAt, BLOCK, width, scaling, true);
  const sides = { loadLeft: left.load, loadRight: right.load, leftLimits: left.limits, rightLimits: right.limits };
  if (!wasm)
    return {
      ...{ ...sides, places, distances, wasm: false },
      near(count) {
        squaredDistances(distances, left.exact, right.exact, count, width);
        for (let k = 0; k < count * BLOCK; k++) places[k] = k;
        return count * BLOCK;
      },
    };
  const { kernels } = wasm;
  return {
    ...{ ...sides, places, distances, wasm: true },
    near: (count) => kernels.near_pairs(places.byteOffset, start, leftAt, LEFT, rightAt, BLOCK, count, width),
  };
}

/** Rows in float64, the same in float32 (four rows side by side where `fours`), and what bounds need, as distances.h has it. */
function rowBlock(
  buffer: ArrayBuffer,
  at: number,
  most: number,
  width: number,
  { mean, scale }: ColumnScaling,
  fours: boolean,
) {
  const F = mean.length;
  const exact = new Float64Array(buffer, at, most * width);
  const limits = new Float64Array(buffer, at + 8 * most * width, most);
  const rough = new Float32Array(buffer, at + 8 * most * (width + 1), most * width);
  const norms = new Float32Array(buffer, at + 8 * most * (width + 1) + 4 * most * width, most);
  // Half of 2^-23 is what one operation loses at most. A product of two rows is no more than the mean of their squared
  // lengths and loses that share once for every column; 16 are for the rest, and all of it is taken twice.
  const sure = 1 - (width + 16) * 2 ** -23;
  const load = ({ values, rows }: ScaledRows, from: number): number => {
    const count = Math.min(most, rows - from);
    norms.fill(Number.POSITIVE_INFINITY);
    for (let i = 0; i < count; i++) {
      const source = (from + i) * F;
      const to = fours ? (i & ~3) * width + (i & 3) : i * width;
      const step = fours ? 4 : 1;
      let squares = 0;
      for (let j = 0, k = i * width, r = to; j < F; j++, k++, r += step) {
        const value = (values[source + j] - mean[j]) / scale[j];
        exact[k] = value;
        rough[r] = value;
        squares += value * value;
      }
      norms[i] = squares < LARGE ? squares * sure - 1 / LARGE : Number.NaN; // NaN: every pair counts
    }
    return count;
  };
  return { exact, limits, load };
}

function squaredDistances(
  out: Float64Array,
  left: Float64Array,
  right: Float64Array,
  count: number,
  width: number,
): void {
  out.fill(0);
  for (let start = 0; start < width; start += COLUMNS) {
    const end = Math.min(width, start + COLUMNS);
    for (let i = 0; i < count; i++)
      for (let j = 0; j < BLOCK; j++) {
        const [a, b] = [i * width, j * width];
        let even = 0;
        let odd = 0;
        for (let k = start; k < end; k += 2) {
          const first = left[a + k] - right[b + k];
          const second = left[a + k + 1] - right[b + k + 1];
          even += first * first;
          odd += second * second;
        }
        out[i * BLOCK + j] += even + odd;
      }
  }
}
