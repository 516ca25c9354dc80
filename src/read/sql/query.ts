import { realpath, stat } from "node:fs/promises";
import { basename } from "node:path";
import { DataError, OptionError, UndertoneError } from "../../errors.js";
import { expectNotRead } from "../../files/check-outputs.js";
import type { TableFormat } from "../source/format.js";
import { type DataOptions, rejectOptions } from "../source/options.js";
import type { ReadHooks } from "../source/piece-options.js";
import { type SourceFile, unreadable } from "../source/source-file.js";
import type { Table } from "../source/table.js";
import { filesNamedIn, watchFiles } from "./query-files.js";
import { createRowHash, type Query, type QueryRows, type RowHash, saidBy, tableOfQuery } from "./query-rows.js";

/** The input of a query that names files itself: no database. */
export const NO_DATABASE = "duckdb:";

/** A query as one of the inputs. */
export interface FoundQuery {
  path: string;
  format: TableFormat;
  source: SourceFile;
  /** The files of the database, or those that the query names, which no output may replace. */
  reads: readonly string[];
  /** Ends the connection, if one is open. */
  close(): Promise<void>;
}

interface DatabaseEngine {
  like: RegExp;
  /** Of a database in a file: what its other files are called behind its name. */
  file?: readonly string[];
  ask(query: Query): Promise<QueryRows>;
}

const ENGINES: readonly DatabaseEngine[] = [
  { like: /^duckdb:$/, ask: async (query) => (await import("./duckdb.js")).askDuckDb(query) },
  { like: /\.duckdb$/i, file: [".wal"], ask: async (query) => (await import("./duckdb.js")).askDuckDb(query) },
  { like: /^postgres(ql)?:\/\//i, ask: async (query) => (await import("./postgres.js")).askPostgres(query) },
  {
    like: /\.(sqlite3?|db)$/i,
    file: ["-wal", "-shm", "-journal"],
    ask: async (query) => (await import("./sqlite.js")).askSqlite(query),
  },
];
const DATABASES = "an address (postgres://...) or a file that ends in .sqlite, .sqlite3, .db or .duckdb";

/** Options that tell of files. */
const FILES_ALONE = [
  "manifest",
  "labelFrom",
  "inputFormat",
  "maxSize",
  "encoding",
  "separator",
  "skipRows",
  "columns",
] as const;

/**
 * An input with the password of its address, if it has one, left out: for messages, and all that is kept.
 */
export function withoutPassword(input: string): string {
  if (input === NO_DATABASE) return "query";
  if (!/^[a-z]+:\/\//i.test(input)) return input;
  // Up to the last @: a password may have any character, also those that an address should not have.
  return input
    .replace(/^([a-z]+:\/\/)(.*)@/is, (_, scheme: string, user: string) => `${scheme}${user.replace(/:.*/s, "")}@`)
    .replace(/([?&](?:ssl)?password=)[^&#]*/gi, "$1***");
}

/**
 * The query of the options, where they have one.
 * @throws {OptionError} for a database without a query, a query and something else than a database, or options of files
 */
export async function queryOf(
  paths: readonly string[],
  options: DataOptions,
  { signal, outputs = [] }: ReadHooks = {},
): Promise<FoundQuery | undefined> {
  const [database] = paths;
  const { sql } = options;
  const engine = paths.length === 1 ? ENGINES.find(({ like }) => like.test(database)) : undefined;
  if (sql === undefined) {
    const address = paths.find((path) => ENGINES.some(({ like }) => like.test(path)));
    if (address === undefined) return undefined;
    throw new OptionError(
      `${withoutPassword(address)}: got a database and no query, expected \`sql\`: the rows to read, such as "select * from events order by machine, time" (the entity first, so that its rows stand together).`,
    );
  }
  if (!engine)
    throw new OptionError(
      `got \`sql\` and ${paths.map(withoutPassword).join(", ")}, expected a database: ${DATABASES}. A query over files names them itself (select * from 'events/*.parquet'): leave the data out.`,
    );
  const path = database === NO_DATABASE ? "query" : `query of ${withoutPassword(database)}`;
  rejectOptions(path, "the rows of a query", options, [...FILES_ALONE]);
  if (options.text === undefined) rejectOptions(path, "the rows of a query without `text`", options, ["tokens"]);
  const named = database === NO_DATABASE ? await filesNamedIn(sql) : [];
  const reads = engine.file ? await filesOf(database, engine.file) : named;
  const query: Query = { path, sql, signal, database: database === NO_DATABASE ? "" : database };
  let hash: RowHash | undefined;
  let close: (() => Promise<void>) | undefined;
  const noBytes = () => {
    throw new Error("a query has no bytes");
  };
  return {
    path,
    reads,
    async close() {
      const ending = close;
      close = undefined;
      await ending?.();
    },
    source: { path, whole: noBytes, pieces: noBytes, slices: noBytes, sha256: async () => hash!.digest() },
    format: {
      name: "sql",
      extensions: [],
      layouts: ["wide", "long"],
      open: async ({ hashed = true }) => {
        hash = hashed ? createRowHash() : undefined;
        if (engine.file)
          await stat(database).catch((cause) => {
            throw unreadable(database, cause);
          });
        const expectUnchanged = await watchFiles(path, named);
        const asking = (end: () => Promise<void>) => {
          close = end;
        };
        return asked(query, engine.ask, { hash, outputs, expectUnchanged, asking });
      },
    },
  };
}

/** A database file and those that its engine keeps beside it. */
async function filesOf(database: string, beside: readonly string[]): Promise<string[]> {
  const real = await realpath(database).catch(() => database);
  return [...new Set([database, real].flatMap((file) => [file, ...beside.map((ending) => file + ending)]))];
}

interface Asking {
  hash?: RowHash;
  outputs: readonly string[];
  expectUnchanged: Awaited<ReturnType<typeof watchFiles>>;
  asking(close: () => Promise<void>): void;
}

/** Asks the database, with all that goes wrong in words that name the query. */
async function asked(
  query: Query,
  ask: DatabaseEngine["ask"],
  { hash, outputs, expectUnchanged, asking }: Asking,
): Promise<Table> {
  const { path, signal } = query;
  const failed = (cause: unknown, Kind: typeof OptionError | typeof DataError) => {
    if (signal?.aborted) return signal.reason;
    if (cause instanceof UndertoneError) return cause;
    const said = saidBy(cause).replace(/[.\s]+$/, "");
    return new Kind(`${path}: the database refused it (${said}). Correct the query, or the data that it names.`, {
      cause,
    });
  };
  try {
    const rows = await ask(query);
    asking(rows.close);
    const expectUntouched = async () => {
      const files = (await rows.opened?.()) ?? [];
      await expectUnchanged(files);
      await expectNotRead(
        outputs,
        files.map(({ path }) => path),
      );
    };
    await expectUntouched(); // most files are opened before the first row
    const chunks = told(rows.chunks, expectUntouched, (cause) => failed(cause, DataError));
    return tableOfQuery(query, { ...rows, chunks }, hash);
  } catch (cause) {
    throw failed(cause, OptionError);
  }
}

async function* told<T>(
  items: AsyncGenerator<T>,
  expectUntouched: () => Promise<void>,
  error: (cause: unknown) => unknown,
): AsyncGenerator<T> {
  try {
    yield* items;
    await expectUntouched();
  } catch (cause) {
    await expectUntouched(); // what a change broke is no fault of the query
    throw error(cause);
  }
}

/** The name of the data of a query. */
export function nameOfQuery(path: string): string {
  return basename(path.replace(/^query of /, "").replace(/[?#].*/, "")).replace(/\.[^.]+$/, "");
}
