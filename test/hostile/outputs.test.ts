import { copyFileSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { compareCommand } from "../../src/cli/compare.js";
import { demoCommand } from "../../src/cli/demo.js";
import { encodeCommand } from "../../src/cli/encode.js";
import { fitCommand } from "../../src/cli/fit.js";
import { OptionError } from "../../src/errors.js";
import { folderWith, newFiles, undertone } from "../cli/run.js";
import { HOSTILE, report } from "./size.js";
import { contentOf, copyOf, FIT, makeUserFolder } from "./user-folder.js";

const windows = process.platform === "win32";
const COMPARE = ["--features", "raw", "--classifiers", "ridge", "--folds", "2", "--quiet"];

let base: string;
const copy = () => copyOf(base);
beforeAll(async () => {
  base = await makeUserFolder();
});

const commands = { fit: fitCommand, encode: encodeCommand, compare: compareCommand, demo: demoCommand };
const inFolder = process.cwd();
afterAll(() => process.chdir(inFolder));

/** The command in this process: what it does after its flags were read. */
async function run(folder: string, [name, ...args]: string[]): Promise<unknown> {
  process.chdir(folder);
  const command = commands[name as keyof typeof commands]().exitOverride();
  return command.parseAsync(args, { from: "user" }).then(
    () => undefined,
    (error) => error,
  );
}

describe("no byte of the user's is lost", () => {
  /** A command, and what is made before it runs. `forced`: refused with --force too. */
  const combinations: { args: string; forced: boolean; before?(folder: string): void }[] = [
    { args: "fit a.csv -o a.csv", forced: true },
    { args: "fit a.csv -o ./D/../a.csv", forced: true },
    { args: "fit D -o D/D_TRAIN.csv", forced: true },
    { args: "fit D/ -o D/D_TEST.csv", forced: true },
    { args: "fit x.checkpoint -o x", forced: true },
    { args: "fit a.csv -o other.csv", forced: false },
    { args: "fit a.csv -o x", forced: false }, // its checkpoint would be the user's file
    { args: "fit a.csv -o line", forced: false },
    { args: "encode m.undertone a.csv -o a.csv", forced: true },
    { args: "encode m.csv a.csv -o m.csv", forced: true },
    { args: "encode m.undertone D -o D/D_TEST.csv", forced: true },
    { args: "encode m.undertone a.csv -o other.csv", forced: false },
    { args: "encode m.undertone a.csv -o m.csv", forced: false },
    { args: "encode m.undertone a.csv -o m.npy", forced: false },
    { args: "encode m.undertone m.npy -o m.npy", forced: true },
    { args: "encode m.undertone a.csv -o l.npy", forced: false, before: (f) => symlinkSync("m.npy", join(f, "l.npy")) },
    { args: "encode m.undertone a.csv -o l.csv", forced: true, before: (f) => symlinkSync("a.csv", join(f, "l.csv")) },
    { args: "encode m.undertone l.csv -o a.csv", forced: true, before: (f) => symlinkSync("a.csv", join(f, "l.csv")) },
    {
      args: "encode m.undertone a.csv -o h.csv",
      forced: true,
      before: (f) => linkSync(join(f, "a.csv"), join(f, "h.csv")),
    },
    { args: "encode m.undertone a.csv -o E/a.csv", forced: true, before: (f) => symlinkSync(".", join(f, "E")) },
    { args: "compare a.csv --report a.csv", forced: true },
    { args: "compare a.csv --report page.html", forced: false },
    { args: "compare D --report D/D_TEST.csv", forced: true },
    { args: "compare a.csv --report l", forced: false, before: (f) => symlinkSync("other.csv", join(f, "l")) },
    { args: "compare a.csv --save a.csv", forced: true },
    { args: "compare a.csv --save other.csv", forced: true },
    { args: "compare a.csv --save line", forced: true },
    { args: "compare a.csv --save m.undertone", forced: true },
    { args: "compare a.csv --save new --report ./new", forced: true },
    { args: "compare a.csv --save new --report NEW", forced: true },
    { args: "demo --folder F", forced: false, before: (f) => renameInto(f, "a.csv", "F/transactions.csv") },
    { args: "demo --folder F", forced: false, before: (f) => renameInto(f, "page.html", "F/report.html") },
    { args: "demo --folder F --report F/transactions.csv", forced: true },
    { args: "demo --folder F --save other.csv", forced: true },
  ];
  function renameInto(folder: string, from: string, to: string) {
    mkdirSync(join(folder, "F"));
    copyFileSync(join(folder, from), join(folder, to));
  }

  test.skipIf(windows)("every combination of command, input, output, link and spelling is refused", async () => {
    let bytes = 0;
    for (const { args, forced, before } of combinations)
      for (const force of forced ? [[], ["--force"]] : [[]]) {
        const folder = copy();
        before?.(folder);
        const kept = contentOf(folder);
        const error = await run(folder, [...args.split(" "), "--quiet", ...force]);
        expect([args, force, error]).toEqual([args, force, expect.any(OptionError)]);
        expect([args, (error as Error).message]).toEqual([args, expect.stringMatching(/Nothing was written/)]);
        expect([args, contentOf(folder)]).toEqual([args, kept]);
        for (const text of kept.values()) bytes += text.length;
      }
    expect(combinations.length).toBeGreaterThanOrEqual(12);
    report("outputs over files", { combinations: combinations.length, "bytes at stake": bytes, "bytes lost": 0 });
  });

  test("--force replaces a file of another kind, and the same command twice just works", async () => {
    const folder = copy();
    const printed = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    onTestFinished(() => printed.mockRestore());
    for (const [args, replaces] of [
      ["fit a.csv -o other.csv", "other.csv"],
      ["encode m.undertone a.csv -o m.csv", "m.csv"],
      ["encode m.undertone a.csv -o m.npy", "m.npy"],
      ["compare a.csv --report page.html --save results", "page.html"],
    ]) {
      const more = args.startsWith("fit") ? FIT : args.startsWith("compare") ? COMPARE : ["--quiet"];
      const before = readFileSync(join(folder, replaces));
      expect([args, await run(folder, [...args.split(" "), ...more])]).toEqual([args, expect.any(OptionError)]);
      expect([args, await run(folder, [...args.split(" "), ...more, "--force"])]).toEqual([args, undefined]);
      expect(readFileSync(join(folder, replaces)).equals(before)).toBe(false);
      expect([args, await run(folder, [...args.split(" "), ...more])]).toEqual([args, undefined]); // now it is ours
    }
  });
});

describe("a file that a query comes to by another way than its name in quotes", () => {
  const computed = "(select max(content) from read_text(concat('lis', 't.csv')))"; // opened after the first rows
  const ways = [
    { sql: "from read_csv(concat('a', '.csv'))" },
    { sql: "from a.csv" },
    { sql: "from query('from ''' || 'a.csv''')" },
    { sql: `select *, length(${computed}) as n from a.csv`, output: "list.csv" },
    { sql: "from v", database: "views.duckdb" },
    { sql: "from m('a')", database: "views.duckdb" },
    { sql: "from t", database: "views.duckdb", output: "views.duckdb" },
    { sql: "from t", database: "views.duckdb", output: "views.duckdb.wal" },
    { sql: "from t", database: "views.db", output: "views.db-wal" },
    { sql: "from t", database: "views.db", output: "views.db-shm" },
  ];
  const folderOfQuery = async () => {
    const folder = copy();
    copyFileSync(join(folder, "a.csv"), join(folder, "list.csv"));
    writeFileSync(join(folder, "views.db"), "SQLite format 3");
    const instance = await DuckDBInstance.create(join(folder, "views.duckdb"));
    const connection = await instance.connect();
    process.chdir(folder);
    for (const sql of [
      "create view v as from 'a.csv'",
      "create macro m(name) as table from read_csv(name || '.csv')",
      "create table t as from 'a.csv'",
    ])
      await connection.run(sql);
    connection.closeSync();
    instance.closeSync();
    return folder;
  };

  test.skipIf(windows).each(ways.map((way, k) => ({ ...way, k })))(
    "$sql: no output",
    { timeout: 60_000 },
    async ({ sql, database, output = "a.csv", k }) => {
      const folder = await folderOfQuery();
      const data = [...(database ? [database] : []), "--sql", sql, "--quiet", "--force"];
      symlinkSync(output, join(folder, "link.csv"));
      const kept = contentOf(folder);
      const commands = [
        ["fit", ...data, ...FIT, "-o", output],
        ["fit", ...data, ...FIT, "-o", "link.csv"],
        ["encode", "m.undertone", ...data, "-o", output, "--output-format", "csv"],
        ["compare", ...data, ...COMPARE, "--report", output],
      ];
      for (const command of commands.filter((_, c) => HOSTILE || c % 2 === k % 2)) {
        const error = await run(folder, command);
        expect([command, error]).toEqual([command, expect.any(OptionError)]);
        expect((error as Error).message).toMatch(/which is read and would be lost\. Nothing was written/);
        expect(contentOf(folder)).toEqual(kept);
      }
    },
  );

  test("a query that empties DuckDB's log, the one witness, is refused", async () => {
    const folder = await folderOfQuery();
    const kept = contentOf(folder);
    const sql =
      "select t.* from (from read_csv('a' || '.csv')) t where (select count(*) from truncate_duckdb_logs()) >= 0";
    const error = await run(folder, ["encode", "m.undertone", "--sql", sql, "-o", "a.csv", "--quiet", "--force"]);
    expect(String(error)).toMatch(/DataError: .*changes DuckDB's own log/);
    expect(contentOf(folder)).toEqual(kept);
  });

  test("another output is written", async () => {
    const folder = await folderOfQuery();
    const data = ["views.duckdb", "--sql", "from m('a')", "--quiet", "--force"];
    expect(await run(folder, ["encode", "m.undertone", ...data, "-o", "other.csv"])).toBe(undefined);
    expect(readFileSync(join(folder, "other.csv"), "utf8")).toMatch(/^id,.*last/);
  });
});

test.runIf(HOSTILE)("the demo twice into one folder", async () => {
  const folder = folderWith();
  for (let k = 0; k < 2; k++)
    expect(await undertone(folder, "demo", "--folder", "F", "--features", "fields", "--quiet")).toMatchObject({
      code: 0,
    });
  expect(newFiles(join(folder, "F"))).toEqual(["report.html", "transactions.csv"]);
});
