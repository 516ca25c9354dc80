import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBResult, DuckDBType, DuckDBVector } from "@duckdb/node-api";
import { DataError, OptionError } from "../../errors.js";
import type { Column } from "../source/table.js";
import {
  exactNumber,
  loadPeer,
  type Place,
  type Query,
  type QueryChunk,
  type QueryRows,
  refuseCell,
  secondsOf,
} from "./query-rows.js";

/** Beyond this DuckDB puts what it sorts, groups or joins into files; reading a CSV takes some 30 MB per thread. */
const MEMORY = "400MB";
const THREADS = "2";

/**
 * Asks DuckDB: about files that the query names, or a database file, which is only read. What does not fit into its
 * memory lies in a folder of its own in the system's folder for temporary files until the rows end.
 * @throws {OptionError} if DuckDB is not installed, or the query is no single query of rows
 */
export async function askDuckDb({ path, database, sql, signal }: Query): Promise<QueryRows> {
  const { DuckDBInstance, StatementType } = await loadPeer(
    ["@duckdb/node-api"],
    () => import("@duckdb/node-api"),
    "a query over files",
  );
  const folder = await mkdtemp(join(tmpdir(), "undertone-duckdb-"));
  let instance: Awaited<ReturnType<typeof DuckDBInstance.create>> | undefined;
  let connection: DuckDBConnection | undefined;
  const interrupt = () => connection?.interrupt();
  const close = async () => {
    signal?.removeEventListener("abort", interrupt);
    connection?.closeSync();
    instance?.closeSync();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    instance = await DuckDBInstance.create(database === "" ? ":memory:" : database, {
      memory_limit: process.env.UNDERTONE_DUCKDB_MEMORY ?? MEMORY,
      threads: THREADS,
      temp_directory: folder,
      autoinstall_known_extensions: "false", // they are downloads
      autoload_known_extensions: "false",
      ...(database !== "" && { access_mode: "READ_ONLY" }),
    });
    connection = await instance.connect();
    signal?.addEventListener("abort", interrupt);
    const statements = await connection.extractStatements(sql);
    const statement = statements.count === 1 ? await statements.prepare(0) : undefined;
    if (statement?.statementType !== StatementType.SELECT)
      throw new OptionError(
        `${path}: got ${statements.count === 1 ? "a statement that gives no rows of a table" : `${statements.count} statements`}, expected one query (select ...).`,
      );
    signal?.throwIfAborted();
    const result = await statement.stream();
    const types = result.columnTypes();
    const columns = result.columnNames().map((name, c) => {
      const refused = readerOf(types[c]) ? undefined : String(types[c]);
      return { name, ...(refused !== undefined && { refused }) };
    });
    return { columns, chunks: chunksOf(path, result, types), close };
  } catch (cause) {
    await close();
    throw outOfMemory(path, cause);
  }
}

/** What to do where memory was not enough, for all that a file of temporary data can do. */
function outOfMemory(path: string, cause: unknown): unknown {
  if (!/^Out of Memory Error/.test((cause as Error).message)) return cause;
  return new DataError(
    `${path}: DuckDB needs more than the ${process.env.UNDERTONE_DUCKDB_MEMORY ?? MEMORY} that it may have. Give it more, by the environment variable UNDERTONE_DUCKDB_MEMORY=2GB, or ask for fewer columns.`,
    { cause },
  );
}

async function* chunksOf(path: string, result: DuckDBResult, types: readonly DuckDBType[]): AsyncGenerator<QueryChunk> {
  const readers = types.map(readerOf);
  try {
    for await (const chunk of result) {
      const { rowCount: count } = chunk;
      yield { count, column: (c, place) => readers[c]!(chunk.getColumnVector(c), count, place) };
    }
  } catch (cause) {
    throw outOfMemory(path, cause);
  }
}

type Reader = (vector: DuckDBVector, count: number, place: Place) => Column;

/** How the cells of a type are read; undefined for a type that is not one value per cell. */
function readerOf(type: DuckDBType): Reader | undefined {
  const name = String(type).replace(/\(.*/, "");
  return name === "DECIMAL" ? decimals((type as { scale?: number }).scale ?? 0) : READERS[name];
}

const PLAIN: Reader = (vector, count) => {
  const { items } = vector as unknown as { items: ArrayLike<number> };
  return { kind: "numbers", values: filled(vector, count, (r) => items[r]) };
};
const WHOLE: Reader = (vector, count, place) => {
  const { items } = vector as unknown as { items: BigInt64Array };
  return { kind: "numbers", values: filled(vector, count, (r) => exactNumber(items[r], place, r)) };
};
const HUGE: Reader = (vector, count, place) => ({
  kind: "numbers",
  values: filled(vector, count, (r) => exactNumber(vector.getItem(r) as bigint, place, r)),
});
const TEXTS: Reader = (vector, count) => ({
  kind: "cells",
  values: Array.from({ length: count }, (_, r) => (vector.getItem(r) as string | null) ?? ""),
});
/** The largest and the smallest count of each type mean infinity. */
const stamps =
  (perSecond: bigint): Reader =>
  (vector, count, place) => {
    const { items } = vector as unknown as { items: BigInt64Array };
    const most = (1n << 63n) - 1n;
    const seconds = (r: number) =>
      items[r] >= most || items[r] <= -most
        ? refuseCell(place, r, "an infinite time", "a time")
        : secondsOf(items[r], perSecond);
    return { kind: "dates", values: filled(vector, count, seconds) };
  };
const DATES: Reader = (vector, count, place) => {
  const { items } = vector as unknown as { items: Int32Array };
  const day = (r: number) =>
    Math.abs(items[r]) >= 2 ** 31 - 1 ? refuseCell(place, r, "an infinite date", "a date") : items[r] * 86_400;
  return { kind: "dates", values: filled(vector, count, day) };
};
/** Seconds of the day. */
const times =
  (perSecond: bigint): Reader =>
  (vector, count) => {
    const { items } = vector as unknown as { items: BigInt64Array };
    return { kind: "numbers", values: filled(vector, count, (r) => secondsOf(items[r], perSecond)) };
  };

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
  VARCHAR: TEXTS,
  ENUM: TEXTS,
  UUID: (vector, count) => ({
    kind: "cells",
    values: Array.from({ length: count }, (_, r) => (vector.getItem(r) === null ? "" : String(vector.getItem(r)))),
  }),
  DATE: DATES,
  TIMESTAMP: stamps(1_000_000n),
  "TIMESTAMP WITH TIME ZONE": stamps(1_000_000n),
  TIMESTAMP_S: stamps(1n),
  TIMESTAMP_MS: stamps(1000n),
  TIMESTAMP_NS: stamps(1_000_000_000n),
  TIME: times(1_000_000n),
  TIME_NS: times(1_000_000_000n),
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

function filled(vector: DuckDBVector, count: number, value: (r: number) => number): Float64Array {
  const { validity } = vector as unknown as { validity?: { data: unknown; itemValid(r: number): boolean } };
  const values = new Float64Array(count);
  const whole = !validity?.data;
  for (let r = 0; r < count; r++) values[r] = whole || validity!.itemValid(r) ? value(r) : Number.NaN;
  return values;
}
