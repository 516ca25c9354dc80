import { createHash } from "node:crypto";
import { DataError, OptionError, UndertoneError } from "../../errors.js";
import { repeatedIn } from "../source/names.js";
import type { Column, Table, TableChunk } from "../source/table.js";

/** A query, and where it is asked. */
export interface Query {
  /** As messages name it: without a password. */
  path: string;
  /** An address or a file; "" = none, the query names files itself. */
  database: string;
  sql: string;
  signal?: AbortSignal;
}

/** What a database answers. */
export interface QueryRows {
  columns: readonly QueryColumn[];
  /** Some rows at a time. */
  chunks: AsyncGenerator<QueryChunk>;
  /** The files that the database has opened so far, where this process opens them. */
  opened?(): Promise<readonly OpenedFile[]>;
  /** Ends the connection, also before the last row. */
  close(): Promise<void>;
}

export interface OpenedFile {
  path: string;
  /** When it was first opened: microseconds since 1970. */
  at: bigint;
}

export interface QueryColumn {
  name: string;
  /** The type of its cells, where they cannot be read; the column is refused when it is used. */
  refused?: string;
}

export interface QueryChunk {
  count: number;
  /** The cells of column c, copied. @throws {DataError} as `refuseCell` */
  column(c: number, place: Place): Column;
}

/** Where the rows of a chunk stand, for messages. */
export interface Place {
  path: string;
  name: string;
  /** Rows before the chunk. */
  before: number;
}

/** @param r the row in the chunk */
export function refuseCell({ path, name, before }: Place, r: number, got: unknown, expected: string): never {
  throw new DataError(
    `${path}, row ${before + r + 1}, column "${name}": got ${got}, expected ${expected}. Cast the column in the query, or leave it out.`,
  );
}

/** @throws {DataError} for a whole number that is not exact */
export function exactNumber(value: number | bigint, place: Place, r: number): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  return refuseCell(
    place,
    r,
    value,
    "whole numbers up to 2^53, which are exact; cast it to a text if it is a name, to a double if it is a measurement",
  );
}

/**
 * Seconds since 1970 of a count of parts of a second, by the arithmetic of texts: the whole seconds and then the
 * fraction, so that a time has the same bits from a file.
 */
export function secondsOf(count: bigint, perSecond: bigint): number {
  let whole = count / perSecond;
  let rest = count % perSecond;
  if (rest < 0n) {
    rest += perSecond;
    whole -= 1n;
  }
  return rest === 0n ? Number(whole) : Number(whole) + Number(rest) / Number(perSecond);
}

/** The hash of the rows of a query in their order; it does not depend on how many come at a time. */
export interface RowHash {
  add(columns: readonly QueryColumn[], cells: readonly (Column | undefined)[], count: number): void;
  digest(): string;
}

export function createRowHash(): RowHash {
  const ofColumn: ReturnType<typeof createHash>[] = [];
  let rows = 0;
  return {
    add(columns, cells, count) {
      rows += count;
      for (const [c, { name }] of columns.entries()) {
        const column = cells[c];
        ofColumn[c] ??= createHash("sha256").update(`${name}\0${column?.kind}\0`);
        if (column === undefined) continue;
        if (column.kind === "numbers" || column.kind === "dates") ofColumn[c].update(bytesOf(column.values));
        else if (column.kind === "cells" && column.utf8) ofColumn[c].update(column.utf8);
        else if (column.kind === "texts" || !column.numbers) ofColumn[c].update(`${column.values.join("\0")}\0`);
        else {
          ofColumn[c].update(bytesOf(column.numbers));
          const { numbers, values } = column;
          const texts = values.filter((_, r) => Number.isNaN(numbers[r]));
          if (texts.length > 0) ofColumn[c].update(`${texts.join("\0")}\0`);
        }
      }
    },
    digest() {
      const all = createHash("sha256").update(`${rows} rows\0`);
      for (const hash of ofColumn) all.update(hash.copy().digest());
      return all.digest("hex");
    },
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The rows of a query as a table. */
export function tableOfQuery({ path, sql, signal }: Query, { columns, chunks }: QueryRows, hash?: RowHash): Table {
  const names = columns.map(({ name }) => name);
  const twice = repeatedIn(names);
  if (twice !== undefined)
    throw new OptionError(
      `${path}: got the column ${twice}, expected distinct names. Columns are chosen by name; rename one of them in the query (as).`,
    );
  const ordered = /\border\s+by\b/i.test(sql);
  return {
    path,
    names,
    notes: ordered
      ? []
      : [
          `${path}: it has no "order by", so its rows may come in another order next time. Equal times keep that order, and a stopped training goes on only with the same rows in the same order.`,
        ],
    chunks: readChunks(),
  };

  async function* readChunks(): AsyncGenerator<TableChunk> {
    let before = 0;
    let numbers = new Float64Array(0);
    try {
      for await (const chunk of chunks) {
        signal?.throwIfAborted();
        const { count } = chunk;
        if (count === 0) continue;
        // The memory of a database is its own, so all columns are made before its next rows come.
        const made = columns.map((column, c) =>
          cellsOf(path, column, () => chunk.column(c, { path, name: column.name, before })),
        );
        hash?.add(
          columns,
          made.map(({ cells }) => cells),
          count,
        );
        const first = before + 1;
        before += count;
        if (numbers.length < count) numbers = new Float64Array(count);
        const rows = numbers.subarray(0, count);
        for (let r = 0; r < count; r++) rows[r] = first + r;
        yield { rows, width: columns.length, column: (c) => made[c].cells ?? made[c].fail() };
      }
    } catch (cause) {
      signal?.throwIfAborted();
      throw cause;
    }
    if (before === 0)
      throw new DataError(`${path}: the query gave no rows, expected at least one. Check its conditions.`);
  }
}

/** The cells of a column, or how it is refused when it is used. */
function cellsOf(path: string, { name, refused }: QueryColumn, make: () => Column): { cells?: Column; fail(): never } {
  let error: Error | undefined;
  const fail = () => {
    throw error;
  };
  try {
    if (refused === undefined) return { cells: make(), fail };
    error = new DataError(
      `${path}, column "${name}": got the type ${refused}, expected one number, text, date or truth value per cell. Cast the column in the query (an interval: extract(epoch from "${name}")), or leave it out.`,
    );
  } catch (cause) {
    if (!(cause instanceof UndertoneError)) throw cause;
    error = cause;
  }
  return { fail };
}

/** The package of a database, or what to install. @throws {OptionError} */
export async function loadPeer<T>(names: readonly string[], load: () => Promise<T>, what: string): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw cause;
    throw new OptionError(
      `\`sql\`: ${what} needs ${names.join(" and ")}, which ${names.length > 1 ? "are" : "is"} not installed. Install ${names.length > 1 ? "them" : "it"} beside undertone: npm install ${names.join(" ")}`,
      { cause },
    );
  }
}

/** What a database said, in one line. */
export function saidBy(cause: unknown): string {
  const { message } = cause as Error;
  return String(message ?? cause)
    .replace(/\s+/g, " ")
    .trim();
}
