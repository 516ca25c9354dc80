/** Where the three weights 2 stand among the nine of each kernel; the other six are -1. All 84 choices. */
export const KERNELS: readonly (readonly [number, number, number])[] = (() => {
  const kernels: [number, number, number][] = [];
  for (let i = 0; i < 9; i++) for (let j = i + 1; j < 9; j++) for (let k = j + 1; k < 9; k++) kernels.push([i, j, k]);
  return kernels;
})();

/** Working space for series of up to a number of steps and columns. */
export interface Convolver {
  /** [steps] */
  sums: Float64Array;
  /** [width, 10, steps] */
  parts: Float64Array;
  steps: number;
}

/** The ten summands of one series at one dilation, of which every kernel adds four. Valid until the next call. */
export interface Parts {
  length: number;
}

export function createConvolver(steps: number, width: number): Convolver {
  return { sums: new Float64Array(steps), parts: new Float64Array(10 * steps * width), steps };
}

/**
 * Prepares the convolutions of one series with all kernels at one dilation. A kernel is -1 everywhere plus 3 at
 * three places, so its output is A + G_i + G_j + G_k with A the sum of the nine shifted copies of -x, and G_i
 * three times the copy shifted to place i: nine additions a step for all 84 kernels, and three for each.
 * Outside of the series everything is 0. Float32 values add up without rounding in float64, unless they differ by
 * factors of 2^25: flat pieces give exactly 0.
 *
 * @param values [.., width] row-major, the series from entry `start` on
 */
export function convolve(
  { parts, steps }: Convolver,
  values: Float32Array,
  start: number,
  length: number,
  width: number,
  dilation: number,
): Parts {
  for (let c = 0; c < width; c++) {
    const base = c * 10 * steps; // row 0 holds A, row 1 + i holds G_i
    parts.fill(0, base, base + 10 * steps);
    for (let i = 0; i < 9; i++) {
      const shift = (i - 4) * dilation; // the kernel's place i at step t reads x[t + shift]
      const first = Math.max(0, -shift);
      const last = Math.min(length, length - shift);
      const row = base + (1 + i) * steps;
      for (let t = first; t < last; t++) {
        const value = values[start + (t + shift) * width + c];
        parts[base + t] -= value;
        parts[row + t] = 3 * value;
      }
    }
  }
  return { length };
}

/** The output of one kernel, summed over columns: the convolver's `sums`, of which the first `length` count. */
export function sumOfParts(
  { parts, sums, steps }: Convolver,
  { length }: Parts,
  kernel: readonly [number, number, number],
  columns: readonly number[],
): Float64Array {
  for (let m = 0; m < columns.length; m++) {
    const base = columns[m] * 10 * steps;
    const row0 = base + (1 + kernel[0]) * steps;
    const row1 = base + (1 + kernel[1]) * steps;
    const row2 = base + (1 + kernel[2]) * steps;
    if (m === 0)
      for (let t = 0; t < length; t++) sums[t] = parts[base + t] + parts[row0 + t] + parts[row1 + t] + parts[row2 + t];
    else
      for (let t = 0; t < length; t++) sums[t] += parts[base + t] + parts[row0 + t] + parts[row1 + t] + parts[row2 + t];
  }
  return sums;
}
