import { quantile } from "../../sequences/transform/channel-statistics.js";
import type { StateSeries } from "./series.js";

/** Levels of the training quantiles, .05, .15 ... .95. */
export const QUANTILE_LEVELS: readonly number[] = Array.from({ length: 10 }, (_, k) => (5 + 10 * k) / 100);

/** Steps that increments reach back: powers of two, up to a quarter of the longest series. */
export function lagsFor(longest: number): number[] {
  const lags = [1];
  while (8 * lags.at(-1)! <= longest) lags.push(2 * lags.at(-1)!);
  return lags;
}

/**
 * The share of steps on which each unit lies above each of its quantiles (ppv, proportion of positive values), [Z, Q],
 * quantiles of a unit side by side; zeros for a case without a step.
 * @param quantiles [Z, Q], ascending within a unit
 */
export function shareAbove(
  { values, V, Z }: StateSeries,
  quantiles: Float64Array,
  out: Float32Array | Float64Array,
): void {
  const last = V * Z;
  const share = V > 0 ? 1 / V : 0;
  // five levels at a time: counters and thresholds stay in registers; | 0 keeps the counters integers
  for (let q = 0, half = 0; q < Z * QUANTILE_LEVELS.length; q += 5, half++) {
    const [q0, q1, q2, q3, q4] = quantiles.subarray(q, q + 5);
    let n0 = 0;
    let n1 = 0;
    let n2 = 0;
    let n3 = 0;
    let n4 = 0;
    for (let k = half >> 1; k < last; k += Z) {
      const value = values[k];
      n0 = (n0 + Number(value > q0)) | 0;
      n1 = (n1 + Number(value > q1)) | 0;
      n2 = (n2 + Number(value > q2)) | 0;
      n3 = (n3 + Number(value > q3)) | 0;
      n4 = (n4 + Number(value > q4)) | 0;
    }
    out[q] = n0 * share;
    out[q + 1] = n1 * share;
    out[q + 2] = n2 * share;
    out[q + 3] = n3 * share;
    out[q + 4] = n4 * share;
  }
}

/** h_t - h_(t-lag) over the steps that are there, [V - lag, Z]. */
export function incrementsOf({ values, V, Z }: StateSeries, lag: number): StateSeries {
  const count = Math.max(V - lag, 0);
  const differences = new Float64Array(count * Z);
  for (let k = 0; k < count * Z; k++) differences[k] = values[k + lag * Z] - values[k];
  return { values: differences, V: count, Z };
}

/**
 * Quantiles of each column at QUANTILE_LEVELS, linear between order statistics, [Z, Q]; zeros without a row.
 * @param rows [count, Z]
 */
export function columnQuantiles(rows: Float64Array, count: number, Z: number): number[] {
  const column = new Float64Array(count);
  return Array.from({ length: Z }, (_, z) => {
    for (let r = 0; r < count; r++) column[r] = rows[r * Z + z];
    column.sort();
    return QUANTILE_LEVELS.map((level) => (count > 0 ? quantile(column, level) : 0));
  }).flat();
}
