import { OptionError } from "../../../errors.js";
import type { Channel } from "../../../sequences/set/sequence-set.js";
import { parseMoney } from "../../source/notation.js";
import { type Column, missingIn, shownIn, valueIn } from "../../source/table.js";
import { decideKind, mixedNotes, type Seen } from "./column-kind.js";
import { growing } from "./growing.js";
import { createNumbers } from "./number-column.js";

const UNKNOWN = -1; // no code
const MOST_TRACKED = 1 << 16; // numeric columns stop being tracked as categories beyond this

/** One channel of a long table while it is being read. */
export interface LongColumn {
  /** Cells r = `from` to `to` - 1. @throws {DataError} for a text in a numeric column, with its row */
  add(cells: Column, from: number, to: number, rows: ArrayLike<number>): void;
  /**
   * The values since the last `take` in file order, NaN = missing; categories are indices into the channel's
   * vocabulary. They are valid until the next `add`.
   * @throws {DataError} for a text in a numeric column, with its row
   */
  take(): { channel: Channel; values: ArrayLike<number> };
  /** Of all that was taken. */
  notes(): string[];
}

/**
 * A column of numbers is numeric, a column of texts categorical, with a vocabulary in order of first appearance.
 * Which it is is known at its end, so it can be taken once.
 * @param kind what it is, where an option says so
 * @param keep false: values are not kept, only what the column is
 */
export function createLongColumn(path: string, name: string, kind?: Channel["kind"], keep = true): LongColumn {
  const numbers = createNumbers(path, name, keep);
  const codes = growing(Int32Array);
  let counted = kind !== "numeric"; // as categories
  const seen = new Map<string, Seen>();
  let byId = new Int32Array(0); // codes + 1, by the id of the text
  const counts = growing(Int32Array); // by code
  const numbersOf: number[] = []; // by code; NaN: none
  let texts = false;
  let notes: string[] | undefined; // of a column of categories
  const find = (cells: Column, r: number, row: number, id: number): number => {
    const text = shownIn(cells, r);
    let cell = seen.get(text);
    if (!cell) {
      cell = { code: seen.size, count: 0, row, ...readingOf(cells, r) };
      seen.set(text, cell);
      counts.push(0);
      numbersOf.push(cell.value ?? Number.NaN);
      texts ||= cell.is === "text";
    }
    if (id >= byId.length) {
      const before = byId;
      byId = new Int32Array(2 * id + 16);
      byId.set(before);
    }
    if (id >= 0) byId[id] = cell.code + 1;
    return cell.code;
  };
  const tell = () => {
    for (const cell of seen.values()) cell.count = counts.array[cell.code];
    return seen;
  };
  const isMeasured = () => seen.size > MOST_TRACKED && kind === undefined && !texts;
  return {
    add(cells, from, to, rows) {
      if (cells.kind !== "cells" && cells.kind !== "texts" && kind !== "categorical") counted = false;
      const ids = counted && cells.kind === "cells" ? cells.ids : undefined;
      let r = from;
      for (; r < to && counted; r++) {
        const id = ids ? ids[r] : -1;
        const known = id >= 0 && id < byId.length ? byId[id] - 1 : -1;
        const code = known < 0 ? find(cells, r, rows[r], id) : known;
        counts.array[code]++;
        if (keep) codes.push(code);
        numbers.add(numbersOf[code], rows[r]);
        if (known < 0 && isMeasured()) {
          numbers.tell(tell());
          counted = false;
          codes.take();
          seen.clear();
        }
      }
      if (r < to) numbers.readAll(cells, r, to, rows);
    },
    take() {
      const found = counted ? (kind ?? decideKind(path, name, tell())) : "numeric";
      if (found === "numeric") {
        numbers.tell(tell());
        return { channel: { name, kind: "numeric" }, values: numbers.take() };
      }
      notes = mixedNotes(name, tell());
      const vocabulary: string[] = [];
      const recoded = new Float64Array(seen.size).fill(Number.NaN);
      for (const [text, { code, is }] of seen) if (is !== "missing") recoded[code] = vocabulary.push(text) - 1;
      const taken = codes.take();
      const values = new Float32Array(taken.length);
      for (let k = 0; k < values.length; k++) values[k] = recoded[taken[k]];
      return { channel: { name, kind: "categorical", vocabulary }, values };
    },
    notes: () => notes ?? [...numbers.shapeNotes(), ...numbers.notes()],
  };
}

