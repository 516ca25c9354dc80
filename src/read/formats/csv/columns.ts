import { createTextStore, idOf, type TextStore } from "../../source/cells/text-store.js";
import type { Column } from "../../source/table.js";
import { createDateReader, numberOf } from "./numbers.js";
import type { ScannedRows } from "./scan.js";

const MINUS = 45;
/** Of fewer rows a column is its texts: a million columns must not have stores and arrays of numbers each. */
const FEW = 16;

/** What columns are made in, by column: each chunk of rows takes the place of the one before. */
interface Room {
  values: Float64Array;
  ids: Int32Array;
}

/** Makes columns of the scanned rows of a file: numbers and dates from bytes, texts only where they are asked for. */
export function createColumnReader(): (rows: ScannedRows, c: number) => Column {
  const dateOf = createDateReader();
  const stores: TextStore[] = []; // by column
  const rooms: Room[] = [];
  return (rows, c) => {
    const R = rows.rows.length;
    if (R < FEW) return { kind: "cells", values: plainTexts(rows, c) };
    if (R > (rooms[c]?.values.length ?? 0))
      rooms[c] = { values: new Float64Array(R + (R >> 3)), ids: new Int32Array(0) };
    const room = rooms[c];
    let ids: Int32Array | undefined;
    let values: string[] | undefined;
    const made = () => {
      stores[c] ??= createTextStore();
      if (room.ids.length < R) room.ids = new Int32Array(room.values.length);
      ids ??= idsOf(rows, c, stores[c], room.ids.subarray(0, R));
      return ids;
    };
    const text = (r: number) => {
      const cell = r * rows.width + c;
      if (rows.starts[cell] === rows.ends[cell]) return "";
      const id = made()[r];
      return id < 0 ? textOf(rows, cell) : stores[c].texts[id];
    };
    const { numbers, dates } = parsed(rows, c, dateOf, room.values.subarray(0, R));
    return {
      kind: "cells",
      numbers,
      dates,
      text,
      get values() {
        values ??= Array.from({ length: R }, (_, r) => text(r));
        return values;
      },
      get ids() {
        return made();
      },
    };
  };
}

/** The text of a cell, by its index. */
export function textOf({ bytes, starts, ends }: ScannedRows, cell: number): string {
  const end = ends[cell];
  if (end >= 0) return bytes.toString("utf8", starts[cell], end).trim(); // blanks beyond ASCII too
  const text = bytes.toString("utf8", starts[cell], ~end);
  return text.includes('"') ? text.replaceAll('""', '"') : text;
}

function plainTexts(rows: ScannedRows, c: number): string[] {
  const values: string[] = [];
  for (let r = 0; r < rows.rows.length; r++) values.push(textOf(rows, r * rows.width + c));
  return values;
}

function idsOf(rows: ScannedRows, c: number, store: TextStore, ids: Int32Array): Int32Array {
  const { bytes, starts, ends, width } = rows;
  const R = rows.rows.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let r = 0, cell = c; r < R; r++, cell += width)
    ids[r] = ends[cell] < 0 ? -1 : idOf(store, bytes, view, starts[cell], ends[cell]);
  return ids;
}

/** The numbers of a column, or its dates; neither where its first cells are texts. */
function parsed(
  { bytes, starts, ends, rows, width }: ScannedRows,
  c: number,
  dateOf: typeof numberOf,
  values: Float64Array,
): { numbers?: Float64Array; dates?: Float64Array } {
  const R = rows.length;
  let isDate = false;
  let found = 0;
  for (let r = 0, cell = c; r < R; r++, cell += width) {
    const start = starts[cell];
    const end = ends[cell] < 0 ? ~ends[cell] : ends[cell];
    if (start === end) {
      values[r] = Number.NaN;
      continue;
    }
    if (found === 0) isDate = end - start >= 10 && bytes[start + 4] === MINUS;
    const value = isDate ? dateOf(bytes, start, end) : numberOf(bytes, start, end);
    values[r] = value;
    if (!Number.isNaN(value)) found++;
    else if (found === 0 && r >= 8) return {};
  }
  if (found === 0) return {};
  return isDate ? { dates: values } : { numbers: values };
}
