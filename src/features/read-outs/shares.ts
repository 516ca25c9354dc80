import { z } from "zod";
import { OptionError } from "../../errors.js";
import { listOf } from "../../options.js";
import { quantile } from "../../sequences/transform/channel-statistics.js";
import type { Part, StateSample } from "./part.js";
import { type Direction, type StateSeries, widthOf } from "./states.js";

/** Levels of the training quantiles, .05, .15 ... .95. */
const LEVELS: readonly number[] = Array.from({ length: 10 }, (_, k) => (5 + 10 * k) / 100);
const LEVEL_NAMES = LEVELS.map((level) => `q${String(Math.round(100 * level)).padStart(2, "0")}`);

/**
 * The share of steps on which each unit lies above each of its training quantiles (proportion of positive values),
 * [Z, levels].
 */
export const ppv: Part<{ quantiles: number[] }> = {
  names: (units) => units.flatMap((unit) => LEVEL_NAMES.map((level) => `${unit}_${level}`)),
  fit({ sample, options: { sampleSize } }) {
    const states = sample(0, sampleSize);
    return () => ({ quantiles: columnQuantiles(states) });
  },
  schema: (directions) => z.object({ quantiles: listOf(z.number()).length(thresholds(directions)) }),
  write: (series, out, { quantiles }) => shareAbove(series, quantiles, out, 0),
};

/**
 * The same of h_t - h_(t-lag) over the present steps, [lags, Z, levels], with quantiles of their own for each lag. A
 * sequence with no more steps than a lag has zeros there. Files written before there were lags have none: 1 alone.
 */
export const incrementPpv: Part<{ incrementQuantiles: number[]; lags?: number[] }> = {
  names: (units, { lags = [1] }) =>
    lags.flatMap((lag) => units.flatMap((unit) => LEVEL_NAMES.map((level) => `${unit}_lag${lag}_${level}`))),
  fit({ sample, options: { lags, sampleSize } }) {
    if (lags.length === 0 || lags.some((lag, k) => !Number.isInteger(lag) || lag <= (lags[k - 1] ?? 0)))
      throw new OptionError(
        `fitParts: lags are ${lags.join(", ") || "none"}, expected whole numbers above 0, ascending.`,
      );
    const samples = lags.map((lag) => sample(lag, Math.ceil(sampleSize / lags.length)));
    return () => ({ incrementQuantiles: samples.flatMap(columnQuantiles), lags: [...lags] });
  },
  schema: (directions) =>
    z
      .object({ incrementQuantiles: listOf(z.number()), lags: listOf(z.int().positive()).min(1).optional() })
      .refine(({ lags = [1] }) => lags.every((lag, k) => lag > (lags[k - 1] ?? 0)), "expected ascending lags")
      .refine(
        ({ incrementQuantiles, lags = [1] }) => incrementQuantiles.length === lags.length * thresholds(directions),
        "expected one quantile for each lag, unit and level",
      ),
  write(series, out, { incrementQuantiles, lags = [1] }) {
    const width = series.Z * LEVELS.length;
    let at = 0;
    for (const lag of lags) {
      shareAbove(incrementsOf(series, lag), incrementQuantiles, out, at);
      at += width;
    }
  },
};

/** Quantiles of all units. */
const thresholds = (directions: readonly Direction[]) => widthOf(directions) * LEVELS.length;

/** Steps that increments reach back: powers of two, up to a quarter of the longest series. */
export function lagsFor(longest: number): number[] {
  const lags = [1];
  while (8 * lags.at(-1)! <= longest) lags.push(2 * lags.at(-1)!);
  return lags;
}

let differences = new Float64Array(0);

/** h_t - h_(t-lag) over the present steps, [V - lag, Z], in memory that the next call uses again. */
export function incrementsOf(series: StateSeries, lag: number): StateSeries {
  const { values, Z } = series;
  const V = Math.max(series.V - lag, 0);
  if (differences.length < V * Z) differences = new Float64Array(V * Z);
  for (let k = 0; k < V * Z; k++) differences[k] = values[k + lag * Z] - values[k];
  return { ...series, values: differences, V };
}

/** Reads quantiles [Z, levels], ascending within a unit, from `at` on, and writes shares into `out` from there on. */
function shareAbove({ values, V, Z }: StateSeries, quantiles: readonly number[], out: Float32Array, at: number): void {
  const last = V * Z;
  const share = V > 0 ? 1 / V : 0;
  // five levels at a time: counters and thresholds stay in registers; | 0 keeps the counters integers
  for (let q = at, half = 0; half < 2 * Z; q += 5, half++) {
    const q0 = quantiles[q];
    const q1 = quantiles[q + 1];
    const q2 = quantiles[q + 2];
    const q3 = quantiles[q + 3];
    const q4 = quantiles[q + 4];
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

/** Quantiles of each column at LEVELS, linear between order statistics, [Z, levels]; zeros without a row. */
function columnQuantiles({ rows, count, Z }: StateSample): number[] {
  const column = new Float64Array(count);
  return Array.from({ length: Z }, (_, z) => {
    for (let r = 0; r < count; r++) column[r] = rows[r * Z + z];
    column.sort();
    return LEVELS.map((level) => (count > 0 ? quantile(column, level) : 0));
  }).flat();
}
