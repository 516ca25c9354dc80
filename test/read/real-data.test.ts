import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readSource } from "../../src/read/read.js";
import { describeSet } from "../../src/sequences/inspect/inspect.js";
import { checkLeakage } from "../../src/sequences/inspect/leakage.js";
import { checkSequenceSet } from "../../src/sequences/set/check.js";
import { countOf, lengthOf, type SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { fileOf } from "./temporary.js";

const DATA = "../shared/data";
const INDEX = existsSync(`${DATA}/INDEX.md`) ? readFileSync(`${DATA}/INDEX.md`, "utf8") : "";

/** The cells of the table rows in INDEX.md between two headings. */
function tableUnder(heading: string): string[][] {
  const section = INDEX.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  return section
    .split("\n")
    .filter((line) => /^\| [A-Z]\w+ \| \d/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function lengthRange(sets: SequenceSet[]): number[] {
  const lengths = sets.flatMap((set) => Array.from({ length: countOf(set) }, (_, n) => lengthOf(set, n)));
  const range = Float64Array.from(lengths).sort();
  return [range[0], range[range.length - 1]];
}

function missingIn(set: SequenceSet): number {
  return set.channels.reduce((sum, _, f) => sum + describeSet(set).channels[f].missing * set.offsets[countOf(set)], 0);
}

const univariate = tableUnder("Univariate");
const multivariate = tableUnder("Multivariate");

describe.skipIf(INDEX === "")("every public set agrees with its index", () => {
  test("the index was understood", () => {
    expect(univariate.length).toBe(42);
    expect(multivariate.length).toBe(6);
  });

  test.each(univariate)("ucr/%s", async (name, train, testCount, length, classes, note) => {
    const source = await readSource(`${DATA}/ucr/${name}`);
    checkSequenceSet(source.train, name);
    checkSequenceSet(source.test!, name);
    expect(source.name).toBe(name);
    expect(countOf(source.train)).toBe(Number(train));
    expect(countOf(source.test!)).toBe(Number.parseInt(testCount, 10));
    const [shortest, longest = shortest] = length.split("-").map(Number);
    expect(lengthRange([source.train, source.test!])).toEqual([shortest, longest]);
    expect(source.train.classNames).toHaveLength(Number(classes));
    const missing = /(\d+) missing values/.exec(note)?.[1] ?? "0";
    expect(Math.round(missingIn(source.train) + missingIn(source.test!))).toBe(Number(missing));
    expect(source.files.map(({ sha256 }) => sha256)).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
  });

  test.each(multivariate)("uea/%s", async (name, train, testCount, channels, length, classes) => {
    const source = await readSource(`${DATA}/uea/${name}`);
    checkSequenceSet(source.train, name);
    checkSequenceSet(source.test!, name);
    expect(countOf(source.train)).toBe(Number(train));
    expect(countOf(source.test!)).toBe(Number(testCount));
    expect(source.train.channels).toHaveLength(Number(channels));
    const [shortest, longest = shortest] = length.match(/\d+/g)!.map(Number);
    expect(lengthRange([source.train, source.test!])).toEqual([shortest, longest]);
    expect(source.train.classNames).toHaveLength(Number(classes));
  });

  test("Wafer's test array is read with its official labels, 12.1 % abnormal", async () => {
    const { test: set, notes } = await readSource(`${DATA}/ucr/Wafer`);
    expect(set!.classNames).toEqual(["-1", "1"]);
    expect(describeSet(set!).classes).toEqual([
      { name: "-1", count: 665 },
      { name: "1", count: 5498 },
    ]);
    expect(notes.join("\n")).toContain("1 to 2 were read as -1, 1");
  });

  test("PowerCons: 60 training series come back in the test part, some of them twice", async () => {
    const { train, test: set } = await readSource(`${DATA}/ucr/PowerCons`);
    const { duplicates } = checkLeakage(train, set!);
    expect(duplicates).toHaveLength(67);
    expect(new Set(duplicates.map(({ of }) => of)).size).toBe(60);
  });

  test("the card transactions become one window per event", async () => {
    const options = {
      entity: "customer_id",
      time: "time",
      label: "fraud",
      channels: ["amount"],
      window: 20,
    };
    const { train, notes } = await readSource(`${DATA}/fraud/transactions.csv.gz`, options);
    checkSequenceSet(train, "transactions");
    expect(train.channels.map(({ name }) => name)).toEqual(["amount", "time_gap", "hour_sin", "hour_cos"]);
    expect(countOf(train)).toBe(174_289);
    expect(new Set(train.entities).size).toBe(500);
    const labels = train.labels!;
    expect(labels.filter((label) => train.classNames![label] === "1")).toHaveLength(1574);
    expect(train.times![0]).toBeGreaterThanOrEqual(Date.UTC(2018, 3, 1) / 1000);
    expect(lengthRange([train])).toEqual([1, 20]);
    expect(notes).toEqual([expect.stringMatching(/^2 events have the same time/)]);
  });

  test("a label that changes inside a customer asks for a window", async () => {
    const lines = gunzipSync(readFileSync(`${DATA}/fraud/transactions.csv.gz`))
      .toString()
      .split("\n", 20_000);
    await expect(
      readSource(fileOf("transactions.csv", lines.join("\n")), { entity: "customer_id", label: "fraud", drop: [] }),
    ).rejects.toThrow(/give a window/);
  });
});
