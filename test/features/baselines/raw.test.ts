import { expect, test } from "vitest";
import { rawFeatures, rawLength } from "../../../src/features/baselines/raw.js";
import { makeSet } from "../../sequences/set/make-set.js";

const rows = ({ values, rows, names }: ReturnType<typeof rawFeatures>) =>
  Array.from({ length: rows }, (_, n) => Array.from(values.subarray(n * names.length, (n + 1) * names.length)));

test("stretch: every series on the same number of steps, straight lines between its own", () => {
  const table = rawFeatures(makeSet([[[0], [2], [4], [6]], [[1], [3]], [[5]], []], { F: 1 }), 3, "stretch");
  expect(table.names).toEqual(["c0_0", "c0_1", "c0_2"]);
  expect(rows(table)).toEqual([
    [0, 3, 6],
    [1, 2, 3],
    [5, 5, 5],
    [0, 0, 0],
  ]);
});

test("end: the last step is always in the last column, zeros in front, the oldest steps cut off", () => {
  const table = rawFeatures(
    makeSet(
      [
        [
          [1, 10],
          [2, 20],
          [3, 30],
          [4, 40],
        ],
        [[7, 70]],
        [],
      ],
      { F: 2 },
    ),
    3,
    "end",
  );
  expect(table.names).toEqual(["c0_-2", "c1_-2", "c0_-1", "c1_-1", "c0_0", "c1_0"]);
  expect(rows(table)).toEqual([
    [2, 20, 3, 30, 4, 40],
    [0, 0, 0, 0, 7, 70],
    [0, 0, 0, 0, 0, 0],
  ]);
});

test("categories are one-hot, by their names", () => {
  const set = makeSet(
    [
      [
        [5, 0],
        [6, 3],
      ],
      [[8, 2]],
    ],
    { F: 2, categorical: 1 },
  );
  const table = rawFeatures(set, 2, "end");
  expect(table.names.slice(0, 5)).toEqual(["c0_-1", "c1=a_-1", "c1=b_-1", "c1=c_-1", "c1=d_-1"]);
  expect(rows(table)).toEqual([
    [5, 1, 0, 0, 0, 6, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 8, 0, 0, 1, 0],
  ]);
  // stretched: the category before holds, never a mean of two
  expect(rows(rawFeatures(set, 3, "stretch"))[0]).toEqual([5, 1, 0, 0, 0, 5.5, 1, 0, 0, 0, 6, 0, 0, 0, 1]);
});

test.each(["stretch", "end"] as const)("%s: missing values are interpolated, a channel never seen is 0", (align) => {
  const set = makeSet([
    [
      [0, null],
      [null, null],
      [4, null],
    ],
  ]);
  expect(rows(rawFeatures(set, 3, align))).toEqual([[0, 0, 2, 0, 4, 0]]);
});

test("the length is that of the longest series, within 4,096 numbers a case and never 0", () => {
  expect(rawLength(makeSet([[[1]], [[1], [2], [3]]]))).toBe(3);
  expect(rawLength(makeSet([[], []], { F: 1 }))).toBe(1);
  const long = makeSet([Array.from({ length: 3000 }, () => [1, 2, 0])], { F: 3, categorical: 1 });
  expect(rawLength(long)).toBe(682); // 4096 / (2 numbers + 4 categories)
});
