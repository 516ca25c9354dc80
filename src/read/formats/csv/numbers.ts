import { parseTime } from "../../source/times.js";

const POWERS = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`)); // exact
const [PLUS, MINUS, DOT, ZERO, NINE] = [43, 45, 46, 48, 57];
const MOST_DIGITS = 15; // every such whole number is exact in a double

/**
 * The number that the bytes write, that of Number(text); NaN where they are no number.
 * Up to 15 digits, divided by a power of ten up to 1e22: both are exact, so the quotient is rounded once, as the
 * nearest double is. Other notations go through a text.
 */
export function numberOf(bytes: Buffer, start: number, end: number): number {
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

/** Letters but those of an exponent or of a prefix such as 0x are no number. */
function slowNumber(bytes: Buffer, start: number, end: number): number {
  const byte = bytes[start];
  const begins = byte === PLUS || byte === MINUS || byte === DOT || (byte >= ZERO && byte <= NINE);
  if (!begins) return Number.NaN;
  const value = Number(bytes.toString("latin1", start, end));
  return Number.isFinite(value) ? value : Number.NaN;
}

/**
 * Reads dates such as 2018-04-01, 2018-04-01T00:07:56 or 2018-04-01 00:07:56Z as seconds since 1970; NaN: another
 * notation, which parseTime may know. One day is parsed once.
 */
export function createDateReader(): (bytes: Buffer, start: number, end: number) => number {
  const midnights = new Map<number, number>(); // by year, month and day as one number
  return (bytes, start, end) => {
    const length = end - start;
    if (length !== 10 && length !== 19 && length !== 20) return Number.NaN;
    const two = (at: number) => {
      const high = bytes[start + at] - ZERO;
      const low = bytes[start + at + 1] - ZERO;
      return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? 10 * high + low : Number.NaN;
    };
    const found = ((two(0) * 100 + two(2)) * 100 + two(5)) * 100 + two(8);
    if (Number.isNaN(found) || bytes[start + 4] !== MINUS || bytes[start + 7] !== MINUS) return Number.NaN;
    let midnight = midnights.get(found);
    if (midnight === undefined) {
      midnight = parseTime(bytes.toString("latin1", start, start + 10))?.seconds ?? Number.NaN;
      midnights.set(found, midnight);
    }
    if (length === 10) return midnight;
    const between = bytes[start + 10];
    if (between !== 84 && between !== 32) return Number.NaN; // T or a space
    if (bytes[start + 13] !== 58 || bytes[start + 16] !== 58 || (length === 20 && bytes[start + 19] !== 90))
      return Number.NaN; // colons, Z
    const [hour, minute, second] = [two(11), two(14), two(17)];
    return hour < 24 && minute < 60 && second < 60 ? midnight + 3600 * hour + 60 * minute + second : Number.NaN;
  };
}
