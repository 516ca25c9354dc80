import { DataError, OptionError, someOf } from "../../errors.js";
import { parseTime, type Time } from "./cells/times.js";
import { notationOf } from "./notation.js";
import type { DataOptions } from "./options.js";

/** The last events of each entity in data that came before. */
export interface History {
  /** Where they were read. */
  where: string;
  /** Whether their times are dates. */
  calendar?: boolean;
  entities: Map<string, EntityHistory>;
  /** Of the entities that came after: how many have a history, and the names of those without. */
  met: { known: number; unknown: string[] };
  /** What reading noticed. */
  notes: readonly string[];
}

/** The last events of one entity, at most as many as a window has, in order of time. */
export interface EntityHistory {
  /** Of all its events. */
  count: number;
  /** [steps, F], NaN = missing. */
  values: Float32Array;
  times?: Float64Array;
  ids?: readonly string[];
  /** [static columns], NaN = missing. */
  statics?: Float32Array;
}

/** Which events become cases, and what came before them. */
export interface EventChoice {
  history?: History;
  /** Only events later than this. */
  after?: Time;
}

/**
 * What to say of entities without a history, once all data were read.
 * @throws {DataError} if no entity has one: then the names do not fit
 */
export function historyNotes({ where, entities, met: { known, unknown }, notes }: History): string[] {
  if (known === 0)
    throw new DataError(
      `${where}: got a history of other entities than the data, expected some in both. Names are compared as texts: here "${[...entities.keys()][0]}", in the data "${unknown[0]}". Without an entity column they are the names of files. Write the names alike, or leave \`history\` out.`,
    );
  const some = someOf(unknown);
  return [
    ...notes.map((note) => `history: ${note}`),
    ...(unknown.length > 0
      ? [`${unknown.length} of ${known + unknown.length} entities have no event in ${where} (${some}).`]
      : []),
  ];
}

/** @throws {OptionError} for a time of another kind than those of the data @param calendar whether these are dates */
export function expectSameKind(where: string, options: DataOptions, given: Time, calendar: boolean, name = "after") {
  if (given.calendar === calendar) return;
  throw new OptionError(
    `${where}, column "${options.time}": got times that are ${calendar ? "dates" : "numbers"}, and \`${name}\` is a ${given.calendar ? "date" : "number"}, expected both alike. Write \`${name}\` as the times of the data.`,
  );
}

/** The error where no event is later than `after`. @param latest the last one */
export function nothingAfter(where: string, after: Time, latest: number): DataError {
  const show = (seconds: number) => (after.calendar ? new Date(1000 * seconds).toISOString() : `${seconds} s`);
  return new DataError(
    `${where}: got no event after ${show(after.seconds)}, expected some; the last one is at ${show(latest)}. Nothing is new, or \`after\` is in another unit or zone than the data.`,
  );
}

/** The time that an option gives, as the times of the data are written. @throws {OptionError} for what is no time */
export function timeAfter(after: string | number, options: DataOptions, name = "after"): Time {
  const { unit, parse } = notationOf(options)?.times ?? {};
  const text = String(after).trim();
  const time = parse?.(text) ?? parseTime(text, unit);
  if (time) return time;
  throw new OptionError(
    `\`${name}\`: got "${after}", expected a time: a date such as 2024-01-31 or 2024-01-31T12:00:00Z (UTC without a zone), or a number in the unit of the data's times.`,
  );
}
