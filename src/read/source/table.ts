import { type Notation, parseNumber } from "./notation.js";
import { isTime, parseTime, type Time, timeOfNumber } from "./times.js";

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
  | { kind: "cells"; values: readonly string[]; notation?: Notation }
  | { kind: "texts"; values: readonly string[]; notation?: Notation }
  | { kind: "numbers"; values: Float64Array; notation?: Notation }
  | { kind: "dates"; values: Float64Array; notation?: Notation };

/** The table with its cells in a notation. */
export function inNotation(table: Table, notation: Notation | undefined): Table {
  if (!notation) return table;
  return { ...table, chunks: chunksIn(table.chunks, notation) };
}

async function* chunksIn(chunks: AsyncIterable<TableChunk>, notation: Notation): AsyncGenerator<TableChunk> {
  const { missingNumbers } = notation;
  for await (const chunk of chunks)
    yield {
      ...chunk,
      column(c) {
        const column = chunk.column(c);
        if (column.kind !== "numbers" || missingNumbers.length === 0) return { ...column, notation };
        const values = column.values.map((value) => (missingNumbers.includes(value) ? Number.NaN : value));
        return { ...column, values, notation };
      },
    };
}

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

/** Whether cell r is missing in a column of names: labels, entities, categories. A mark such as NA is a name there. */
export function missingIn({ kind, values, notation }: Column, r: number): boolean {
  if (kind !== "cells" && kind !== "texts") return Number.isNaN(values[r]);
  return values[r] === "" || notation?.missing.has(values[r]) === true;
}

/** The number in cell r; NaN: missing; undefined: not a number that fits 32-bit floats. */
export function valueIn({ kind, values, notation }: Column, r: number): number | undefined {
  if (kind === "cells") return parseNumber(values[r], notation);
  if (kind === "texts") return values[r] === "" || notation?.missing.has(values[r]) ? Number.NaN : undefined;
  const value = values[r];
  return Number.isNaN(value) || Number.isFinite(Math.fround(value)) ? value : undefined;
}

/** The time in cell r in seconds, and whether it is a date; undefined: no time. */
export function timeIn({ kind, values, notation }: Column, r: number): Time | undefined {
  const { unit, parse } = notation?.times ?? {};
  if (kind === "dates") return isTime(values[r]) ? { seconds: values[r], calendar: true } : undefined;
  if (parse) return parse(String(values[r]));
  return kind === "numbers" ? timeOfNumber(values[r], unit) : parseTime(values[r], unit);
}
