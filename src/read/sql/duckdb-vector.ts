import type { DuckDBVector } from "@duckdb/node-api";
import type { Column } from "../source/table.js";
import type { Place } from "./query-rows.js";

/** @param values as many as there are cells; where they are numbers, they are written into it */
export type Reader = (vector: DuckDBVector, values: Float64Array, place: Place) => Column;

/** Tells which rows of a vector are null; undefined: none. */
export function nullsOf(vector: DuckDBVector): ((r: number) => boolean) | undefined {
  const { data, offset = 0 } =
    (vector as unknown as { validity?: { data?: BigUint64Array | null; offset?: number } }).validity ?? {};
  if (!data) return undefined;
  const bits = new Uint8Array(data.buffer, data.byteOffset, data.byteLength); // the first row is the lowest bit
  return (r) => (bits[(offset + r) >> 3] & (1 << ((offset + r) & 7))) === 0;
}

export function withoutNulls(vector: DuckDBVector, values: Float64Array): Float64Array {
  const isNull = nullsOf(vector);
  for (let r = 0; isNull && r < values.length; r++) if (isNull(r)) values[r] = Number.NaN;
  return values;
}

export function filled(vector: DuckDBVector, values: Float64Array, value: (r: number) => number): Float64Array {
  const isNull = nullsOf(vector);
  for (let r = 0; r < values.length; r++) values[r] = isNull?.(r) ? Number.NaN : value(r);
  return values;
}
