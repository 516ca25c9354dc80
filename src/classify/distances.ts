import { type DistanceLoops, distanceModule } from "./distance-wasm.js";
import type { ColumnScaling } from "./standardize.js";
import { wasmLoops } from "./wasm-assembler.js";

/** Rows as they come with the scaling that makes their distances fair. */
export interface ScaledRows {
  /** [rows, columns] */
  values: Float32Array;
  rows: number;
  scaling: ColumnScaling;
}

/** Rows of a block: 64 x 64 distances and 512 columns of 64 rows (256 KB) stay in a second-level cache. */
export const BLOCK = 64;
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

/** @param allowWasm false for the plain loop, which says what the fast one does and gives the same bits */
export function distanceBlocks({ mean, scale }: ColumnScaling, allowWasm = true): DistanceBlocks {
  const F = mean.length;
  const width = F + (F % 2); // an odd column is followed by one of zeros
  const rowBytes = 8 * width;
  const leftAt = 128; // before it the sums of one tile
  const rightAt = leftAt + BLOCK * rowBytes;
  const bytes = rightAt + BLOCK * rowBytes;
  const wasm = allowWasm ? wasmLoops<DistanceLoops>(bytes, distanceModule) : undefined;
  const buffer = wasm?.buffer ?? new ArrayBuffer(bytes);
  const sums = new Float64Array(buffer, 0, 16);
  const left = new Float64Array(buffer, leftAt, BLOCK * width);
  const right = new Float64Array(buffer, rightAt, BLOCK * width);
  const out = new Float64Array(BLOCK * BLOCK);
  const squares: DistanceLoops["squares"] =
    wasm?.loops.squares ?? ((...addresses) => plainSquares(new Float64Array(buffer), addresses));

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
      out.fill(0);
      for (let start = 0; start < width; start += COLUMNS) {
        const length = 8 * Math.min(COLUMNS, width - start);
        for (let i = 0; i < BLOCK; i += 4) {
          const a = leftAt + i * rowBytes + 8 * start;
          for (let j = 0; j < BLOCK; j += 2) {
            const b = rightAt + j * rowBytes + 8 * start;
            squares(a, a + rowBytes, a + 2 * rowBytes, a + 3 * rowBytes, b, b + rowBytes, a + length, 0);
            for (let k = 0; k < 8; k++)
              out[(i + (k >> 1)) * BLOCK + j + (k & 1)] += sums[2 * k] + sums[2 * k + 1];
          }
        }
      }
      return out;
    },
  };
}

/** DistanceLoops.squares on memory seen as float64. */
function plainSquares(memory: Float64Array, addresses: number[]): void {
  const [a0, a1, a2, a3, b0, b1, end, out] = addresses.map((address) => address / 8);
  const length = end - a0;
  [a0, a1, a2, a3].forEach((a, i) => {
    [b0, b1].forEach((b, j) => {
      let even = 0;
      let odd = 0;
      for (let k = 0; k < length; k += 2) {
        const first = memory[a + k] - memory[b + k];
        const second = memory[a + k + 1] - memory[b + k + 1];
        even += first * first;
        odd += second * second;
      }
      memory[out + 4 * i + 2 * j] = even;
      memory[out + 4 * i + 2 * j + 1] = odd;
    });
  });
}
