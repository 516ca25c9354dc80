import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { folderWith, longCsv, newFiles, spawnUndertone, undertone, wideCsv } from "./run.js";

const QUICK = ["--units", "4", "--updates", "10"];
const LONG = ["--entity", "customer", "--time", "time", "--label", "fraud", "--window", "3"];

/** Runs `fit` on one file; checks that a failure is one paragraph on stderr and leaves nothing behind. */
async function fitFile(name: string, content: string | Uint8Array, ...args: string[]) {
  const folder = folderWith({ [name]: content });
  const { code, stdout, stderr } = await undertone(folder, "fit", name, "-o", "m.undertone", ...QUICK, ...args);
  const left = newFiles(folder, name);
  const message = stderr.replace(/^engine: .*\n/, "");
  if (code !== 0) {
    expect([left, stdout]).toEqual([[], ""]);
    expect(message.trim().split("\n")).toHaveLength(1);
    expect(message).not.toContain("bug in undertone");
  }
  return { code, message, left, folder };
}

/** Replaces one cell of a CSV; row as an editor shows it. */
function withCell(csv: string, row: number, column: number, text: string): string {
  const lines = csv.split("\n");
  const cells = lines[row - 1].split(",");
  cells[column] = text;
  lines[row - 1] = cells.join(",");
  return lines.join("\n");
}

/** The long table with every value of one column replaced. */
function withColumn(column: number, value: (row: number) => string): string {
  return longCsv()
    .trimEnd()
    .split("\n")
    .map((line, row) =>
      row === 0
        ? line
        : line
            .split(",")
            .map((cell, c) => (c === column ? value(row) : cell))
            .join(","),
    )
    .join("\n");
}

/** A model file with a checksum that is right again. */
function resealed(latin1: string): Buffer {
  const digits = /(?<="checksum":"sha256:)[0-9a-f]{64}/;
  const blank = Buffer.from(latin1.replace(digits, "0".repeat(64)), "latin1");
  const sum = createHash("sha256").update(blank).digest("hex");
  return Buffer.from(latin1.replace(digits, sum), "latin1");
}

describe("content that cannot be used is refused in one paragraph", () => {
  test("an empty file, one with a header only, a gzip cut short", async () => {
    expect(await fitFile("a.csv", "")).toMatchObject({ code: 1, message: expect.stringMatching(/a\.csv.*empty/) });
    expect(await fitFile("a.csv", "label,t0,t1\n")).toMatchObject({
      code: 1,
      message: expect.stringMatching(/a\.csv/),
    });
    const cut = gzipSync(wideCsv(200)).subarray(0, 900);
    expect(await fitFile("a.csv.gz", cut)).toMatchObject({ code: 1, message: expect.stringMatching(/a\.csv\.gz/) });
  });

  test("a text where a number is due: row and column are named", async () => {
    const wide = await fitFile("a.csv", withCell(wideCsv(), 7, 3, "oops"));
    expect(wide).toMatchObject({
      code: 1,
      message: expect.stringMatching(/row 7.*"?t2"?.*oops|oops.*row 7.*t2/),
    });
    const long = await fitFile("a.csv", withCell(longCsv(), 9, 2, "oops"), ...LONG);
    expect(long).toMatchObject({
      code: 1,
      message: expect.stringMatching(/row 9.*amount.*oops|oops.*row 9.*amount/),
    });
  });

  test("an unknown column: the nearest name is suggested, exit code 2", async () => {
    const label = await fitFile("a.csv", longCsv(), ...LONG, "--label", "frued");
    expect(label).toMatchObject({ code: 2, message: expect.stringMatching(/"frued".*Did you mean "fraud"/) });
    const entity = await fitFile("a.csv", longCsv(), "--entity", "custmer", "--time", "time");
    expect(entity).toMatchObject({ code: 2, message: expect.stringMatching(/Did you mean "customer"/) });
  });

  test("one class only, and no labels at all: compare says what is missing", async () => {
    const folder = folderWith({ "a.csv": wideCsv().replaceAll(/^b/gm, "a"), "b.csv": longCsv() });
    const one = spawnUndertone(folder, "compare", "a.csv", ...QUICK);
    expect([one.code, one.stdout]).toEqual([1, ""]);
    expect(one.stderr).toMatch(/one class only \("a"\).*two classes/);
    const none = await undertone(folder, "compare", "b.csv", "--entity", "customer", "--time", "time", ...QUICK);
    expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/no labels.*--label/)]);
  });

  test("a file of an unknown kind, a folder without parts, a file that is not there", async () => {
    expect(await fitFile("a.xlsx", "x")).toMatchObject({ code: 2, message: expect.stringMatching(/\.csv/) });
    const folder = folderWith();
    for (const place of [".", "nothing.csv"]) {
      const { code, stderr } = await undertone(folder, "fit", place, "-o", "m.undertone");
      expect([code, stderr]).toEqual([1, expect.stringMatching(/Error: .*(expected|no such|not exist)/i)]);
    }
    expect(newFiles(folder)).toEqual([]);
  });
});

