import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.js";
import { readInPieces, readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import type { SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { cellsOf } from "../sequences/set/make-set.js";
import { fileOf } from "./temporary.js";

const ROWS = [
  ["who", "when", "x", "state", "bad"],
  ["m1", "1700000000", "1.5", "on", "0"],
  ["m1", "1700000060", "2.25", "off", "0"],
  ["m2", "1700000000", "", "on", "1"],
  ["m2", "1700000060", "-4", "on", "1"],
];
const LONG: DataOptions = { entity: "who", time: "when", label: "bad" };
const joined = (separator: string, end = "\n") => ROWS.map((row) => row.join(separator) + end).join("");

const contentOf = ({ train }: { train: SequenceSet }) => ({
  ids: train.ids,
  channels: train.channels.map(({ name, vocabulary }) => [name, vocabulary]),
  cells: cellsOf(train),
  labels: train.labels && Array.from(train.labels, (label) => train.classNames?.[label]),
});
const EXPECTED = {
  ids: ["m1", "m2"],
  channels: [
    ["x", undefined],
    ["state", ["on", "off"]],
  ],
  cells: [
    [
      [1.5, 0],
      [2.25, 1],
    ],
    [
      [null, 0],
      [-4, 0],
    ],
  ],
  labels: ["0", "1"],
};

const failure = (name: string, content: string | Uint8Array, options: DataOptions = LONG): Promise<Error> =>
  readSource(fileOf(name, content), options).then(
    () => expect.unreachable("expected a failure"),
    (error: Error) => error,
  );

test.each<[string, string, string | Uint8Array, DataOptions, RegExp | undefined]>([
  ["semicolons", "a.csv", joined(";"), {}, /separated by semicolons, as its first rows show/],
  ["tabs", "a.csv", joined("\t"), {}, /separated by tabs/],
  ["tabs in a .tsv", "a.tsv", joined("\t"), {}, /separated by tabs/],
  ["bars", "a.txt", joined("|"), {}, /separated by bars/],
  ["commas in a .txt", "a.txt", joined(","), {}, undefined],
  ["Excel's first line", "a.csv", `sep=;\r\n${joined(";", "\r\n")}`, {}, /semicolons, as its first line says/],
  ["an option", "a.csv", joined("~"), { separator: "~" }, undefined],
  ["an option for tabs", "a.csv", joined("\t"), { separator: "tab" }, undefined],
  ["lines above the header", "a.csv", `# v2, ok\nsite: 4\n\n${joined(",")}`, {}, /first 3 lines are above the table/],
  ["lines above a header", "a.csv", `log\n${joined(";")}`, {}, /semicolons.*\n.*first line is above the table/],
  ["lines to skip", "a.csv", `a,b,c,d,e\nf,g,h,i,j\n${joined(",")}`, { skipRows: 2 }, undefined],
  ["CR LF", "a.csv", joined(",", "\r\n"), {}, undefined],
  ["CR", "a.csv", joined(",", "\r"), {}, undefined],
  ["line ends that change", "a.csv", ROWS.map((row, r) => row + ["\n", "\r\n", "\r"][r % 3]).join(""), {}, undefined],
  ["UTF-8 with a mark", "a.csv", `\uFEFF${joined(",")}`, {}, undefined],
  ["UTF-16 with a mark", "a.csv", Buffer.from(`\uFEFF${joined(",")}`, "utf16le"), {}, undefined],
  ["UTF-16, big-endian", "a.csv", Buffer.from(`\uFEFF${joined(",")}`, "utf16le").swap16(), {}, undefined],
  ["UTF-16 by option", "a.csv", Buffer.from(joined(","), "utf16le"), { encoding: "utf-16le" }, undefined],
])("a table with %s is read as it is", async (_, name, content, options, note) => {
  const path = fileOf(name, content);
  const source = await readSource(path, { ...LONG, ...options });
  expect(contentOf(source)).toEqual(EXPECTED);
  if (note) expect(source.notes.join("\n")).toMatch(note);
  else expect(source.notes).toEqual([]);
  const packed = await readSource(fileOf(`${name}.gz`, gzipSync(content)), { ...LONG, ...options });
  expect(contentOf(packed)).toEqual(EXPECTED);
  const ids: string[] = [];
  const { channels } = source.train;
  const pieces = { mostSteps: 1, channels };
  const notes = await readInPieces(path, { ...LONG, ...options }, pieces, async ({ set }) => void ids.push(...set.ids));
  expect(ids).toEqual(EXPECTED.ids);
  expect(notes.filter((text) => /separated|above/.test(text))).toEqual(source.notes);
});

test("commas between digits are decimal ones where another separator fits", async () => {
  const path = fileOf("a.csv", "a;1;0,5;1,5\na;2;0,25;2,5\nb;1;1,5;3,5\n");
  const { train, notes } = await readSource(path, { entity: "c1", time: "c2", decimalComma: true });
  expect(cellsOf(train)).toEqual([
    [
      [0.5, 1.5],
      [0.25, 2.5],
    ],
    [[1.5, 3.5]],
  ]);
  expect(notes.join("\n")).toMatch(/separated by semicolons/);
  const lists = await readSource(fileOf("b.csv", "label,t1,t2\nx;1,0,5\ny;2,1,5\n"));
  expect(lists.train.classNames).toEqual(["x;1", "y;2"]);
});

test("spaces separate numbers, any number of them, also at the end of a line", async () => {
  const text = "1 1  5.5 6.5  \n1 2  7.5 8.5  \n2 1  9.5 1.5  \n";
  for (const name of ["a.txt", "a.tsv", "a.csv"]) {
    const { train, notes } = await readSource(fileOf(name, text), { entity: "c1", time: "c2" });
    expect(train.ids).toEqual(["1", "2"]);
    expect(train.channels.map(({ name }) => name)).toEqual(["c3", "c4"]);
    expect(notes.join("\n")).toMatch(/separated by spaces.*\n.*without a header; its columns are called c1 to c4/);
  }
  const named = await readSource(fileOf("a.txt", text), { entity: "unit", columns: ["unit", "cycle", "s1"] });
  expect(named.train.channels.map(({ name }) => name)).toEqual(["cycle", "s1", "c4"]);
  const error = await failure("a.txt", text, { entity: "unit" });
  expect(error).toBeInstanceOf(OptionError);
  expect(error.message).toMatch(/numbers alone in the first row .*`columns`.*c1 to c4/);
});

test("a .tsv whose first row has names is a table without an option, also in pieces", async () => {
  const path = fileOf("a.tsv", "label\tt1\tt2\nup\t1\t2\ndown\t3\t4\n");
  const { train } = await readSource(path);
  expect([train.classNames, cellsOf(train)]).toEqual([
    ["down", "up"],
    [
      [[1], [2]],
      [[3], [4]],
    ],
  ]);
  let rows = 0;
  await readInPieces(path, {}, { mostSteps: 2 }, async ({ set }) => {
    rows += set.ids.length;
  });
  expect(rows).toBe(2);
});

test("a .tsv without a header is a series per row, as before", async () => {
  const { train, notes } = await readSource(fileOf("a.tsv", "1\t2\t3\n2\t4\tNaN\n"));
  expect([train.channels[0].name, [...train.offsets], train.classNames]).toEqual(["value", [0, 2, 3], ["1", "2"]]);
  expect(notes).toEqual([]);
});

test("a quote inside a cell without quotes is a character", async () => {
  const { train } = await readSource(fileOf("a.csv", 'id,size,v\na,3" pipe,1\na,"4"" pipe, long",2\nb,5\'6",3\n'), {
    entity: "id",
  });
  expect(train.channels[0].vocabulary).toEqual(['3" pipe', '4" pipe, long', "5'6\""]);
});

test("a quote without its partner is named by the row where it stands", async () => {
  const error = await failure(
    "a.csv",
    `who,when,x,state,bad\nm1,1,2,on,0\nm1,2,"3,on,0\n${"m1,3,4,on,0\n".repeat(99)}`,
  );
  expect(error.message).toMatch(/a\.csv, row 3, column 3: got a quote that begins a cell and no other/);
});

test("text of another encoding is refused at its first byte, or read by the option", async () => {
  const text = "id,city,y\na,Zürich,0\nb,Zörich,1\n";
  const bytes = Buffer.from(text, "latin1");
  const error = await failure("a.csv", bytes, { entity: "id" });
  expect(error).toBeInstanceOf(DataError);
  expect(error.message).toMatch(/a\.csv, row 2, column 2: got the byte 0xfc, expected text in UTF-8.*`encoding`/);
  for (const encoding of ["windows-1252", "latin1"]) {
    const { train } = await readSource(fileOf("a.csv", bytes), { entity: "id", encoding });
    expect(train.channels[0].vocabulary).toEqual(["Zürich", "Zörich"]);
  }
  const series = await failure("a.ts", Buffer.from("@classLabel true é\n@data\n1,2:é\n", "latin1"), {});
  expect(series.message).toMatch(/a\.ts, row 1, character 18: got the byte 0xe9/);
  const marked = await failure("a.csv", `\uFEFF${text}`, { entity: "id", encoding: "latin1" });
  expect(marked.message).toMatch(/byte order mark of utf-8/);
  const wrong = await failure("a.csv", Buffer.from(text, "latin1"), { entity: "id", encoding: "shift_jis" });
  expect(wrong.message).toMatch(/bytes that are not shift_jis/);
});

test("a character that is cut by the end of a piece is whole", async () => {
  const rows = Array.from({ length: 40_000 }, (_, k) => `a,${"é".repeat(1 + (k % 7))},${k}\n`).join("");
  const { train } = await readSource(fileOf("a.csv", `id,text,v\n${rows}`), { entity: "id" });
  expect(train.channels[0].vocabulary).toEqual(Array.from({ length: 7 }, (_, k) => "é".repeat(k + 1)));
  expect(train.values.at(-1)).toBe(39_999);
});

test.each<[string, string | Uint8Array, RegExp]>([
  ["gzip", gzipSync(joined(",")), /bytes of a file of the kind gzip.*ends in \.gz/],
  ["zip", "PK\x03\x04 and so on, longer than a mark", /kind zip \(an Excel workbook/],
  ["Parquet", "PAR1 and so on, longer than a mark", /kind Parquet/],
  ["SQLite", "SQLite format 3\0 and so on", /kind SQLite/],
  ["UTF-16 without a mark", Buffer.from(joined(","), "utf16le"), /a byte of value 0.*utf-16le/],
])("%s under another name is named as such", async (_, content, message) => {
  for (const name of ["a.csv", "a.txt"]) {
    const error = await failure(name, content);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(message);
  }
});
