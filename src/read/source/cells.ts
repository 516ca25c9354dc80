import { DataError } from "../../errors.js";

const MISSING = new Set(["", "?", "nan", "na", "null"]);

/** Whether a cell marks a missing value: empty, ?, NaN, NA or null, in any case. */
export function isMissing(text: string): boolean {
  return text.length <= 4 && MISSING.has(text.toLowerCase());
}

/** The number in a cell; NaN: missing; undefined: not a number that fits 32-bit floats. */
export function parseCell(text: string): number | undefined {
  const cell = text.trim();
  const value = Number(cell);
  if (cell !== "" && Number.isFinite(Math.fround(value))) return value;
  return isMissing(cell) ? Number.NaN : undefined;
}

/**
 * The number in a cell, NaN when missing.
 * @throws {DataError} that names file, row, column and text
 */
export function numberIn(text: string, path: string, row: number, column: string): number {
  return parseCell(text) ?? notANumber(text, path, row, column);
}

export function notANumber(text: string, path: string, row: number, column: string, hint = ""): never {
  const shown = text.length > 40 ? `${text.slice(0, 40)}...` : text;
  throw new DataError(
    `${path}, row ${row}, ${column}: got "${shown}", expected a number (or an empty cell, ?, NaN, NA, null for a missing one; finite, within the range of 32-bit floats). Correct the cell, or leave the column out.${hint && ` ${hint}`}`,
  );
}

/** A label of a purely numeric format, so that "1", "1.0" and "1.0000000e+00" are one class. */
export function numericLabel(text: string): string {
  const value = Number(text);
  return text.trim() !== "" && Number.isFinite(value) ? String(value) : text.trim();
}

/** Whether seconds are a time: beyond 2^53 they are no longer told apart. */
export function isTime(seconds: number): boolean {
  return Math.abs(seconds) <= Number.MAX_SAFE_INTEGER;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * A time cell: a plain number is seconds, an ISO date (2018-04-01, 2018-04-01T00:07:56, with fraction and zone)
 * becomes seconds since 1970 in UTC, which is also meant where no zone is written.
 * @returns undefined for anything else, an impossible date included
 */
export function parseTime(text: string): { seconds: number; calendar: boolean } | undefined {
  const match = ISO.exec(text);
  if (!match) {
    const seconds = text === "" ? Number.NaN : Number(text);
    return isTime(seconds) ? { seconds, calendar: false } : undefined;
  }
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "0", zone = "Z"] = match;
  const midnight = Date.UTC(+year, +month - 1, +day);
  // Date.UTC carries February 31 over into March
  if (new Date(midnight).getUTCDate() !== +day || +month > 12 || +hour > 24 || +minute > 59 || +second > 60)
    return undefined;
  const offset = zone === "Z" ? 0 : (zone[0] === "-" ? -1 : 1) * (+zone.slice(1, 3) * 60 + +zone.slice(-2));
  const seconds = midnight / 1000 + +hour * 3600 + (+minute - offset) * 60 + +second + +`0${fraction}`;
  return { seconds, calendar: true };
}
