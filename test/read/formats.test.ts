import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { dump } from "npyjs";
import { describe, expect, test } from "vitest";
import { readSource } from "../../src/read/read.js";
import { checkSequenceSet } from "../../src/sequences/set/check.js";
import { cellsOf } from "../sequences/set/make-set.js";
import { fileOf, folderOf } from "./temporary.js";

const one = (...cells: (number | null)[]) => cells.map((cell) => [cell]);

describe("UCR text", () => {
  test("NaN inside is missing, NaN at the end is padding; labels are numbers in order", async () => {
    const path = folderOf("Toy", {
      Toy_TRAIN: "not a part",
      "Toy_TRAIN.tsv": "10\t1\tNaN\t3\n2\t4\t5\tNaN\n-1.0\tNaN\tNaN\tNaN\n",
      "Toy_TEST.tsv.gz": gzipSync("2,7,8,9\r\n11,1,2,3\r\n"),
    });
    const { name, train, test: set, files, notes } = await readSource(path);
    checkSequenceSet(train, "train");
    expect(name).toBe("Toy");
    expect(cellsOf(train)).toEqual([one(1, null, 3), one(4, 5), []]);
    expect(train.classNames).toEqual(["-1", "2", "10", "11"]);
    expect([...train.labels!]).toEqual([2, 1, 0]);
    expect([...set!.labels!]).toEqual([1, 3]);
    expect([train.ids[0], set!.ids[1]]).toEqual(["train-1", "test-2"]);
    expect(notes).toEqual([expect.stringMatching(/class 11 of the test part is not in the training part/)]);
    const bytes = readFileSync(`${path}/Toy_TEST.tsv.gz`);
    expect(files[1]).toEqual({
      path: `${path}/Toy_TEST.tsv.gz`,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    });
  });

  test("a single file is a training part alone", async () => {
    const { name, train, test: set } = await readSource(fileOf("Toy_TRAIN.tsv", "1 3 4\n2 5 6\n"));
    expect([name, set, train.ids]).toEqual(["Toy", undefined, ["1", "2"]]);
    expect(cellsOf(train)).toEqual([one(3, 4), one(5, 6)]);
  });
});

