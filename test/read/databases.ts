import { DuckDBInstance } from "@duckdb/node-api";
import pg from "pg";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** The address of a PostgreSQL server whose tables tests may make and drop; tests of it are skipped without one. */
export const POSTGRES = process.env.UNDERTONE_POSTGRES;

/** Whether this Node has SQLite built in, with all that is used of it. */
export const SQLITE = Number(process.versions.node.split(".")[0]) >= 24;

/** One event: SQL literals and the cells of a CSV say the same. */
interface Event {
  sql: string[];
  cells: string[];
}

export const COLUMNS = ["machine", "moment", "day", "pressure", "price", "cycles", "open", "state", "failed"];
export const TYPES = {
  duckdb: ["varchar", "timestamp", "date", "double", "decimal(12,4)", "bigint", "boolean", "varchar", "integer"],
  postgres: ["text", "timestamptz", "date", "float8", "numeric(12,4)", "int8", "boolean", "varchar(20)", "int4"],
  sqlite: ["text", "text", "text", "real", "real", "integer", "integer", "text", "integer"],
};

/** Seeded events of some machines in order of time, with missing cells, fractions of seconds and awkward texts. */
export function someEvents(count: number, seed: number): Event[] {
  const random = xoroshiro128plus(seed);
  const draw = (below: number) => (random.next() >>> 0) % below;
  const states = ["ok", "größer, als", 'say "stop"', "O'Neil", "late"];
  return Array.from({ length: count }, (_, k) => {
    const machine = `m${draw(7)}`;
    const at = new Date(Date.UTC(2024, 0, 1) + k * 31_000).toISOString().slice(0, 19).replace("T", " ");
    const time = `${at}.${String(draw(1e6)).padStart(6, "0")}`;
    const numbers = [
      String((draw(2 ** 31) - 2 ** 30) / 977), // all digits of a double
      (draw(1e8) / 1e4).toFixed(4),
      String(draw(2 ** 31) * 4194301), // up to 2^53
    ].map((number) => (draw(9) === 0 ? "" : number));
    const open = draw(2);
    const state = draw(8) === 0 ? "" : states[draw(states.length)];
    const failed = machine === "m3" ? "1" : "0";
    const quoted = (text: string) => (text === "" ? "null" : `'${text.replaceAll("'", "''")}'`);
    const bare = (text: string) => (text === "" ? "null" : text);
    const cells = [machine, time, at.slice(0, 10), ...numbers, String(open), state, failed];
    return {
      sql: [...cells.slice(0, 3).map(quoted), ...numbers.map(bare), open ? "true" : "false", quoted(state), failed],
      cells: cells.map((cell) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)),
    };
  });
}

export function csvOf(events: readonly Event[]): string {
  return [COLUMNS, ...events.map(({ cells }) => cells)].map((cells) => `${cells.join()}\n`).join("");
}

/** The statements that make a table of the events, with `n` that counts them. */
export function statementsOf(name: string, types: readonly string[], events: readonly Event[]): string[] {
  const columns = COLUMNS.map((column, c) => `${column} ${types[c]}`);
  const rows = events.map(({ sql }, n) => `(${n}, ${sql.join()})`);
  return [`create table ${name} (n integer, ${columns.join()})`, `insert into ${name} values ${rows.join()}`];
}

export async function runDuckDb(path: string, statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const sql of statements) await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

export async function runPostgres(statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: POSTGRES });
  await client.connect();
  for (const sql of statements) await client.query(sql);
  await client.end();
}

export async function runSqlite(path: string, statements: readonly string[]): Promise<void> {
  const name = "node:sqlite"; // its types are of a newer Node
  const { DatabaseSync } = await import(name);
  const database = new DatabaseSync(path);
  for (const sql of statements) database.exec(sql);
  database.close();
}
