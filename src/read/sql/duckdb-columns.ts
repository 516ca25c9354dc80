import type { DuckDBType, DuckDBVector } from "@duckdb/node-api";
import type { Column } from "../source/table.js";
import { createTexts } from "./duckdb-texts.js";
import { filled, nullsOf, type Reader, withoutNulls } from "./duckdb-vector.js";
import { exactNumber, type Place, refuseCell, secondsOf } from "./query-rows.js";

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
  if (name === "VARCHAR") return createTexts();
  return name === "DECIMAL" ? decimals((type as { scale?: number }).scale ?? 0) : READERS[name];
}

const PLAIN: Reader = (vector, values) => {
  const { items } = vector as unknown as { items: Float64Array };
  values.set(items.subarray(0, values.length));
  return { kind: "numbers", values: withoutNulls(vector, values) };
};
/** Numbers of 64 bits: those below 2^53, of either sign, are made of their halves, without a BigInt. */
const wholes =
  (perSecond: number, other: (value: bigint, place: Place, r: number) => number): Reader =>
  (vector, values, place) => {
    const { items } = vector as unknown as { items: BigInt64Array };
    const halves = new Int32Array(items.buffer, items.byteOffset, 2 * values.length);
    const isNull = nullsOf(vector);
    for (let r = 0; r < values.length; r++) {
      r = fillWholes(values, halves, r, perSecond, isNull);
      if (r < values.length) values[r] = other(items[r], place, r);
    }
    return { kind: "numbers", values };
  };
const HALF_OF_EXACT = 2 ** 21;
const WHOLE = wholes(1, exactNumber);

/** As `secondsOf`, of counts that are exact. @returns the first row with another one, or their number */
function fillWholes(
  values: Float64Array,
  halves: Int32Array,
  from: number,
  perSecond: number,
  isNull: ((r: number) => boolean) | undefined,
): number {
  for (let r = from; r < values.length; r++) {
    const high = halves[2 * r + 1];
    if (isNull?.(r)) values[r] = Number.NaN;
    else if (high >= HALF_OF_EXACT || high <= -HALF_OF_EXACT) return r;
    else {
      const count = high * 2 ** 32 + (halves[2 * r] >>> 0);
      const whole = Math.floor(count / perSecond);
      const rest = count - whole * perSecond;
      if (rest === 0) values[r] = whole;
      else values[r] = rest < 0 ? whole - 1 + (rest + perSecond) / perSecond : whole + rest / perSecond; // < 0: the quotient was rounded up
    }
  }
  return values.length;
}
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
  const read = wholes(perSecond, (value, place, r) =>
    value >= most || value <= -most
      ? refuseCell(place, r, "an infinite time", "a time")
      : secondsOf(value, BigInt(perSecond)),
  );
  return (vector, values, place) => ({
    ...(read(vector, values, place) as Column & { kind: "numbers" }),
    kind: "dates",
  });
};
const DATES: Reader = (vector, values, place) => {
  const { items } = vector as unknown as { items: Int32Array };
  const day = (r: number) =>
    Math.abs(items[r]) >= 2 ** 31 - 1 ? refuseCell(place, r, "an infinite date", "a date") : items[r] * 86_400;
  return { kind: "dates", values: filled(vector, values, day) };
};
/** Seconds of the day. */
const times = (perSecond: number) => wholes(perSecond, (value) => secondsOf(value, BigInt(perSecond)));

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
