import { type Column, missingIn, shownIn } from "../../source/table.js";
import type { Growing } from "./growing.js";

/** The code of a text, a new one at its first appearance. */
export function codeOf(vocabulary: Map<string, number>, text: string): number {
  let code = vocabulary.get(text);
  if (code === undefined) {
    code = vocabulary.size;
    vocabulary.set(text, code);
  }
  return code;
}

const UNKNOWN = -2;

/**
 * Finds the codes of texts, by their id where they have one.
 * @param missing the code of a missing cell; default: that of its text
 */
export function createCodes(missing?: (cells: Column, r: number, row: number) => number) {
  let known = new Int32Array(0); // by id
  function find(cells: Column, r: number, row: number, id: number, vocabulary: Map<string, number>): number {
    const code = missing && missingIn(cells, r) ? missing(cells, r, row) : codeOf(vocabulary, shownIn(cells, r));
    if (id >= known.length) {
      const before = known;
      known = new Int32Array(2 * id + 16).fill(UNKNOWN);
      known.set(before);
    }
    if (id >= 0) known[id] = code;
    return code;
  }
  return {
    add(
      cells: Column,
      from: number,
      to: number,
      rows: ArrayLike<number>,
      vocabulary: Map<string, number>,
      codes: Growing<Int32Array<ArrayBuffer>>,
    ): void {
      const ids = cells.kind === "cells" ? cells.ids : undefined;
      const room = codes.room(to - from);
      const shift = codes.length - from;
      for (let r = from; r < to; r++) {
        if (ids) r = copyKnown(ids, known, r, to, room, shift);
        if (r < to) room[shift + r] = find(cells, r, rows[r], ids ? ids[r] : -1, vocabulary);
      }
      codes.length = shift + to;
    },
    /** The codes begin anew. */
    forget: () => void known.fill(UNKNOWN),
  };
}

/** The codes of texts by their ids, to the place r + shift each. @returns the first row without one, or `to` */
function copyKnown(
  ids: Int32Array,
  known: Int32Array,
  from: number,
  to: number,
  room: Int32Array,
  shift: number,
): number {
  for (let r = from; r < to; r++) {
    const id = ids[r];
    const code = id >= 0 && id < known.length ? known[id] : UNKNOWN;
    if (code === UNKNOWN) return r;
    room[r + shift] = code;
  }
  return to;
}
