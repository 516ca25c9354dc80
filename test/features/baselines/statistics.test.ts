import { expect, test } from "vitest";
import { statisticsFeatures } from "../../../src/features/baselines/statistics.js";
import { makeSet } from "../../sequences/set/make-set.js";

/** Row n as name: value. */
function describeRow(set: Parameters<typeof statisticsFeatures>[0], n: number): Record<string, number> {
  const { values, names } = statisticsFeatures(set);
  return Object.fromEntries(names.map((name, k) => [name, values[n * names.length + k]]));
}

test("numbers of a channel, by hand", () => {
  // observed 1, 4, 1, 6 at steps 0, 1, 3, 4
  const row = describeRow(makeSet([[[1], [4], [null], [1], [6]]]), 0);
  expect(row).toEqual({
    length: 5,
    c0_mean: 3,
    c0_std: Math.fround(Math.sqrt(18 / 4)), // deviations -2, 1, -2, 3
    c0_min: 1,
    c0_max: 6,
    c0_first: 1,
    c0_last: 6,
    c0_slope: Math.fround(7 / 10), // steps less their mean are -2, -1, 1, 2: (4 - 1 - 2 + 6) / (4 + 1 + 1 + 4)
    c0_change: Math.fround((3 + 3 + 5) / 3),
    c0_missing: Math.fround(1 / 5),
  });
});

test("a straight line has its slope, whatever is missing; a single value has neither slope nor change", () => {
  const line = describeRow(makeSet([[[2], [null], [null], [-4], [-6]]]), 0);
  expect([line.c0_slope, line.c0_change]).toEqual([-2, 4]);
  const single = describeRow(makeSet([[[null], [-7]]]), 0);
  expect(single).toMatchObject({ length: 2, c0_mean: -7, c0_std: 0, c0_min: -7, c0_max: -7, c0_first: -7 });
  expect([single.c0_slope, single.c0_change, single.c0_missing]).toEqual([0, 0, 0.5]);
});

test("categories: share of the steps seen, and which was the last", () => {
  const set = makeSet(
    [
      [
        [1, 0],
        [1, null],
        [1, 3],
        [1, 3],
        [1, 0],
      ],
      [[1, 2]],
    ],
    { F: 2, categorical: 1 },
  );
  expect(describeRow(set, 0)).toMatchObject({
    "c1=a_share": 0.5,
    "c1=a_last": 1,
    "c1=b_share": 0,
    "c1=b_last": 0,
    "c1=d_share": 0.5,
    "c1=d_last": 0,
  });
  expect(describeRow(set, 1)).toMatchObject({ "c1=c_share": 1, "c1=c_last": 1, "c1=a_share": 0 });
});

test("nothing observed: all missing, and zeros beside the length", () => {
  const set = makeSet(
    [
      [],
      [
        [null, null],
        [null, null],
      ],
      [[3, 1]],
    ],
    { F: 2, categorical: 1 },
  );
  const { c0_missing: none, ...empty } = describeRow(set, 0);
  expect(none).toBe(1);
  expect(Object.values(empty).every((value) => value === 0)).toBe(true);
  const { length, c0_missing, ...others } = describeRow(set, 1);
  expect([length, c0_missing]).toEqual([2, 1]);
  expect(Object.values(others).every((value) => value === 0)).toBe(true);
  expect(describeRow(set, 2)).toMatchObject({ length: 1, c0_mean: 3, "c1=b_last": 1 });
});
