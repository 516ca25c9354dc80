/** Which cases are checked: the `alerts` riskiest ones of each period. */
export interface Budget {
  unit: "day" | "test part";
  alerts: number;
  /** The period of each test case, all resamples one after another. */
  periods: (string | number)[];
}

const DAY = 86_400;
/** Default alerts per day, where rare events come in twice that number and more. */
const ALERTS_PER_DAY = 100;

/**
 * The given budget, or the default of rare events.
 * @param parts the resamples
 * @param times [cases], seconds
 * @param usual whether the default applies
 */
export function budgetOf(
  given: { alerts?: number; alertsPerDay?: number },
  parts: readonly { test: Int32Array }[],
  times: Float64Array | undefined,
  usual: boolean,
): Budget | undefined {
  const { alerts, alertsPerDay } = given;
  const periodsBy = (of: (n: number, k: number) => string | number) =>
    parts.flatMap(({ test }, k) => Array.from(test, (n) => of(n, k)));
  if (alerts !== undefined) return { unit: "test part", alerts, periods: periodsBy((_, k) => k) };
  if (!times || (alertsPerDay === undefined && !usual)) return undefined;
  const periods = periodsBy((n, k) => `${k} ${dayOf(times[n])}`);
  if (alertsPerDay === undefined && periods.length / new Set(periods).size < 2 * ALERTS_PER_DAY) return undefined;
  return { unit: "day", alerts: alertsPerDay ?? ALERTS_PER_DAY, periods };
}

/**
 * How many of the held-out training cases may be alerted to keep the budget: the same number per day, or in proportion
 * to the size of the test part.
 * @param times [training cases]
 */
export function alertsAllowed(
  { unit, alerts }: Pick<Budget, "unit" | "alerts">,
  times: Float64Array | undefined,
  held: Int32Array,
  { test }: { test: Int32Array },
): number {
  if (unit === "test part") return Math.round((alerts * held.length) / test.length);
  return alerts * new Set(Array.from(held, (row) => dayOf(times![row]))).size;
}

function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY);
}

/** A period (a day, or the test part of a resample) whose riskiest cases are checked. */
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
  const members = riskiestFirst(scores, period);
  let positives = 0;
  let found = 0;
  let precision = 0;
  for (const cases of members.values()) {
    const k = Math.min(alerts, cases.length);
    const hits = hitsAmong(cases, k, scores, positive);
    positives += cases.filter((n) => positive[n]).length;
    found += hits;
    precision += hits / k;
  }
  if (positives === 0) return undefined;
  return { precision: precision / members.size, recall: found / positives, periods: members.size };
}

/** [N], whether each case is among the `alerts` riskiest of its period; the share of those equal at the cut that is. */
export function alertShares(
  scores: ArrayLike<number>,
  period: ArrayLike<string | number>,
  alerts: number,
): Float64Array {
  const shares = new Float64Array(scores.length);
  for (const cases of riskiestFirst(scores, period).values()) {
    const k = Math.min(alerts, cases.length);
    const cut = scores[cases[k - 1]];
    const above = cases.filter((n) => scores[n] > cut);
    const tied = cases.filter((n) => scores[n] === cut);
    for (const n of above) shares[n] = 1;
    for (const n of tied) shares[n] = (k - above.length) / tied.length;
  }
  return shares;
}

/** The cases of each period, the highest score first. */
function riskiestFirst(scores: ArrayLike<number>, period: ArrayLike<string | number>): Map<string | number, number[]> {
  const members = new Map<string | number, number[]>();
  for (let n = 0; n < scores.length; n++) {
    const list = members.get(period[n]);
    if (list) list.push(n);
    else members.set(period[n], [n]);
  }
  for (const cases of members.values()) cases.sort((a, b) => scores[b] - scores[a]);
  return members;
}

/** Positives among the first k of cases in the order of their scores. */
function hitsAmong(
  cases: readonly number[],
  k: number,
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
): number {
  const cut = scores[cases[k - 1]];
  const positives = (some: number[]) => some.filter((n) => positive[n]).length;
  const above = cases.filter((n) => scores[n] > cut);
  const tied = cases.filter((n) => scores[n] === cut);
  return positives(above) + (positives(tied) * (k - above.length)) / tied.length;
}
