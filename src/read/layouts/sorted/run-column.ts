import { type Column, idIn, shownIn } from "../../source/table.js";

/** Different texts of a column that are kept in memory; others stand in the file. */
const MOST_NAMES = 1 << 16;

/** What is known of a cell: a number, a date, a text by its id, or where its text ends in those of the run. */
type Part = "numbers" | "dates" | "ids" | "ends" | "texts";
/** Where in the file the parts of a column in a run begin; -1: it has none. */
export type Places = Record<Part, number>;
export type Put = (array: Float64Array | Int32Array | Buffer) => number;
export type Get = <A extends Float64Array | Int32Array | Uint8Array>(into: A, at: number) => A;

/** Some rows of a run, for one column. */
export interface RunSlice {
  at: Places;
  begin: number;
  count: number;
}

/** One column: of the run in memory its cells, of all runs the names of its texts. */
export interface RunColumn {
  most: number;
  bare: boolean;
  kind: Column["kind"];
  notation: Column["notation"];
  numbers: Float64Array;
  /** From the first date on. */
  dates?: Float64Array;
  /** From the first text on; -1: in `texts`, -2: a number or a date. */
  ids?: Int32Array;
  /** By place in the run. */
  texts: Map<number, string>;
  names: string[];
  known: Map<string, number>;
  /** Ids + 1 by the id that the file has for the text. */
  byFileId: Int32Array;
}

export function createRunColumn(most: number, bare: boolean): RunColumn {
  const none = { texts: new Map(), names: [], known: new Map(), byFileId: new Int32Array(0) };
  return { most, bare, kind: "cells", notation: undefined, numbers: new Float64Array(most), ...none };
}

/** Puts cells of a chunk, from `from` on, to the place `at` of the run. */
export function addCells(store: RunColumn, column: Column, from: number, count: number, at: number): void {
  store.kind = column.kind;
  store.notation = column.notation;
  const { numbers, most } = store;
  if (column.kind === "numbers" || column.kind === "dates")
    return void numbers.set(column.values.subarray(from, from + count), at);
  const parsed = column.kind === "cells" && store.bare ? column : undefined;
  const known = parsed?.dates ? undefined : parsed?.numbers;
  const fileIds = column.kind === "cells" && !parsed ? column.ids : undefined;
  for (let k = 0; k < count; k++) {
    if (known && !store.ids && !store.dates && !Number.isNaN(known[from + k])) {
      numbers[at + k] = known[from + k];
      continue;
    }
    const fileId = fileIds ? fileIds[from + k] : -1;
    if (fileId >= 0 && store.ids && !store.dates && fileId < store.byFileId.length && store.byFileId[fileId] > 0) {
      store.ids[at + k] = store.byFileId[fileId] - 1;
      continue;
    }
    const number = parsed?.numbers?.[from + k] ?? Number.NaN;
    const date = parsed?.dates?.[from + k] ?? Number.NaN;
    numbers[at + k] = number;
    if (!Number.isNaN(date)) store.dates ??= new Float64Array(most).fill(Number.NaN);
    if (store.dates) store.dates[at + k] = date;
    if (Number.isNaN(number) && Number.isNaN(date)) addText(store, column, from + k, at + k);
    else if (store.ids) store.ids[at + k] = -2;
  }
}

function addText(store: RunColumn, column: Column & { values: readonly string[] }, r: number, at: number): void {
  const { names, known } = store;
  store.ids ??= new Int32Array(store.most).fill(-2);
  const fileId = idIn(column, r);
  const before = fileId >= 0 && fileId < store.byFileId.length ? store.byFileId[fileId] : 0;
  if (before > 0) {
    store.ids[at] = before - 1;
    return;
  }
  const text = shownIn(column, r);
  let id = known.get(text);
  if (id === undefined && names.length < MOST_NAMES) {
    id = names.push(text) - 1;
    known.set(text, id);
  }
  store.ids[at] = id ?? -1;
  if (id === undefined) store.texts.set(at, text);
  else if (fileId >= 0) {
    if (fileId >= store.byFileId.length) {
      const larger = new Int32Array(2 * fileId + 16);
      larger.set(store.byFileId);
      store.byFileId = larger;
    }
    store.byFileId[fileId] = id + 1;
  }
}

