import { tiesDescending } from "./ranking.js";

export type ThresholdRule = "F1" | "cost" | "alerts";

export interface Costs {
  /** Of a positive that is not alerted. */
  miss: number;
  /** Of looking at an alert, right or wrong. */
  alert: number;
}

/**
 * The score from which on a case is called positive, chosen on scores of cases that the classifier did not see: halfway
 * between the last case that is called and the next one, because scores of another fit lie a little beside. Of equally
 * good ones the highest.
 *
 * - F1: the largest F1 of class 1;
 * - cost: the least total cost;
 * - alerts: as many alerts as the budget allows, and no more.
 *
 * @param scores [N] of class 1, from 0 up
 * @param positive [N]
 * @param alerts how many of these cases may be alerted
 * @returns Infinity where nothing should be called positive; undefined without a positive, when nothing can be chosen
 */
export function chooseThreshold(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
  rule: ThresholdRule,
  { costs, alerts }: { costs?: Costs; alerts?: number } = {},
): number | undefined {
  const ties = tiesDescending(scores, positive);
  const all = ties.reduce((sum, tie) => sum + tie.positives, 0);
  if (all === 0) return undefined;
  const gain = (hits: number, called: number): number => {
    if (rule === "F1") return (2 * hits) / (all + called);
    if (rule === "cost") return -(costs!.miss * (all - hits) + costs!.alert * called);
    return called <= alerts! ? called : -1;
  };
  let best = { gain: gain(0, 0), threshold: Number.POSITIVE_INFINITY };
  let hits = 0;
  let called = 0;
  for (const [t, { positives, negatives, score }] of ties.entries()) {
    hits += positives;
    called += positives + negatives;
    const next = ties[t + 1]?.score ?? 0;
    if (gain(hits, called) > best.gain) best = { gain: gain(hits, called), threshold: (score + next) / 2 };
  }
  return best.threshold;
}

/**
 * One threshold of several that were chosen on one part each: the median, which a part with few positives moves less than
 * a choice on all parts together.
 */
export function medianThreshold(thresholds: readonly number[]): number | undefined {
  const sorted = thresholds.toSorted((a, b) => a - b);
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  if (middle.length < 2 || middle[1] === Number.POSITIVE_INFINITY) return middle[0];
  return (middle[0] + middle[1]) / 2;
}
