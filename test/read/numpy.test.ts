import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSource } from "../../src/read/read.js";
import { cellsOf } from "../sequences/set/make-set.js";
import { fileOf, folderOf } from "./temporary.js";
import { zipOf } from "./zip.js";

const GOLDEN = join(import.meta.dirname, "../golden/arrays");
const golden = (name: string) => join(GOLDEN, name);
/** A copy away from the others, so that no labels stand beside it. */
const alone = (name: string, as = name) => fileOf(as, readFileSync(golden(name)));

/** As arrays.py makes them: three series of five steps and two channels. */
const X = [0, 1, 2].map((n) => [0, 1, 2, 3, 4].map((t) => [0, 1].map((c) => (n * 5 + t) * 2 + c - 7)));
const GAPS: (number | null)[][][] = structuredClone(X);
GAPS[0][1][0] = null;
GAPS[1].length = 3;
GAPS[2][4][1] = null;

describe("arrays [cases, steps, channels] that NumPy wrote", () => {
  const signed = ["little-f2", "big-f2", "little-f4", "big-f4", "little-f8", "big-f8", "i1", "little-i2", "big-i2"];
  const orders = ["little-i4", "big-i4", "little-i8", "big-i8", "fortran", "fortran-big", "version2"];
  test.each([...signed, ...orders])("%s has the same numbers in the same places", async (name) => {
    const { train, notes } = await readSource(golden(`${name}.npy`));
    expect(cellsOf(train)).toEqual(X);
    expect(train.channels.map((channel) => channel.name)).toEqual(["channel_1", "channel_2"]);
    expect(train.labels).toBeUndefined();
    expect(notes).toEqual([expect.stringContaining("unlabelled")]);
  });

  test.each(["u1", "little-u2", "big-u4", "little-u8"])("%s: whole numbers without a sign", async (name) => {
    const { train } = await readSource(golden(`${name}.npy`));
    expect(cellsOf(train)).toEqual(X.map((steps) => steps.map((step) => step.map(Math.abs))));
  });

  test("true and false are 1 and 0", async () => {
    const { train } = await readSource(golden("bool.npy"));
    expect(cellsOf(train)).toEqual(X.map((steps) => steps.map((step) => step.map((value) => (value === 0 ? 0 : 1)))));
  });

  test.each([
    ["object.npy", /object\.npy: got type \|O.*Objects are programs/],
    ["record.npy", /record\.npy: got records with fields/],
    ["complex.npy", /complex\.npy: got type <c16/],
  ])("%s is refused", async (name, message) => {
    await expect(readSource(golden(name))).rejects.toThrow(message);
  });
});

describe("labels beside the values", () => {
  test("a folder with X_train, y_train, X_test and y_test is a set with a given split", async () => {
    const files = ["X_train.npy", "y_train.npy", "X_test.npy", "y_test.npy"];
    const folder = folderOf("Walks", Object.fromEntries(files.map((name) => [name, readFileSync(golden(name))])));
    const { name, train, test: held, files: read, notes } = await readSource(folder);
    expect(name).toBe("Walks");
    expect([cellsOf(train), cellsOf(held!)]).toEqual([GAPS, GAPS.slice(1)]);
    expect([train.classNames, [...train.labels!], [...held!.labels!]]).toEqual([
      ["4", "9"],
      [0, 1, 0],
      [1, 0],
    ]);
    expect(read.map(({ path }) => path)).toEqual(files.map((file) => join(folder, file)));
    expect(notes).toEqual([]);
  });

  test("labels of the test part that the training part lacks are classes of their own, not numbers of classes", async () => {
    const folder = folderOf("Walks", {});
    copyFileSync(golden("X_train.npy"), join(folder, "x_train.npy"));
    copyFileSync(golden("y_train.npy"), join(folder, "y_train.npy"));
    copyFileSync(golden("X_test.npy"), join(folder, "x_test.npy"));
    const y = readFileSync(golden("y_test.npy"));
    y.writeBigInt64LE(1n, y.length - 16);
    y.writeBigInt64LE(2n, y.length - 8);
    const { train, test: held } = await readSource(writeY(folder, y));
    expect(train.classNames).toEqual(["1", "2", "4", "9"]);
    expect([...held!.labels!]).toEqual([0, 1]);
  });

  test("an X alone is unlabelled, also with two dimensions: no column of it is a label", async () => {
    const path = alone("X_train.npy", "X.npy");
    const { train, notes } = await readSource(path);
    expect([cellsOf(train), train.labels]).toEqual([GAPS, undefined]);
    expect(notes[0]).toContain("no array of labels (y)");
    const header = "\x93NUMPY\x01\0\x46\0{'descr':'<f4','fortran_order':False,'shape':(2,3),}".padEnd(80, " ");
    const flat = Buffer.concat([Buffer.from(header, "latin1"), Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer)]);
    expect(cellsOf((await readSource(fileOf("x_new.npy", flat))).train)).toEqual([
      [[1], [2], [3]],
      [[4], [5], [6]],
    ]);
  });

  test("a folder of X and y, or X alone, is that array", async () => {
    const arrays = { "X.npy": readFileSync(golden("X_train.npy")), "y.npy": readFileSync(golden("y_train.npy")) };
    const folder = folderOf("Walks", { ...arrays, "readme.md": "walks" });
    const { name: _, ...read } = await readSource(folder);
    const { name: __, ...single } = await readSource(join(folder, "X.npy"));
    expect(read).toEqual(single);
    expect(read.train.classNames).toHaveLength(2);
    const { train } = await readSource(folderOf("Walks", { "X.npy": arrays["X.npy"] }));
    expect(train.labels).toBeUndefined();
    const more = folderOf("Walks", { ...arrays, "X_new.npy": arrays["X.npy"] });
    await expect(readSource(more)).rejects.toThrow(/got no data sets in the folder/);
  });

  test("labels of another number of cases, or with a column per class, are refused", async () => {
    const folder = folderOf("Walks", {
      "X.npy": readFileSync(golden("X_train.npy")),
      "y.npy": readFileSync(golden("y_test.npy")),
    });
    await expect(readSource(join(folder, "X.npy"))).rejects.toThrow(
      /y\.npy: got labels of shape \[2\] for the 3 cases/,
    );
    copyFileSync(golden("X_train.npy"), join(folder, "y.npy"));
    await expect(readSource(join(folder, "X.npy"))).rejects.toThrow(/got labels of shape \[3,5,2\]/);
  });
});

