import { classifyKernels } from "../../table/linear-algebra/kernels.js";
import type { ColumnScaling } from "../base/training-rows.js";

/** Rows as they come with the scaling that makes their distances fair. */
export interface ScaledRows {
  /** [rows, columns] */
  values: Float32Array;
  rows: number;
  scaling: ColumnScaling;
}

/** Rows of a block: 64 x 64 distances stay in a first-level cache. */
export const BLOCK = 64;
/** Columns whose differences are summed before they are added to the rest, as in kernels/src/distances.c. */
const COLUMNS = 512;

/**
 * Squared distances between two blocks of rows, as sums of squared differences in float64, always in the same
 * order: equal rows are at distance 0, and equal pairs at equal distances wherever they stand.
 */
export interface DistanceBlocks {
  /** Both load BLOCK rows from row `from` on, or those there are, and return how many. */
  loadLeft(rows: ScaledRows, from: number): number;
  loadRight(rows: ScaledRows, from: number): number;
  /** [BLOCK, BLOCK]; overwritten by the next call, and without meaning where rows were not loaded. */
  compute(): Float64Array;
  wasm: boolean;
}

/** @param allowWasm false for the plain loop, which computes what the kernel does, bit for bit */
export function distanceBlocks({ mean, scale }: ColumnScaling, allowWasm = true): DistanceBlocks {
  const F = mean.length;
  const width = F + (F % 2); // an odd column is followed by one of zeros
  const tables = 8 * BLOCK * width;
  const bytes = 8 * BLOCK * BLOCK + 2 * tables;
  const wasm = allowWasm ? classifyKernels(bytes) : undefined;
  const buffer = wasm?.buffer ?? new ArrayBuffer(bytes);
  const outAt = wasm?.start ?? 0;
  const leftAt = outAt + 8 * BLOCK * BLOCK;
  const rightAt = leftAt + tables;
  const out = new Float64Array(buffer, outAt, BLOCK * BLOCK);
  const left = new Float64Array(buffer, leftAt, BLOCK * width);
  const right = new Float64Array(buffer, rightAt, BLOCK * width);

  const load = (into: Float64Array, { values, rows }: ScaledRows, from: number): number => {
    const count = Math.min(BLOCK, rows - from);
    for (let i = 0; i < count; i++) {
      const source = (from + i) * F;
      for (let j = 0, at = i * width; j < F; j++, at++) into[at] = (values[source + j] - mean[j]) / scale[j];
    }
    return count;
  };
  return {
    wasm: wasm !== undefined,
    loadLeft: (rows, from) => load(left, rows, from),
    loadRight: (rows, from) => load(right, rows, from),
    compute() {
      if (wasm) wasm.kernels.squared_distances(outAt, leftAt, rightAt, BLOCK, BLOCK, width);
      else squaredDistances(out, left, right, width);
      return out;
    },
  };
}

function squaredDistances(out: Float64Array, left: Float64Array, right: Float64Array, width: number): void {
  out.fill(0);
  for (let start = 0; start < width; start += COLUMNS) {
    const end = Math.min(width, start + COLUMNS);
    for (let i = 0; i < BLOCK; i++)
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
