import { expect, test } from "vitest";
import { DataError } from "../../../src/errors.js";
import { checkLeakage, countDuplicates } from "../../../src/sequences/inspect/leakage.js";
import { makeSet } from "../set/make-set.js";

const a = makeSet([
  [
    [1, 2],
    [3, 4],
  ],
  [],
  [[5, null]],
  [[7, 8]],
]);

test("identical sequences are found with their ids; other values, lengths, gaps and empty ones are not", () => {
  const b = makeSet(
    [
      [],
      [[5, 0]],
      [[5, null]],
      [[1, 2]],
      [[7, 8]],
      [[7, 8.5]],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    { ids: ["b0", "b1", "b2", "b3", "b4", "b5", "b6"] },
  );
  expect(checkLeakage(a, b).duplicates).toEqual([
    { id: "b2", of: "s2" },
    { id: "b4", of: "s3" },
    { id: "b6", of: "s0" },
  ]);
});

test("the same values at other times are not the same sequence", () => {
  const at = (time: number) => makeSet([[[1]]], { times: Float64Array.of(time) });
  expect(checkLeakage(at(1), at(2)).duplicates).toEqual([]);
  expect(checkLeakage(at(1), at(1)).duplicates).toHaveLength(1);
});

test("an entity on both sides fails the run, unless that is allowed", () => {
  const of = (entities: string[]) => makeSet([[[1]], [[2]]], { entities });
  expect(() => checkLeakage(of(["x", "y"]), of(["z", "y"]))).toThrow(DataError);
  expect(() => checkLeakage(of(["x", "y"]), of(["z", "y"]))).toThrow(/\(y\)/);
  const report = checkLeakage(of(["x", "y"]), of(["z", "y"]), { allowSharedEntities: true });
  expect(report.sharedEntities).toEqual(["y"]);
});

test("duplicates inside a set are counted once per repetition", () => {
  expect(countDuplicates(a)).toBe(0);
  expect(countDuplicates(makeSet([[[1]], [[2]], [[1]], [[1]], [], []]))).toBe(2);
});
