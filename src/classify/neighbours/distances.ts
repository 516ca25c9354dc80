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
/** Columns whose products are added up as whole numbers, and the largest of those, as in that file. */
const WHOLE = 128;
const MOST = 4095;
/** Squared lengths from here on may be too large for float32. */
const LARGE = 1e30;
/** More than float32 may round away. */
const UP = 1 + 2 ** -22;
const LEAST = 1 / LARGE;

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
  const bytesOf = (rows: number) => 10 * rows * width + 20 * rows;
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
    near(count) {
      left.roundLimits();
      right.roundLimits();
      return kernels.near_pairs(places.byteOffset, start, leftAt, LEFT, rightAt, BLOCK, count, width);
    },
  };
}

/** Rows in float64, the same as whole numbers (four rows side by side where `fours`), and what bounds need, as distances.h has it. */
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
  const limits = new Float64Array(most);
  const [rounded, norms, steps, losses, lengths] = [0, 1, 2, 3, 4].map(
    (k) => new Float32Array(buffer, at + 8 * most * width + 4 * k * most, most),
  );
  const rough = new Int16Array(buffer, at + 8 * most * width + 20 * most, most * width);
  // half of 2^-23 is what one operation on float32 loses at most, of no more than both squared lengths
  const sure = 1 - (32 + width / WHOLE) * 2 ** -23;
  /** Where columns 0 and 1 of a row have their whole numbers; and how far on columns 2 and 3 have theirs. */
  const placeOf = (i: number) => (fours ? (i & ~3) * width + 2 * (i & 3) : i * width);
  const next = fours ? 8 : 2;
  const roundOff = (i: number, squares: number, largest: number) => {
    const step = largest > LEAST ? Math.fround(largest / MOST) : 0;
    const inverse = step > 0 ? 1 / step : 0;
    let lost = 0;
    for (let k = i * width, r = placeOf(i), end = k + width; k < end; k += 2, r += next) {
      const first = Math.round(exact[k] * inverse);
      const second = Math.round(exact[k + 1] * inverse);
      rough[r] = first;
      rough[r + 1] = second;
      lost += (exact[k] - step * first) ** 2 + (exact[k + 1] - step * second) ** 2;
    }
    norms[i] = squares * sure - LEAST;
    steps[i] = step;
    losses[i] = Math.sqrt(lost) * UP;
    lengths[i] = Math.sqrt(squares) * UP;
  };
  const load = ({ values, rows }: ScaledRows, from: number): number => {
    const count = Math.min(most, rows - from);
    norms.fill(Number.POSITIVE_INFINITY);
    for (let i = 0; i < count; i++) {
      const source = (from + i) * F;
      let squares = 0;
      let largest = 0;
      for (let j = 0, k = i * width; j < F; j++, k++) {
        const value = (values[source + j] - mean[j]) / scale[j];
        exact[k] = value;
        squares += value * value;
        largest = Math.max(largest, Math.abs(value));
      }
      if (squares < LARGE) roundOff(i, squares, largest);
      else {
        norms[i] = Number.NaN; // every pair counts
        for (const each of [steps, losses, lengths]) each[i] = 0;
      }
    }
    return count;
  };
  const roundLimits = () => {
    for (let i = 0; i < most; i++) rounded[i] = limits[i] * UP + LEAST;
  };
  return { exact, limits, load, roundLimits };
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
