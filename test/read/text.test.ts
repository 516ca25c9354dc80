import { join } from "node:path";
import { columnFromArray, float64, tableFromColumns, tableToIPC } from "@uwdata/flechette";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { readInPieces, readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { checkSequenceSet } from "../../src/sequences/set/check.js";
import { countOf, type SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { limitCategories } from "../../src/sequences/transform/limit-categories.js";
import { fileOf, folderOf } from "./temporary.js";

/** The tokens of each sequence as texts. */
function tokensOf(set: SequenceSet): string[][] {
  const { vocabulary } = set.channels[0];
  return Array.from({ length: countOf(set) }, (_, n) =>
    Array.from(set.values.subarray(set.offsets[n], set.offsets[n + 1]), (code) => vocabulary![code]),
  );
}

const read = async (content: string, options: DataOptions, name = "a.csv") => {
  const source = await readSource(fileOf(name, content), options);
  checkSequenceSet(source.train, "text");
  return source;
};

describe("one text per row", () => {
  test.each([
    ["chars", "aé 🙂b", ["a", "é", " ", "🙂", "b"]],
    ["bytes", "aé", ["61", "c3", "a9"]],
    ["words", "Don't  stop, naïve_1 (£5.20)!", ["Don't", "stop", ",", "naïve_1", "(", "£", "5", ".", "20", ")", "!"]],
    ["spaces", "open -1  /tmp/x", ["open", "-1", "/tmp/x"]],
  ] as const)("%s", async (tokens, text, expected) => {
    const { train } = await read(`label\ttext\nx\t${text}\n`, { text: "text", tokens });
    expect(tokensOf(train)).toEqual([expected]);
    expect(train.channels).toEqual([{ name: "token", kind: "categorical", vocabulary: [...new Set(expected)] }]);
  });

  test("each row is a case with its label; the case of letters is kept; a missing text is an empty sequence", async () => {
    const { train, notes } = await read("id,text,class\n7,Aa,x\n8,,y\n9,NA,x\n", { text: "text" });
    expect(tokensOf(train)).toEqual([["A", "a"], [], ["N", "A"]]);
    expect([train.classNames, [...train.labels!], train.ids]).toEqual([
      ["x", "y"],
      [0, 1, 0],
      ["1", "2", "3"],
    ]);
    expect(notes).toContainEqual(expect.stringContaining("other columns are left out: id"));
    expect(notes).toContainEqual(expect.stringContaining("1 texts have no token"));
    expect(notes).toContainEqual(expect.stringMatching(/3 texts as sequences of characters, with 3 different tokens/));
  });

  test.each(["a.parquet", "a.arrow"])("whole numbers of %s are texts, as those of a CSV", async (name) => {
    const file = (numbers: number[]) => {
      const column = { name: "code", data: numbers, type: "DOUBLE" as const };
      const arrow = tableToIPC(tableFromColumns({ code: columnFromArray(numbers, float64()) }), { format: "file" });
      return fileOf(name, name === "a.arrow" ? arrow! : new Uint8Array(parquetWriteBuffer({ columnData: [column] })));
    };
    const { train } = await readSource(file([120, Number.NaN, -7]), { text: "code" });
    expect(tokensOf(train)).toEqual([["1", "2", "0"], [], ["-", "7"]]);
    const error = readSource(file([120, 1.5]), { text: "code" });
    await expect(error).rejects.toThrow(
      /row 2, column "code": got 1.5 in a column of numbers, expected texts, or whole/,
    );
  });

  test("columns by number: without a header the first row is a text", async () => {
    const { train } = await read("x\tab\ny\tba\n", { text: "2", label: "1" }, "a.txt");
    expect([tokensOf(train), train.classNames]).toEqual([
      [
        ["a", "b"],
        ["b", "a"],
      ],
      ["x", "y"],
    ]);
    const named = await read("x\tab\ny\tba\n", { text: "t", label: "l", columns: ["l", "t"] }, "a.txt");
    expect(named.train).toEqual(train);
  });

  test("a text that is longer than asked for is cut, with a note that counts", async () => {
    const { train, notes } = await read("text,label\nabcde,x\nab,y\n", { text: "text", maxTokens: 3 });
    expect(tokensOf(train)).toEqual([
      ["a", "b", "c"],
      ["a", "b"],
    ]);
    expect(notes).toContainEqual(expect.stringContaining("1 texts have more than 3 tokens; 2 tokens behind"));
  });

  test("the test part keeps the codes of the training part and adds its own tokens behind", async () => {
    const folder = folderOf("Mail", {
      "Mail_TRAIN.csv": "label,text\nx,ab\ny,ba\n",
      "Mail_TEST.csv": "label,text\nx,bca\n",
    });
    const { train, test: held } = await readSource(folder, { text: "text" });
    expect(train.channels).toEqual(held!.channels);
    expect(held!.channels[0].vocabulary).toEqual(["a", "b", "c"]);
    expect([tokensOf(train), tokensOf(held!)]).toEqual([
      [
        ["a", "b"],
        ["b", "a"],
      ],
      [["b", "c", "a"]],
    ]);
  });

  test("pieces are the whole", async () => {
    const content = `label,text\n${Array.from({ length: 50 }, (_, n) => `${n % 2},${"abcdefghij".slice(n % 7)}${n}\n`).join("")}`;
    const { train } = await read(content, { text: "text", label: "label" });
    const pieces: string[][][] = [];
    const options = { text: "text", label: "label" };
    await readInPieces(fileOf("a.csv", content), options, { mostSteps: 60 }, async ({ set }) => {
      pieces.push(tokensOf(set));
    });
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.flat()).toEqual(tokensOf(train));
  });

  test("the most frequent tokens of a training part stay, as many as asked for", async () => {
    const { train } = await read("text,label\naabbc,x\naabd,y\n", { text: "text", vocabulary: 3 });
    const [channel] = limitCategories(train).channels;
    expect(channel).toEqual({ name: "token", kind: "categorical", vocabulary: ["a", "b", "other"], rest: 2 });
  });

  test("quotes that are characters do not join rows", async () => {
    const content = 'label\ttext\nx\t"hi there\ny\tyou "too"\nx\t"bye" now\n';
    await expect(read(content, { text: "text", separator: "\t" }, "a.txt")).rejects.toThrow(/give `quote: "none"`/);
    const { train } = await read(content, { text: "text", quote: "none", tokens: "spaces" }, "a.txt");
    expect(tokensOf(train)).toEqual([
      ['"hi', "there"],
      ["you", '"too"'],
      ['"bye"', "now"],
    ]);
    const { notes } = await read('label\ttext\nx\t"hi there\ny\tyou"\nx\tbye\n', { text: "text" }, "a.txt");
    expect(notes).toContainEqual(expect.stringContaining("1 texts have several lines"));
  });

  test.each<[string, string, DataOptions, RegExp]>([
    ["an unknown column", "label,text\nx,a\n", { text: "texts" }, /there is no column "texts".*"text"/],
    ["options of long tables", "label,text\nx,a\n", { text: "text", time: "t" }, /`time` does not apply/],
    [
      "an entity",
      "label,text\nx,a\n",
      { text: "text", entity: "label" },
      /got `text`, expected it with a table of one text/,
    ],
    ["a vocabulary without a text", "label,a,b\nx,1,2\n", { vocabulary: 5 }, /got `vocabulary`/],
    ["a column in both roles", "label,text\nx,a\n", { text: "text", label: "text" }, /as text and as label/],
    ["another column to drop", "label,text,c\nx,a,b\n", { text: "text", drop: ["c"] }, /`drop` does not apply/],
  ])("%s is refused", async (_, content, options, message) => {
    await expect(read(content, options)).rejects.toThrow(message);
  });
});

describe("files of one text each", () => {
  const FILES = { "t1.txt": "6 6 63\n", "t2.txt": "  63 6 5 ", "t3.txt": "5" };

  test("each file is a sequence of tokens, with the label of its folder, its name or a manifest", async () => {
    const a = folderOf("calls/attack", FILES);
    const { train } = await readSource(a, { tokens: "spaces", labelFrom: "folder" });
    expect(tokensOf(train)).toEqual([["6", "6", "63"], ["63", "6", "5"], ["5"]]);
    expect([train.ids, train.classNames, train.entities]).toEqual([["t1", "t2", "t3"], ["attack"], undefined]);
    const manifest = fileOf("m.csv", "file,label,part\nt1.txt,x,train\nt3.txt,y,train\nt2.txt,x,test\n");
    const split = await readSource(a, { tokens: "spaces", manifest });
    expect([tokensOf(split.train), tokensOf(split.test!)]).toEqual([[["6", "6", "63"], ["5"]], [["63", "6", "5"]]]);
    expect([[...split.train.labels!], [...split.test!.labels!]]).toEqual([[0, 1], [0]]);
    expect(split.files.map(({ path }) => path)).toContain(manifest);
  });

  test("a single file is one case", async () => {
    const { train } = await readSource(join(folderOf("calls", FILES), "t1.txt"), { tokens: "words" });
    expect(tokensOf(train)).toEqual([["6", "6", "63"]]);
  });

  test.each(["", "\n"])(
    "a file of no token (%j) is an empty sequence, as a missing text in a table is",
    async (empty) => {
      const folder = folderOf("calls", { ...FILES, "t4.txt": empty });
      const { train, notes } = await readSource(folder, { tokens: "spaces" });
      expect(tokensOf(train)).toEqual([["6", "6", "63"], ["63", "6", "5"], ["5"], []]);
      expect(notes.join("\n")).toMatch(/1 files have no token; they are empty sequences/);
    },
  );

  test("options that have no effect are refused", async () => {
    const folder = folderOf("calls", FILES);
    await expect(readSource(folder, { tokens: "words", label: "x" })).rejects.toThrow(
      /`label` does not apply to files of one text/,
    );
    await expect(readSource(folder, { tokens: "words", separator: ";" })).rejects.toThrow(/`separator` does not apply/);
  });
});
