import { decimalOf } from "../../../decimal.js";
import { parseTime } from "../../source/cells/times.js";

const POWERS = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`)); // exact
const [PLUS, MINUS, DOT, ZERO, NINE] = [43, 45, 46, 48, 57];
const MOST_DIGITS = 15; // every such whole number is exact in a double
const SMALL = 10; // bytes of a number whose digits fit a 32-bit integer

/**
 * The number that the bytes write, as `decimalOf` their text; NaN where they are no number.
 * Up to 15 digits, divided by a power of ten up to 1e22: both are exact, so the quotient is rounded once, as the
 * nearest double is. Other notations go through a text.
 */
export function numberOf(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start];
  let k = first === MINUS ? start + 1 : start;
  if (end - k >= SMALL || k === end) return longNumber(bytes, start, end);
  let mantissa = 0;
  let point = -1;
  for (; k < end; k++) {
    const digit = bytes[k] - ZERO;
    if (digit >= 0 && digit <= 9) mantissa = (10 * mantissa + digit) | 0;
    else if (digit === DOT - ZERO && point < 0) point = k;
    else return longNumber(bytes, start, end);
  }
  if (point >= 0 && end - (first === MINUS ? start + 1 : start) === 1) return longNumber(bytes, start, end); // a point alone
  const value = point < 0 || point === end - 1 ? mantissa : mantissa / POWERS[end - 1 - point];
  return first === MINUS ? -value : value;
}

/** As `numberOf`, of any length. */
function longNumber(bytes: Uint8Array, start: number, end: number): number {
  let k = start;
  const sign = bytes[k];
  if (sign === MINUS || sign === PLUS) k++;
  let mantissa = 0;
  let digits = 0; // without leading zeros
  let places = 0; // behind the point
  let dot = false;
  const first = k;
  for (; k < end; k++) {
    const byte = bytes[k];
    if (byte >= ZERO && byte <= NINE) {
      mantissa = 10 * mantissa + (byte - ZERO);
      if (mantissa > 0) digits++;
      if (dot) places++;
    } else if (byte === DOT && !dot) dot = true;
    else break;
  }
  const written = k - first - (dot ? 1 : 0);
  if (k < end || written === 0 || digits > MOST_DIGITS || places > 22) return slowNumber(bytes, start, end);
  const value = mantissa / POWERS[places];
  return sign === MINUS ? -value : value;
}

/** Letters but those of an exponent are no number. */
function slowNumber(bytes: Uint8Array, start: number, end: number): number {
  const byte = bytes[start];
  const begins = byte === PLUS || byte === MINUS || byte === DOT || (byte >= ZERO && byte <= NINE);
  if (!begins) return Number.NaN;
  const value = decimalOf(latin1Of(bytes, start, end));
  return Number.isFinite(value) ? value : Number.NaN;
}

function latin1Of(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
}

/**
 * Reads dates such as 2018-04-01, 2018-04-01T00:07:56 or 2018-04-01 00:07:56Z as seconds since 1970; NaN: another
 * notation, which parseTime may know. One day is parsed once.
 */
export function createDateReader(): (bytes: Uint8Array, start: number, end: number) => number {
  const midnights = new Map<number, number>(); // by year, month and day as one number
  let day = -1; // of the cell before
  let midnight = Number.NaN; // of that day
  return (bytes, start, end) => {
    const length = end - start;
    if (length !== 10 && length !== 19 && length !== 20) return Number.NaN;
    const year = 100 * two(bytes, start) + two(bytes, start + 2);
    const month = two(bytes, start + 5);
    const inMonth = two(bytes, start + 8);
    if (year < 0 || month < 0 || inMonth < 0) return Number.NaN;
    if (bytes[start + 4] !== MINUS || bytes[start + 7] !== MINUS) return Number.NaN;
    const found = (100 * year + month) * 100 + inMonth;
    if (found !== day) {
      day = found;
      const known = midnights.get(found);
      midnight = known ?? parseTime(latin1Of(bytes, start, start + 10))?.seconds ?? Number.NaN;
      if (known === undefined) midnights.set(found, midnight);
    }
    if (length === 10) return midnight;
    const between = bytes[start + 10];
    if (between !== 84 && between !== 32) return Number.NaN; // T or a space
    if (bytes[start + 13] !== 58 || bytes[start + 16] !== 58 || (length === 20 && bytes[start + 19] !== 90))
      return Number.NaN; // colons, Z
    const hour = two(bytes, start + 11);
    const minute = two(bytes, start + 14);
    const second = two(bytes, start + 17);
    if (hour < 0 || minute < 0 || second < 0 || hour > 23 || minute > 59 || second > 59) return Number.NaN;
    return midnight + 3600 * hour + 60 * minute + second;
  };
}

const NO_DIGITS = -1_000_000;

/** The number of two digits; far below 0: they are none. */
function two(bytes: Uint8Array, at: number): number {
  const high = bytes[at] - ZERO;
  const low = bytes[at + 1] - ZERO;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? 10 * high + low : NO_DIGITS;
}
