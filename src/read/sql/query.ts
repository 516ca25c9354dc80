import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { DataError, OptionError, UndertoneError } from "../../errors.js";
import type { TableFormat } from "../source/format.js";
import { type DataOptions, rejectOptions } from "../source/options.js";
import { type SourceFile, unreadable } from "../source/source-file.js";
import type { Table } from "../source/table.js";
import { filesNamedIn, watchFiles } from "./query-files.js";
import { createRowHash, type Query, type RowHash, saidBy, tableOfQuery } from "./query-rows.js";

/** The input of a query that names files itself: no database. */
export const NO_DATABASE = "duckdb:";

/** A query as one of the inputs. */
export interface FoundQuery {
  path: string;
  format: TableFormat;
  source: SourceFile;
  /** The file of the database, or those that the query names, which no output may replace. */
  reads: readonly string[];
  /** Ends the connection, if one is open. */
  close(): Promise<void>;
}

const ENGINES: readonly {
  like: RegExp;
  file: boolean;
  ask(query: Query): Promise<Parameters<typeof tableOfQuery>[1]>;
}[] = [
  { like: /^duckdb:$/, file: false, ask: async (query) => (await import("./duckdb.js")).askDuckDb(query) },
  { like: /\.duckdb$/i, file: true, ask: async (query) => (await import("./duckdb.js")).askDuckDb(query) },
  {
    like: /^postgres(ql)?:\/\//i,
    file: false,
    ask: async (query) => (await import("./postgres.js")).askPostgres(query),
  },
  { like: /\.(sqlite3?|db)$/i, file: true, ask: async (query) => (await import("./sqlite.js")).askSqlite(query) },
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
  signal?: AbortSignal,
): Promise<FoundQuery | undefined> {
  const [database] = paths;
  const { sql } = options;
  const engine = paths.length === 1 ? ENGINES.find(({ like }) => like.test(database)) : undefined;
  if (sql === undefined) {
    const address = paths.find((path) => ENGINES.some(({ like }) => like.test(path)));
    if (address === undefined) return undefined;
    throw new OptionError(
      `${withoutPassword(address)}: got a database and no query, expected \`sql\`: the rows to read, such as "select * from events order by time".`,
    );
  }
  if (!engine)
    throw new OptionError(
      `got \`sql\` and ${paths.map(withoutPassword).join(", ")}, expected a database: ${DATABASES}. A query over files names them itself (select * from 'events/*.parquet'): leave the data out.`,
    );
  const path = database === NO_DATABASE ? "query" : `query of ${withoutPassword(database)}`;
  rejectOptions(path, "the rows of a query", options, [...FILES_ALONE]);
  if (options.text === undefined) rejectOptions(path, "the rows of a query without `text`", options, ["tokens"]);
  const reads = engine.file ? [database] : database === NO_DATABASE ? await filesNamedIn(sql) : [];
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
      open: async () => {
        hash = createRowHash();
        if (engine.file)
          await stat(database).catch((cause) => {
            throw unreadable(database, cause);
          });
        const expectUnchanged = await watchFiles(path, database === NO_DATABASE ? reads : []);
        const opened = (end: () => Promise<void>) => {
          close = end;
        };
        return asked(query, engine.ask, { hash, expectUnchanged, opened });
      },
    },
  };
}

interface Asking {
  hash: RowHash;
  /** At the last row. */
  expectUnchanged(): Promise<void>;
  opened(close: () => Promise<void>): void;
}

/** Asks the database, with all that goes wrong in words that name the query. */
async function asked(
  query: Query,
  ask: (typeof ENGINES)[number]["ask"],
  { hash, expectUnchanged, opened }: Asking,
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
    opened(rows.close);
    const chunks = told(rows.chunks, expectUnchanged, (cause) => failed(cause, DataError));
    return tableOfQuery(query, { ...rows, chunks }, hash);
  } catch (cause) {
    throw failed(cause, OptionError);
  }
}

async function* told<T>(
  items: AsyncGenerator<T>,
  expectUnchanged: () => Promise<void>,
  error: (cause: unknown) => unknown,
): AsyncGenerator<T> {
  try {
    yield* items;
    await expectUnchanged();
  } catch (cause) {
    await expectUnchanged(); // what a change broke is no fault of the query
    throw error(cause);
  }
}

/** The name of the data of a query. */
export function nameOfQuery(path: string): string {
  return basename(path.replace(/^query of /, "").replace(/[?#].*/, "")).replace(/\.[^.]+$/, "");
}
