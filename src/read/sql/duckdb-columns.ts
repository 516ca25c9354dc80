import type { DuckDBType, DuckDBVector } from "@duckdb/node-api";
import { createTextStore } from "../source/cells/text-store.js";
import type { Column } from "../source/table.js";
import { exactNumber, type Place, refuseCell, secondsOf } from "./query-rows.js";

/** @param values as many as there are cells; where they are numbers, they are written into it */
type Reader = (vector: DuckDBVector, values: Float64Array, place: Place) => Column;

/**
 * How the cells of a column of a type are read; undefined for a type that is not one value per cell. A column is valid
 * until the next one is read: it takes its room.
 */
export function createReader(
  type: DuckDBType,
): ((vector: DuckDBVector, count: number, place: Place) => Column) | undefined {
  const read = readerOf(type);
  let room = new Float64Array(0);
  return (
    read &&
    ((vector, count, place) => {
      if (room.length < count) room = new Float64Array(count);
      return read(vector, room.subarray(0, count), place);
    })
  );
}

function readerOf(type: DuckDBType): Reader | undefined {
  const name = String(type).replace(/\(.*/, "");
  if (name === "VARCHAR") return texts();
  return name === "DECIMAL" ? decimals((type as { scale?: number }).scale ?? 0) : READERS[name];
}

const PLAIN: Reader = (vector, values) => {
  const { items } = vector as unknown as { items: Float64Array };
  values.set(items.subarray(0, values.length));
  return { kind: "numbers", values: withoutNulls(vector, values) };
};
/** Numbers of 64 bits: those below 2^53, of either sign, are made of their halves, without a BigInt. */
const wholes =
  (make: (value: number) => number, other: (value: bigint, place: Place, r: number) => number): Reader =>
  (vector, values, place) => {
    const { items } = vector as unknown as { items: BigInt64Array };
    const halves = new Int32Array(items.buffer, items.byteOffset, 2 * values.length);
    const isNull = nullsOf(vector);
    for (let r = 0; r < values.length; r++) {
      const high = halves[2 * r + 1];
      if (isNull?.(r)) values[r] = Number.NaN;
      else if (high < HALF_OF_EXACT && high > -HALF_OF_EXACT) values[r] = make(high * 2 ** 32 + (halves[2 * r] >>> 0));
      else values[r] = other(items[r], place, r);
    }
    return { kind: "numbers", values };
  };
const HALF_OF_EXACT = 2 ** 21;
const WHOLE = wholes((value) => value, exactNumber);
const HUGE: Reader = (vector, values, place) => ({
  kind: "numbers",
  values: filled(vector, values, (r) => exactNumber(vector.getItem(r) as bigint, place, r)),
});
const NAMES: Reader = (vector, { length }) => ({
  kind: "cells",
  values: Array.from({ length }, (_, r) => (vector.getItem(r) as string | null) ?? ""),
});
/** The largest and the smallest count of each type mean infinity. */
const stamps = (perSecond: number): Reader => {
  const most = (1n << 63n) - 1n;
  const read = wholes(secondsIn(perSecond), (value, place, r) =>
    value >= most || value <= -most
      ? refuseCell(place, r, "an infinite time", "a time")
      : secondsOf(value, BigInt(perSecond)),
  );
  return (vector, values, place) => ({
    ...(read(vector, values, place) as Column & { kind: "numbers" }),
    kind: "dates",
  });
};
/** As `secondsOf`, of a count that is exact. */
const secondsIn = (perSecond: number) => (count: number) => {
  let whole = Math.floor(count / perSecond);
  let rest = count - whole * perSecond;
  if (rest < 0) [whole, rest] = [whole - 1, rest + perSecond]; // the quotient was rounded up
  return rest === 0 ? whole : whole + rest / perSecond;
};
const DATES: Reader = (vector, values, place) => {
  const { items } = vector as unknown as { items: Int32Array };
  const day = (r: number) =>
    Math.abs(items[r]) >= 2 ** 31 - 1 ? refuseCell(place, r, "an infinite date", "a date") : items[r] * 86_400;
  return { kind: "dates", values: filled(vector, values, day) };
};
/** Seconds of the day. */
const times = (perSecond: number) => wholes(secondsIn(perSecond), (value) => secondsOf(value, BigInt(perSecond)));

const READERS: Readonly<Record<string, Reader>> = {
  BOOLEAN: (vector, values) => ({ kind: "numbers", values: filled(vector, values, (r) => Number(vector.getItem(r))) }),
  TINYINT: PLAIN,
  SMALLINT: PLAIN,
  INTEGER: PLAIN,
  UTINYINT: PLAIN,
  USMALLINT: PLAIN,
  UINTEGER: PLAIN,
  FLOAT: PLAIN,
  DOUBLE: PLAIN,
  BIGINT: WHOLE,
  UBIGINT: WHOLE,
  HUGEINT: HUGE,
  UHUGEINT: HUGE,
  ENUM: NAMES,
  UUID: (vector, { length }) => ({
    kind: "cells",
    values: Array.from({ length }, (_, r) => (vector.getItem(r) === null ? "" : String(vector.getItem(r)))),
  }),
  DATE: DATES,
  TIMESTAMP: stamps(1_000_000),
  "TIMESTAMP WITH TIME ZONE": stamps(1_000_000),
  TIMESTAMP_S: stamps(1),
  TIMESTAMP_MS: stamps(1000),
  TIMESTAMP_NS: stamps(1_000_000_000),
  TIME: times(1_000_000),
  TIME_NS: times(1_000_000_000),
  SQLNULL: (_, values) => ({ kind: "numbers", values: values.fill(Number.NaN) }),
};

/** A decimal is read as its text would be: the nearest number. */
function decimals(scale: number): Reader {
  return (vector, values, place) => {
    const { getScaledValue } = vector as unknown as { getScaledValue(r: number): number | bigint };
    const value = (r: number) => {
      const scaled = getScaledValue.call(vector, r);
      if (scale === 0) return exactNumber(scaled, place, r);
      if (scale <= 22 && Number.isSafeInteger(Number(scaled))) return Number(scaled) / 10 ** scale; // both are exact
      return Number(String(vector.getItem(r)));
    };
    return { kind: "numbers", values: filled(vector, values, value) };
  };
}

const ENTRY = 16; // bytes of a text in a vector: its length, then itself up to INLINE bytes, or where it stands
const INLINE = 12;

/** Texts, known by their bytes; most need no string. */
function texts(): Reader {
  const store = createTextStore();
  const room = { bytes: Buffer.alloc(0), ends: new Int32Array(0), ids: new Int32Array(0) };
  return (vector, { length: count }) => {
    if (room.ids.length < count) Object.assign(room, { ends: new Int32Array(count), ids: new Int32Array(count) });
    const { ends } = room;
    const utf8 = packed(vector, count, room);
    const begin = (r: number) => (r === 0 ? 0 : ends[r - 1] + 1);
    let ids: Int32Array | undefined;
    const made = () => {
      if (ids) return ids;
      ids = room.ids.subarray(0, count);
      const view = new DataView(utf8.buffer, utf8.byteOffset, utf8.length);
      for (let r = 0, from = 0; r < count; r++) {
        ids[r] = store.idOf(utf8, view, from, ends[r]);
        from = ends[r] + 1;
      }
      return ids;
    };
    const text = (r: number) => {
      const id = made()[r];
      return id < 0 ? utf8.toString("utf8", begin(r), ends[r]) : store.textOf(id);
    };
    let values: string[] | undefined;
    return {
      kind: "cells",
      utf8,
      text,
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

/** The texts of a vector, copied into the room: each with a zero behind it. A null is an empty text. */
function packed(
  vector: DuckDBVector,
  count: number,
  room: { bytes: Buffer<ArrayBuffer>; ends: Int32Array },
): Buffer<ArrayBuffer> {
  const { dataView: entries } = vector as unknown as { dataView: DataView };
  const isNull = nullsOf(vector);
  const { ends } = room;
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
    ends[r] = at;
    into.setUint8(at++, 0);
  }
  room.bytes = bytes;
  return bytes.subarray(0, at);
}

/** Tells which rows of a vector are null; undefined: none. */
function nullsOf(vector: DuckDBVector): ((r: number) => boolean) | undefined {
  const { data, offset = 0 } =
    (vector as unknown as { validity?: { data?: BigUint64Array | null; offset?: number } }).validity ?? {};
  if (!data) return undefined;
  const bits = new Uint8Array(data.buffer, data.byteOffset, data.byteLength); // the first row is the lowest bit
  return (r) => (bits[(offset + r) >> 3] & (1 << ((offset + r) & 7))) === 0;
}

function withoutNulls(vector: DuckDBVector, values: Float64Array): Float64Array {
  const isNull = nullsOf(vector);
  for (let r = 0; isNull && r < values.length; r++) if (isNull(r)) values[r] = Number.NaN;
  return values;
}

function filled(vector: DuckDBVector, values: Float64Array, value: (r: number) => number): Float64Array {
  const isNull = nullsOf(vector);
  for (let r = 0; r < values.length; r++) values[r] = isNull?.(r) ? Number.NaN : value(r);
  return values;
}
