import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { addDataFlags } from "../../src/cli/flags.js";
import { decimalOf } from "../../src/decimal.js";
import { readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { sortClassNames } from "../../src/sequences/set/sequences-from.js";
import { fileOf, folderOf } from "./temporary.js";

/** Texts that a language reads as numbers, by kind: pairs that differ. As identifiers they must not be touched. */
const NAMES: Record<string, readonly [string, string]> = {
  hexadecimal: ["0x10", "0X00010"],
  binary: ["0b11", "0B0011"],
  octal: ["0o7", "0O07"],
  "with underscores": ["1_000", "10_00"],
  "in digits of another script": ["\u0661\u0662", "\uff11\uff12"],
  "beyond all numbers": ["1e999", "2e999"],
  infinite: ["Infinity", "-Infinity"],
  "of words for no number": ["NaN()", "nanx"],
};
const kinds = Object.entries(NAMES);
/** Kinds that a column of numbers is refused for, with what reads them. */
const REFUSED = ["infinite", "in digits of another script"];

const ROWS = 6;
const rows = (write: (r: number) => string) => Array.from({ length: ROWS }, (_, r) => write(r)).join("\n");
const read = (name: string, text: string, options: DataOptions) =>
  readSource(fileOf(name, `${text}\n`), { entity: "e", time: "t", ...options });
const failure = (reading: Promise<unknown>) =>
  reading.then(
    () => "read",
    (error) => String(error),
  );

describe.each(kinds)("a text that is a number elsewhere, %s", (kind, pair) => {
  const cell = (r: number) => pair[r % 2];

  test("is no decimal", () => {
    for (const text of [...pair, ` ${pair[0]} `]) expect(Number.isFinite(decimalOf(text))).toBe(false);
  });

  test.each([
    ["csv", (r: number) => `a,${r},${cell(r)}`, "e,t,v\n"],
    ["jsonl", (r: number) => `{"e":"a","t":${r},"v":"${cell(r)}"}`, ""],
  ])("is a category in a column of a %s", async (ending, write, header) => {
    const options = REFUSED.includes(kind) ? { category: ["v"] } : {};
    const { train } = await read(`a.${ending}`, header + rows(write), options);
    expect(train.channels).toEqual([{ name: "v", kind: "categorical", vocabulary: [...pair] }]);
    if (REFUSED.includes(kind))
      expect(await failure(read(`a.${ending}`, header + rows(write), {}))).toMatch(
        /^DataError: .*look like .*category/,
      );
  });

  test("is refused among numbers, with its row", async () => {
    const table = `e,t,v\n${rows((r) => `a,${r},${r === 3 ? pair[0] : r}`)}`;
    expect(await failure(read("a.csv", table, {}))).toMatch(/^DataError: .*row 5, column "v": got/);
    const wide = `label,s1,s2\n${rows((r) => `${r % 2},1,${r === 3 ? pair[0] : r}`)}`;
    expect(await failure(readSource(fileOf("a.csv", `${wide}\n`)))).toMatch(/^DataError: .*row 5, column "?s2"?: got/);
  });

  test("is a class of its own", async () => {
    const table = `label,s1,s2\n${rows((r) => `${cell(r)},1,${r}`)}`;
    expect((await readSource(fileOf("a.csv", `${table}\n`))).train.classNames).toEqual([...pair].sort());
    const entities = `e,t,v,y\n${rows((r) => `${cell(r)},${r},${r},${cell(r)}`)}`;
    const { train } = await read("a.csv", entities, { label: "y" });
    expect([train.ids, train.classNames]).toEqual([[...pair], [...pair].sort()]);
  });

  test("is no time", async () => {
    const table = `e,t,v\n${rows((r) => `a,${r === 3 ? pair[0] : r},${r}`)}`;
    expect(await failure(read("a.csv", table, {}))).toMatch(/^DataError: .*row 5, column "t"/);
  });

  test("names no number that is missing", async () => {
    const table = `e,t,v\n${rows((r) => `a,${r},${r === 3 ? 16 : 7 * r}`)}`;
    const { train } = await read("a.csv", table, { missing: [pair[0]] });
    expect(Array.from(train.values)).toContain(16);
    expect(train.observed?.every(Boolean) ?? true).toBe(true);
  });

  test("is no value of a flag", () => {
    const command = addDataFlags(new Command().exitOverride().configureOutput({ writeErr: () => {} }));
    expect(() => command.parse(["--window", pair[0]], { from: "user" })).toThrow(/whole number/);
  });
});

test("in a manifest they are classes and static names", async () => {
  const table = "t,v\n1,2\n2,3\n";
  for (const [, pair] of kinds) {
    const folder = folderOf("runs", {
      "1.csv": table,
      "2.csv": table,
      "list.csv": `file,label\n1.csv,${pair[0]}\n2.csv,${pair[1]}\n`,
    });
    const { train } = await readSource(folder, { manifest: `${folder}/list.csv`, time: "t" });
    expect(train.classNames).toEqual([...pair].sort());
  }
});

test("class names are sorted as numbers only where all are decimals", () => {
  expect(sortClassNames(["10", "9", "1e0", "-2"])).toEqual(["-2", "1e0", "9", "10"]);
  expect(sortClassNames(["0xA", "0x9", "5"])).toEqual(["0x9", "0xA", "5"]);
});

test("decimals are what Number reads in them", () => {
  for (const text of ["0", "-0", "+5", ".5", "5.", "-.5e3", "1e22", "007", "0e5", "0.5", " 12\t"])
    expect(decimalOf(text)).toBe(Number(text));
});
