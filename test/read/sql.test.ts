import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { readInPieces, readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import type { Piece } from "../../src/read/source/piece.js";
import type { DataSource } from "../../src/sequences/set/sequence-set.js";
import {
  COLUMNS,
  csvOf,
  POSTGRES,
  runDuckDb,
  runPostgres,
  runSqlite,
  SQLITE,
  someEvents,
  statementsOf,
  TYPES,
} from "./databases.js";
import { fileOf, folderOf } from "./temporary.js";

const NONE = "duckdb:";
const ROLES: DataOptions = { entity: "machine", time: "moment", label: "failed", drop: ["day"] };
const events = someEvents(6007, 5); // more than a chunk of each database
const csv = fileOf("events.csv", csvOf(events));
const sql = `select ${COLUMNS.join()} from events order by n`;

const figures = ({ train, events }: DataSource) => ({ ...train, statics: undefined, events });
const message = async (input: string, options: DataOptions) => {
  const error = await readSource(input, options).then(
    () => new Error("no error"),
    (cause) => cause,
  );
  return `${error.name}: ${error.message}`;
};
const values = async (input: string, query: string, options: DataOptions = {}) =>
  (await readSource(input, { entity: "e", sql: query, ...options })).train;

describe("the same table by a file and by each database gives the same set, bit for bit:", () => {
  const same = async (database: string) => {
    for (const options of [ROLES, { ...ROLES, drop: ["moment"], time: "day" }, { ...ROLES, window: 5 }]) {
      const expected = await readSource(csv, options);
      const found = await readSource(database, { ...options, sql });
      expect(figures(found)).toEqual(figures(expected));
      expect(found.files[0].sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  };
  test("DuckDB", async () => {
    const file = join(folderOf("duckdb", {}), "plant.duckdb");
    await runDuckDb(file, statementsOf("events", TYPES.duckdb, events));
    await same(file);
    expect((await readSource(file, { ...ROLES, sql })).name).toBe("plant");
  });
  test("DuckDB over a CSV and over the Parquet of it", async () => {
    const parquet = join(folderOf("parquet", {}), "events.parquet");
    await runDuckDb(":memory:", [`copy (from '${csv}') to '${parquet}'`]);
    const expected = figures(await readSource(csv, ROLES));
    for (const file of [csv, parquet])
      expect(figures(await readSource(NONE, { ...ROLES, sql: `from '${file}'` }))).toEqual(expected);
  });
  test.skipIf(!SQLITE)("SQLite", async () => {
    for (const ending of ["sqlite", "sqlite3", "db"]) {
      const file = join(folderOf("sqlite", {}), `plant.${ending}`);
      await runSqlite(file, statementsOf("events", TYPES.sqlite, events));
      await same(file);
    }
  });
  test.skipIf(!POSTGRES)("PostgreSQL", async () => {
    await runPostgres(["drop table if exists events", ...statementsOf("events", TYPES.postgres, events)]);
    await same(POSTGRES!);
  });
});

test("a query is read in pieces, and its hash is that of its rows in their order", async () => {
  const query = `from '${csv}' order by machine, moment`;
  const { channels } = (await readSource(csv, ROLES)).train;
  const pieces: Piece[] = [];
  await readInPieces(
    NONE,
    { ...ROLES, sql: query },
    { mostSteps: 500, channels },
    async (part) => void pieces.push(part),
  );
  expect(pieces.length).toBeGreaterThan(3);
  const hash = async (text: string) => (await readSource(NONE, { ...ROLES, sql: text })).files[0].sha256;
  expect(await hash(query)).toBe(await hash(`select * from (from '${csv}') order by machine, moment`));
  expect(await hash(query)).not.toBe(await hash(`from '${csv}' order by machine, moment desc`));
  expect(await hash(query)).not.toBe(await hash(`from (from '${csv}' order by machine, moment) limit 6006`));
  expect(await hash(query)).not.toBe(
    await hash(`select * replace (pressure + 1 as pressure) from '${csv}' order by machine, moment`),
  );
});

describe("types:", () => {
  const TABLES: [name: string, database: string | undefined, one: string, refused: string[]][] = [
    [
      "DuckDB",
      NONE,
      `select 'a' as e, true as b, 5::utinyint as u, (-7)::hugeint as h, 0.1::float as f, 12.50::decimal(9,2) as d,
        12345678901234567.89::decimal(30,2) as long, date '2024-02-29' as day, time '01:02:03.5' as clock,
        timestamptz '2024-02-29 01:02:03.000001+00' as z, 'x'::enum('x', 'y') as kind, null as nothing`,
      ["[1, 2]", "{'a': 1}", "interval '1 day'", "'a'::blob", "time with time zone '01:02:03+01'"],
    ],
    [
      "PostgreSQL",
      POSTGRES,
      `select 'a' as e, true as b, 5::int2 as u, (-7)::int8 as h, 0.1::float4 as f, 12.50::numeric as d,
        12345678901234567.89::numeric as long, date '2024-02-29' as day, time '01:02:03.5' as clock,
        timestamptz '2024-02-29 03:02:03.000001+02' as z, 'x'::char(5) as kind, null::float8 as nothing`,
      ["array[1, 2]", "'{}'::json", "interval '1 day'", "'a'::bytea", "'01:02:03+01'::timetz", "point '(1,2)'"],
    ],
  ];
  for (const [name, database, one, refused] of TABLES)
    describe.skipIf(!database)(name, () => {
      test("each is decided", async () => {
        const set = await values(database!, one, { time: "z" });
        const read = Object.fromEntries(
          set.channels.map(({ name, vocabulary }, f) => [name, vocabulary ?? set.values[f]]),
        );
        expect(set.times).toEqual(Float64Array.of(Date.UTC(2024, 1, 29, 1, 2, 3) / 1000 + 1e-6));
        expect(read).toMatchObject({ b: 1, u: 5, h: -7, f: Math.fround(0.1), d: 12.5, clock: 3723.5, kind: ["x"] });
        expect(read.long).toBe(Math.fround(Number("12345678901234567.89")));
        expect(set.observed).toBeDefined(); // null
        await expect(values(database!, one, { time: "day" })).resolves.toMatchObject({
          times: Float64Array.of(1709164800),
        });
      });
      test("others are refused by column and type where they are used, and can be left out", async () => {
        for (const cell of refused) {
          const query = `select 'a' as e, 1 as v, ${cell} as odd order by 1`;
          expect(await message(database!, { entity: "e", sql: query })).toMatch(
            /^DataError: .*column "odd": got the type \w.*Cast the column/,
          );
          expect((await values(database!, query, { drop: ["odd"] })).values).toEqual(Float32Array.of(1));
        }
      });
      test("a whole number that is not exact is refused with its row", async () => {
        const query = "select 'a' as e, v from (values (1::bigint), (9007199254740993)) as t (v)";
        expect(await message(database!, { entity: "e", sql: query })).toMatch(
          /row 2, column "v": got 9007199254740993, expected whole numbers up to 2\^53/,
        );
      });
      test("an infinite time is none", async () => {
        for (const type of ["date", "timestamp"]) {
          const query = `select 'a' as e, 1 as v, '-infinity'::${type} as t`;
          expect(await message(database!, { entity: "e", time: "t", sql: query })).toMatch(
            /row 1, column "t": got .*infini/,
          );
        }
      });
    });
  test.skipIf(!SQLITE)("SQLite has one per cell", async () => {
    const file = join(folderOf("sqlite", {}), "types.db");
    await runSqlite(file, [
      "create table t (e, v, w)",
      "insert into t values (1, 2.5, 'x'), (1, 3, null), (1, '4.5', 'y')",
    ]);
    expect((await values(file, "select * from t")).values).toEqual(Float32Array.of(2.5, 0, 3, 0, 4.5, 1));
    expect(await message(file, { entity: "e", sql: "select 1 as e, x'00' as v" })).toMatch(
      /row 1, column "v": got bytes/,
    );
    expect(await message(file, { entity: "e", sql: "select 1 as e, 9007199254740993 as v" })).toMatch(/2\^53/);
  });
  test.skipIf(!POSTGRES)("an enumeration of PostgreSQL is text", async () => {
    await runPostgres(["drop type if exists mood", "create type mood as enum ('calm', 'cross')"]);
    expect((await values(POSTGRES!, "select 1 as e, 'cross'::mood as v")).channels[0].vocabulary).toEqual(["cross"]);
  });
});

describe("what cannot be asked", () => {
  const cases: [input: string | readonly string[], options: DataOptions, said: RegExp][] = [
    [NONE, { sql: "selec 1" }, /^OptionError: query: the database refused it \(.*syntax error/],
    [NONE, { sql: "select * from 'none/*.csv'" }, /^OptionError: query: .*No files found/],
    [NONE, { sql: "select 1 as a; select 2 as a" }, /^OptionError: query: got 2 statements/],
    [NONE, { sql: "create table t as select 1 as a" }, /^OptionError: query: got a statement that gives no rows/],
    [NONE, { sql: "copy (select 1) to 'stolen.csv'" }, /^OptionError: query: got a statement that gives no rows/],
    [NONE, { sql: "select 1 as a, 2 as a" }, /^OptionError: query: got the column "a" twice/],
    [NONE, { sql: "select 1 as e, 2 as v where false", entity: "e" }, /^DataError: query: the query gave no rows/],
    [NONE, { sql: "select 1 as a", separator: ";" }, /^OptionError: query: `separator` does not apply/],
    [NONE, { sql: "select 1 as a", maxSize: 5 }, /^OptionError: query: `maxSize` does not apply/],
    [NONE, {}, /^OptionError: query: got a database and no query/],
    ["events.csv", { sql: "select 1" }, /^OptionError: got `sql` and events\.csv, expected a database/],
    [["a.db", "b.db"], { sql: "select 1" }, /^OptionError: got `sql` and a\.db, b\.db/],
    ["events.sqlite", {}, /^OptionError: events\.sqlite: got a database and no query, expected `sql`/],
    ["none.duckdb", { sql: "select 1" }, /^DataError: none\.duckdb: there is no such file/],
    ["none.db", { sql: "select 1" }, /^DataError: none\.db: there is no such file/],
  ];
  test("is refused in words that lead on", async () => {
    for (const [input, options, said] of cases) expect(await message(input as string, options)).toMatch(said);
  });
  test.skipIf(SQLITE)("SQLite on a Node without it", async () => {
    expect(await message(fileOf("a.db", "x"), { sql: "select 1" })).toMatch(
      /^OptionError: `sql`: an SQLite file needs Node 24/,
    );
  });
  test.skipIf(!SQLITE)("a query that SQLite does not take", async () => {
    const file = join(folderOf("sqlite", {}), "a.db");
    await runSqlite(file, ["create table t (a)"]);
    expect(await message(file, { sql: "select * from absent" })).toMatch(
      /^OptionError: query of .*no such table: absent/,
    );
    expect(await message(file, { sql: "select 1 as a; drop table t" })).toMatch(/^OptionError: .*several statements/);
    expect(await message(file, { sql: "insert into t values (1)" })).toMatch(/^OptionError: .*gives no rows/);
    expect(await message(fileOf("b.db", "no database, but a text that is long enough"), { sql: "select 1" })).toMatch(
      /not a database/,
    );
  });
  test.skipIf(!POSTGRES)("a query that PostgreSQL does not take", async () => {
    expect(await message(POSTGRES!, { sql: "select * from absent" })).toMatch(
      /^OptionError: query of .*relation "absent" does not exist/,
    );
    expect(await message(POSTGRES!, { sql: "create table stolen (a int)" })).toMatch(/read-only transaction/);
    expect(await message(POSTGRES!, { sql: "select 1 as a; select 2" })).toMatch(/multiple commands/);
    const late = "select 1 as e, 1 / (5500 - n) as v from generate_series(1, 6000) as n";
    expect(await message(POSTGRES!, { entity: "e", sql: late })).toMatch(/^DataError: .*division by zero/);
  });
});

describe("a password", () => {
  const secrets = ["sesame", "ses:ame@x", "p/a?s#s@me"];
  test("is in no message", async () => {
    for (const secret of secrets)
      for (const address of [
        `postgres://me:${secret}@127.0.0.1:9/d`,
        `postgresql://127.0.0.1:9/d?user=me&password=${secret.replace(/[?#&]/g, "")}`,
      ])
        for (const options of [{ sql: "select 1 as a" }, {}, { sql: "select 1", separator: ";" }]) {
          const said = await message(address, options);
          // An @ in a parameter looks like the end of a password: more is left out then.
          expect(said).toMatch(/:\/\/(me@127\.0\.0\.1:9\/d\b|127\.0\.0\.1(@|:9\/d\?user=me&password=\*\*\*))/);
          for (const part of [secret, "sesame", "s@me"]) expect(said).not.toContain(part);
        }
  });
  test.skipIf(!POSTGRES)("is in nothing that is kept", async () => {
    const { password } = new URL(POSTGRES!);
    expect(password).not.toBe("");
    const source = await readSource(POSTGRES!, { entity: "e", sql: "select 1 as e, 2 as v" });
    expect(JSON.stringify([source.name, source.files, source.notes])).not.toContain(password);
    expect(source.files[0].path).toMatch(/^query of postgres/);
    const wrong = POSTGRES!.replace(`:${password}@`, ":wrong-one@");
    expect(await message(wrong, { sql: "select 1 as a" })).toMatch(
      /^DataError: .*no connection \(password authentication failed(?!.*wrong-one)/,
    );
  });
});

describe("an interrupted query ends at once with the reason of the signal, and leaves no folder:", () => {
  const slow: [name: string, database: string | undefined, query: string][] = [
    ["DuckDB", NONE, "select n % 100 as e, sin(n) as v from range(100000000000) as t (n) order by v"],
    ["PostgreSQL", POSTGRES, "select 1 as e, 2 as v, pg_sleep(60)::text as s"],
  ];
  for (const [name, database, query] of slow)
    test.skipIf(!database)(name, async () => {
      vi.stubEnv("TMPDIR", mkdtempSync(join(tmpdir(), "undertone-interrupted-")));
      onTestFinished(() => void vi.unstubAllEnvs());
      const stop = new AbortController();
      setTimeout(() => stop.abort(new Error("enough")), 700);
      const begun = performance.now();
      await expect(readSource(database!, { entity: "e", sql: query }, { signal: stop.signal })).rejects.toThrow(
        "enough",
      );
      expect(performance.now() - begun).toBeLessThan(20_000);
      expect(readdirSync(tmpdir())).toEqual([]);
    });
});
