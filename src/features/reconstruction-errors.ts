import type { ColumnGroup } from "../network/batch/one-hot-columns.js";

/**
 * What a decoder made of a batch. Rows are as in `States`. With the next step as target the same functions give the
 * surprise of a step.
 */
export interface Reconstruction {
  T: number;
  B: number;
  /** [T + 1], where the rows of each step begin; absent: row t * B + b. See `States`. */
  starts?: Int32Array;
  columns: readonly ColumnGroup[];
  data: Float32Array | Float64Array;
  /** What was to be made, [rows, F]. */
  x: number;
  /** What was made, rows `yStride` apart: numbers, and logits of categories. */
  y: number;
  yStride: number;
  /** [rows, F], 0 where nothing was observed; absent: everything was. */
  observed?: number;
  /** [rows], 0 for a missing step; absent: no step is missing. */
  mask?: number;
}

/**
 * Mean error of each case over its observed values, [B]: squared error of numbers, cross-entropy of categories, as in
 * the loss. 0 for a case with nothing observed.
 */
export function caseErrors(reconstruction: Reconstruction): Float64Array {
  const { B, columns } = reconstruction;
  const sums = new Float64Array(B);
  const counts = new Float64Array(B);
  for (const group of columns)
    eachError(reconstruction, group, (_, b, error) => {
      sums[b] += error;
      counts[b]++;
    });
  return sums.map((sum, b) => (counts[b] > 0 ? sum / counts[b] : 0));
}

/** Mean error of each case and channel over its observed values, [B, channels]; 0 where nothing was observed. */
export function channelErrors(reconstruction: Reconstruction): Float64Array {
  const { B, columns } = reconstruction;
  const C = columns.length;
  const sums = new Float64Array(B * C);
  const counts = new Float64Array(B * C);
  columns.forEach((group, c) => {
    eachError(reconstruction, group, (_, b, error) => {
      sums[b * C + c] += error;
      counts[b * C + c]++;
    });
  });
  return sums.map((sum, k) => (counts[k] > 0 ? sum / counts[k] : 0));
}

/** Mean error over the observed channels of the last `steps` present steps, for each of `spans`, [B, spans]. */
export function recentErrors(reconstruction: Reconstruction, spans: readonly number[]): Float64Array {
  const { T, B, columns } = reconstruction;
  const sums = new Float64Array(T * B); // of row t * B + b, wherever it lies
  const counts = new Float64Array(T * B);
  for (const group of columns)
    eachError(reconstruction, group, (t, b, error) => {
      sums[t * B + b] += error;
      counts[t * B + b]++;
    });
  const means = sums.map((sum, k) => (counts[k] > 0 ? sum / counts[k] : 0));
  return meansOverLast(reconstruction, spans.length, means, (k, seen) => seen < spans[k]);
}

/**
 * Mean error of each channel over the last present steps that are less than a number of seconds old, the last one
 * always among them, for each of `spans`, [B, spans, channels]. A step at which it was not observed counts as 0.
 * @param age seconds from step t of case b to the last one
 */
export function recentChannelErrors(
  reconstruction: Reconstruction,
  spans: readonly number[],
  age: (b: number, t: number) => number,
): Float64Array {
  const { T, B, columns } = reconstruction;
  const C = columns.length;
  const result = new Float64Array(B * spans.length * C);
  const errors = new Float64Array(T * B);
  columns.forEach((group, c) => {
    errors.fill(0);
    eachError(reconstruction, group, (t, b, error) => {
      errors[t * B + b] = error;
    });
    const within = (k: number, seen: number, b: number, t: number) => seen === 0 || age(b, t) < spans[k];
    const means = meansOverLast(reconstruction, spans.length, errors, within);
    means.forEach((mean, k) => {
      result[k * C + c] = mean;
    });
  });
  return result;
}

/**
 * [B, spans], means of [T * B] values over the last present steps, back to the first that is not within a
 * span; 0 for a case without a step.
 */
