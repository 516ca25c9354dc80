import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { OptionError } from "../../src/errors.js";
import { comesInPieces, readInPieces, readSource, takePieces } from "../../src/read/read.js";
import type { Piece } from "../../src/read/source/piece.js";
import { concatSequences } from "../../src/sequences/set/concat.js";
import { isObserved, type SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { fileOf } from "./temporary.js";

const CSV = ["label,t1,t2,t3", "a,1,2,3", "b,4,,6", ",7,8,", "a,9,,", "b,10,11,12", ""].join("\n");

async function pieces(path: string, mostSteps: number, options = {}): Promise<Piece[]> {
  const taken: Piece[] = [];
  await readInPieces(path, options, { mostSteps }, async (piece) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    taken.push(piece);
  });
  return taken;
}

test.each([
  [1, [1, 1, 1, 1, 1]], // every sequence alone, also where it is longer
  [5, [1, 2, 2]],
  [6, [2, 3]],
  [100, [5]],
])("pieces of at most %i steps are the whole", async (mostSteps, sizes) => {
  const path = fileOf("a.csv", CSV);
  const { train } = await readSource(path);
  const taken = await pieces(path, mostSteps);
  expect(taken.map(({ set }) => set.ids.length)).toEqual(sizes);
  const together = taken.map(({ set }) => set).reduce((a, b) => concatSequences(a, b));
  expect(together.ids).toEqual(train.ids);
  expect(together.offsets).toEqual(train.offsets);
  expect(together.values).toEqual(train.values);
  const observed = (set: SequenceSet) => Array.from(set.values, (_, k) => isObserved(set, k));
  expect(observed(together)).toEqual(observed(train));
  expect(taken.flatMap(({ labelTexts }) => labelTexts)).toEqual(["a", "b", undefined, "a", "b"]);
});

test("a bad row names itself, after the pieces before it", async () => {
  const path = fileOf("a.csv", CSV.replace("10,11", "10,x"));
  const taken: Piece[] = [];
  const reading = readInPieces(path, {}, { mostSteps: 3 }, async (piece) => void taken.push(piece));
  await expect(reading).rejects.toThrow(/row 6, column "t2": got "x"/);
  expect(taken.length).toBeGreaterThan(0);
});

test("a hash is made where it is asked for, of a long and of a wide table", async () => {
  const text = "entity,v\na,1\na,2\nb,3\n";
  const file = fileOf("hashed.csv", text);
  const pieces = { mostSteps: 9, channels: [{ name: "v", kind: "numeric" as const }] };
  const sha256 = createHash("sha256").update(text).digest("hex");
  for (const options of [{ entity: "entity" }, { drop: ["entity"], wide: true }]) {
    expect(await takePieces(file, options, pieces, async () => {}, true)).toMatchObject({ sha256 });
    expect(await takePieces(file, options, pieces, async () => {})).not.toHaveProperty("sha256");
  }
});

test("what a taker throws ends the reading", async () => {
  const reading = readInPieces(fileOf("a.csv", CSV), {}, { mostSteps: 3 }, async () => {
    throw new Error("disk full");
  });
  await expect(reading).rejects.toThrow("disk full");
});

test("other sources are not read in pieces", async () => {
  expect(await comesInPieces("a.csv.gz")).toBe(true);
  expect(await comesInPieces("a.tsv")).toBe(false);
  const reading = readInPieces(fileOf("a.tsv", "1\t2\n"), {}, { mostSteps: 9 }, async () => {});
  await expect(reading).rejects.toThrow(OptionError);
});

test("options of long tables are refused", async () => {
  const reading = readInPieces(fileOf("a.csv", CSV), { window: 2 }, { mostSteps: 9 }, async () => {});
  await expect(reading).rejects.toThrow(/`window` does not apply/);
});
