import { spawn } from "node:child_process";
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { compareCommand } from "../../src/cli/compare.js";
import { demoCommand } from "../../src/cli/demo.js";
import { encodeCommand } from "../../src/cli/encode.js";
import { fitCommand } from "../../src/cli/fit.js";
import { OptionError } from "../../src/errors.js";
import { randomStream } from "../../src/random.js";
import { folderWith, interruptedUndertone, main, newFiles, undertone, wideCsv } from "../cli/run.js";
import { HOSTILE, report, size } from "./size.js";

const windows = process.platform === "win32";
const FIT = ["--units", "4", "--updates", "10", "--quiet"];
const COMPARE = ["--features", "raw", "--classifiers", "ridge", "--folds", "2", "--quiet"];

/** A folder with a model, data and files of the user's; each test works on a copy of its own. */
const base = folderWith();
const copy = () => {
  const folder = folderWith();
  for (const name of readdirSync(base)) copyFileSync(join(base, name), join(folder, name));
  mkdirSync(join(folder, "D"));
  for (const part of ["TRAIN", "TEST"]) copyFileSync(join(base, "a.csv"), join(folder, "D", `D_${part}.csv`));
  return folder;
};
beforeAll(async () => {
  writeFileSync(join(base, "a.csv"), wideCsv());
  writeFileSync(join(base, "other.csv"), wideCsv(8, 5).trimEnd()); // its last line has no end
  writeFileSync(join(base, "line"), "one line without its end");
  writeFileSync(join(base, "m.npy"), "mine");
  writeFileSync(join(base, "m.npy.json"), '{"columns":["mine"]}');
  writeFileSync(join(base, "page.html"), "<!doctype html><title>mine</title>");
  writeFileSync(join(base, "x.checkpoint"), "mine");
  expect(await undertone(base, "fit", "a.csv", "-o", "m.undertone", ...FIT)).toMatchObject({ code: 0 });
  copyFileSync(join(base, "m.undertone"), join(base, "m.csv")); // a model that is called like features
});

/** The bytes of every file of a folder, by name; of a link, those behind it. */
function contentOf(folder: string): Map<string, string> {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const inside = folders.flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => join(name, file)));
  const names = [...readdirSync(folder), ...inside];
  const files = names.sort().filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile());
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), "latin1")]));
}

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

  test.skipIf(windows).each(ways)(
    "$sql: no output",
    { timeout: 60_000 },
    async ({ sql, database, output = "a.csv" }) => {
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
      const first = ways.findIndex((way) => way.sql === sql && (way.output ?? "a.csv") === output) % 2;
      for (const command of commands.filter((_, k) => HOSTILE || k % 2 === first)) {
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

describe("kill -9", () => {
  // test/cli/resume.test.ts has a short one
  test.runIf(HOSTILE)(
    "fit: resumed, it ends in the same bytes, and nothing is left",
    { timeout: 1_800_000 },
    async () => {
      const folder = folderWith({ "a.csv": wideCsv(60, 40) });
      const layers = ["--recipe", "denoising", "--units", "12", "--updates", "500", "--patience", "0"];
      const fit = ["fit", "a.csv", ...layers, "--quiet"];
      await undertone(folder, ...fit, "-o", "whole.undertone");
      const whole = readFileSync(join(folder, "whole.undertone"));
      const output = join(folder, "m.undertone");
      const resumed = [...fit, "--checkpoint-every", "0", "--resume", "-o", "m.undertone"];
      const random = randomStream(11);
      let kills = 0;
      let compared = 0;
      while (kills < 40) {
        const started = Date.now();
        const wait = random.integer(400);
        const savedAt = () => statSync(`${output}.checkpoint`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
        let saved = 0; // when this run was first seen to have saved
        const when = () => (saved ||= savedAt() > started ? Date.now() : 0) > 0 && Date.now() - saved >= wait;
        const { code } = await interruptedUndertone(folder, "SIGKILL", when, ...resumed);
        if (code !== 0) {
          kills++;
          expect(newFiles(folder)).not.toContain("m.undertone"); // nothing half-written
          if (kills % 3 === 1) continue; // killed again after it went on
          expect(await undertone(folder, ...resumed)).toMatchObject({ code: 0 });
        }
        expect(readFileSync(output).equals(whole)).toBe(true);
        expect(newFiles(folder)).toEqual(["a.csv", "m.undertone", "whole.undertone"]);
        rmSync(output);
        compared++;
      }
      report("kill -9 of fit while it trains", { kills, "models compared": compared, different: 0, "files left": 0 });
    },
  );

  test.each(["z.csv", "z.npy"])(
    "encode to %s: no torn file, and nothing is left",
    { timeout: 600_000 },
    async (name) => {
      const folder = copy();
      writeFileSync(join(folder, "many.csv"), wideCsv(size(1000, 60_000), 40)); // the long one takes two pieces
      const encode = ["encode", "m.undertone", "many.csv", "-o", name];
      expect(await undertone(folder, ...encode)).toMatchObject({ code: 0 });
      const whole = contentOf(folder);
      const random = randomStream(12);
      const remains = () => newFiles(folder).filter((file) => file.endsWith(".tmp"));
      let kills = 0;
      let left = 0;
      while (kills < size(1, 20)) {
        const earlier = remains();
        const wait = random.integer(size(20, 1000));
        let begun = 0; // when this run was first seen to write
        const own = () => remains().some((file) => !earlier.includes(file));
        const when = () => (begun ||= own() ? Date.now() : 0) > 0 && Date.now() - begun >= wait;
        const { code } = await interruptedUndertone(folder, "SIGKILL", when, ...encode, "--read-out", "narrow");
        if (code === 0) await undertone(folder, ...encode);
        else kills++;
        left += remains().length;
        for (const [file, text] of whole) expect(readFileSync(join(folder, file), "latin1") === text).toBe(true);
      }
      expect(await undertone(folder, ...encode)).toMatchObject({ code: 0 });
      expect([...contentOf(folder).keys()]).toEqual([...whole.keys()]);
      const figures = { kills, "torn files": 0, "remains of the killed": left, "after the next run": 0 };
      report(`kill -9 of encode while it writes ${name}`, figures);
    },
  );
});

test("two writers at once: the file is wholly of one of them, and nothing is left", { timeout: 600_000 }, async () => {
  const folder = copy();
  writeFileSync(join(folder, "many.csv"), wideCsv(1500, 20));
  const readOuts = ["last", "narrow"];
  const args = (readOut: string, output: string) => [
    "encode",
    "m.undertone",
    "many.csv",
    "-o",
    output,
    "--read-out",
    readOut,
  ];
  const wholes: string[] = [];
  for (const readOut of readOuts) {
    await undertone(folder, ...args(readOut, `${readOut}.csv`));
    wholes.push(readFileSync(join(folder, `${readOut}.csv`), "utf8"));
  }
  const before = newFiles(folder);
  const pairs = size(1, 20);
  for (let k = 0; k < pairs; k++) {
    const ends = readOuts.map(
      (readOut) =>
        new Promise((end) => {
          spawn(process.execPath, [main, ...args(readOut, "both.csv")], { cwd: folder, stdio: "ignore" }).on(
            "close",
            end,
          );
        }),
    );
    expect(await Promise.all(ends)).toEqual([0, 0]);
    expect(wholes).toContain(readFileSync(join(folder, "both.csv"), "utf8"));
    expect(newFiles(folder)).toEqual([...before, "both.csv"].sort());
  }
  report("two writers at once", { pairs, "whole files": pairs });
});
