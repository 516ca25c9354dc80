import { tiesDescending } from "./ranking.js";

export type ThresholdRule = "F1" | "cost" | "alerts";

export interface Costs {
  /** Of a positive that is not alerted. */
  miss: number;
  /** Of looking at an alert, right or wrong. */
  alert: number;
}

/**
 * The score from which on a case is called positive, chosen on scores of cases that the classifier did not see. Of
 * equally good ones the highest.
 *
 * - F1: the largest F1 of class 1;
 * - cost: the least total cost;
 * - alerts: as many alerts as the budget allows, and no more.
 *
 * @param scores [N] of class 1
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
  for (const { positives, negatives, score } of ties) {
    hits += positives;
    called += positives + negatives;
    if (gain(hits, called) > best.gain) best = { gain: gain(hits, called), threshold: score };
  }
  return best.threshold;
}
