import { gzipSync } from "node:zlib";
import { dump } from "npyjs";
import { expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.js";
import { readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { fileOf, folderOf } from "./temporary.js";

async function failure(path: string, options?: DataOptions): Promise<Error> {
  return readSource(path, options).then(
    () => {
      throw new Error("expected a failure");
    },
    (error: Error) => error,
  );
}

const TS = "@univariate true\n@timeStamps false\n@classLabel true a b\n";
const LONG = "id,when,x,y\na,1,2,up\na,2,3,up\n";
const long = { entity: "id", time: "when", label: "y" };
const many = Array.from({ length: 300 }, (_, i) => `a,${i % 7}`).join("\n");

const NPY = new Uint8Array(dump(Float32Array.of(1, 2, 3, 1, 5, 6), [2, 3]));

const cases: [string, string, string | Uint8Array, DataOptions, RegExp][] = [
  ["an empty file", "a.tsv", "", {}, /a\.tsv: the file is empty/],
  ["an empty CSV", "a.csv", "", {}, /a\.csv: the file is empty/],
  ["an empty long CSV", "a.csv", "", long, /a\.csv: the file is empty/],
  ["blank lines", "a.tsv", "\n\n", {}, /empty/],
  ["a header alone (.ts)", "a.ts", `${TS}@data\n`, {}, /header and nothing below/],
  ["a header alone (CSV)", "a.csv", "label,t1\n", {}, /header and nothing below/],
  ["a header alone (long)", "a.csv", "id,when,x,y\n", long, /header and nothing below/],
  ["no data line", "a.arff", "@relation x\n", {}, /no line @data/],
  ["a truncated gzip", "a.tsv.gz", gzipSync("1\t2\t3\n".repeat(99)).subarray(0, 30), {}, /gz: the gzip.*truncated/],
  ["a truncated gzip CSV", "a.csv.gz", gzipSync(LONG.repeat(99)).subarray(0, 40), long, /gz: the gzip.*truncated/],
  ["something else called .gz", "a.csv.gz", "id,x\n", {}, /not a sound gzip/],
  ["a truncated array", "a.npy", "\x93NUMPY", {}, /a\.npy: not a readable NumPy file/],
  ["an array without its end", "a.npy", NPY.slice(0, -8), {}, /a\.npy: .*truncated/],
  [
    "an array of complex numbers",
    "a.npy",
    NPY.map((byte, k, all) => (byte === 0x66 && all[k - 1] === 0x3c ? 0x63 : byte)),
    {},
    /got type <c4, expected booleans, integers, floats.*Save it as float32/,
  ],
  [
    "labels that are one as a number",
    "a.npy",
    new Uint8Array(dump(BigInt64Array.of(1n, 5n, 2n ** 53n + 1n, 5n), [2, 2])),
    {},
    /a\.npy, row 2, column 1: got the label 9007199254740993, expected a whole number/,
  ],
  ["an array of one column", "a.npy", new Uint8Array(dump(Float32Array.of(1, 2), [2, 1])), {}, /got shape \[2,1\]/],
  ["a ragged row (.tsv)", "a.tsv", "1\t2\t3\n1\t2\n", {}, /row 2: got 2 cells, expected 3/],
  ["a ragged row (CSV)", "a.csv", "id,x\na,1\n\na\n", { entity: "id" }, /row 4: got 1 cells, expected 2/],
  [
    "a ragged case (.ts)",
    "a.ts",
    `${TS.replace("univariate true", "dimensions 2")}@data\n1,2:3:a\n`,
    {},
    /row 5: got 1 values in channel 2, expected 2/,
  ],
  ["a lost channel (.ts)", "a.ts", `${TS}@data\n1,2:3:a\n`, {}, /row 5: got 2 channels, expected 1/],
  ["an undeclared label", "a.ts", `${TS}@data\n1,2:c\n`, {}, /row 5: got the label "c", expected one of a, b/],
  ["regression", "a.ts", "@targetLabel true\n@data\n1:2.5\n", {}, /Regression is not supported/],
  ["a text in .tsv", "a.tsv", "1\t2\t3\n1\tx2\t3\n", {}, /row 2, column 2: got "x2", expected a number/],
  ["an infinite value", "a.tsv", "1\t2\t1e39\n", {}, /row 1, column 3: got "1e39"/],
  ["a text in a wide CSV", "a.csv", "label,t1,t2\na,1,2\nb,3,oops\n", {}, /row 3, column "t2": got "oops".*entity/],
  [
    "one text in a numeric column",
    "a.csv",
    "id,x\na,1\na,two\na,3\n",
    { entity: "id" },
    /row 3, column "x": got "two"/,
  ],
  ["texts in 1 % of a column", "a.csv", `id,x\n${many}\na,u\na,v\n`, { entity: "id" }, /row 302, column "x": got "u"/],
  [
    "a date that is none",
    "a.csv",
    `${LONG}a,soon,3,up\n`,
    long,
    /row 4, column "when": got "soon", expected a number of seconds as above/,
  ],
  ["a missing entity", "a.csv", `${LONG},3,3,up\n`, long, /row 4, column "id"/],
  [
    "an open quote",
    "a.csv",
    'id,x\na,"1\n',
    { entity: "id" },
    /a\.csv, row 2, column 2: got a quote that begins a cell and no other/,
  ],
  [
    "a quote inside a number",
    "a.csv",
    'label,a,b\nx,1,2\ny,1"2,3\n',
    {},
    /a\.csv, row 3, column "a": got "1"2", expected a number/,
  ],
  [
    "an array with more numbers than its header has",
    "a.npy",
    new Uint8Array(dump(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 2])),
    {},
    /got 6 numbers, expected 2 x 2/,
  ],
  [
    "a header with more channels than the rows",
    "a.ts",
    "@dimensions 1e9\n@classLabel true a b\n@data\n1,2:a\n",
    {},
    /row 4: got 1 channels, expected 1000000000/,
  ],
  ["a column twice", "a.csv", "id,x,x\na,1,2\n", { entity: "id" }, /column "x" twice \(columns 2 and 3\)/],
  [
    "a key twice",
    "a.jsonl",
    '{"id":"a: \\"x\\": 1","y":"","x":1}\n{"id":"b","x":1,"y":"", "x" :2}\n',
    { entity: "id" },
    /row 2: got the column "x" twice \(columns 2 and 4\)/,
  ],
  [
    "a key twice after many rows",
    "a.jsonl",
    `${'{"id":"a","x":1}\n'.repeat(20_010)}{"id":"b","x":1,"x":2}\n`,
    { entity: "id" },
    /row 20011: got the column "x" twice \(columns 2 and 3\)/,
  ],
  [
    "a key twice, written in two ways, behind texts with signs of JSON",
    "a.jsonl",
    '{"id":"a\\\\","y":":\\":{","x":1,"\\u0078":2}\n',
    { entity: "id" },
    /row 1: got the column "x" twice \(columns 3 and 4\)/,
  ],
  ["a label twice", "a.csv", "y,t1,t2,y\na,1,2,b\n", { label: "y" }, /column "y" twice \(columns 1 and 4\)/],
  ["an id twice", "a.csv", "t1,t1,k,k\n1,1,2,3\n", { id: "k" }, /column "k" twice \(columns 3 and 4\)/],
  ["a dropped column twice", "a.csv", "t1,k,k\n1,2,3\n", { drop: ["k"] }, /column "k" twice \(columns 2 and 3\)/],
  ["a text twice", "a.csv", "t,u,t\na,b,c\n", { text: "t" }, /column "t" twice \(columns 1 and 3\)/],
  ["a step twice", "a.csv", "u,x,x\n1,2,3\n", { oneEntity: true }, /column "x" twice \(columns 2 and 3\)/],
  ["no channel left", "a.csv", "id,x\na,1\n", { entity: "id", label: "x" }, /no column is left/],
];

test.each(cases)("%s is a DataError that says where", async (_, name, content, options, message) => {
  const error = await failure(fileOf(name, content), options);
  expect(error).toBeInstanceOf(DataError);
  expect(error.message).toMatch(message);
  expect(error.message).not.toContain("\n");
});

test.each<[string, DataOptions, RegExp]>([
  ["label", { ...long, label: "yy" }, /no label column "yy". Did you mean "y"/],
  ["entity", { ...long, entity: "di" }, /no entity column "di". Did you mean "id"/],
  ["time", { ...long, time: "wen" }, /no time column "wen". Did you mean "when"/],
  ["channel", { ...long, channels: ["X"] }, /no column "X". Did you mean "x"/],
  ["dropped column", { ...long, drop: ["xx"] }, /no column "xx". Did you mean "x"/],
  ["label of a wide table", { label: "yy" }, /no column "yy". Did you mean "y"/],
])("an unknown %s suggests the nearest", async (_, options, message) => {
  const error = await failure(fileOf("a.csv", LONG), options);
  expect(error).toBeInstanceOf(OptionError);
  expect(error.message).toMatch(message);
});

test.each<[string, string, DataOptions, RegExp]>([
  ["a window without an entity", "a.csv", { window: 20 }, /`window` does not apply/],
  ["a label for .ts", "a.ts", { label: "y" }, /`label` does not apply to \.ts/],
  ["an entity for .ts", "a.ts", { entity: "y" }, /`entity` does not apply/],
  ["a separator for .npy", "a.npy", { separator: ";" }, /`separator` does not apply to \.npy/],
  ["an encoding for .npy", "a.npy", { encoding: "latin1" }, /`encoding` does not apply to \.npy/],
  ["an unknown encoding", "a.csv", { encoding: "klingon" }, /`encoding`.*name of an encoding/],
  ["a letter as a separator", "a.csv", { separator: "x" }, /`separator`.*one character/],
  ["more names than columns", "a.csv", { entity: "a", columns: [..."abcdefgh"] }, /got 8 names \(`columns`\)/],
  ["time channels without times", "a.csv", { entity: "id", timeChannels: true }, /no time column/],
  ["a label as a channel", "a.csv", { ...long, channels: ["x", "y"] }, /"y" as a channel and in another role/],
  ["a window of 0", "a.csv", { ...long, window: 0 }, /`window`: got 0, expected a number >=1/],
  ["an unknown option", "a.csv", { entitty: "id" } as DataOptions, /entitty/],
  ["an unknown kind of file", "a.xlsx", {}, /not known/],
])("%s is an OptionError", async (_, name, options, message) => {
  const error = await failure(fileOf(name, LONG), options);
  expect(error).toBeInstanceOf(OptionError);
  expect(error.message).toMatch(message);
});

test("folders: nothing there, nothing fitting, several sets, no training part, parts that do not fit", async () => {
  expect((await failure("/nowhere/at all")).message).toMatch(/no such file/);
  expect((await failure(folderOf("f", { "a.tsv": "1\t2" }))).message).toMatch(/no data sets in the folder/);
  const row = "1\t2\t3\n";
  const several = await failure(folderOf("f", { "A_TRAIN.tsv": row, "B_TRAIN.tsv": row }));
  expect(several.message).toMatch(/several data sets.*A, B/);
  expect((await failure(folderOf("f", { "A_TEST.tsv": row }))).message).toMatch(/no training part/);
  const two = `${TS.replace("univariate true", "dimensions 2")}@data\n1:2:a\n`;
  const mixed = await failure(folderOf("f", { "A_TRAIN.tsv": row, "A_TEST.ts": two }));
  expect(mixed).toBeInstanceOf(DataError);
  expect(mixed.message).toMatch(/got 2 channels in the test part, expected 1/);
});

test("one class, one sequence, one step: read without complaint", async () => {
  const { train } = await readSource(fileOf("a.tsv", "1\t5\n"));
  expect([train.offsets, train.values, train.classNames]).toEqual([Int32Array.of(0, 1), Float32Array.of(5), ["1"]]);
});