describe("odd content has defined behaviour", () => {
  test("an all-missing and a constant channel are trained past, and named", async () => {
    const missing = await fitFile(
      "a.csv",
      withColumn(2, () => ""),
      ...LONG,
    );
    expect(missing).toMatchObject({
      code: 0,
      left: ["m.undertone"],
      message: expect.stringMatching(/amount/),
    });
    const constant = await fitFile(
      "a.csv",
      withColumn(2, () => "5"),
      ...LONG,
    );
    expect(constant).toMatchObject({
      code: 0,
      left: ["m.undertone"],
      message: expect.stringMatching(/amount/),
    });
    const { folder } = constant;
    expect((await undertone(folder, "encode", "m.undertone", "a.csv", "-o", "z.csv")).code).toBe(0);
    expect(readFileSync(join(folder, "z.csv"), "utf8")).not.toMatch(/NaN|Infinity/);
  });

  test("single-step and empty sequences are encoded; an empty one is all zeros", async () => {
    const rows = wideCsv(24, 5).trimEnd().split("\n");
    rows[1] = "a,0.5,,,,"; // one step, then padding
    rows[2] = "b,,,,,"; // nothing at all
    const { code, folder } = await fitFile("a.csv", rows.join("\n"));
    expect(code).toBe(0);
    expect((await undertone(folder, "encode", "m.undertone", "a.csv", "-o", "z.csv")).code).toBe(0);
    const lines = readFileSync(join(folder, "z.csv"), "utf8").split("\n");
    expect(
      lines[1]
        .split(",")
        .slice(2)
        .map(Number)
        .some((z) => z !== 0),
    ).toBe(true);
    expect(lines[2].split(",").slice(2).map(Number)).toEqual(new Array(8).fill(0)); // four units a side
  });

  test("unsorted times are sorted and duplicate times kept, both with a note", async () => {
    const lines = longCsv().trimEnd().split("\n");
    const shuffled = [lines[0], ...lines.slice(1).reverse()].join("\n");
    const sorted = await fitFile("a.csv", longCsv(), ...LONG);
    const unsorted = await fitFile("a.csv", shuffled, ...LONG);
    expect(unsorted).toMatchObject({
      code: 0,
      message: expect.stringMatching(/note: 84 rows were earlier.*sorted/),
    });
    expect(sorted.message).not.toMatch(/sorted/);
    const doubled = withCell(longCsv(), 4, 1, longCsv().split("\n")[2].split(",")[1]);
    expect(await fitFile("a.csv", doubled, ...LONG)).toMatchObject({
      code: 0,
      message: expect.stringMatching(/note: .*same time/),
    });
  });
});

