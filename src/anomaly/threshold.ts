import { OptionError } from "../errors.js";
import type { AnomalyThreshold } from "./anomaly-state.js";

const FALSE_ALARM_RATE = 0.01;

/** What a threshold is chosen by: at most one of the two. */
export interface ThresholdRule {
  /** Share of normal cases that may be called; default 0.01. */
  falseAlarmRate?: number;
  /** Alerts on normal cases per day. */
  alertsPerDay?: number;
}

/**
 * From which p-value down a case is called.
 * @param held cases that were held out, and days that have one of them
 * @returns `note` where the default rate cannot be kept to
 * @throws {OptionError} for a level that no p-value reaches, both rules, or alerts per day without times
 */
export function chooseLevel(
  { falseAlarmRate, alertsPerDay }: ThresholdRule,
  held: { cases: number; days?: number },
): { threshold: AnomalyThreshold; note?: string } {
  const { cases, days } = held;
  const least = 1 / (cases + 1);
  const told = `the least p-value that ${cases} held-out cases give is 1/${cases + 1} = ${round(least)}`;
  if (falseAlarmRate !== undefined && alertsPerDay !== undefined)
    throw new OptionError("Anomaly: give `falseAlarmRate` or `alertsPerDay`, not both.");
  if (alertsPerDay !== undefined) {
    if (days === undefined)
      throw new OptionError(
        "Anomaly: got alerts per day, but these cases have no times. Name the time column (`time`), or give a rate (`falseAlarmRate`).",
      );
    const level = Math.min(1, (alertsPerDay * days) / cases);
    if (level < least)
      throw new OptionError(
        `Anomaly: ${alertsPerDay} alerts per day are ${round(level)} of the ${cases} cases that were held out on ${days} days, and ${told}: none could be called. Allow more, or bring more training cases.`,
      );
    return { threshold: { rule: "alerts-per-day", level, alertsPerDay } };
  }
  const rate = falseAlarmRate ?? FALSE_ALARM_RATE;
  if (rate >= least) return { threshold: { rule: "false-alarm-rate", level: rate } };
  if (falseAlarmRate !== undefined)
    throw new OptionError(
      `Anomaly: got \`falseAlarmRate: ${falseAlarmRate}\`, but ${told}: no case could be called. Take ${roundUp(least)} or more, or bring at least ${Math.ceil(1 / rate - 1)} training cases that can be held out.`,
    );
  return {
    threshold: { rule: "false-alarm-rate", level: least },
    note: `The usual false-alarm rate of ${rate} cannot be kept to: ${told}. That is the rate instead. Bring more training cases for rarer alarms.`,
  };
}

const round = (value: number) => Number(value.toPrecision(2));
const roundUp = (value: number) => Math.ceil(value * 1000) / 1000;
