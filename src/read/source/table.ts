import { isMissing, isTime, parseCell, parseTime } from "./cells.js";

/** A table as its format gives it, before a layout makes sequences of it. */
export interface Table {
  path: string;
  /** Names of the columns; absent where the first row may hold them (CSV). */
  names?: readonly string[];
  /** The rows in their order, once; the next chunk is read on request. */
  chunks: AsyncIterable<TableChunk>;
}

/** Some rows of a table, column by column. */
export interface TableChunk {
  /** The number of each row as a user counts them, for messages. */
  rows: ArrayLike<number>;
  /** The number of columns. */
  width: number;
  /** The cells of column c; its kind is that of the whole file. */
  column(c: number): Column;
}

/**
 * Cells of one column, as the file has them:
 * - `cells`: text without a type. What is in it is found out: a number, a date, a text, or a word for a missing value
 * - `texts`: a column of texts, also where they look like numbers; "" = missing
 * - `numbers`: NaN = missing
 * - `dates`: seconds since 1970 in UTC, NaN = missing
 */
export type Column =
  | { kind: "cells"; values: readonly string[] }
  | { kind: "texts"; values: readonly string[] }
  | { kind: "numbers"; values: Float64Array }
  | { kind: "dates"; values: Float64Array };

/** The names of the columns; without names of its own, the first row of the table's first chunk. */
export function namesOf({ names }: Table, first: TableChunk): readonly string[] {
  return names ?? Array.from({ length: first.width }, (_, c) => shownIn(first.column(c), 0));
}

/** Cell r as a text, as it is shown in a message. */
export function shownIn({ kind, values }: Column, r: number): string {
  if (kind === "cells" || kind === "texts") return values[r];
  if (kind === "numbers" || Number.isNaN(values[r])) return String(values[r]);
  return new Date(values[r] * 1000).toISOString();
}

/** Whether cell r is missing. */
export function missingIn({ kind, values }: Column, r: number): boolean {
  if (kind === "cells") return isMissing(values[r]);
  return kind === "texts" ? values[r] === "" : Number.isNaN(values[r]);
}

/** The number in cell r; NaN: missing; undefined: not a number that fits 32-bit floats. */
export function valueIn({ kind, values }: Column, r: number): number | undefined {
  if (kind === "cells") return parseCell(values[r]);
  if (kind === "texts") return values[r] === "" ? Number.NaN : undefined;
  const value = values[r];
  return Number.isNaN(value) || Number.isFinite(Math.fround(value)) ? value : undefined;
}

/** The time in cell r in seconds, and whether it is a date; undefined: no time. */
export function timeIn({ kind, values }: Column, r: number): { seconds: number; calendar: boolean } | undefined {
  if (kind === "cells" || kind === "texts") return parseTime(values[r]);
  return isTime(values[r]) ? { seconds: values[r], calendar: kind === "dates" } : undefined;
}
