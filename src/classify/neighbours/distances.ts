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
/** Of them, what is looked at together: then limits are lowered. */
export const PART = 32;
/** Columns whose differences are summed before they are added to the rest, as in kernels/src/distances.c. */
const COLUMNS = 512;
/** More than float32 may round away. */
const [UP, LEAST] = [1 + 2 ** -22, 1e-30];

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
   * @param first of the rows on the left, a multiple of 4
   * @param count of them, a multiple of 4, PART at most
   * @returns how many
   */
  near(first: number, count: number): number;
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
  const pairs = PART * BLOCK;
  const bytes = 12 * pairs + bytesOf(LEFT) + bytesOf(BLOCK) + (16 + 4 * BLOCK) * F;
  const wasm = allowWasm ? classifyKernels(bytes) : undefined;
  if (!wasm) return plainBlocks(scaling, width);
  const { buffer, start, kernels } = wasm;
  const distances = new Float64Array(buffer, start, pairs);
  const mean = new Float64Array(buffer, start + 8 * pairs, F);
  const scale = new Float64Array(buffer, start + 8 * (pairs + F), F);
  mean.set(scaling.mean);
  scale.set(scaling.scale);
  const places = new Int32Array(buffer, start + 8 * (pairs + 2 * F), pairs);
  const raw = new Float32Array(buffer, places.byteOffset + 4 * pairs, BLOCK * F);
  /** As kernels/src/distances.h has it. */
  const block = (at: number, most: number, fours: 0 | 1) => {
    const limits = new Float64Array(most);
    const [rounded, norms] = [0, 1].map((k) => new Float32Array(buffer, at + 8 * most * width + 4 * k * most, most));
    return {
      limits,
      load({ values, rows }: ScaledRows, from: number): number {
        const count = Math.min(most, rows - from);
        norms.fill(Number.POSITIVE_INFINITY);
        for (let i = 0; i < count; i += BLOCK) {
          const some = Math.min(BLOCK, count - i);
          raw.set(values.subarray((from + i) * F, (from + i + some) * F));
          const { byteOffset: own } = mean;
          kernels.scale_rows(at, most, i, raw.byteOffset, own, scale.byteOffset, some, F, width, fours);
        }
        return count;
      },
      roundLimits(first: number, count: number): void {
        for (let i = first; i < first + count; i++) rounded[i] = limits[i] * UP + LEAST;
      },
    };
  };
  const leftAt = (raw.byteOffset + raw.byteLength + 7) & ~7;
  const rightAt = leftAt + bytesOf(LEFT);
  const left = block(leftAt, LEFT, 0);
  const right = block(rightAt, BLOCK, 1);
  return {
    ...{ loadLeft: left.load, loadRight: right.load, leftLimits: left.limits, rightLimits: right.limits },
    ...{ places, distances, wasm: true },
    near(first, count) {
      left.roundLimits(first, count);
      right.roundLimits(0, BLOCK);
      return kernels.near_pairs(places.byteOffset, start, leftAt, LEFT, rightAt, BLOCK, first, count, width);
    },
  };
}

function plainBlocks({ mean, scale }: ColumnScaling, width: number): DistanceBlocks {
  const F = mean.length;
  const block = (most: number) => {
    const exact = new Float64Array(most * width);
    const load = ({ values, rows }: ScaledRows, from: number): number => {
      const count = Math.min(most, rows - from);
      for (let i = 0; i < count; i++)
        for (let j = 0, k = i * width, at = (from + i) * F; j < F; j++, k++, at++)
          exact[k] = (values[at] - mean[j]) / scale[j];
      return count;
    };
    return { exact, load };
  };
  const [left, right] = [block(LEFT), block(BLOCK)];
  const places = new Int32Array(PART * BLOCK);
  const distances = new Float64Array(PART * BLOCK);
  return {
    ...{ loadLeft: left.load, loadRight: right.load, places, distances, wasm: false },
    leftLimits: new Float64Array(LEFT),
    rightLimits: new Float64Array(BLOCK),
    near(first, count) {
      squaredDistances(distances, left.exact.subarray(first * width), right.exact, count, width);
      for (let k = 0; k < count * BLOCK; k++) places[k] = first * BLOCK + k;
      return count * BLOCK;
    },
  };
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
