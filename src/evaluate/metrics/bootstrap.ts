import { randomStream, STREAMS } from "../../random.js";
import { LANES, valueWhere, type Weighted } from "./part-sums.js";

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
 * @param weighted the measure of a row; `unitOf` [cases] is what each case is drawn with
 */
export function bootstrapDraws(...args: Parameters<typeof drawSome>): Draws[] {
  const drawing = drawSome(...args);
  for (;;) {
    const { done, value } = drawing.next();
    if (done) return value;
  }
}

/** The same, some draws at a time. */
export function* drawSome(
  rows: readonly PredictedCases[],
  weighted: (cases: PredictedCases, unitOf: Int32Array) => Weighted,
  { groups, repeats = 500, seed }: BootstrapOptions,
): Generator<undefined, Draws[], undefined> {
  if (rows.length === 0) return [];
  const { unitOf, units } = unitsOf(rows[0].labels.length, groups);
  const of = rows.map((row) => weighted(row, unitOf));
  const once = new Int32Array(units).fill(1);
  const draws = of.map((measured) => ({ value: valueWhere(measured, once), drawn: new Float64Array(repeats) }));
  const counts = new Int32Array(units * LANES);
  const values = new Float64Array(LANES);
  const random = randomStream(seed, STREAMS.bootstrap);
  for (let first = 0; first < repeats; first += LANES) {
    const lanes = Math.min(LANES, repeats - first);
    counts.fill(0);
    for (let lane = 0; lane < lanes; lane++)
      for (let k = 0; k < units; k++) counts[random.integer(units) * LANES + lane]++;
    of.forEach((measured, a) => {
      measured(counts, values);
      draws[a].drawn.set(values.subarray(0, lanes), first);
    });
    yield;
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

/** [cases], what each is drawn with: itself, or its group. Groups are numbered in the order of their first cases. */
function unitsOf(count: number, groups: readonly (string | number)[] | undefined) {
  if (!groups) return { unitOf: Int32Array.from({ length: count }, (_, n) => n), units: count };
  const numbers = new Map<string | number, number>();
  const unitOf = Int32Array.from({ length: count }, (_, n) => {
    const unit = numbers.get(groups[n]) ?? numbers.size;
    numbers.set(groups[n], unit);
    return unit;
  });
  return { unitOf, units: numbers.size };
}
