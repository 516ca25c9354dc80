import { quantile } from "../../sequences/channel-statistics.js";
import type { StateSeries } from "./series.js";

/** Levels of the training quantiles, .05, .15 ... .95. */
export const QUANTILE_LEVELS: readonly number[] = Array.from({ length: 10 }, (_, k) => (5 + 10 * k) / 100);

/**
 * The share of steps on which each unit lies above each of its quantiles (ppv, proportion of positive values), [Z, Q],
 * quantiles of a unit side by side; zeros for a case without a step.
 * @param quantiles [Z, Q], ascending within a unit
 */
export function shareAbove(
  { values, V, Z }: StateSeries,
  quantiles: ArrayLike<number>,
  out: Float32Array | Float64Array,
): void {
  const Q = QUANTILE_LEVELS.length;
  out.fill(0, 0, Z * Q);
  for (let v = 0; v < V; v++)
    for (let z = 0; z < Z; z++) {
      const value = values[v * Z + z];
      for (let q = z * Q; q < (z + 1) * Q && value > quantiles[q]; q++) out[q]++; // ascending: stop at the first miss
    }
  for (let q = 0; q < Z * Q && V > 0; q++) out[q] /= V;
}

/** h_t - h_(t-1) between neighbouring steps that are there, [V - 1, Z]. */
export function incrementsOf({ values, V, Z }: StateSeries): StateSeries {
  const count = Math.max(V - 1, 0);
  const differences = new Float64Array(count * Z);
  for (let k = 0; k < count * Z; k++) differences[k] = values[k + Z] - values[k];
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
