import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readSource } from "../../src/read/read.js";
import { folderWith, longCsv, main, newFiles, undertone, wideCsv } from "./run.js";

const folder = folderWith({ "long.csv": longCsv(), "wide.csv": wideCsv() });
const flags = ["--entity", "customer", "--time", "time", "--label", "fraud", "--window", "3"];
const quick = ["--recipe", "simple", "--units", "2", "--updates", "5"];

/** Runs `undertone ARGS` with bytes as standard input. */
function piped(input: string | Uint8Array, ...args: string[]) {
  const env = { ...process.env, NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, input, env });
  return { code: status, stdout, stderr: stderr.toString() };
}

beforeAll(async () => {
  expect((await undertone(folder, "fit", "long.csv", "-o", "m.undertone", ...flags, ...quick)).code).toBe(0);
  expect((await undertone(folder, "encode", "m.undertone", "long.csv", "-o", "z.csv")).code).toBe(0);
  expect((await undertone(folder, "encode", "m.undertone", "long.csv", "-o", "z.parquet")).code).toBe(0);
});

describe("encode in a pipe", () => {
  const formats = ["--input-format", "csv", "--output-format"];

  test.each(["csv", "parquet"])("%s: standard output holds the bytes of the file and nothing else", (format) => {
    const { code, stdout, stderr } = piped(longCsv(), "encode", "m.undertone", "-", "-o", "-", ...formats, format);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^standard output: 96 rows x 2 features/m)]);
    expect(stdout.equals(readFileSync(join(folder, `z.${format}`)))).toBe(true);
    expect(newFiles(folder)).toEqual(["long.csv", "m.undertone", "wide.csv", "z.csv", "z.parquet"]);
  });

  test("Parquet comes in by a pipe too", async () => {
    const { stdout } = piped(longCsv(), "encode", "m.undertone", "-", "-o", "-", ...formats, "parquet");
    const { code, stdout: seen } = piped(
      stdout,
      "inspect",
      "-",
      "--input-format",
      "parquet",
      "--entity",
      "id",
      "--json",
    );
    expect(code).toBe(0);
    expect(JSON.parse(seen.toString()).train.sequences).toBe(96);
    writeFileSync(join(folder, "again.dat"), stdout);
    const { train } = await readSource(join(folder, "again.dat"), { entity: "id", inputFormat: "parquet" });
    expect(train.ids).toHaveLength(96);
    rmSync(join(folder, "again.dat"));
  });

  test("an entity that comes again after its features were made is an error, and nothing is written", async () => {
    const [header, ...rows] = longCsv({ customers: 10, events: 40, more: 300 }).trimEnd().split("\n");
    const torn = `${[header, ...rows, rows[3]].join("\n")}\n`;
    writeFileSync(join(folder, "big.csv"), longCsv({ more: 300 }));
    const fit = ["fit", "big.csv", "-o", "m40.undertone", ...flags.slice(0, -1), "40", ...quick];
    expect((await undertone(folder, ...fit)).code).toBe(0);
    const { code, stdout, stderr } = piped(torn, "encode", "m40.undertone", "-", "-o", "-", ...formats, "csv");
    expect([code, stdout.length]).toEqual([1, 0]);
    expect(stderr).toMatch(/standard input, row 402.*got "c0" again.*can be read only once/);
    for (const name of ["m40.undertone", "big.csv"]) rmSync(join(folder, name));
  });
});

test("the format of a pipe belongs to the run, not to the model", async () => {
  const data = piped(longCsv(), "fit", "-", "--input-format", "csv", "-o", "p.undertone", ...flags, ...quick, "--json");
  expect(data.code).toBe(0);
  const { data: kept } = JSON.parse(data.stdout.toString());
  expect(kept.reading).not.toHaveProperty("inputFormat");
  expect(kept.name).toBe("standard input");
  expect((await undertone(folder, "encode", "p.undertone", "long.csv", "-o", "p.csv")).code).toBe(0);
  expect(readFileSync(join(folder, "p.csv"))).toEqual(readFileSync(join(folder, "z.csv")));
});

test.each([
  [
    ["inspect", "-"],
    2,
    /Standard input \(-\) has no name that tells its format, expected --input-format: one of ts, arff/,
  ],
  [
    ["encode", "m.undertone", "long.csv", "-o", "-"],
    2,
    /Standard output \(-\): got no format, expected --output-format: csv/,
  ],
  [["encode", "m.undertone", "long.csv", "-o", "-", "--output-format", "npy"], 2, /got npy, which has a second file/],
  [
    ["encode", "m.undertone", "long.csv", "-o", "-", "--output-format", "csv", "--json"],
    2,
    /--json and -o -: both write/,
  ],
  [["inspect", "-", "--input-format", "csv"], 1, /standard input: the file is empty/],
  [["inspect", "-", "--input-format", "parquet"], 1, /standard input: the file is empty/],
])("%s", (args, code, message) => {
  const { code: got, stderr, stdout } = piped("", ...args);
  expect([got, stdout.length, stderr]).toEqual([code, 0, expect.stringMatching(message)]);
});