describe("model files and outputs", () => {
  const folder = folderWith({ "a.csv": wideCsv() });
  let model: Buffer;
  let before: string[];
  beforeAll(async () => {
    await undertone(folder, "fit", "a.csv", "-o", "m.undertone", ...QUICK);
    model = readFileSync(join(folder, "m.undertone"));
    before = newFiles(folder);
  });
  const encode = (name: string, output = "z.csv") => undertone(folder, "encode", name, "a.csv", "-o", output);

  test("a truncated model, a newer one, no model at all", async () => {
    const newer = resealed(model.toString("latin1").replace('formatVersion\\":2', 'formatVersion\\":9'));
    for (const [content, words] of [
      [model.subarray(0, model.length - 100), /cut short/],
      [model.subarray(0, 300), /cut short/],
      [model.subarray(0, 5), /cut short/],
      [newer, /format version 9.*reads up to 2.*update undertone/i],
      [Buffer.from("PK\u0003\u0004 this is something else entirely"), /not a model file/],
    ] as const) {
      writeFileSync(join(folder, "bad.undertone"), content);
      const { code, stdout, stderr } = await encode("bad.undertone");
      expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(words)]);
    }
    expect((await encode("absent.undertone")).stderr).toMatch(/no such file/);
    expect(newFiles(folder, ...before)).toEqual(["bad.undertone"]);
  });

  test("an output that cannot be written is refused before the data is read", async () => {
    for (const [output, words] of [
      ["no/such/folder/m.undertone", /folder does not exist.*Nothing was written/],
      [".", /is a folder/],
    ] as const) {
      const { code, stderr } = await undertone(folder, "fit", "absent.csv", "-o", output, ...QUICK);
      expect([code, stderr]).toEqual([1, expect.stringMatching(words)]);
    }
    const { code, stderr } = await encode("m.undertone", "z.xyz");
    expect([code, stderr]).toEqual([2, expect.stringMatching(/\.parquet, \.csv, \.npy/)]);
    expect(newFiles(folder, ...before, "bad.undertone")).toEqual([]);
  });

  test("data with other channels: the missing one is named", async () => {
    writeFileSync(join(folder, "b.csv"), longCsv());
    const { code, stderr } = await undertone(
      folder,
      "encode",
      "m.undertone",
      "b.csv",
      "-o",
      "z.csv",
      "--entity",
      "customer",
      "--time",
      "time",
    );
    expect([code, stderr]).toEqual([2, expect.stringMatching(/no channel "value"/)]);
  });
});

test.each([
  ["--units", "0"],
  ["--validation", "2"],
  ["--noise", "-1", "--recipe", "denoising"],
  ["--dropout", "1", "--recipe", "denoising"],
  ["--batch-size", "0"],
  ["--learning-rate", "-1"],
  ["--epochs", "2", "--updates", "2"],
  ["--updates", "many"],
  ["--recipe", "maskd"],
  ["--activation", "sigmoid"],
  ["--engine", "gpu"],
  ["--resample-step", "0"],
  ["--noise", "0.2"],
  ["--dropout", "0.1", "--recipe", "simple"],
  ["--no-such-option"],
  ["--window", "3"],
])("a wrong option exits with 2 and says which: %s %s %s %s", async (...args) => {
  const folder = folderWith({ "a.csv": wideCsv() });
  const { code, stderr } = await undertone(folder, "fit", "a.csv", "-o", "m.undertone", ...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    new RegExp(args[0] === "--recipe" ? "masked" : args[0].replace(/^--/, "").replace("-", ".?"), "i"),
  );
  expect(stderr).not.toContain("bug in undertone");
  expect(newFiles(folder, "a.csv")).toEqual([]);
});

test.each([
  ["--folds", "1"],
  ["--folds", "2.5"],
  ["--resamples", "given"],
  ["--resamples", "grouped"],
])("compare refuses %s %s for this data", async (...args) => {
  const { code, stderr, stdout } = await undertone(
    folderWith({ "a.csv": wideCsv() }),
    "compare",
    "a.csv",
    ...QUICK,
    ...args,
  );
  expect([code === 0, stdout]).toEqual([false, ""]);
  expect(stderr).not.toContain("bug in undertone");
  expect(stderr).toMatch(/error: /i);
});

test("an unknown command suggests the nearest", () => {
  const { code, stderr } = spawnUndertone(folderWith(), "encod");
  expect([code, stderr]).toEqual([2, expect.stringMatching(/encode/)]);
});
