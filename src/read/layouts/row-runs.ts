import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Column, idIn } from "../source/table.js";

/** Cells that a run holds before it is written. */
const RUN_CELLS = 4_000_000;
const RUN_ROWS = 1_000_000;
/** Different texts of a column that are kept in memory; others stand in the file. */
const MOST_NAMES = 1 << 16;

/** Rows that were sorted by a code and put into a file; rows of one code stay in their order. */
interface Run {
  /** [codes + 1], where the rows of each code begin. */
  starts: Int32Array;
  /** Where the numbers of the rows stand in the file. */
  rows: number;
  columns: readonly Record<Part, number>[];
}
/** What is known of a cell: a number, a date, a text by its id, or where its text ends in those of the run. */
type Part = "numbers" | "dates" | "ids" | "ends" | "texts";

/** Collects rows and gives them back by their codes, in memory that does not grow with their number. */
export interface RowRuns {
  /** @param codes of the rows of a chunk, from 0, each at most one above all before it */
  add(columns: readonly Column[], codes: Int32Array, rows: ArrayLike<number>): void;
  /** Writes what is still in memory. @returns how many rows each code has */
  end(): Int32Array;
  /** The rows with codes from `from` to `to` - 1, by code. */
  read(from: number, to: number): { rows: Float64Array; columns: Column[] };
  close(): void;
}

/**
 * @param folder in which a file is made
 * @param bare for each column, whether the text of a number or a date is of no use
 */
export function createRowRuns(folder: string, bare: readonly boolean[]): RowRuns {
  const file = openSync(join(folder, "rows"), "wx+");
  const most = Math.max(1, Math.min(RUN_ROWS, Math.floor(RUN_CELLS / bare.length)));
  const columns = bare.map((numbersAlone) => createColumnStore(most, numbersAlone));
  const codes = new Int32Array(most);
  const rows = new Float64Array(most);
  const runs: Run[] = [];
  let counts = new Int32Array(16);
  let codeCount = 0;
  let held = 0;
  let size = 0; // of the file

  const put = (array: Float64Array | Int32Array | Buffer): number => {
    const at = size;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, at + done);
    size += bytes.length;
    return at;
  };
  const get = <A extends Float64Array | Int32Array | Uint8Array>(into: A, at: number): A => {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(file, bytes, done, bytes.length - done, at + done);
      if (read === 0) throw new Error("the file of sorted rows was cut while it was in use");
      done += read;
    }
    return into;
  };

  function write(): void {
    if (held === 0) return;
    const { order, starts } = orderOf(codes.subarray(0, held), codeCount);
    const sorted = Float64Array.from(order, (r) => rows[r]);
    runs.push({ starts, rows: put(sorted), columns: columns.map((column) => column.write(order, put)) });
    held = 0;
  }

  return {
    add(chunk, chunkCodes, numbers) {
      for (let done = 0; done < chunkCodes.length; ) {
        const count = Math.min(most - held, chunkCodes.length - done);
        for (const [c, column] of columns.entries()) column.add(chunk[c], done, count, held);
        for (let r = 0; r < count; r++) {
          const code = chunkCodes[done + r];
          codes[held + r] = code;
          rows[held + r] = numbers[done + r];
          if (code >= counts.length) counts = grown(counts, 2 * code);
          counts[code]++;
          if (code >= codeCount) codeCount = code + 1;
        }
        held += count;
        done += count;
        if (held === most) write();
      }
    },
    end() {
      write();
      return counts.subarray(0, codeCount);
    },
    read(from, to) {
      const slices = runs.flatMap((run) => {
        const last = run.starts.length - 1;
        const [begin, end] = [run.starts[Math.min(from, last)], run.starts[Math.min(to, last)]];
        return end > begin ? [{ run, begin, count: end - begin }] : [];
      });
      const total = slices.reduce((sum, { count }) => sum + count, 0);
      const owners = new Int32Array(total);
      const numbers = new Float64Array(total);
      let at = 0;
      for (const { run, begin, count } of slices) {
        get(numbers.subarray(at, at + count), run.rows + 8 * begin);
        for (let code = from; code < Math.min(to, run.starts.length - 1); code++)
          owners.fill(code - from, at + run.starts[code] - begin, at + run.starts[code + 1] - begin);
        at += count;
      }
      const { order } = orderOf(owners, to - from);
      return {
        rows: Float64Array.from(order, (r) => numbers[r]),
        columns: columns.map((column, c) =>
          column.read(order, slices.map(({ run, begin, count }) => ({ at: run.columns[c], begin, count })), get),
        ),
      };
    },
    close: () => closeSync(file),
  };
}

/** Rows by their codes, those of one code in their order (a counting sort). */
function orderOf(codes: Int32Array, count: number) {
  const starts = new Int32Array(count + 1);
  for (const code of codes) starts[code + 1]++;
  for (let code = 0; code < count; code++) starts[code + 1] += starts[code];
  const next = starts.slice();
  const order = new Int32Array(codes.length);
  for (let r = 0; r < codes.length; r++) order[next[codes[r]]++] = r;
  return { order, starts };
}

function grown(array: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size);
  larger.set(array);
  return larger;
}

type Get = <A extends Float64Array | Int32Array | Uint8Array>(into: A, at: number) => A;
interface Slice {
  at: Record<Part, number>;
  begin: number;
  count: number;
}

