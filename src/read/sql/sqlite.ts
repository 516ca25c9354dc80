import { setImmediate } from "node:timers/promises";
import { OptionError } from "../../errors.js";
import type { Column } from "../source/table.js";
import { exactNumber, type Place, type Query, type QueryChunk, type QueryRows, refuseCell } from "./query-rows.js";

/** Rows of a chunk; between chunks a signal is heard. */
const ROWS = 5000;

type Cell = null | number | bigint | string | Uint8Array;

/** What is used of node:sqlite, which the oldest Node that we support does not have. */
interface Sqlite {
  DatabaseSync: new (
    path: string,
    options: { readOnly: boolean },
  ) => {
    prepare(sql: string): {
      sourceSQL: string;
      columns?(): { name: string }[];
      setReturnArrays?(on: boolean): void;
      setReadBigInts(on: boolean): void;
      iterate(): Iterator<Cell[]>;
    };
    close(): void;
  };
}

/**
 * Asks an SQLite file, which is only read. Its cells have a type each, so they are read as those of a text file.
 * @throws {OptionError} if this Node has no SQLite, or the query gives no rows of a table
 */
export async function askSqlite({ path, database, sql, signal }: Query): Promise<QueryRows> {
  const { DatabaseSync } = await loadSqlite();
  const file = new DatabaseSync(database, { readOnly: true });
  try {
    const statement = file.prepare(sql);
    if (!statement.columns || !statement.setReturnArrays) throw tooOld();
    const rest = sql.slice(statement.sourceSQL.length).replace(/--.*|\/\*[\s\S]*?\*\/|;/g, "");
    const columns = statement.columns().map(({ name }) => ({ name }));
    if (rest.trim() !== "" || columns.length === 0)
      throw new OptionError(
        `${path}: got ${columns.length === 0 ? "a statement that gives no rows of a table" : "several statements"}, expected one query (select ...).`,
      );
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    return { columns, chunks: chunksOf(statement.iterate(), signal), close: async () => file.close() };
  } catch (cause) {
    file.close();
    throw cause;
  }
}

/** @throws {OptionError} */
async function loadSqlite(): Promise<Sqlite> {
  const name = "node:sqlite"; // not literal: the types of the oldest Node do not have it
  try {
    return (await import(name)) as Sqlite;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_UNKNOWN_BUILTIN_MODULE") throw cause;
    throw tooOld();
  }
}

function tooOld(): OptionError {
  return new OptionError(
    `\`sql\`: an SQLite file needs Node 24 (or 22.16), which has SQLite built in, and this is Node ${process.versions.node}. Use a newer Node, or write the table as a CSV (sqlite3 -header -csv FILE "select ...").`,
  );
}

async function* chunksOf(rows: Iterator<Cell[]>, signal?: AbortSignal): AsyncGenerator<QueryChunk> {
  for (let done = false; !done; ) {
    const held: Cell[][] = [];
    while (held.length < ROWS && !done) {
      const next = rows.next();
      done = next.done === true;
      if (!done) held.push(next.value);
    }
    await setImmediate();
    signal?.throwIfAborted();
    if (held.length > 0) yield { count: held.length, column: (c, place) => columnOf(held, c, place) };
  }
}

function columnOf(rows: readonly Cell[][], c: number, place: Place): Column {
  const numbers = new Float64Array(rows.length).fill(Number.NaN);
  const texts = rows.map((row, r) => {
    const cell = row[c];
    if (cell === null) return "";
    if (typeof cell === "string") return cell;
    if (typeof cell === "object") return refuseCell(place, r, "bytes (a blob)", "a number or a text");
    numbers[r] = typeof cell === "bigint" ? exactNumber(cell, place, r) : cell;
    return undefined;
  });
  let values: string[] | undefined;
  return {
    kind: "cells",
    numbers,
    get values() {
      values ??= texts.map((text, r) => text ?? String(numbers[r]));
      return values;
    },
  };
}
