import { DataError } from "../../../errors.js";
import { spanOf } from "../../../sequences/transform/long-gap.js";
import { formatsLike } from "../../source/cells/time-format.js";
import { compactFormat, isTime, type TimeUnit, unitOfNow } from "../../source/cells/times.js";
import type { DataOptions } from "../../source/options.js";
import { type Column, shownIn, timeIn } from "../../source/table.js";
import type { Growing } from "../columns/growing.js";

/** Times beyond this are after the year 5138, if they are seconds since 1970. */
const MOST_SECONDS = 1e11;
const DAY_FORMAT = "%Y%m%d";
const YEAR_1980 = 315_532_800;
const YEAR_2000 = 946_684_800;
const YEAR_2100 = 4_102_444_800;

interface Seen {
  seconds: number;
  row: number;
}

/** Reads the times of a column, all dates or all numbers. */
export function createTimeReader(path: string, options: DataOptions) {
  const { time: name, timeUnit } = options;
  let calendar: boolean | undefined;
  const seen = createRange();
  const units = createUnitCheck(path, options);

  function next(cells: Column, r: number, row: number): number {
    const time = timeIn(cells, r);
    calendar ??= time?.calendar;
    if (time === undefined && !calendar) units.next(plainIn(cells, r), row); // nanoseconds are beyond 2^53
    if (time === undefined || time.calendar !== calendar) throw noTime(path, options, calendar, cells, r, row);
    if (!calendar) units.next(plainIn(cells, r), row);
    else if (timeUnit !== undefined)
      throw new DataError(
        `${path}, row ${row}, column "${name}": got "${shownIn(cells, r)}" and \`timeUnit: "${timeUnit}"\`, expected a number. A date has no unit; leave it out.`,
      );
    return time.seconds;
  }

  return {
    calendar: () => calendar,

    /** The time of row r. @throws as add */
    one(cells: Column, r: number, row: number): number {
      const seconds = next(cells, r, row);
      seen.see(seconds, row);
      return seconds;
    },

    /**
     * The times of the rows r = `from` to `to` - 1.
     * @throws {DataError} for no time, one of another kind than above it, or one that looks like another unit
     */
    add(cells: Column, from: number, to: number, rows: ArrayLike<number>, times: Growing<Float64Array<ArrayBuffer>>) {
      const room = times.room(to - from);
      let at = times.length;
      const known = timeUnit === undefined ? datesOf(cells) : undefined;
      for (let r = from; r < to; r++) {
        const begin = r;
        for (; known && calendar && r < to && isTime(known[r]); r++) room[at++] = known[r];
        if (known) seen.seeAll(known, begin, r, rows);
        if (r === to) break;
        room[at] = next(cells, r, rows[r]);
        seen.see(room[at++], rows[r]);
      }
      times.length = at;
    },

    /** The first row from r on, at most `to`, whose time may be refused. */
    soundUntil(cells: Column, r: number, to: number): number {
      const dates = calendar === false || timeUnit !== undefined ? undefined : datesOf(cells);
      if (dates) while (r < to && isTime(dates[r])) r++;
      else if (calendar !== true && cells.notation?.times?.parse === undefined) {
        const numbers = cells.kind === "cells" ? cells.numbers : cells.kind === "numbers" ? cells.values : undefined;
        while (numbers && r < to && Math.abs(numbers[r]) <= MOST_SECONDS) r++;
      }
      return r;
    },

    /** @throws {DataError} if all that was read are dates of digits alone */
    check: units.check,

    notes: () => [...units.notes(), ...seen.notes(options, calendar === true)],
  };
}

/** The first and the last time. */
function createRange() {
  const first = { seconds: Number.POSITIVE_INFINITY, row: 0 };
  const last = { seconds: Number.NEGATIVE_INFINITY, row: 0 };
  function see(seconds: number, row: number): void {
    if (seconds < first.seconds) {
      first.seconds = seconds;
      first.row = row;
    }
    if (seconds > last.seconds) {
      last.seconds = seconds;
      last.row = row;
    }
  }
  return {
    see,
    /** The times r = `from` to `to` - 1. */
    seeAll(times: Float64Array, from: number, to: number, rows: ArrayLike<number>): void {
      if (from === to) return;
      let [least, most] = [from, from];
      for (let r = from + 1; r < to; r++) {
        if (times[r] < times[least]) least = r;
        if (times[r] > times[most]) most = r;
      }
      see(times[least], rows[least]);
      see(times[most], rows[most]);
    },
    notes: (options: DataOptions, calendar: boolean) =>
      last.seconds >= first.seconds ? rangeNotes(options, calendar, first, last) : [],
  };
}

