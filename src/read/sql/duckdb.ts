import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBResult, DuckDBType } from "@duckdb/node-api";
import { DataError, OptionError } from "../../errors.js";
import { createReader } from "./duckdb-columns.js";
import { logOpens, type OpenLog } from "./duckdb-log.js";
import { loadPeer, type Query, type QueryChunk, type QueryRows } from "./query-rows.js";

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
    // Not import(): of a CommonJS package that reads every file for its names first, a fifth of a second.
    async () => createRequire(import.meta.url)("@duckdb/node-api") as typeof import("@duckdb/node-api"),
    "a query over files",
  );
  const folder = await mkdtemp(join(tmpdir(), "undertone-duckdb-"));
  let instance: Awaited<ReturnType<typeof DuckDBInstance.create>> | undefined;
  let connection: DuckDBConnection | undefined;
  let log: OpenLog | undefined;
  const interrupt = () => connection?.interrupt();
  const close = async () => {
    signal?.removeEventListener("abort", interrupt);
    connection?.closeSync();
    log?.close();
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
    log = await logOpens(instance, folder);
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
      const refused = createReader(types[c]) ? undefined : String(types[c]);
      return { name, ...(refused !== undefined && { refused }) };
    });
    return { columns, chunks: chunksOf(path, result, types), opened: log.opened, close };
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
  const readers = types.map(createReader);
  try {
    for await (const chunk of result) {
      const { rowCount: count } = chunk;
      yield { count, column: (c, place) => readers[c]!(chunk.getColumnVector(c), count, place) };
    }
  } catch (cause) {
    throw outOfMemory(path, cause);
  }
}
