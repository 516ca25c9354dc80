import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { describe, expect, test, vi } from "vitest";
import { filesRead, readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { POSTGRES, runPostgres, runSqlite, SQLITE } from "./databases.js";
import { folderOf } from "./temporary.js";

const read = (input: string, sql: string, options: DataOptions = {}, signal?: AbortSignal) =>
  readSource(input, { entity: "e", sql, ...options }, { signal });
const refused = (input: string, sql: string, options: DataOptions = {}) =>
  read(input, sql, options).then(
    () => "no error",
    (error) => `${error.name}: ${error.message}`,
  );
/** An abort after so many milliseconds. */
function abortIn(milliseconds: number): AbortSignal {
  const stop = new AbortController();
  void setTimeout(milliseconds).then(() => stop.abort(new Error("enough")));
  return stop.signal;
}

describe("query of a database, row by row:", () => {
  const late = (cell: string) =>
    `select 'a' as e, case when n = 5500 then ${cell} else n end as v from range(1, 6001) as t (n) order by n`;
  test("rows are counted over all chunks, in what a cell and what a layout refuses", async () => {
    expect(await refused("duckdb:", late("9007199254740993"))).toMatch(/, row 5500, column "v"/);
    const nobody = late("n").replace("'a'", "case when n = 5500 then null else 'a' end");
    expect(await refused("duckdb:", nobody)).toMatch(/, row 5500, column "e"/);
  });
  test("a query without an order is told", async () => {
    const notes = async (sql: string) => (await read("duckdb:", sql)).notes.join();
    expect(await notes("select 1 as e, 2 as v")).toMatch(/it has no "order by"/);
    expect(await notes("select 1 as e, 2 as v order by v")).not.toMatch(/order by/);
  });
  test("its hash is of names, too", async () => {
    const hash = async (sql: string) => (await read("duckdb:", sql)).files[0].sha256;
    expect(await hash("select 1 as e, 2 as v")).not.toBe(await hash("select 1 as e, 2 as w"));
  });
});

describe.skipIf(!POSTGRES)("query of a database, PostgreSQL:", () => {
  const database = POSTGRES!;
  /** The clients of the server beside the one that asks. */
  async function clients(): Promise<number> {
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    const { rows } = await client.query(
      "select count(*)::int as n from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
    );
    await client.end();
    return rows[0].n;
  }
  /** A server needs a moment to see that a client has gone; a query that sleeps would keep it for a minute. */
  const gone = (before: number) => vi.waitFor(async () => expect(await clients()).toBeLessThanOrEqual(before), 10_000);

  test("no connection stays open: after the rows, an error of the query, of the data, of a type, or an abort", async () => {
    await runPostgres(["drop type if exists weather", "create type weather as enum ('dry', 'wet')"]);
    const before = await clients();
    await read(database, "select 1 as e, 'dry'::weather as v");
    await gone(before);
    await refused(database, "select absent");
    await gone(before);
    await refused(database, "select 1 as e, 9007199254740993 as v from generate_series(1, 20000)");
    await gone(before);
    expect(await refused(database, "select 1 as e, 2 as v", { label: "none" })).toMatch(/"none"/);
    await gone(before);
    await expect(read(database, "select 1 as e, pg_sleep(60)::text as v", {}, abortIn(500))).rejects.toThrow("enough");
    await gone(before);
  });
  test("numbers keep all digits, and what has too many is refused", async () => {
    expect(await refused(database, "select 'a' as e, 9007199254740993::numeric as v")).toMatch(/2\^53/);
    const time = "select 'a' as e, 1 as v, 1700000000.1234567::float8 as t";
    expect((await read(database, time, { time: "t" })).train.times).toEqual(Float64Array.of(1700000000.1234567));
  });
  test("a time without a zone is in UTC, whatever the zone of the server", async () => {
    const sql = "select 'a' as e, 1 as v, '2024-02-29 01:00'::timestamptz as t";
    const seconds = Date.UTC(2024, 1, 29, 1) / 1000;
    expect((await read(database, sql, { time: "t" })).train.times).toEqual(Float64Array.of(seconds));
  });
  test("a statement that gives no rows is none, also one that changes nothing", async () => {
    expect(await refused(database, "set work_mem to '8MB'")).toMatch(/gives no rows of a table/);
  });
  test("a connection that the server ends is an error, at once", async () => {
    const end = setTimeout(700).then(() =>
      runPostgres([
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(61)%' and pid <> pg_backend_pid()",
      ]),
    );
    const begun = performance.now();
    expect(await refused(database, "select 1 as e, pg_sleep(61)::text as v")).toMatch(/Error: query of postgres/);
    expect(performance.now() - begun).toBeLessThan(30_000);
    await end;
  });
  test("an error among late rows names the query", async () => {
    const late = "select 1 as e, 1 / (5500 - n) as v from generate_series(1, 6000) as n";
    expect(await refused(database, late)).toMatch(/^DataError: query of postgres.*refused it \(division by zero\)/);
  });
});

describe.skipIf(!SQLITE)("query of a database, SQLite:", async () => {
  const file = join(folderOf("sqlite", {}), "plant.db");
  if (SQLITE) await runSqlite(file, ["create table t (e, v)", "insert into t values ('a', 1), ('a', 'x')"]);
  const openFiles = () =>
    readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === file;
      } catch {
        return false; // that of the folder itself
      }
    }).length;

  test("a comment or a semicolon behind the query is no second statement", async () => {
    for (const end of [";", " -- all\n", " /* all; */ ;", ";\n;"])
      expect((await read(file, `select * from t${end}`)).train.values).toHaveLength(2);
    expect(await refused(file, "select * from t; -- all\nselect 1")).toMatch(/several statements/);
  });
  test("the file is only read, also by a statement that gives rows", async () => {
    const bytes = readFileSync(file);
    expect(await refused(file, "insert into t values ('b', 2) returning e, v")).toMatch(/readonly/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(await filesRead(file, { sql: "select 1" })).toEqual([file]); // so no output replaces it
  });
  test.skipIf(process.platform !== "linux")("the file is closed: after the rows, and after an error", async () => {
    await read(file, "select * from t");
    expect(openFiles()).toBe(0);
    for (const sql of ["select absent", "select 1; select 2", "select 'a' as e, x'00' as v"]) {
      expect(await refused(file, sql)).toMatch(/Error/);
      expect(openFiles()).toBe(0);
    }
  });
  test("an abort is heard between chunks of a long query", async () => {
    const long =
      "with recursive n (x) as (select 1 union all select x + 1 from n where x < 1000000) select 1 as e, x as v from n";
    await expect(read(file, long, {}, abortIn(50))).rejects.toThrow("enough");
  });
  test("the hash is of texts among numbers, too", async () => {
    const hash = async (cell: string) =>
      (await read(file, `select 'a' as e, 1 as v union all select 'a', ${cell}`)).files[0].sha256;
    expect(await hash("'x'")).not.toBe(await hash("'y'"));
  });
});
