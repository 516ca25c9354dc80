import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { folderWith, interruptedUndertone, longCsv, newFiles, undertone, wideCsv } from "./run.js";

const LOGISTIC = ["--classifiers", "logistic"];
const QUICK = ["--units", "4", "--updates", "10"];
const LONG = ["--entity", "customer", "--time", "time", "--label", "fraud", "--window", "4"];

/** One paragraph that begins with the kind of error, and no stack. */
function expectExplained(stderr: string, words: RegExp): void {
  const message = stderr.trimEnd().split("\n").at(-1)!;
  expect(message).toMatch(/^[A-Z]\w+Error: /);
  expect(message).toMatch(words);
  expect(stderr).not.toMatch(/bug in undertone|\n {4}at /);
}

describe("every command on content that cannot be used: exit 1, one paragraph, nothing on standard output", () => {
  let bytes: Buffer;
  beforeAll(async () => {
    const folder = folderWith({ "a.csv": wideCsv() });
    await undertone(folder, "fit", "a.csv", "-o", "m.undertone", ...QUICK);
    bytes = readFileSync(join(folder, "m.undertone"));
  });
  const commands = {
    inspect: [],
    compare: QUICK,
    fit: ["-o", "out.undertone", ...QUICK],
    encode: ["-o", "z.npy"],
  };

  test.each([
    ["an empty file", "", /is empty/],
    ["a header alone", "label,t1,t2\n", /header and nothing below/],
    ["a text where a number is due", `${wideCsv(4, 3)}a,1,two,3\n`, /row 6, column "t1": got "two"/],
    ["a row cut off", `${wideCsv(4, 3)}a,1\n`, /row 6: got 2 cells, expected 4/],
  ])("%s", async (_, content, words) => {
    for (const [command, more] of Object.entries(commands)) {
      const folder = folderWith({ "a.csv": content, "m.undertone": bytes });
      const first = command === "encode" ? ["encode", "m.undertone"] : [command];
      const { code, stdout, stderr } = await undertone(folder, ...first, "a.csv", ...more);
      expect([command, code, stdout]).toEqual([command, 1, ""]);
      expectExplained(stderr, words);
      expect(newFiles(folder, "a.csv", "m.undertone")).toEqual([]);
    }
  });

  test("an unknown label column: every command that reads one suggests the nearest", async () => {
    const folder = folderWith({ "a.csv": wideCsv(), "m.undertone": bytes });
    for (const [command, more] of Object.entries(commands)) {
      const first = command === "encode" ? ["encode", "m.undertone"] : [command];
      const { code, stderr } = await undertone(folder, ...first, "a.csv", ...more, "--label", "lable");
      expect([command, code]).toEqual([command, 2]);
      expectExplained(stderr, /no column "lable". Did you mean "label"/);
    }
    expect(newFiles(folder, "a.csv", "m.undertone")).toEqual([]);
  });
});

describe("compare on odd content", () => {
  const column = (index: number, value: string) =>
    longCsv()
      .trimEnd()
      .split("\n")
      .map((line, i) =>
        line
          .split(",")
          .map((cell, c) => (i > 0 && c === index ? value : cell))
          .join(","),
      )
      .join("\n");

  test.each([
    ["all-missing", "", /"amount": nothing was observed/],
    ["constant", "5", /"amount" is constant/],
  ])("an %s channel is named and compared past, all figures finite", async (_, value, note) => {
    const folder = folderWith({ "a.csv": column(2, value) });
    const { code, stdout, stderr } = await undertone(
      folder,
      "compare",
      "a.csv",
      ...LONG,
      ...QUICK,
      ...LOGISTIC,
      "--json",
    );
    expect([code, stderr]).toEqual([0, expect.stringMatching(note)]);
    const { rows } = JSON.parse(stdout);
    expect(rows).toHaveLength(18);
    for (const { metrics } of rows) expect(metrics.rocAuc).toBeGreaterThanOrEqual(0);
  });

  test("a training part of one class: the class is named, by its name", async () => {
    const rows = wideCsv(20, 5).trimEnd().split("\n");
    const folder = folderWith();
    mkdirSync(join(folder, "S"));
    writeFileSync(join(folder, "S", "S_TRAIN.csv"), rows.filter((row) => !row.startsWith("b")).join("\n"));
    writeFileSync(join(folder, "S", "S_TEST.csv"), rows.join("\n"));
    const { code, stdout, stderr } = await undertone(folder, "compare", "S", ...QUICK);
    expect([code, stdout]).toEqual([1, ""]);
    expectExplained(stderr, /training part of resample 1 has one class only \("a"\)/);
  });

  test("labels that are all missing, one entity alone", async () => {
    const folder = folderWith({ "a.csv": column(4, ""), "b.csv": longCsv({ customers: 1, events: 30 }) });
    const unlabelled = await undertone(folder, "compare", "a.csv", ...LONG, ...QUICK);
    expect([unlabelled.code, unlabelled.stdout]).toEqual([1, ""]);
    expectExplained(unlabelled.stderr, /no labelled sequence/);
    const alone = await undertone(folder, "compare", "b.csv", ...LONG, ...QUICK);
    expect([alone.code, alone.stdout]).toEqual([1, ""]);
    expectExplained(alone.stderr, /all sequences are of one entity \("c0"\)/);
  });

  test("single steps and empty sequences among others are compared; nothing but empty ones is an error", async () => {
    const rows = wideCsv(24, 5).trimEnd().split("\n");
    for (const n of [1, 2, 7]) rows[n] = `${rows[n][0]},0.5,,,,`;
    for (const n of [3, 12]) rows[n] = `${rows[n][0]},,,,,`;
    const empty = rows.map((row, n) => (n === 0 ? row : `${row[0]},,,,,`));
    const folder = folderWith({ "a.csv": rows.join("\n"), "b.csv": empty.join("\n") });
    const { code, stdout } = await undertone(
      folder,
      "compare",
      "a.csv",
      ...QUICK,
      ...LOGISTIC,
      "--folds",
      "2",
      "--json",
    );
    expect([code, JSON.parse(stdout).rows[0].metrics.cases]).toEqual([0, 24]);
    const nothing = await undertone(folder, "fit", "b.csv", "-o", "m.undertone", ...QUICK);
    expect([nothing.code, nothing.stdout]).toEqual([1, ""]);
    expectExplained(nothing.stderr, /got 24 sequences and no sequence with a step in it/);
    expect((await undertone(folder, "inspect", "b.csv")).stdout).toMatch(/All sequences are empty/);
    expect(newFiles(folder, "a.csv", "b.csv")).toEqual([]);
  });
});

