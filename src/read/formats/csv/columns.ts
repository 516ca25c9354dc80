import type { Column } from "../../source/table.js";
import { createDateReader, numberOf } from "./numbers.js";
import type { ScannedRows } from "./scan.js";

const MINUS = 45;
const SLOTS = 1 << 16;
const LONGEST = 64; // bytes of a text that is kept

/** Makes columns of scanned rows: numbers and dates from bytes, texts only where they are asked for. */
export interface ColumnReader {
  column(rows: ScannedRows, c: number): Column;
  /** The text of the cell at an index. */
  text(rows: ScannedRows, cell: number): string;
}

export function createColumnReader(): ColumnReader {
  const dateOf = createDateReader();
  const kept: (string | undefined)[] = []; // texts by a hash of their bytes: the same text again is the same string

  function text({ bytes, starts, ends }: ScannedRows, cell: number): string {
    const start = starts[cell];
    const end = ends[cell];
    if (end < 0) return unquoted(bytes.toString("utf8", start, ~end));
    if (start === end) return "";
    if (end - start > LONGEST) return bytes.toString("utf8", start, end).trim();
    let hash = 0;
    let bits = 0;
    for (let k = start; k < end; k++) {
      hash = (Math.imul(hash, 31) + bytes[k]) | 0;
      bits |= bytes[k];
    }
    if (bits > 127) return bytes.toString("utf8", start, end).trim(); // blanks beyond ASCII too
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = kept[slot];
    if (known !== undefined && isWritten(known, bytes, start, end)) return known;
    const made = bytes.toString("latin1", start, end);
    if (kept.length === 0) kept.length = SLOTS;
    kept[slot] = made;
    return made;
  }

  function textsOf(rows: ScannedRows, c: number): string[] {
    const { bytes, starts, ends, width } = rows;
    const texts: string[] = [];
    for (let r = 0, cell = c; r < rows.rows.length; r++, cell += width) {
      const start = starts[cell];
      const again = r > 0 && sameBytes(bytes, starts[cell - width], ends[cell - width], start, ends[cell]);
      texts.push(again ? texts[r - 1] : text(rows, cell));
    }
    return texts;
  }

  return {
    text,
    column(rows, c) {
      let texts: string[] | undefined;
      const { numbers, dates } = parsed(rows, c, dateOf);
      return {
        kind: "cells",
        numbers,
        dates,
        get values() {
          texts ??= textsOf(rows, c);
          return texts;
        },
      };
    },
  };
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

/** Whether two cells that are not quoted have the same bytes. */
function sameBytes(bytes: Buffer, before: number, beforeEnd: number, start: number, end: number): boolean {
  if (end < 0 || beforeEnd - before !== end - start) return false;
  for (let k = 0; k < end - start; k++) if (bytes[before + k] !== bytes[start + k]) return false;
  return true;
}

/** Whether these bytes, in ASCII, are the text. */
function isWritten(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let k = start; k < end; k++) if (text.charCodeAt(k - start) !== bytes[k]) return false;
  return true;
}

function unquoted(text: string): string {
  return text.includes('"') ? text.replaceAll('""', '"') : text;
}