function meansOverLast(
  reconstruction: Reconstruction,
  spans: number,
  values: Float64Array,
  within: (span: number, seen: number, b: number, t: number) => boolean,
): Float64Array {
  const { B } = reconstruction;
  const result = new Float64Array(B * spans);
  for (let b = 0; b < B; b++)
    for (let k = 0; k < spans; k++) {
      let [sum, seen] = [0, 0];
      for (let t = lastStep(reconstruction, b); t >= 0; t--) {
        if (!isThere(reconstruction, rowAt(reconstruction, t, b))) continue;
        if (!within(k, seen, b, t)) break;
        seen++;
        sum += values[t * B + b];
      }
      if (seen > 0) result[b * spans + k] = sum / seen;
    }
  return result;
}

/** Error of each channel at the last present step, [B, channels]; 0 where it was not observed. */
export function lastErrors(reconstruction: Reconstruction): Float64Array {
  const { B, columns } = reconstruction;
  const last = Array.from({ length: B }, (_, b) => lastStep(reconstruction, b));
  const errors = new Float64Array(B * columns.length);
  columns.forEach((group, c) => {
    eachError(reconstruction, group, (t, b, error) => {
      if (t === last[b]) errors[b * columns.length + c] = error;
    });
  });
  return errors;
}

/**
 * What the last present step has more than was made of it, [B, F]: x - y of numbers, and of categories 1 or 0
 * less the probability. 0 for a channel that was not observed at that step, and for a case without a step.
 */
export function lastResiduals(reconstruction: Reconstruction): Float64Array {
  const { B, columns, data, x, y, yStride, observed } = reconstruction;
  const F = widthOf(columns);
  const residuals = new Float64Array(B * F);
  for (let b = 0; b < B; b++) {
    const t = lastStep(reconstruction, b);
    if (t < 0) continue;
    const r = rowAt(reconstruction, t, b);
    for (const { kind, start, width } of columns) {
      const at = r * F + start;
      if (observed !== undefined && data[observed + at] === 0) continue;
      const made = y + r * yStride + start;
      if (kind === "numeric") {
        residuals[b * F + start] = data[x + at] - data[made];
        continue;
      }
      const { top, total } = softmaxSum(data, made, width);
      for (let k = 0; k < width; k++)
        residuals[b * F + start + k] = data[x + at + k] - Math.exp(data[made + k] - top) / total;
    }
  }
  return residuals;
}

/** Calls `visit` with the error of every observed value of one channel. */
export function eachError(
  reconstruction: Reconstruction,
  { kind, start, width }: ColumnGroup,
  visit: (t: number, b: number, error: number) => void,
): void {
  const { T, B, columns, data, x, y, yStride, observed, mask } = reconstruction;
  const F = widthOf(columns);
  for (let t = 0; t < T; t++)
    for (let b = 0; b < B; b++) {
      const r = rowAt(reconstruction, t, b);
      if (r < 0) continue;
      const at = r * F + start;
      if (mask !== undefined && data[mask + r] === 0) continue;
      if (observed !== undefined && data[observed + at] === 0) continue;
      const made = y + r * yStride + start;
      if (kind === "numeric") {
        visit(t, b, (data[x + at] - data[made]) ** 2);
        continue;
      }
      const { top, total } = softmaxSum(data, made, width);
      let error = 0;
      for (let k = 0; k < width; k++) error -= data[x + at + k] * (data[made + k] - top - Math.log(total));
      visit(t, b, error);
    }
}

/** The last present step of case b, or -1. */
function lastStep(reconstruction: Reconstruction, b: number): number {
  let t = reconstruction.T - 1;
  while (t >= 0 && !isThere(reconstruction, rowAt(reconstruction, t, b))) t--;
  return t;
}

function isThere({ data, mask }: Reconstruction, row: number): boolean {
  return row >= 0 && (mask === undefined || data[mask + row] !== 0);
}

/** The row of step t of case b, or -1. */
function rowAt({ B, starts }: Reconstruction, t: number, b: number): number {
  if (!starts) return t * B + b;
  return starts[t] + b < starts[t + 1] ? starts[t] + b : -1;
}

/** The largest of the logits, and the sum of exp(logit - largest). */
function softmaxSum(data: Float32Array | Float64Array, from: number, width: number) {
  let top = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < width; k++) top = Math.max(top, data[from + k]);
  let total = 0;
  for (let k = 0; k < width; k++) total += Math.exp(data[from + k] - top);
  return { top, total };
}

function widthOf(columns: readonly ColumnGroup[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0);
}