describe("outputs that cannot be written: exit 1, nothing left behind, what was there stays", () => {
  const folder = folderWith({ "a.csv": wideCsv(), file: "kept" });
  let before: string[];
  beforeAll(async () => {
    await undertone(folder, "fit", "a.csv", "-o", "m.undertone", ...QUICK);
    for (const name of ["z.csv", "q.npy.json", "c.undertone.checkpoint"]) mkdirSync(join(folder, name));
    before = newFiles(folder);
  });
  const encode = ["encode", "m.undertone", "a.csv", "-o"];
  const fit = ["fit", "a.csv", ...QUICK, "-o"];

  test.each([
    ["features in a folder that is not there", [...encode, "no/z.csv"], /folder does not exist/],
    ["features below a file", [...encode, "file/z.csv"], /part of the path is a file/],
    ["features over a folder", [...encode, "z.csv"], /is a folder/],
    ["the description of a matrix over a folder", [...encode, "q.npy"], /q\.npy\.json: it is a folder/],
    ["a model below a file", [...fit, "file/m.undertone"], /part of the path is a file/],
    ["a checkpoint over a folder", [...fit, "c.undertone"], /c\.undertone\.checkpoint: it is a folder/],
    ["a demo over a file", ["demo", "--folder", "file"], /there is a file of that name/],
    ["a demo below a file", ["demo", "--folder", "file/demo"], /part of the path is a file/],
  ])("%s", async (_, args, words) => {
    const { code, stdout, stderr } = await undertone(folder, ...args);
    expect([code, stdout]).toEqual([1, ""]);
    expectExplained(stderr, words);
    expect(newFiles(folder)).toEqual(before);
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("kept");
  });

  test("a failed run does not touch the model of an earlier one", async () => {
    const earlier = readFileSync(join(folder, "m.undertone"));
    writeFileSync(join(folder, "bad.csv"), `${wideCsv(4, 3)}a,1,two,3\n`);
    expect((await undertone(folder, "fit", "bad.csv", "-o", "m.undertone", ...QUICK)).code).toBe(1);
    expect(readFileSync(join(folder, "m.undertone")).equals(earlier)).toBe(true);
  });
});

test("arguments left out, and a model given as data, are told", async () => {
  const folder = folderWith({ "a.csv": wideCsv() });
  for (const [args, words] of [
    [["fit", "a.csv"], /--output <file>/],
    [["encode", "m.undertone"], /--output <file>/],
    [["compare"], /missing required argument 'data'/],
  ] as const) {
    const { code, stderr } = await undertone(folder, ...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
  }
  await undertone(folder, "fit", "a.csv", "-o", "m.undertone", ...QUICK);
  const turned = await undertone(folder, "encode", "a.csv", "m.undertone", "-o", "z.csv");
  expect(turned.code).toBe(1);
  expectExplained(turned.stderr, /a\.csv: this is not a model file/);
});

test("Ctrl-C while encoding leaves what was there before, and exits with 130", async () => {
  const folder = folderWith({ "a.csv": wideCsv(), "many.csv": wideCsv(8000, 60), "z.csv": "before" });
  await undertone(folder, "fit", "a.csv", "-o", "m.undertone", ...QUICK);
  const begun = () => newFiles(folder).some((name) => name.endsWith(".tmp"));
  const args = ["encode", "m.undertone", "many.csv", "-o", "z.csv", "--force"];
  const { code, stdout, stderr } = await interruptedUndertone(folder, "SIGINT", begun, ...args);
  expect([code, stdout]).toEqual([130, ""]);
  expect(stderr).toContain("nothing is written");
  expect(newFiles(folder)).toEqual(["a.csv", "m.undertone", "many.csv", "z.csv"]);
  expect(readFileSync(join(folder, "z.csv"), "utf8")).toBe("before");
});