describe("archives that numpy.savez wrote", () => {
  test("X and y, stored", async () => {
    const { train, name } = await readSource(golden("stored.npz"));
    expect([name, cellsOf(train), train.classNames, [...train.labels!]]).toEqual([
      "stored",
      GAPS,
      ["4", "9"],
      [0, 1, 0],
    ]);
  });

  test("both parts in one archive, packed; other arrays are noted", async () => {
    const { train, test: held, files, notes } = await readSource(golden("parts.npz"));
    expect([cellsOf(train), cellsOf(held!)]).toEqual([GAPS, X.slice(0, 2)]);
    expect(train.classNames).toEqual(["run", "sit", "wälk"]);
    expect([[...train.labels!], [...held!.labels!]]).toEqual([
      [2, 0, 2],
      [0, 1],
    ]);
    expect(files).toHaveLength(1);
    expect(notes.filter((note) => note.includes("array names is not read"))).toHaveLength(2);
  });

  test.each([
    ["int", ["4", "9", "4"]],
    ["float", ["4", "9", "4"]],
    ["bytes", ["a", "bc", "a"]],
    ["column", ["4", "9", "4"]],
  ])("labels of type %s", async (type, expected) => {
    const { train } = await readSource(golden(`labels-${type}.npz`));
    expect(Array.from(train.labels!, (label) => train.classNames![label])).toEqual(expected);
  });

  test("a changed bit of a number is noticed by its checksum", async () => {
    const bytes = readFileSync(golden("stored.npz"));
    bytes[bytes.indexOf("\x93NUMPY", 0, "latin1") + 140] ^= 1;
    await expect(readSource(fileOf("a.npz", bytes))).rejects.toThrow(/"X\.npy" does not have the checksum/);
  });

  test("an archive without X, and one that unpacks to more than its bytes explain", async () => {
    const other = zipOf({ "values.npy": readFileSync(golden("i1.npy")) });
    await expect(readSource(fileOf("a.npz", other))).rejects.toThrow(/got the arrays values, expected X/);
    const bomb = readFileSync(golden("stored.npz"));
    bomb.writeUInt32LE(2 ** 31 - 1, bomb.indexOf("PK\x01\x02", 0, "latin1") + 24);
    await expect(readSource(fileOf("a.npz", bomb))).rejects.toThrow(
      /a\.npz: .*(unpacks to more than 200 times|has more than)/,
    );
    await expect(readSource(fileOf("a.npz", bomb), { maxSize: 5000 })).rejects.toThrow(/more than 5000 bytes/);
  });
});

function writeY(folder: string, y: Uint8Array): string {
  copyFileSync(fileOf("y_test.npy", y), join(folder, "y_test.npy"));
  return folder;
}