/** Dates in seconds, where they are known without a look at each cell. */
function datesOf(cells: Column): Float64Array | undefined {
  if (cells.notation?.times?.parse && cells.kind !== "dates") return undefined;
  return cells.kind === "dates" ? cells.values : cells.kind === "cells" ? cells.dates : undefined;
}

/** The number that stands in cell r. */
function plainIn(cells: Column, r: number): number {
  const known = cells.kind === "cells" ? cells.numbers : cells.kind === "texts" ? undefined : cells.values;
  return known && !Number.isNaN(known[r]) ? known[r] : Number(cells.values[r]);
}

/** Looks whether numbers are times of another unit than that in which they are read. */
function createUnitCheck(path: string, { time: name, timeUnit, timeFormat }: DataOptions) {
  let compact: { format: string; value: number; row: number } | undefined; // while every time is a date of digits alone
  let begun = false;
  let other: { unit: TimeUnit; value: number; row: number } | undefined;
  return {
    /** @throws {DataError} for a number that is no time of any human in seconds, if no unit was named */
    next(value: number, row: number): void {
      if (timeFormat !== undefined) return;
      const unit = unitOfNow(value);
      if (timeUnit !== undefined) {
        if (unit !== undefined && unit !== timeUnit) other ??= { unit, value, row };
        return;
      }
      const format = compactFormat(value);
      if (!begun && format === DAY_FORMAT) compact = { format, value, row };
      else if (format !== compact?.format) compact = undefined;
      begun = true;
      if (!Number.isFinite(value) || Math.abs(value) <= MOST_SECONDS) return;
      const advice =
        format !== undefined
          ? `It looks like a date of digits alone: give \`timeFormat: "${format}"\`.`
          : `${unit === undefined ? "Give the unit" : `It is a time of this century in ${unit}: give the unit`}, \`timeUnit: "${unit ?? "ms"}"\`.`;
      throw new DataError(
        `${path}, row ${row}, column "${name}": got the time ${value}, expected seconds, of which it would be thousands of years. Spans of time and delays of labels would be wrong by that factor. ${advice} If it is seconds after all, give \`timeUnit: "s"\`.`,
      );
    },
    check(): void {
      if (compact)
        throw new DataError(
          `${path}, row ${compact.row}, column "${name}": got the time ${compact.value} and more like it, expected seconds. All are dates of digits alone, year, month, day: give \`timeFormat: "${compact.format}"\`. If they are seconds after all, give \`timeUnit: "s"\`.`,
        );
    },
    notes: (): string[] =>
      other
        ? [
            `Column "${name}" has ${other.value} (row ${other.row}), which is a time of this century in ${other.unit}, and was read in ${timeUnit}. Is \`timeUnit\` right?`,
          ]
        : [],
  };
}

/** What is strange about the first and the last time of a file. */
function rangeNotes({ time, timeUnit, timeFormat, window }: DataOptions, calendar: boolean, first: Seen, last: Seen) {
  const { seconds: from } = first;
  const { seconds: to } = last;
  const dates = calendar || to >= YEAR_2000; // numbers of this century are dates, too
  if (dates && to > YEAR_2000 && (from < YEAR_1980 || to > YEAR_2100))
    return [
      `Times go from ${dateOf(from)} (row ${first.row}) to ${dateOf(to)} (row ${last.row}), column "${time}": is one of them no real time?`,
    ];
  if (!dates && window !== undefined && timeUnit === undefined && timeFormat === undefined && to > from)
    return [
      `Times are numbers from ${from} to ${to}, column "${time}", and count as seconds: all data span ${spanOf(to - from)}. If they count something else, give \`timeUnit\`.`,
    ];
  return [];
}

function noTime(
  path: string,
  { time, timeFormat }: DataOptions,
  calendar: boolean | undefined,
  cells: Column,
  r: number,
  row: number,
): DataError {
  const text = shownIn(cells, r);
  const above = calendar === undefined ? "" : " as above it";
  const expected =
    timeFormat !== undefined
      ? `a time of the format "${timeFormat}"${above}`
      : calendar === undefined
        ? "an ISO date (2018-04-01T00:07:56) or a number of seconds"
        : `${calendar ? "an ISO date" : "a number of seconds"}${above}`;
  const formats = timeFormat === undefined ? formatsLike(text).map((format) => `\`timeFormat: "${format}"\``) : [];
  const advice =
    formats.length === 0
      ? "Correct the cell or remove the row."
      : `Name the format: ${formats.join(" or ")}${formats.length > 1 ? ", the day or the month first; it is not guessed" : ""}.`;
  return new DataError(
    `${path}, row ${row}, column "${time}": got "${text}", expected ${expected}. Events are sorted by time. ${advice}`,
  );
}

function dateOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().slice(0, 10);
}
