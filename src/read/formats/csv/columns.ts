import type { Column } from "../../source/table.js";
import { createDateReader, numberOf } from "./numbers.js";
import type { ScannedRows } from "./scan.js";
import { createTextStore, type TextStore } from "./texts.js";

const MINUS = 45;

/** Makes columns of the scanned rows of a file: numbers and dates from bytes, texts only where they are asked for. */
export function createColumnReader(): (rows: ScannedRows, c: number) => Column {
  const dateOf = createDateReader();
  const stores: TextStore[] = []; // by column
  return (rows, c) => {
    let texts: ReturnType<typeof textsOf> | undefined;
    const made = () => {
      stores[c] ??= createTextStore();
      texts ??= textsOf(rows, c, stores[c]);
      return texts;
    };
    const { numbers, dates } = parsed(rows, c, dateOf);
    return {
      kind: "cells",
      numbers,
      dates,
      get values() {
        return made().values;
      },
      get ids() {
        return made().ids;
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

function textsOf(rows: ScannedRows, c: number, store: TextStore) {
  const { bytes, starts, ends, width } = rows;
  const R = rows.rows.length;
  const ids = new Int32Array(R);
  const values: string[] = [];
  for (let r = 0, cell = c; r < R; r++, cell += width) {
    const id = ends[cell] < 0 ? -1 : store.idOf(bytes, starts[cell], ends[cell]);
    ids[r] = id;
    values.push(id < 0 ? textOf(rows, cell) : store.textOf(id));
  }
  return { values, ids };
}

/** The numbers of a column, or its dates; neither where its first cells are texts. */
function parsed(
  { bytes, starts, ends, rows, width }: ScannedRows,
  c: number,
  dateOf: typeof numberOf,
): { numbers?: Float64Array; dates?: Float64Array } {
  const R = rows.length;
  const values = new Float64Array(R);
  let parse = numberOf;
  let found = 0;
  for (let r = 0, cell = c; r < R; r++, cell += width) {
    const start = starts[cell];
    const end = ends[cell] < 0 ? ~ends[cell] : ends[cell];
    if (start === end) {
      values[r] = Number.NaN;
      continue;
    }
    if (found === 0) parse = end - start >= 10 && bytes[start + 4] === MINUS ? dateOf : numberOf;
    const value = parse(bytes, start, end);
    values[r] = value;
    if (!Number.isNaN(value)) found++;
    else if (found === 0 && r >= 8) return {};
  }
  if (found === 0) return {};
  return parse === numberOf ? { numbers: values } : { dates: values };
}
