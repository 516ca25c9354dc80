import type { DuckDBVector } from "@duckdb/node-api";
import { createTextStore, idOf, type TextStore } from "../source/cells/text-store.js";
import { nullsOf, type Reader } from "./duckdb-vector.js";

const ENTRY = 16; // bytes of a text in a vector: its length, then itself up to INLINE bytes, or where it stands
const INLINE = 12;
/** Where the text of a long entry is written to have an id; a longer one has none. */
const scratch = Buffer.alloc(256);
const scratchView = new DataView(scratch.buffer, scratch.byteOffset, scratch.length);

/** Texts, known by their bytes; most need no string. */
export function createTexts(): Reader {
  const store = createTextStore();
  const cache = new Int32Array(CACHED).fill(-1);
  const room = { bytes: Buffer.alloc(0), ids: new Int32Array(0) };
  return (vector, { length: count }) => {
    let ids: Int32Array | undefined;
    const made = () => {
      if (ids) return ids;
      if (room.ids.length < count) room.ids = new Int32Array(count);
      ids = room.ids.subarray(0, count);
      fillIds(ids, vector, store, cache);
      return ids;
    };
    const text = (r: number) => {
      const id = made()[r];
      return id < 0 ? ((vector.getItem(r) as string | null) ?? "") : store.texts[id];
    };
    let values: string[] | undefined;
    return {
      kind: "cells",
      text,
      get utf8() {
        return packed(vector, count, room);
      },
      get ids() {
        return made();
      },
      get values() {
        values ??= Array.from({ length: count }, (_, r) => text(r));
        return values;
      },
    };
  };
}

/** Short entries and their ids, some of them, by a hash: five words each. */
const CACHED = 5 * 256;

/** The id of each text. A null is an empty text. @param cache of this store */
function fillIds(ids: Int32Array, vector: DuckDBVector, store: TextStore, cache: Int32Array): void {
  const { dataView: entries } = vector as unknown as { dataView: DataView };
  const bytes = new Uint8Array(entries.buffer, entries.byteOffset, entries.byteLength);
  const words = new Int32Array(entries.buffer, entries.byteOffset, (ENTRY / 4) * ids.length);
  const isNull = nullsOf(vector);
  for (let r = 0, at = 0; r < ids.length; r++, at += 4) {
    const [length, first, second, third] = [words[at], words[at + 1], words[at + 2], words[at + 3]];
    if (isNull?.(r)) ids[r] = idOf(store, scratch, scratchView, 0, 0);
    else if (length >>> 0 > INLINE) ids[r] = longId(vector.getItem(r) as string, store);
    else {
      const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b) ^ Math.imul(third, 0xc2b2ae35);
      const slot = 5 * (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 24);
      const known =
        cache[slot] === length && cache[slot + 1] === first && cache[slot + 2] === second && cache[slot + 3] === third;
      if (!known) {
        const start = ENTRY * r + 4;
        cache[slot] = length;
        cache[slot + 1] = first;
        cache[slot + 2] = second;
        cache[slot + 3] = third;
        cache[slot + 4] = idOf(store, bytes, entries, start, start + length);
      }
      ids[r] = cache[slot + 4];
    }
  }
}

function longId(text: string, store: TextStore): number {
  return 3 * text.length > scratch.length ? -1 : idOf(store, scratch, scratchView, 0, scratch.write(text, 0, "utf8"));
}

/** The texts of a vector, copied into the room: each with a zero behind it. A null is an empty text. */
function packed(vector: DuckDBVector, count: number, room: { bytes: Buffer<ArrayBuffer> }): Buffer<ArrayBuffer> {
  const { dataView: entries } = vector as unknown as { dataView: DataView };
  const isNull = nullsOf(vector);
  let { bytes } = room;
  let into = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  for (let r = 0; r < count; r++) {
    const length = isNull?.(r) ? 0 : entries.getUint32(ENTRY * r, true);
    if (at + Math.max(length, INLINE) >= bytes.length) {
      bytes = Buffer.concat([bytes.subarray(0, at)], 2 * bytes.length + length + ENTRY * count);
      into = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    if (length > INLINE) bytes.write(vector.getItem(r) as string, at, "utf8");
    else for (let k = 0; k < length; k += 4) into.setInt32(at + k, entries.getInt32(ENTRY * r + 4 + k, true), true);
    at += length;
    into.setUint8(at++, 0);
  }
  room.bytes = bytes;
  return bytes.subarray(0, at);
}
