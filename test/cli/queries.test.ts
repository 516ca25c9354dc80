import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { folderWith, interruptedUndertone, longCsv, main, newFiles, undertone } from "./run.js";

/** Events of many customers, one after another in time. */
function scattered(events: number, customers: number): string {
  const rows = Array.from({ length: events }, (_, n) => `c${(n * 7) % customers},${n},${(n * 31) % 101}\n`);
  return `customer,time,amount\n${rows.join("")}`;
}

const folder = folderWith({ "small.csv": scattered(600, 30), "large.csv": scattered(300_000, 10_000) });
const own = readdirSync(folder);
const ROLES = ["--entity", "customer", "--time", "time"];
const model = "m.undertone";
const file = (name: string) => readFileSync(join(folder, name));

beforeAll(async () => {
  vi.stubEnv("TMPDIR", mkdtempSync(join(tmpdir(), "undertone-queries-")));
  await undertone(folder, "fit", "small.csv", ...ROLES, "--units", "3", "--updates", "3", "-o", model);
});
afterAll(() => vi.unstubAllEnvs());

describe("a database whose package is not installed is told with the command that installs it:", () => {
  const bare = folderWith({ "events.duckdb": "x" });
  const command = join(bare, "dist/cli/main.js");
  beforeAll(() => {
    cpSync(resolve(dirname(main), ".."), join(bare, "dist"), { recursive: true });
    cpSync(resolve(dirname(main), "../../package.json"), join(bare, "package.json"));
    mkdirSync(join(bare, "node_modules"));
    symlinkSync(resolve(dirname(main), "../../node_modules/zod"), join(bare, "node_modules/zod"));
  });
  test.each([
    ["a query over files", [], "@duckdb/node-api"],
    ["a query over files", ["events.duckdb"], "@duckdb/node-api"],
    ["a PostgreSQL database", ["postgres://me:sesame@127.0.0.1:9/plant"], "pg pg-cursor"],
  ])("%s, %s", (what, data, packages) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [command, "inspect", ...data, "--sql", "select 1 as a", "--entity", "a"],
      { cwd: bare, encoding: "utf8" },
    );
    expect(stderr).toMatch(`--sql: ${what} needs ${packages.replace(" ", " and ")}, which`);
    expect(stderr).toMatch(`npm install ${packages}\n`);
    expect([status, stderr.includes("sesame")]).toEqual([2, false]);
  });
});

test("Ctrl-C in the middle of encode --sql: 130, no half output, no folder of DuckDB; the next run works", async () => {
  const encode = (rows: number) => [
    ...["encode", model, "-o", "z.csv", "--sql"],
    `select n // 9 as customer, n % 9 as time, sin(n) as amount from range(${rows}) as t (n) order by customer, time`,
  ];
  const written = () => newFiles(folder, ...own, model).some((name) => name.endsWith(".tmp"));
  const { code, stderr } = await interruptedUndertone(folder, "SIGINT", written, ...encode(3_000_000));
  expect([code, newFiles(folder, ...own, model), readdirSync(tmpdir())]).toEqual([130, [], []]);
  expect(stderr).not.toMatch(/fault|Error/);
  expect((await undertone(folder, ...encode(9000))).code).toBe(0);
  expect(file("z.csv").toString().split("\n")).toHaveLength(1002);
});

test("Ctrl-C in the middle of encode --sort: 130, and the rows that were sorted are gone; the next run works", async () => {
  const encode = (data: string) => ["encode", model, data, "--sort", "-o", "s.csv"];
  const known = newFiles(folder);
  const sorting = () => newFiles(folder, ...known).some((name) => existsSync(join(folder, name, "rows")));
  const { code } = await interruptedUndertone(folder, "SIGINT", sorting, ...encode("large.csv"));
  expect([code, newFiles(folder, ...known)]).toEqual([130, []]);
  expect(await undertone(folder, ...encode("small.csv"))).toMatchObject({ code: 0 });
  expect((await undertone(folder, "encode", model, "small.csv", "-o", "whole.csv")).code).toBe(0);
  expect(file("s.csv").equals(file("whole.csv"))).toBe(true);
});

test.each([
  ["--sql", ["--sql", "from 'events.csv' order by customer, time"]],
  ["--sort", ["events.csv", "--sort"]],
])("fit --block-steps %s, killed twice and resumed, ends in the bytes of an undisturbed run", async (name, data) => {
  const events = longCsv({ customers: 40, events: 12 }).trimEnd().split("\n");
  const place = folderWith({
    "events.csv": [events[0], ...events.slice(1).sort((a, b) => (a.slice(-3) < b.slice(-3) ? -1 : 1))].join("\n"),
  });
  const fit = (output: string) => [
    ...[
      "fit",
      ...data,
      ...ROLES,
      "--label",
      "fraud",
      "--window",
      "5",
      "--block-steps",
      "500",
      "--recipe",
      "masked",
      "--units",
      "4",
    ],
    ...["--updates", "15", "--checkpoint-every", "0", "--patience", "0", "--resume", "-o", output],
  ];
  expect((await undertone(place, ...fit("whole"))).code).toBe(0);
  const checkpoint = join(place, `${name}.checkpoint`);
  const savedAt = () => (existsSync(checkpoint) ? statSync(checkpoint).mtimeMs : 0);
  for (let k = 0; k < 2; k++) {
    const before = savedAt();
    const { code } = await interruptedUndertone(place, "SIGKILL", () => savedAt() > before, ...fit(name));
    expect([code, existsSync(join(place, name)), existsSync(checkpoint)]).toEqual([null, false, true]);
  }
  const { code, stderr } = await undertone(place, ...fit(name));
  expect([code, stderr]).toEqual([0, expect.stringMatching(/resuming at update [1-9]/)]);
  expect(readFileSync(join(place, name)).equals(readFileSync(join(place, "whole")))).toBe(true);
  expect(newFiles(place, "events.csv")).toEqual([name, "whole"].sort());
});
