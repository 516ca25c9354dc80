import type { DataSource } from "../sequences/set/sequence-set.js";
import type { CompareOptions } from "./comparison/compare-options.js";
import type { AlertBudget } from "./comparison/comparison.js";
import type { Resample } from "./plan/resample.js";

const DAY = 86_400;
/** Alerts a day unless told otherwise, where rare events come in twice that number and more. */
const ALERTS_PER_DAY = 100;

/** How many cases can be looked at, and in which period each test case is, all resamples one after another. */
export function budgetOf(
  options: CompareOptions,
  source: DataSource,
  rare: boolean,
  parts: readonly Resample[],
  times: Float64Array | undefined,
): { unit: AlertBudget["unit"]; alerts: number; periods: (string | number)[] } | undefined {
  if (options.alerts !== undefined)
    return {
      unit: "test part",
      alerts: options.alerts,
      periods: parts.flatMap(({ test }, k) => Array.from(test, () => k)),
    };
  if (!times || (options.alertsPerDay === undefined && !(rare && source.events))) return undefined;
  const periods = parts.flatMap(({ test }, k) => Array.from(test, (n) => `${k} ${dayOf(times[n])}`));
  if (options.alertsPerDay === undefined && periods.length / new Set(periods).size < 2 * ALERTS_PER_DAY)
    return undefined;
  return { unit: "day", alerts: options.alertsPerDay ?? ALERTS_PER_DAY, periods };
}

/**
 * How many of the held-out training cases may be alerted, so that the budget is kept: as many for each of their days,
 * or in proportion to the size of the test part.
 * @param times [training cases]
 */
export function alertsAllowed(
  { unit, alerts }: Pick<AlertBudget, "unit" | "alerts">,
  times: Float64Array | undefined,
  held: Int32Array,
  { test }: Resample,
): number {
  if (unit === "test part") return Math.round((alerts * held.length) / test.length);
  return alerts * new Set(Array.from(held, (row) => dayOf(times![row]))).size;
}

function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY);
}
