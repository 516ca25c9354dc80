import { OptionError } from "../../errors.js";
import { notationOf } from "./notation.js";
import type { DataOptions } from "./options.js";
import { parseTime, type Time } from "./times.js";

/** The last events of each entity in data that came before. */
export interface Past {
  /** Where they were read. */
  where: string;
  /** Whether their times are dates. */
  calendar?: boolean;
  entities: Map<string, Tail>;
  /** What reading noticed. */
  notes: readonly string[];
}

/** The last events of one entity, at most as many as a window has, in order of time. */
export interface Tail {
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
  past?: Past;
  /** Only events later than this. */
  after?: Time;
}

/** The time that `after` is, as the times of the data are written. @throws {OptionError} for what is no time */
export function timeAfter(after: string | number, options: DataOptions): Time {
  const { unit, parse } = notationOf(options)?.times ?? {};
  const text = String(after).trim();
  const time = parse?.(text) ?? parseTime(text, unit);
  if (time) return time;
  throw new OptionError(
    `\`after\`: got "${after}", expected a time: a date such as 2024-01-31 or 2024-01-31T12:00:00Z (UTC without a zone), or a number in the unit of the data's times.`,
  );
}
