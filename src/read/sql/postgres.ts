import type { Client, FieldDef } from "pg";
import { DataError, OptionError } from "../../errors.js";
import { parseTime } from "../source/cells/times.js";
import type { Column } from "../source/table.js";
import {
  exactNumber,
  loadPeer,
  type Place,
  type Query,
  type QueryChunk,
  type QueryRows,
  refuseCell,
} from "./query-rows.js";

/** Rows of a read: one chunk. */
const ROWS = 5000;
const PATIENCE = 15_000; // milliseconds until a server answers
/** Texts are asked for, which have the digits that the server has; the kind of column decides what they are. */
const TEXTS = { getTypeParser: () => (text: string) => text };

type Cells = readonly (readonly (string | null)[])[];

/**
 * Asks a PostgreSQL server, in a transaction that can only read, with a cursor: memory holds some thousand rows.
 * @throws {OptionError} if its packages are not installed, or the query gives no rows of a table
 */
export async function askPostgres({ path, database, sql, signal }: Query): Promise<QueryRows> {
  const packages = ["pg", "pg-cursor"];
  const { default: pg } = await loadPeer(packages, () => import("pg"), "a PostgreSQL database");
  const { default: Cursor } = await loadPeer(packages, () => import("pg-cursor"), "a PostgreSQL database");
  const client = new pg.Client({
    connectionString: database,
    application_name: "undertone",
    connectionTimeoutMillis: PATIENCE,
  });
  let lost: Error | undefined;
  client.on("error", (error) => {
    lost = error;
  });
  const hangUp = () =>
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  signal?.addEventListener("abort", hangUp);
  const close = async () => {
    signal?.removeEventListener("abort", hangUp);
    await (signal?.aborted || lost ? hangUp() : client.end().catch(() => {})); // its rows are complete
  };
  try {
    await client.connect().catch((cause: Error) => {
      throw new DataError(
        `${path}: no connection (${cause.message || (cause as NodeJS.ErrnoException).code}). Check the address, the server, the user and the password (PGPASSWORD, or the file .pgpass).`,
        { cause },
      );
    });
    await client.query("begin transaction read only");
    await client.query("set local datestyle to iso; set local timezone to 'UTC'; set local extra_float_digits to 1");
    // A server of before version 14 does not have it: a query that nobody waits for ends then by itself.
    await client.query(
      "select set_config(name, '1s', true) from pg_settings where name = 'client_connection_check_interval'",
    );
    const cursor = client.query(new Cursor<(string | null)[]>(sql, [], { rowMode: "array", types: TEXTS as never }));
    const read = () =>
      new Promise<{ rows: Cells; fields: FieldDef[] }>((resolve, reject) => {
        const fail = () => reject(lost ?? new Error("the connection was closed"));
        client.once("end", fail);
        cursor.read(ROWS, (error, rows, result) => {
          client.off("end", fail);
          if (error) reject(error);
          else resolve({ rows: rows as unknown as Cells, fields: result?.fields ?? [] });
        });
      });
    const first = await read();
    const { fields } = first;
    if (fields.length === 0)
      throw new OptionError(`${path}: got a statement that gives no rows of a table, expected one query (select ...).`);
    const kinds = await kindsOf(database, pg.Client, fields);
    const columns = fields.map(({ name }, c) => ({
      name,
      ...("refused" in kinds[c] && { refused: kinds[c].refused }),
    }));
    return { columns, chunks: chunksOf(first.rows, async () => (await read()).rows, kinds), close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

async function* chunksOf(first: Cells, read: () => Promise<Cells>, kinds: readonly Kind[]): AsyncGenerator<QueryChunk> {
  for (let rows = first; rows.length > 0; rows = await read())
    yield { count: rows.length, column: (c, place) => columnOf(kinds[c], rows, c, place) };
}

type Kind =
  | { number: (text: string, place: Place, r: number) => number; dates?: true }
  | { text: (text: string) => string }
  | { refused: string };

const float: Kind = { number: (text) => Number(text) }; // NaN is a missing value
const whole: Kind = { number: (text, place, r) => exactNumber(BigInt(text), place, r) };
const small: Kind = { number: (text) => Number(text) };
const plain: Kind = { text: (text) => text };
const stamp: Kind = {
  dates: true,
  number: (text, place, r) =>
    parseTime(text)?.seconds ?? refuseCell(place, r, `"${text}"`, "a time of the years 0 to 9999"),
};

/** By the number that every server has for the type. */
const KINDS: Readonly<Record<number, Kind>> = {
  16: { number: (text) => Number(text === "t") },
  18: plain,
  19: plain,
  20: whole,
  21: small,
  23: small,
  25: plain,
  26: small,
  700: float,
  701: float,
  1042: { text: (text) => text.trimEnd() }, // filled up with spaces
  1043: plain,
  1082: stamp,
  1083: { number: (text) => parseTime(`1970-01-01 ${text}`)!.seconds }, // seconds of the day
  1114: stamp,
  1184: stamp,
  1700: {
    number: (text, place, r) => (/^-?\d+$/.test(text) ? exactNumber(BigInt(text), place, r) : Number(text)),
  },
  2950: plain,
};

/** Types that only this database knows are asked for: an enumeration is text. */
async function kindsOf(database: string, PgClient: typeof Client, fields: readonly FieldDef[]): Promise<Kind[]> {
  const unknown = fields.map(({ dataTypeID }) => dataTypeID).filter((id) => !(id in KINDS));
  const named = new Map<number, { name: string; texts: boolean }>();
  if (unknown.length > 0) {
    // The connection of the rows is busy with its cursor.
    const client = new PgClient({ connectionString: database, connectionTimeoutMillis: PATIENCE });
    await client.connect();
    const sql =
      "select oid::int8::text as id, format_type(oid, null) as name, typtype = 'e' or typname = 'citext' as texts from pg_type where oid = any($1)";
    for (const { id, name, texts } of (await client.query(sql, [unknown])).rows) named.set(Number(id), { name, texts });
    await client.end();
  }
  return fields.map(({ dataTypeID: id }) => {
    const { name, texts } = named.get(id) ?? { name: `number ${id}` };
    return KINDS[id] ?? (texts ? plain : { refused: name });
  });
}

function columnOf(kind: Kind, rows: Cells, c: number, place: Place): Column {
  if ("text" in kind) return { kind: "cells", values: rows.map((row) => (row[c] === null ? "" : kind.text(row[c]))) };
  if (!("number" in kind)) throw new Error("a type that is refused");
  const values = Float64Array.from(rows, (row, r) => (row[c] === null ? Number.NaN : kind.number(row[c], place, r)));
  return { kind: kind.dates ? "dates" : "numbers", values };
}