/** The numbers at `order`, in that order. */
export function gather<A extends Float64Array | Int32Array>(from: A, order: Int32Array, into: A): A {
  for (let k = 0; k < order.length; k++) into[k] = from[order[k]];
  return into;
}

/** Writes the cells of the run in that order, and begins a new one. */
export function writeCells(store: RunColumn, order: Int32Array, put: Put): Places {
  const { numbers, dates, ids, texts, bare } = store;
  const places: Places = { numbers: -1, dates: -1, ids: -1, ends: -1, texts: -1 };
  if (ids === undefined || bare) places.numbers = put(gather(numbers, order, new Float64Array(order.length)));
  if (dates) places.dates = put(gather(dates, order, new Float64Array(order.length)));
  if (ids) places.ids = put(gather(ids, order, new Int32Array(order.length)));
  if (texts.size > 0) {
    let end = 0;
    places.ends = put(Float64Array.from(order, (r) => (end += Buffer.byteLength(texts.get(r) ?? ""))));
    places.texts = put(Buffer.from(Array.from(order, (r) => texts.get(r) ?? "").join("")));
    store.texts = new Map();
  }
  return places;
}

/** The cells of slices of runs, one behind the other, in that order. */
export function readCells(store: RunColumn, order: Int32Array, slices: readonly RunSlice[], get: Get): Column {
  const { kind, notation, names, bare } = store;
  const floats = (part: "numbers" | "dates"): Float64Array | undefined => {
    if (slices.every(({ at }) => at[part] < 0)) return undefined;
    const all = new Float64Array(order.length).fill(Number.NaN);
    let done = 0;
    for (const { at, begin, count } of slices) {
      if (at[part] >= 0) get(all.subarray(done, done + count), at[part] + 8 * begin);
      done += count;
    }
    return gather(all, order, new Float64Array(order.length));
  };
  if (kind === "numbers" || kind === "dates") return { kind, values: floats("numbers")!, notation };
  const numbers = floats("numbers");
  const dates = floats("dates");
  const { ids, texts } = readTexts(order, slices, get);
  const shown = (r: number) => {
    if (ids && ids[r] >= 0) return names[ids[r]];
    if (texts.has(r)) return texts.get(r)!;
    const date = dates?.[r] ?? Number.NaN;
    return Number.isNaN(date) ? String(numbers![r]) : new Date(date * 1000).toISOString();
  };
  const all = () => Array.from(order, (_, r) => shown(r));
  if (kind === "texts") return { kind, values: all(), notation };
  let values: string[] | undefined;
  return {
    kind,
    notation,
    ...(bare ? { numbers, dates } : { ids }),
    get values() {
      values ??= all();
      return values;
    },
  };
}

/** Ids of the texts, and the texts that have none, by their place in `order`. */
function readTexts(order: Int32Array, slices: readonly RunSlice[], get: Get) {
  const texts = new Map<number, string>();
  if (slices.every(({ at }) => at.ids < 0)) return { ids: undefined, texts };
  const all = new Int32Array(order.length).fill(-2);
  const found = new Map<number, string>();
  let done = 0;
  for (const { at, begin, count } of slices) {
    if (at.ids >= 0) get(all.subarray(done, done + count), at.ids + 4 * begin);
    if (at.ends >= 0) {
      const first = begin === 0 ? 0 : get(new Float64Array(1), at.ends + 8 * (begin - 1))[0];
      const ends = get(new Float64Array(count), at.ends + 8 * begin);
      const bytes = Buffer.from(get(new Uint8Array(ends[count - 1] - first), at.texts + first).buffer);
      for (let r = 0, start = first; r < count; start = ends[r++])
        if (all[done + r] === -1) found.set(done + r, bytes.toString("utf8", start - first, ends[r] - first));
    }
    done += count;
  }
  for (let k = 0; k < order.length && found.size > 0; k++) if (found.has(order[k])) texts.set(k, found.get(order[k])!);
  return { ids: gather(all, order, new Int32Array(order.length)), texts };
}
