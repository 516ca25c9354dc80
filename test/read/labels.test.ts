import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readInPieces, readSource } from "../../src/read/read.js";
import { cellsOf } from "../sequences/set/make-set.js";
import { fileOf } from "./temporary.js";

const wide = (labels: readonly string[]) =>
  fileOf("a.csv", `label,t0,t1\n${labels.map((label, n) => `${label},${n},1\n`).join("")}`);

async function classes(labels: readonly string[], missing?: string[]) {
  const { train, notes } = await readSource(wide(labels), { missing });
  return { names: train.classNames, labels: [...train.labels!], notes };
}

/** A folder with a training and a test part. */
function folderOf(train: string, test: string): string {
  const folder = join(fileOf("x", ""), "..", "D");
  mkdirSync(folder);
  writeFileSync(join(folder, "D_TRAIN.csv"), train);
  writeFileSync(join(folder, "D_TEST.csv"), test);
  return folder;
}

describe("labels that are numbers", () => {
  test("equal ones are one class by the name that comes first, with a note", async () => {
    const { names, labels, notes } = await classes(["1", "0", "1.0", "0.00", "1"]);
    expect([names, labels]).toEqual([
      ["0", "1"],
      [1, 0, 1, 0, 1],
    ]);
    expect(notes).toEqual([expect.stringMatching(/compared as such: 1.0 as 1, 0.00 as 0\.$/)]);
  });

  test("names stay as they are written where there is one form of each", async () => {
    expect(await classes(["1.0", "2.0", "1.0"])).toEqual({ names: ["1.0", "2.0"], labels: [0, 1, 0], notes: [] });
    const large = ["9007199254740993", "9007199254740992"]; // one double, two numbers
    expect((await classes(large)).names).toHaveLength(2);
  });

  test("marks for a missing number are no class", async () => {
    expect(await classes(["1", "NA", "0", "?", "nan"])).toEqual({
      names: ["0", "1"],
      labels: [1, -1, 0, -1, -1],
      notes: [],
    });
    expect((await classes(["1", "None", "0"])).notes).toEqual([
      expect.stringMatching(/1 cell "None" .* count as missing/),
    ]);
  });

  test("both parts of a folder are compared", async () => {
    const { train, test } = await readSource(folderOf("label,t0\n0,1\n1,2\n", "label,t0\n1.0,1\n0.0,2\n"));
    expect([train.classNames, [...train.labels!], [...test!.labels!]]).toEqual([
      ["0", "1"],
      [0, 1],
      [1, 0],
    ]);
  });

  test("inside an entity 0 and 0.0 are one label", async () => {
    const { train } = await readSource(fileOf("a.csv", "id,x,y\na,5,0\na,6,0.0\nb,7,1\n"), {
      entity: "id",
      label: "y",
    });
    expect([train.classNames, [...train.labels!]]).toEqual([
      ["0", "1"],
      [0, 1],
    ]);
  });
});

describe("labels that are texts", () => {
  test("NA is a class like others, with a note, unless `missing` names it", async () => {
    const labels = ["EU", "NA", "APAC", "NA", ""];
    const { notes, ...read } = await classes(labels);
    expect(read).toEqual({ names: ["APAC", "EU", "NA"], labels: [1, 2, 0, 2, -1] });
    expect(notes).toEqual([expect.stringMatching(/2 cells "NA" .*`missing: \["NA"\]`/)]);
    expect(await classes(labels, ["NA"])).toEqual({ names: ["APAC", "EU"], labels: [1, -1, 0, -1, -1], notes: [] });
  });

  test("1 and 1.0 beside a text are two classes", async () => {
    expect((await classes(["1", "1.0", "x"])).names).toEqual(["1", "1.0", "x"]);
  });
});

describe("new data without labels", () => {
  const long = fileOf("a.csv", "id,t,x\na,1,5\na,2,6\n");
  const roles = { entity: "id", time: "t", label: "y" };

  test("are read unlabelled, with a note, where a model asks for it", async () => {
    for (const options of [roles, { ...roles, window: 2 }, { ...roles, drop: ["gone"] }]) {
      const { train, notes } = await readSource(long, { ...options, newData: true });
      expect(train.labels).toBeUndefined();
      expect(notes[0]).toMatch(/no column "y", the label in training; read without labels/);
    }
    const channels = [{ name: "x", kind: "numeric" as const }];
    const pieces: unknown[] = [];
    const told = await readInPieces(long, { ...roles, newData: true }, { mostSteps: 1, channels }, async (piece) => {
      pieces.push(piece.labelTexts);
    });
    expect([pieces, told[0]]).toEqual([[undefined], expect.stringMatching(/no column "y"/)]);
    const { train, notes } = await readSource(fileOf("a.csv", "t0,t1\n1,2\n"), { label: "y", newData: true });
    expect([cellsOf(train), train.labels]).toEqual([[[[1], [2]]], undefined]);
    expect(notes).toEqual([expect.stringMatching(/no column "y"/)]);
    const bare = await readSource(fileOf("a.csv", "3,1,2\n4,1,2\n"), { label: "y", newData: true });
    expect(cellsOf(bare.train)[0]).toEqual([[3], [1], [2]]); // no header: no first column is taken for a label
  });

  test("a label that is there is read, and a misspelt one is an error without a model", async () => {
    const path = fileOf("a.csv", "id,t,x,y\na,1,5,up\na,2,6,up\n");
    expect((await readSource(path, { ...roles, newData: true })).train.classNames).toEqual(["up"]);
    await expect(readSource(path, { ...roles, label: "z" })).rejects.toThrow(/no label column "z"/);
  });

  test("a test part without labels has none, and keeps its cases", async () => {
    const folder = folderOf("label,t0\n0,1\n1,2\n", "t0,t1\n1,2\n3,4\n");
    const { test } = await readSource(folder);
    expect([...test!.labels!]).toEqual([-1, -1]);
  });
});
