import { isTime, parseTime, type Time, timeOfNumber } from "./cells/times.js";
import { type Notation, parseNumber } from "./notation.js";

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

/** Some rows of a table, column by column; valid until the next ones are asked for. */
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
 *   without it; NaN where it does not. `ids` are equal for equal texts in the whole file; -1: not known. `text` gives
 *   the text of one cell, where all of them cost more
 * - `texts`: a column of texts, also where they look like numbers; "" = missing
 * - `numbers`: NaN = missing
 * - `dates`: seconds since 1970 in UTC, NaN = missing
 */
export type Column =
  | {
      kind: "cells";
      values: readonly string[];
      numbers?: Float64Array;
      dates?: Float64Array;
      ids?: Int32Array;
      text?(r: number): string;
      /** All texts, each with a zero behind it. */
      utf8?: Uint8Array;
      notation?: Notation;
    }
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
        if (column.kind === "cells") return cellsIn(column, notation);
        if (column.kind !== "numbers" || missingNumbers.length === 0) return { ...column, notation };
        const values = column.values.map((value) => (missingNumbers.includes(value) ? Number.NaN : value));
        return { ...column, values, notation };
      },
    };
}

/** Cells in a notation; what their format has parsed stands where the notation does not change it. */
function cellsIn(cells: Column & { kind: "cells" }, notation: Notation): Column {
  const { decimalComma, grouped, missing, times } = notation;
  return {
    kind: "cells",
    notation,
    numbers: decimalComma || grouped || missing.size > 0 ? undefined : cells.numbers,
    dates: times?.parse ? undefined : cells.dates,
    text: cells.text,
    get values() {
      return cells.values;
    },
    get ids() {
      return cells.ids;
    },
  };
}

/** The names of the columns; without names of its own, the first row of the table's first chunk. */
export function namesOf({ names }: Table, first: TableChunk): readonly string[] {
  return names ?? Array.from({ length: first.width }, (_, c) => shownIn(first.column(c), 0));
}

/** Cell r as a text, as it is shown in a message. */
export function shownIn(column: Column, r: number): string {
  if (column.kind === "cells" || column.kind === "texts") return textIn(column, r);
  const { kind, values } = column;
  if (kind === "numbers" || Number.isNaN(values[r])) return String(values[r]);
  return new Date(values[r] * 1000).toISOString();
}

function textIn(column: Column & { kind: "cells" | "texts" }, r: number): string {
  return column.kind === "cells" && column.text ? column.text(r) : column.values[r];
}

/** Whether cell r is missing in a column of names: labels, entities, categories. A mark such as NA is a name there. */
export function missingIn(column: Column, r: number): boolean {
  const { kind, notation } = column;
  if (kind !== "cells" && kind !== "texts") return Number.isNaN(column.values[r]);
  const { missing } = notation ?? {};
  if (kind === "cells" && !missing?.size && (isKnown(column.numbers, r) || isKnown(column.dates, r))) return false;
  const text = textIn(column, r);
  return text === "" || missing?.has(text) === true;
}

/** The number in cell r; NaN: missing; undefined: not a number that fits 32-bit floats. */
export function valueIn(column: Column, r: number): number | undefined {
  const { kind, notation } = column;
  if (kind === "cells" && !isKnown(column.numbers, r)) return parseNumber(textIn(column, r), notation);
  if (kind === "texts")
    return column.values[r] === "" || notation?.missing.has(column.values[r]) ? Number.NaN : undefined;
  const value = kind === "cells" ? column.numbers![r] : column.values[r];
  return Number.isNaN(value) || Number.isFinite(Math.fround(value)) ? value : undefined;
}

/** The time in cell r in seconds, and whether it is a date; undefined: no time. */
export function timeIn(column: Column, r: number): Time | undefined {
  const { kind, notation } = column;
  const { unit, parse } = notation?.times ?? {};
  if (kind === "dates") return isTime(column.values[r]) ? { seconds: column.values[r], calendar: true } : undefined;
  if (parse) return parse(column.kind === "numbers" ? String(column.values[r]) : textIn(column, r));
  if (kind === "numbers") return timeOfNumber(column.values[r], unit);
  if (kind === "cells" && isKnown(column.dates, r)) return { seconds: column.dates![r], calendar: true };
  if (kind === "cells" && isKnown(column.numbers, r)) return timeOfNumber(column.numbers![r], unit);
  return parseTime(textIn(column, r), unit);
}

/** A number of the text in cell r, equal for equal texts of the column; -1: not known. */
export function idIn(column: Column, r: number): number {
  return column.kind === "cells" && column.ids ? column.ids[r] : -1;
}

/** The first row from r on, at most `to`, whose text may have another id than `id`; -1 is that of no text. */
export function whileId(column: Column, r: number, to: number, id: number): number {
  const ids = column.kind === "cells" ? column.ids : undefined;
  if (ids && id >= 0) while (r < to && ids[r] === id) r++;
  return r;
}

function isKnown(parsed: Float64Array | undefined, r: number): boolean {
  return parsed !== undefined && !Number.isNaN(parsed[r]);
}