/** What a cell is as a number, and as a name. */
function readingOf(cells: Column, r: number): Pick<Seen, "value" | "is" | "sign"> {
  if (missingIn(cells, r)) return { is: "missing" };
  const value = valueIn(cells, r);
  if (value !== undefined) return Number.isNaN(value) ? { is: "mark" } : { is: "number", value };
  const money = cells.kind === "cells" ? parseMoney(shownIn(cells, r), cells.notation) : undefined;
  return money ? { is: "money", ...money } : { is: "text" };
}

/**
 * A column of a channel that is known: numbers, or the categories of its vocabulary. Others are the category of the
 * rest, where there is one, else missing, and noted.
 * @throws {OptionError} for categories without a vocabulary
 */
export function createKnownColumn(path: string, channel: Channel): LongColumn {
  const { name, kind, vocabulary, rest } = channel;
  if (kind === "numeric") {
    const numbers = createNumbers(path, name, true, false);
    return {
      add: (cells, from, to, rows) =>
        numbers.readAll(cells, from, to, rows, "It is a numeric channel of the model, which cannot be left out."),
      take: () => ({ channel, values: numbers.take() }),
      notes: numbers.notes,
    };
  }
  if (!vocabulary)
    throw new OptionError(
      `${path}: got the channel "${name}" without a vocabulary, expected its categories. Each piece would count its own ones; give them.`,
    );
  const codes = new Map(vocabulary.map((category, code) => [category, code]));
  let byId = new Float32Array(0); // values, by the id of the text
  const values = growing(Float32Array);
  let unknown = 0;
  let first: { text: string; row: number } | undefined;
  const find = (cells: Column, r: number, row: number, id: number): number => {
    const code = missingIn(cells, r) ? Number.NaN : codes.get(shownIn(cells, r));
    if (code === undefined) {
      unknown++;
      first ??= { text: shownIn(cells, r), row };
    } else if (id >= 0) {
      if (id >= byId.length) {
        const before = byId;
        byId = new Float32Array(2 * id + 16).fill(UNKNOWN);
        byId.set(before);
      }
      byId[id] = code;
    }
    return code ?? rest ?? Number.NaN;
  };
  return {
    add(cells, from, to, rows) {
      const ids = cells.kind === "cells" ? cells.ids : undefined;
      const room = values.room(to - from);
      const shift = values.length - from;
      for (let r = from; r < to; r++) {
        if (ids) r = copyCodes(ids, byId, r, to, room, shift);
        if (r < to) room[shift + r] = find(cells, r, rows[r], ids ? ids[r] : -1);
      }
      values.length = shift + to;
    },
    take: () => ({ channel, values: values.take() }),
    notes: () =>
      first
        ? [
            `${unknown} cells of column "${name}" have a category that the model does not know (first "${first.text}", row ${first.row}); they count as ${rest === undefined ? "missing" : `"${vocabulary[rest]}"`}.`,
          ]
        : [],
  };
}

/** The values of texts by their ids, to the place r + shift each. @returns the first row without one, or `to` */
function copyCodes(
  ids: Int32Array,
  byId: Float32Array,
  from: number,
  to: number,
  room: Float32Array,
  shift: number,
): number {
  for (let r = from; r < to; r++) {
    const id = ids[r];
    const code = id >= 0 && id < byId.length ? byId[id] : UNKNOWN;
    if (code === UNKNOWN) return r;
    room[r + shift] = code;
  }
  return to;
}
