/** A period (a day, or the test part of a resample) whose riskiest cases are looked at. */
export interface AlertFigures {
  /** Mean over periods of the share of positives among the alerts. */
  precision: number;
  /** Share of all positives that are among the alerts of their period. */
  recall: number;
  periods: number;
}

/**
 * What looking at the `alerts` riskiest cases of each period finds: precision at k, and recall at a budget. A period
 * with fewer cases has as many alerts as cases. Where equal scores lie across the cut, as many of their positives
 * count as a draw among them would find on average.
 *
 * @param scores [N] of class 1
 * @param positive [N]
 * @param period [N], which period a case belongs to
 * @returns undefined without a positive
 */
export function scoreAlerts(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
  period: ArrayLike<string | number>,
  alerts: number,
): AlertFigures | undefined {
  const members = new Map<string | number, number[]>();
  for (let n = 0; n < scores.length; n++) {
    const list = members.get(period[n]);
    if (list) list.push(n);
    else members.set(period[n], [n]);
  }
  let positives = 0;
  let found = 0;
  let precision = 0;
  for (const cases of members.values()) {
    cases.sort((a, b) => scores[b] - scores[a]);
    const k = Math.min(alerts, cases.length);
    const hits = hitsAmong(cases, k, scores, positive);
    positives += cases.filter((n) => positive[n]).length;
    found += hits;
    precision += hits / k;
  }
  if (positives === 0) return undefined;
  return { precision: precision / members.size, recall: found / positives, periods: members.size };
}

/** Positives among the first k of cases in the order of their scores. */
function hitsAmong(
  cases: readonly number[],
  k: number,
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
): number {
  const cut = scores[cases[k - 1]];
  let hits = 0;
  let above = 0;
  let tied = 0;
  let tiedPositive = 0;
  for (const n of cases) {
    if (scores[n] < cut) break;
    if (scores[n] > cut) {
      above++;
      if (positive[n]) hits++;
    } else {
      tied++;
      if (positive[n]) tiedPositive++;
    }
  }
  return hits + (tiedPositive * (k - above)) / tied;
}
