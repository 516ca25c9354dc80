import type { DuckDBType, DuckDBVector } from "@duckdb/node-api";
import { createTextStore } from "../source/cells/text-store.js";
import type { Column } from "../source/table.js";
import { exactNumber, type Place, refuseCell, secondsOf } from "./query-rows.js";

type Reader = (vector: DuckDBVector, count: number, place: Place) => Column;

/** How the cells of a column of a type are read; undefined for a type that is not one value per cell. */
export function createReader(type: DuckDBType): Reader | undefined {
  const name = String(type).replace(/\(.*/, "");
  if (name === "VARCHAR") return texts();
  return name === "DECIMAL" ? decimals((type as { scale?: number }).scale ?? 0) : READERS[name];
}

const PLAIN: Reader = (vector, count) => {
  const { items } = vector as unknown as { items: Float64Array };
  const values = new Float64Array(count);
  values.set(items.subarray(0, count));
  return { kind: "numbers", values: withoutNulls(vector, values) };
};
/** Numbers of 64 bits: those below 2^53, of either sign, are made of their halves, without a BigInt. */
const wholes =
  (make: (value: number) => number, other: (value: bigint, place: Place, r: number) => number): Reader =>
  (vector, count, place) => {
    const { items } = vector as unknown as { items: BigInt64Array };
    const halves = new Int32Array(items.buffer, items.byteOffset, 2 * count);
    const isNull = nullsOf(vector);
    const values = new Float64Array(count);
    for (let r = 0; r < count; r++) {
      const high = halves[2 * r + 1];
      if (isNull?.(r)) values[r] = Number.NaN;
      else if (high < HALF_OF_EXACT && high > -HALF_OF_EXACT) values[r] = make(high * 2 ** 32 + (halves[2 * r] >>> 0));
      else values[r] = other(items[r], place, r);
    }
    return { kind: "numbers", values };
  };
const HALF_OF_EXACT = 2 ** 21;
const WHOLE = wholes((value) => value, exactNumber);
const HUGE: Reader = (vector, count, place) => ({
  kind: "numbers",
  values: filled(vector, count, (r) => exactNumber(vector.getItem(r) as bigint, place, r)),
});
const NAMES: Reader = (vector, count) => ({
  kind: "cells",
  values: Array.from({ length: count }, (_, r) => (vector.getItem(r) as string | null) ?? ""),
});
/** The largest and the smallest count of each type mean infinity. */
const stamps = (perSecond: number): Reader => {
  const most = (1n << 63n) - 1n;
  const read = wholes(secondsIn(perSecond), (value, place, r) =>
    value >= most || value <= -most
      ? refuseCell(place, r, "an infinite time", "a time")
      : secondsOf(value, BigInt(perSecond)),
  );
  return (vector, count, place) => ({ ...(read(vector, count, place) as Column & { kind: "numbers" }), kind: "dates" });
};
/** As `secondsOf`, of a count that is exact. */
const secondsIn = (perSecond: number) => (count: number) => {
  let whole = Math.floor(count / perSecond);
  let rest = count - whole * perSecond;
  if (rest < 0) [whole, rest] = [whole - 1, rest + perSecond]; // the quotient was rounded up
  return rest === 0 ? whole : whole + rest / perSecond;
};
const DATES: Reader = (vector, count, place) => {
  const { items } = vector as unknown as { items: Int32Array };
  const day = (r: number) =>
    Math.abs(items[r]) >= 2 ** 31 - 1 ? refuseCell(place, r, "an infinite date", "a date") : items[r] * 86_400;
  return { kind: "dates", values: filled(vector, count, day) };
};
/** Seconds of the day. */
const times = (perSecond: number) => wholes(secondsIn(perSecond), (value) => secondsOf(value, BigInt(perSecond)));

const READERS: Readonly<Record<string, Reader>> = {
  BOOLEAN: (vector, count) => ({ kind: "numbers", values: filled(vector, count, (r) => Number(vector.getItem(r))) }),
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
  UUID: (vector, count) => ({
    kind: "cells",
    values: Array.from({ length: count }, (_, r) => (vector.getItem(r) === null ? "" : String(vector.getItem(r)))),
  }),
  DATE: DATES,
  TIMESTAMP: stamps(1_000_000),
  "TIMESTAMP WITH TIME ZONE": stamps(1_000_000),
  TIMESTAMP_S: stamps(1),
  TIMESTAMP_MS: stamps(1000),
  TIMESTAMP_NS: stamps(1_000_000_000),
  TIME: times(1_000_000),
  TIME_NS: times(1_000_000_000),
  SQLNULL: (_, count) => ({ kind: "numbers", values: new Float64Array(count).fill(Number.NaN) }),
};

/** A decimal is read as its text would be: the nearest number. */
function decimals(scale: number): Reader {
  return (vector, count, place) => {
    const { getScaledValue } = vector as unknown as { getScaledValue(r: number): number | bigint };
    const value = (r: number) => {
      const scaled = getScaledValue.call(vector, r);
      if (scale === 0) return exactNumber(scaled, place, r);
      if (scale <= 22 && Number.isSafeInteger(Number(scaled))) return Number(scaled) / 10 ** scale; // both are exact
      return Number(String(vector.getItem(r)));
    };
    return { kind: "numbers", values: filled(vector, count, value) };
  };
}

const ENTRY = 16; // bytes of a text in a vector: its length, then itself up to INLINE bytes, or where it stands
const INLINE = 12;

/** Texts, known by their bytes; most need no string. */
function texts(): Reader {
  const store = createTextStore();
  let room = Buffer.alloc(0); // for one chunk after the other
  return (vector, count) => {
    const { utf8, ends, all } = packed(vector, count, room);
    room = all;
    const begin = (r: number) => (r === 0 ? 0 : ends[r - 1] + 1);
    let ids: Int32Array | undefined;
    const made = () => {
      if (ids) return ids;
      ids = new Int32Array(count);
      const view = new DataView(utf8.buffer, utf8.byteOffset, utf8.length);
      for (let r = 0; r < count; r++) ids[r] = store.idOf(utf8, view, begin(r), ends[r]);
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

/** The texts of a vector, copied: each with a zero behind it. A null is an empty text. */
function packed(vector: DuckDBVector, count: number, room: Buffer<ArrayBuffer>) {
  const { dataView } = vector as unknown as { dataView: DataView };
  const entries = new Uint8Array(dataView.buffer, dataView.byteOffset, dataView.byteLength);
  const isNull = nullsOf(vector);
  const ends = new Int32Array(count);
  let all = room;
  let at = 0;
  for (let r = 0; r < count; r++) {
    const length = isNull?.(r) ? 0 : dataView.getUint32(ENTRY * r, true);
    if (at + length >= all.length) all = Buffer.concat([all], 2 * all.length + length + ENTRY * count);
    const from = ENTRY * r + 4;
    if (length > INLINE) all.write(vector.getItem(r) as string, at, "utf8");
    else for (let k = 0; k < length; k++) all[at + k] = entries[from + k];
    at += length;
    ends[r] = at;
    all[at++] = 0;
  }
  return { utf8: all.subarray(0, at), ends, all };
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

function filled(vector: DuckDBVector, count: number, value: (r: number) => number): Float64Array {
  const isNull = nullsOf(vector);
  const values = new Float64Array(count);
  for (let r = 0; r < count; r++) values[r] = isNull?.(r) ? Number.NaN : value(r);
  return values;
}