describe("NumPy arrays", () => {
  const npy = (rows: number[][]) => new Uint8Array(dump(Float32Array.from(rows.flat()), [rows.length, rows[0].length]));

  test("column 0 is the label; a suffix of the name is noted", async () => {
    const path = folderOf("Toy", {
      "Toy_TRAIN.tsv": "1\t1\t2\n3\t3\t4\n",
      "Toy_TEST_minus_first_row.npy.gz": gzipSync(
        npy([
          [3, 5, Number.NaN],
          [1, Number.NaN, 8],
        ]),
      ),
    });
    const { train, test: set, notes } = await readSource(path);
    expect(cellsOf(set!)).toEqual([one(5), one(null, 8)]);
    expect([train.classNames, [...set!.labels!]]).toEqual([
      ["1", "3"],
      [1, 0],
    ]);
    expect(notes).toEqual([expect.stringContaining('ends in "minus_first_row"')]);
  });

  test("column-major arrays", async () => {
    const array = npy([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const text = Buffer.from(array).toString("latin1").replace("False,", "True, ");
    const { train } = await readSource(fileOf("a.npy", Buffer.from(text, "latin1")));
    expect(cellsOf(train)).toEqual([one(3, 5), one(4, 6)]);
    expect(train.classNames).toEqual(["1", "2"]);
  });

  test("classes renumbered from 1 get their official names back", async () => {
    const path = folderOf("Toy", {
      "Toy_TRAIN.tsv": "1\t1\t2\n-1\t3\t4\n",
      "Toy_TEST.npy": npy([
        [2, 5, 6],
        [1, 7, 8],
      ]),
    });
    const { test: set, notes } = await readSource(path);
    expect(set!.classNames).toEqual(["-1", "1"]);
    expect([...set!.labels!]).toEqual([1, 0]);
    expect(notes).toEqual([expect.stringContaining("1 to 2 were read as -1, 1")]);
  });

  test("a label beyond the number of classes is a class of its own, not a renumbered one", async () => {
    const path = folderOf("Toy", {
      "Toy_TRAIN.tsv": "1\t1\t2\n-1\t3\t4\n",
      "Toy_TEST.npy": npy([
        [3, 5, 6],
        [1, 7, 8],
      ]),
    });
    const { test: set, notes } = await readSource(path);
    expect([set!.classNames, [...set!.labels!]]).toEqual([
      ["-1", "1", "3"],
      [2, 1],
    ]);
    expect(notes).toEqual([expect.stringMatching(/class 3 of the test part/)]);
  });
});

describe("UEA .ts", () => {
  const header = "# about\n@problemName Toy\n@timeStamps false\n@univariate false\n@dimensions 2\n";

  test("channels by colon, variable length, ? missing, text labels", async () => {
    const { train } = await readSource(
      fileOf("Toy_TRAIN.ts", `${header}@classLabel true walk run\n@data\n1,2,3:4,?,6:walk\n7,?:8,9:run\n`),
    );
    expect(cellsOf(train)).toEqual([
      [
        [1, 4],
        [2, null],
        [3, 6],
      ],
      [
        [7, 8],
        [null, 9],
      ],
    ]);
    expect(train.classNames).toEqual(["run", "walk"]);
    expect([...train.labels!]).toEqual([1, 0]);
    expect(train.channels.map(({ name }) => name)).toEqual(["channel_1", "channel_2"]);
  });

  test("univariate, and without labels", async () => {
    const text = "@timeStamps false\n@univariate true\n@classLabel false\n@data\n1,2\n3,4,5\n";
    const { train } = await readSource(fileOf("a.ts", text));
    expect(cellsOf(train)).toEqual([one(1, 2), one(3, 4, 5)]);
    expect(train.labels).toBeUndefined();
  });

  test("time stamps join channels by time", async () => {
    const text =
      "@timeStamps true\n@dimensions 2\n@classLabel true 0 1\n@data\n" +
      "(0,1),(2.5,2):(2.5,9),(7,8):1\n" +
      "(2024-01-01 00:00:10,5):(2024-01-01 00:00:00,6):0\n";
    const { train } = await readSource(fileOf("a.ts", text));
    expect(cellsOf(train)).toEqual([
      [
        [1, null],
        [2, 9],
        [null, 8],
      ],
      [
        [null, 6],
        [5, null],
      ],
    ]);
    const day = Date.UTC(2024, 0, 1) / 1000;
    expect([...train.times!]).toEqual([0, 2.5, 7, day, day + 10]);
  });

  test("is preferred to .arff, and of several names the folder's own", async () => {
    const ts = "@univariate true\n@timeStamps false\n@classLabel true a\n@data\n5,6:a\n";
    const path = folderOf("Toy", { "Toy_TRAIN.ts": ts, "Toy_TRAIN.arff": "", "ToyDimension1_TRAIN.ts": "" });
    const { train, notes } = await readSource(path);
    expect(cellsOf(train)).toEqual([one(5, 6)]);
    expect(notes.join()).toMatch(/the test part Toy_TEST is missing/);
  });
});

describe("ARFF", () => {
  test("relational: channels by a written \\n, ? at the end of all is padding", async () => {
    const text = `% about
@RELATION toy
@attribute bag relational
  @attribute t1 numeric
  @attribute t2 numeric
  @attribute t3 numeric
@end bag
@attribute target {'b c', a}
@DATA
'1,2,3\\n4,?,6',a
"7,8,?\\n9,?,?",'b c'
`;
    const { train } = await readSource(fileOf("Toy_TRAIN.arff", text));
    expect(cellsOf(train)).toEqual([
      [
        [1, 4],
        [2, null],
        [3, 6],
      ],
      [
        [7, 9],
        [8, null],
      ],
    ]);
    expect([train.classNames, [...train.labels!]]).toEqual([
      ["a", "b c"],
      [0, 1],
    ]);
  });

  test("plain univariate", async () => {
    const text = "@relation toy\n@attribute a real\n@attribute b real\n@attribute target {1,2}\n@data\n3,4,2\n5,?,1\n";
    const { train } = await readSource(fileOf("a.arff", text));
    expect(cellsOf(train)).toEqual([one(3, 4), one(5)]);
    expect([...train.labels!]).toEqual([1, 0]);
  });
});

test("Pen Digits: a header to skip, x and y by turns", async () => {
  const row = "1,2, 3,4,5,6,7,8,9,10,11,12,13,14,15,16, 7\n";
  const {
    name,
    train,
    test: set,
    notes,
  } = await readSource(
    folderOf("PenDigits", {
      "pendigits.tra.gz": gzipSync(`0,1,2\n${row}`),
      "pendigits.tes": `0,1\n${row}${row}`,
    }),
  );
  expect([name, set!.ids, notes]).toEqual(["pendigits", ["test-1", "test-2"], []]);
  expect(cellsOf(train)[0].slice(0, 3)).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect(train.classNames).toEqual(["7"]);
});

describe("CSV, one sequence per row", () => {
  test("a label column by name, columns dropped, empty cells", async () => {
    const path = fileOf("a.csv", '\uFEFFid,t0,t1,t2,kind\n1,5,,7,"up, fast"\n2,8,9,,down\n');
    const { train, notes } = await readSource(path, { label: "kind", drop: ["id"] });
    expect(cellsOf(train)).toEqual([one(5, null, 7), one(8, 9)]);
    expect([train.classNames, notes]).toEqual([["down", "up, fast"], []]);
  });

  test.each([
    ["a first column called label", "Label,0.5,0.6\na,1,2\n", ["a"], one(1, 2)],
    ["numbered steps", "what,0,1,2\n4,1,2,3\n", undefined, one(4, 1, 2, 3)],
    ["no header: the first column is the label", "4,1,2.5\n3,5,6\n", ["3", "4"], one(1, 2.5)],
    ["names and no label", "t1,t2\n5,6\n", undefined, one(5, 6)],
  ])("%s", async (_, text, classNames, first) => {
    const { train } = await readSource(fileOf("a.csv", text));
    expect(train.classNames).toEqual(classNames);
    expect(cellsOf(train)[0]).toEqual(first);
  });
});
