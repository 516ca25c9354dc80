import { decimalOf } from "../../../decimal.js";
import { DataError } from "../../../errors.js";

const MISSING = new Set(["", "?", "nan", "na", "null"]);

/** Whether a cell marks a missing value: empty, ?, NaN, NA or null, in any case. */
export function isMissing(text: string): boolean {
  return text.length <= 4 && MISSING.has(text.toLowerCase());
}

/** The number in a cell; NaN: missing; undefined: not a number that fits 32-bit floats. */
export function parseCell(text: string): number | undefined {
  const cell = text.trim();
  const value = decimalOf(cell);
  if (Number.isFinite(Math.fround(value))) return value;
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

/** A label of a purely numeric format, so that "1", "1.0" and "1.0000000e+00" are one class; beyond 2^53 as written. */
export function numericLabel(text: string): string {
  const value = decimalOf(text);
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : text.trim();
}