/** One column of the run in memory, and of those in the file. */
function createColumnStore(most: number, bare: boolean) {
  let kind: Column["kind"] = "cells";
  let notation: Column["notation"];
  const numbers = new Float64Array(most);
  let dates: Float64Array | undefined; // from the first date on
  let ids: Int32Array | undefined; // from the first text on; -1: in `texts`, -2: a number or a date
  let texts = new Map<number, string>(); // by place in the run
  const names: string[] = [];
  const known = new Map<string, number>();
  let byFileId = new Int32Array(0);

  const nameOf = (text: string): number => {
    let id = known.get(text);
    if (id === undefined && names.length < MOST_NAMES) {
      id = names.push(text) - 1;
      known.set(text, id);
    }
    return id ?? -1;
  };
  const addText = (column: Column & { values: readonly string[] }, r: number, at: number) => {
    ids ??= new Int32Array(most).fill(-2);
    const fileId = bare ? -1 : idIn(column, r);
    let id = fileId >= 0 && fileId < byFileId.length ? byFileId[fileId] - 1 : -1;
    if (id < 0) {
      const text = column.values[r];
      id = nameOf(text);
      if (id < 0) texts.set(at, text);
      else if (fileId >= 0) {
        if (fileId >= byFileId.length) byFileId = grown(byFileId, 2 * fileId + 16);
        byFileId[fileId] = id + 1;
      }
    }
    ids[at] = id;
  };

  return {
    add(column: Column, from: number, count: number, at: number): void {
      ({ kind, notation } = column);
      if (column.kind === "numbers" || column.kind === "dates")
        return void numbers.set(column.values.subarray(from, from + count), at);
      const parsed = column.kind === "cells" && bare ? column : undefined;
      for (let k = 0; k < count; k++) {
        const number = parsed?.numbers?.[from + k] ?? Number.NaN;
        const date = parsed?.dates?.[from + k] ?? Number.NaN;
        numbers[at + k] = number;
        if (!Number.isNaN(date)) dates ??= new Float64Array(most).fill(Number.NaN);
        if (dates) dates[at + k] = date;
        if (Number.isNaN(number) && Number.isNaN(date)) addText(column, from + k, at + k);
        else if (ids) ids[at + k] = -2;
      }
    },
    write(order: Int32Array, put: (array: Float64Array | Int32Array | Buffer) => number): Record<Part, number> {
      const places: Record<Part, number> = { numbers: -1, dates: -1, ids: -1, ends: -1, texts: -1 };
      const onlyTexts = ids !== undefined && !bare;
      if (!onlyTexts) places.numbers = put(Float64Array.from(order, (r) => numbers[r]));
      if (dates) places.dates = put(Float64Array.from(order, (r) => dates![r]));
      if (ids) places.ids = put(Int32Array.from(order, (r) => ids![r]));
      if (texts.size > 0) {
        const bytes = Buffer.from(Array.from(order, (r) => texts.get(r) ?? "").join(""));
        let end = 0;
        const ends = Float64Array.from(order, (r) => (end += texts.has(r) ? Buffer.byteLength(texts.get(r)!) : 0));
        places.ends = put(ends);
        places.texts = put(bytes);
        texts = new Map();
      }
      ids?.fill(-2);
      return places;
    },
    read(order: Int32Array, slices: readonly Slice[], get: Get): Column {
      const floats = (part: "numbers" | "dates"): Float64Array | undefined => {
        if (slices.every(({ at }) => at[part] < 0)) return undefined;
        const all = new Float64Array(order.length).fill(Number.NaN);
        let at = 0;
        for (const { at: places, begin, count } of slices) {
          if (places[part] >= 0) get(all.subarray(at, at + count), places[part] + 8 * begin);
          at += count;
        }
        return Float64Array.from(order, (r) => all[r]);
      };
      if (kind === "numbers" || kind === "dates") return { kind, values: floats("numbers")!, notation };
      const [ownNumbers, ownDates] = [floats("numbers"), floats("dates")];
      const { own, longTexts } = readTexts(order, slices, get);
      const shown = (r: number) => {
        if (own && own[r] >= 0) return names[own[r]];
        if (longTexts.has(r)) return longTexts.get(r)!;
        const date = ownDates?.[r] ?? Number.NaN;
        return Number.isNaN(date) ? String(ownNumbers![r]) : new Date(date * 1000).toISOString();
      };
      const all = () => Array.from(order, (_, r) => shown(r));
      if (kind === "texts") return { kind, values: all(), notation };
      let values: string[] | undefined;
      return {
        kind,
        notation,
        ...(bare ? { numbers: ownNumbers, dates: ownDates } : { ids: own }),
        get values() {
          values ??= all();
          return values;
        },
      };
    },
  };

  /** Ids of the texts, and the texts that have none, by their place in `order`. */
  function readTexts(order: Int32Array, slices: readonly Slice[], get: Get) {
    const longTexts = new Map<number, string>();
    if (slices.every(({ at }) => at.ids < 0)) return { own: undefined, longTexts };
    const all = new Int32Array(order.length).fill(-2);
    const found = new Map<number, string>();
    let at = 0;
    for (const { at: places, begin, count } of slices) {
      if (places.ids >= 0) get(all.subarray(at, at + count), places.ids + 4 * begin);
      if (places.ends >= 0) {
        const first = begin === 0 ? 0 : get(new Float64Array(1), places.ends + 8 * (begin - 1))[0];
        const ends = get(new Float64Array(count), places.ends + 8 * begin);
        const bytes = Buffer.from(get(new Uint8Array(ends[count - 1] - first), places.texts + first).buffer);
        for (let r = 0, start = first; r < count; start = ends[r++])
          if (all[at + r] === -1) found.set(at + r, bytes.toString("utf8", start - first, ends[r] - first));
      }
      at += count;
    }
    const own = Int32Array.from(order, (r) => all[r]);
    if (found.size > 0) order.forEach((r, k) => found.has(r) && longTexts.set(k, found.get(r)!));
    return { own, longTexts };
  }
}
