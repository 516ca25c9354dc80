import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "npyjs";
import { describe, expect, test } from "vitest";
import { folderWith, longCsv, newFiles, undertone, wideCsv } from "./run.js";

const QUICK = ["--units", "5", "--updates", "30", "--batch-size", "8"];

describe("the whole path through the command line", () => {
  const folder = folderWith({ "waves.csv": wideCsv() });

  test("fit writes a model, says what it did, and leaves nothing else behind", () => {
    const { code, stdout, stderr } = undertone(folder, "fit", "waves.csv", "-o", "m.undertone", ...QUICK);
    expect([code, stderr.split("\n")[0]]).toEqual([
      0,
      expect.stringMatching(/^engine: (native|wasm|reference)/),
    ]);
    expect(stdout).toMatch(
      /^m\.undertone: masked, \d+ weights, trained on 24 sequences .* explained variance/,
    );
    expect(newFiles(folder, "waves.csv")).toEqual(["m.undertone"]);
  });

  test("encode writes named columns with ids and labels, as CSV and as NPY", async () => {
    expect(
      undertone(folder, "encode", "m.undertone", "waves.csv", "-o", "z.csv", "--read-out", "pooled").code,
    ).toBe(0);
    const lines = readFileSync(join(folder, "z.csv"), "utf8").trim().split("\n");
    expect(lines[0].split(",")).toEqual([
      "id",
      "label",
      ...["mean", "max", "last"].flatMap((part) => [0, 1, 2, 3, 4].map((k) => `${part}_${k}`)),
    ]);
    expect(lines).toHaveLength(25);
    expect(lines[2].split(",")[1]).toBe("b");
    expect(undertone(folder, "encode", "m.undertone", "waves.csv", "-o", "z.npy").code).toBe(0);
    const bytes = new Uint8Array(readFileSync(join(folder, "z.npy")));
    const array = await load(bytes.buffer);
    expect([array.shape, array.dtype]).toEqual([[24, 5], "f4"]);
    const description = JSON.parse(readFileSync(join(folder, "z.npy.json"), "utf8"));
    expect([description.columns, description.ids.length, description.labels.length]).toEqual([
      ["last_0", "last_1", "last_2", "last_3", "last_4"],
      24,
      24,
    ]);
    const last = lines[1].split(",").slice(-5).map(Number);
    expect(Array.from(array.data as Float32Array).slice(0, 5)).toEqual(last);
  });

  test("the same seed writes the same bytes, another seed others", () => {
    for (const [name, seed] of [
      ["a", "1"],
      ["b", "1"],
      ["c", "2"],
    ])
      undertone(folder, "fit", "waves.csv", "-o", `${name}.undertone`, ...QUICK, "--seed", seed, "--quiet");
    const [a, b, c] = ["a", "b", "c"].map((name) => readFileSync(join(folder, `${name}.undertone`)));
    expect(b.equals(a)).toBe(true);
    expect(c.equals(a)).toBe(false);
  });

  test("compare prints table and verdict; with --json one object and nothing else", () => {
    const { code, stdout } = undertone(folder, "compare", "waves.csv", ...QUICK, "--folds", "3");
    expect(code).toBe(0);
    for (const text of [
      "raw",
      "statistics",
      "untrained",
      "latent",
      "ridge",
      "logistic",
      "Verdict:",
      "3 folds",
    ])
      expect(stdout).toContain(text);
    const json = undertone(folder, "compare", "waves.csv", ...QUICK, "--folds", "3", "--json", "--quiet");
    const { rows, verdict, measure } = JSON.parse(json.stdout);
    expect([rows.length, measure, json.stderr]).toEqual([8, "accuracy", ""]);
    expect(stdout).toContain(verdict.decision);
    expect(rows.every((row: { metrics: { cases: number } }) => row.metrics.cases === 24)).toBe(true);
  });

  test("a long table of events: windows per customer, customers kept together, new data read alike", () => {
    const events = folderWith({ "events.csv": longCsv() });
    const reading = ["--entity", "customer", "--time", "time", "--label", "fraud", "--window", "4"];
    const { stdout, code } = undertone(events, "compare", "events.csv", ...reading, ...QUICK, "--json");
    expect(code).toBe(0);
    const { plan, train, test, classNames } = JSON.parse(stdout);
    expect([plan, train + test, classNames]).toEqual([
      "30 % of whole entities held out (seed 1)",
      96,
      ["0", "1"],
    ]);
    expect(undertone(events, "fit", "events.csv", ...reading, ...QUICK, "-o", "m.undertone").code).toBe(0);
    expect(undertone(events, "encode", "m.undertone", "events.csv", "-o", "z.csv").code).toBe(0);
    expect(readFileSync(join(events, "z.csv"), "utf8").split("\n")[8]).toMatch(/^c0#8,0,/);
  });

  test("inspect tells what is in the data, as text and as JSON", () => {
    expect(undertone(folder, "inspect", "waves.csv").stdout).toMatch(
      /24 sequences of 1 channel, 9 steps each/,
    );
    const { train } = JSON.parse(undertone(folder, "inspect", "waves.csv", "--json").stdout);
    expect(train.classes).toEqual([
      { name: "a", count: 12 },
      { name: "b", count: 12 },
    ]);
  });

  test("the demo writes its file, says where, and compares", () => {
    const place = folderWith();
    const { code, stdout, stderr } = undertone(
      place,
      "demo",
      "--folder",
      "d",
      "--updates",
      "10",
      "--units",
      "4",
    );
    expect([code, existsSync(join(place, "d/transactions.csv"))]).toEqual([0, true]);
    expect(stderr).toMatch(/transactions\.csv: \d+ transactions, \d+ marked as fraud/);
    expect(stdout).toContain("Verdict:");
  });

  test("help teaches: every command has its description, flags and examples", () => {
    for (const command of ["inspect", "fit", "encode", "compare", "demo", "bench"]) {
      const { code, stdout } = undertone(folder, command, "--help");
      expect(code).toBe(0);
      expect(stdout).toMatch(/\n +undertone (inspect|fit|encode|compare|bench)/);
    }
    expect(undertone(folder, "--version").stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
