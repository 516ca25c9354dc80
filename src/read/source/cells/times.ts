import { decimalOf } from "../../../decimal.js";

/** A time in seconds; `calendar`: since 1970 in UTC, not a plain number. */
export interface Time {
  seconds: number;
  calendar: boolean;
}

export const timeUnits = ["s", "ms", "us", "ns", "min", "h", "d"] as const;
export type TimeUnit = (typeof timeUnits)[number];

/** Seconds of a unit, as a quotient of whole numbers: 1 / 1000 is no double. */
const SECONDS: Record<TimeUnit, readonly [number, number]> = {
  s: [1, 1],
  ms: [1, 1e3],
  us: [1, 1e6],
  ns: [1, 1e9],
  min: [60, 1],
  h: [3600, 1],
  d: [86_400, 1],
};

/** How times are written, where an option says so. */
export interface TimeReading {
  unit?: TimeUnit;
  parse?(text: string): Time | undefined;
}

/** Whether seconds are a time: beyond 2^53 they are no longer told apart. */
export function isTime(seconds: number): boolean {
  return Math.abs(seconds) <= Number.MAX_SAFE_INTEGER;
}

/** A plain number as a time. @returns undefined for what is none */
export function timeOfNumber(value: number, unit: TimeUnit = "s"): Time | undefined {
  const [times, parts] = SECONDS[unit];
  const seconds = (value * times) / parts;
  return isTime(seconds) ? { seconds, calendar: false } : undefined;
}

const DATE = "(\\d{4})(?:-(\\d\\d)-(\\d\\d)|/(\\d\\d)/(\\d\\d))";
const CLOCK = "(\\d\\d):(\\d\\d)(?::(\\d\\d)([.,]\\d+)?)?(?: ?([AP]M))?";
const BASIC = "(\\d{4})(\\d\\d)(\\d\\d)T(\\d\\d)(\\d\\d)(?:(\\d\\d)([.,]\\d+)?)?";
const ZONE = "\\s*(Z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?)?";
const ISO = new RegExp(`^${DATE}(?:[T ]${CLOCK}${ZONE})?$`, "i");
const BASIC_ISO = new RegExp(`^${BASIC}${ZONE}$`, "i");

/**
 * A time cell: a plain number is seconds, a date becomes seconds since 1970 in UTC, which is also meant where no zone
 * is written. Dates are ISO 8601 (2018-04-01, 2018-04-01T00:07:56, 20180401T000756Z), with fraction and zone, and what
 * databases write instead: a zone of two digits, UTC, slashes, AM and PM.
 * @returns undefined for anything else, an impossible date included
 */
export function parseTime(text: string, unit?: TimeUnit): Time | undefined {
  const match = ISO.exec(text);
  if (match) {
    const [, year, month, day, slashedMonth, slashedDay, ...clock] = match;
    return timeOf([year, month ?? slashedMonth, day ?? slashedDay], clock);
  }
  const basic = BASIC_ISO.exec(text);
  if (basic) {
    const [, year, month, day, hour, minute, second, fraction, zone] = basic;
    return timeOf([year, month, day], [hour, minute, second, fraction, undefined, zone]);
  }
  return timeOfNumber(decimalOf(text), unit);
}

/** @param clock hour, minute, second, fraction with its sign, AM or PM, zone */
function timeOf(date: readonly string[], clock: readonly (string | undefined)[]): Time | undefined {
  const [hour = "0", minute = "0", second = "0", fraction = ".0", half, zone = "Z"] = clock;
  const hours = half === undefined ? +hour : hourOf(+hour, half);
  if (hours === undefined) return undefined;
  const midnight = midnightOf(+date[0], +date[1], +date[2]);
  const inDay = clockSeconds(hours, +minute, +second);
  const offset = zoneMinutes(zone);
  if (midnight === undefined || inDay === undefined || offset === undefined) return undefined;
  return { seconds: midnight + inDay - 60 * offset + +`0.${fraction.slice(1)}`, calendar: true };
}

/** The hour of 24 of one of 12; undefined for 0 and 13. */
export function hourOf(hour: number, half: string): number | undefined {
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half.toUpperCase() === "PM" ? 12 : 0);
}

/** Seconds from 1970 to the begin of a day in UTC; undefined for a day that is in no calendar. */
export function midnightOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0).setUTCFullYear(year, month - 1, day);
  // February 31 is carried over into March
  return month >= 1 && month <= 12 && new Date(date).getUTCDate() === day ? date / 1000 : undefined;
}

/** Seconds since midnight; 24:00:00 is the end of a day, second 60 a leap second. */
export function clockSeconds(hour: number, minute: number, second: number): number | undefined {
  const last = hour === 24 && minute === 0 && second === 0;
  return (hour < 24 || last) && minute < 60 && second <= 60 ? hour * 3600 + minute * 60 + second : undefined;
}

/** Minutes that a zone is ahead of UTC; undefined for more than the 14 hours of the farthest. */
export function zoneMinutes(zone: string): number | undefined {
  if (/^[A-Z]/i.test(zone)) return 0;
  const hours = +zone.slice(1, 3);
  const minutes = zone.length > 3 ? +zone.slice(-2) : 0;
  if (minutes > 59 || 60 * hours + minutes > 14 * 60) return undefined;
  return (zone[0] === "-" ? -1 : 1) * (60 * hours + minutes);
}

/** Times of this century lie in these ranges; none of them overlaps another. */
const NOW: readonly (readonly [TimeUnit, number])[] = [
  ["s", 1],
  ["ms", 1e3],
  ["us", 1e6],
  ["ns", 1e9],
];

/** The unit in which a number is a time of 2000 to 2100 when counted from 1970. */
export function unitOfNow(value: number): TimeUnit | undefined {
  return NOW.find(([, parts]) => value >= 946_684_800 * parts && value < 4_102_444_800 * parts)?.[0];
}

const COMPACT = /^((?:19|20)\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?$/;

/** The format of a date written as digits alone (20240102, 20240102213129); undefined for another number. */
export function compactFormat(value: number): string | undefined {
  if (!(value >= 19_000_101 && value < 21e12)) return undefined;
  const match = COMPACT.exec(String(value));
  if (!match || midnightOf(+match[1], +match[2], +match[3]) === undefined) return undefined;
  const [, , , , hour, minute, second] = match;
  if (hour === undefined) return "%Y%m%d";
  if (clockSeconds(+hour, +minute, +(second ?? 0)) === undefined) return undefined;
  return second === undefined ? "%Y%m%d%H%M" : "%Y%m%d%H%M%S";
}
