import { DataError, OptionError } from "../../errors.js";
import type { SequenceSet } from "../../sequences/set/sequence-set.js";
import { addTimeChannels } from "../../sequences/transform/time-channels.js";
import { lastWindows } from "../../sequences/transform/window.js";
import { addsTimeChannels, type DataOptions } from "../source/options.js";
import type { LongTable } from "./long-rows.js";

/** @throws {OptionError} for options of a long table that need others */
export function checkLongOptions(path: string, options: DataOptions): void {
  const { window, time } = options;
  if (addsTimeChannels(options) && time === undefined)
    throw new OptionError(
      `${path}: got timeChannels and no time column, expected one. The channels are made from it; name it with the option "time".`,
    );
  for (const name of ["amount", "secondEntity"] as const)
    if (options[name] !== undefined && (window === undefined || time === undefined))
      throw new OptionError(
        `${path}: got the option "${name}" without window and time, expected both. It is for aggregates of what happened before an event, so each event must be a case and have a time.`,
      );
}

/**
 * The cases of a long table: its sequences with time channels, or with a window each of its events.
 * @returns with `labels` where there is a label column
 * @throws {DataError} if the label changes inside a sequence
 */
export function casesOf(path: string, table: LongTable, options: DataOptions): SequenceSet {
  const { label, entity, window } = options;
  const { stepLabels, classNames } = table;
  const set = addsTimeChannels(options)
    ? addTimeChannels(table.set, { calendar: table.calendarTimes })
    : table.set;
  if (window !== undefined) return lastWindows(set, { length: window, stepLabels, classNames });
  if (stepLabels && !set.labels)
    throw new DataError(
      `${path}, column "${label}": the label changes inside an entity (column "${entity}"), expected one label per sequence. It belongs to single events, so each event must become a case with its history: give a window (--window 20).`,
    );
  return set;
}
