import { randomStream, STREAMS } from "../../random.js";

/** What was predicted for the test cases, all resamples one after another. */
export interface PredictedCases {
  labels: Int32Array;
  predicted: Int32Array;
  /** Score of class 1, higher is likelier; two classes only. */
  scores?: Float64Array;
  /** -log of the probability of the true class. */
  logLoss?: Float64Array;
}

export interface Interval {
  /** The measure of `a` minus that of `b`. */
  difference: number;
  low: number;
  high: number;
}

/** A measure on the cases as they are, and on each draw of them; NaN for a draw in which it has no value. */
export interface Draws {
  value: number;
  /** [repeats] */
  drawn: Float64Array;
}

export interface BootstrapOptions {
  /** [cases], which group (entity, or case that is tested more than once) each belongs to */
  groups?: readonly (string | number)[];
  repeats?: number;
  seed: number;
}

/**
 * The measure of several rows of predictions for the same cases, on the same draws of cases, or of whole groups where
 * there are any (Efron's bootstrap). Any two of them can then be compared in pairs.
 * @param weighted the measure of a row where case n counts counts[n] times
 */
export function bootstrapDraws(
  rows: readonly PredictedCases[],
  weighted: (cases: PredictedCases) => (counts: Float64Array) => number,
  { groups, repeats = 500, seed }: BootstrapOptions,
): Draws[] {
  if (rows.length === 0) return [];
  const { cases, starts } = membersOf(rows[0].labels.length, groups);
  const of = rows.map(weighted);
  const counts = new Float64Array(cases.length).fill(1);
  const draws = of.map((measured) => ({ value: measured(counts), drawn: new Float64Array(repeats) }));
  const random = randomStream(seed, STREAMS.bootstrap);
  const units = starts.length - 1;
  for (let repeat = 0; repeat < repeats; repeat++) {
    counts.fill(0);
    for (let k = 0; k < units; k++) {
      const unit = random.integer(units);
      for (let i = starts[unit]; i < starts[unit + 1]; i++) counts[cases[i]]++;
    }
    of.forEach((measured, a) => {
      draws[a].drawn[repeat] = measured(counts);
    });
  }
  return draws;
}

/** The mean of several measures of the same draws: of one feature set with several seeds of its network. */
export function meanDraws(draws: readonly Draws[]): Draws {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    value: mean(draws.map(({ value }) => value)),
    drawn: draws[0].drawn.map((_, repeat) => mean(draws.map(({ drawn }) => drawn[repeat]))),
  };
}

/** The interval of a measure itself. */
export function intervalOf({ drawn }: Draws, level = 0.95): { low: number; high: number } {
  return quantiles(drawn, level);
}

/** The difference of two measures of the same draws. */
export function differenceOf(a: Draws, b: Draws, level = 0.95): Interval {
  return {
    difference: a.value - b.value,
    ...quantiles(
      a.drawn.map((value, repeat) => value - b.drawn[repeat]),
      level,
    ),
  };
}

function quantiles(values: Float64Array, level: number): { low: number; high: number } {
  const sorted = values.filter(Number.isFinite).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}

/** What is drawn together: the cases of unit u are cases[starts[u] .. starts[u + 1] - 1]. */
function membersOf(count: number, groups: readonly (string | number)[] | undefined) {
  const all = Int32Array.from({ length: count }, (_, n) => n);
  if (!groups) return { cases: all, starts: Int32Array.from({ length: count + 1 }, (_, n) => n) };
  const units = new Map<string | number, number>();
  const unitOf = all.map((n) => {
    const unit = units.get(groups[n]) ?? units.size;
    units.set(groups[n], unit);
    return unit;
  });
  const starts = new Int32Array(units.size + 1);
  for (const unit of unitOf) starts[unit + 1]++;
  for (let unit = 0; unit < units.size; unit++) starts[unit + 1] += starts[unit];
  const next = starts.slice();
  const cases = new Int32Array(count);
  for (const n of all) cases[next[unitOf[n]]++] = n;
  return { cases, starts };
}
