import { isMissing, isTime, parseCell, parseTime } from "./cells.js";

/** A table as its format gives it, before a layout makes sequences of it. */
export interface Table {
  path: string;
  /** Names of the columns; absent where the first row may hold them (CSV). */
  names?: readonly string[];
  /** What separates the cells of a row, where it is a text; default a comma. */
  separator?: string;
  /** What was found out about the file; known when its first chunk is. */
  notes?: readonly string[];
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
 * - `cells`: text without a type. What is in it is found out: a number, a date, a text, or a word for a missing value.
 *   `numbers` and `dates` (seconds) are what parseCell and parseTime give of a text, for cells whose format knows that
 *   without it; NaN where it does not. `ids` are equal for equal texts in the whole file; -1: not known
 * - `texts`: a column of texts, also where they look like numbers; "" = missing
 * - `numbers`: NaN = missing
 * - `dates`: seconds since 1970 in UTC, NaN = missing
 */
export type Column =
  | { kind: "cells"; values: readonly string[]; numbers?: Float64Array; dates?: Float64Array; ids?: Int32Array }
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
export function missingIn(column: Column, r: number): boolean {
  const { kind } = column;
  if (kind === "cells") return !isKnown(column.numbers, r) && !isKnown(column.dates, r) && isMissing(column.values[r]);
  return kind === "texts" ? column.values[r] === "" : Number.isNaN(column.values[r]);
}

/** The number in cell r; NaN: missing; undefined: not a number that fits 32-bit floats. */
export function valueIn(column: Column, r: number): number | undefined {
  const { kind } = column;
  if (kind === "cells" && !isKnown(column.numbers, r)) return parseCell(column.values[r]);
  if (kind === "texts") return column.values[r] === "" ? Number.NaN : undefined;
  const value = kind === "cells" ? column.numbers![r] : column.values[r];
  return Number.isNaN(value) || Number.isFinite(Math.fround(value)) ? value : undefined;
}

/** The time in cell r in seconds, and whether it is a date; undefined: no time. */
export function timeIn(column: Column, r: number): { seconds: number; calendar: boolean } | undefined {
  const { kind } = column;
  if (kind === "cells" && isKnown(column.dates, r)) return { seconds: column.dates![r], calendar: true };
  if (kind === "cells" || kind === "texts") return parseTime(column.values[r]);
  return isTime(column.values[r]) ? { seconds: column.values[r], calendar: kind === "dates" } : undefined;
}

/** A number of the text in cell r, equal for equal texts of the column; -1: not known. */
export function idIn(column: Column, r: number): number {
  return column.kind === "cells" && column.ids ? column.ids[r] : -1;
}

function isKnown(parsed: Float64Array | undefined, r: number): boolean {
  return parsed !== undefined && !Number.isNaN(parsed[r]);
}
