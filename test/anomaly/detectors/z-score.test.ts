import { expect, test } from "vitest";
import { fitZScore, zScores } from "../../../src/anomaly/detectors/z-score.js";

const table = (...rows: number[][]) => ({
  values: Float32Array.from(rows.flat()),
  names: rows[0].map((_, c) => `c${c}`),
  rows: rows.length,
});

test("the largest distance to the mean, in deviations of the training part; a constant column counts in its unit", () => {
  const state = fitZScore(table([1, 10, 5], [3, 10, 5], [1, 30, 5], [3, 30, 5]));
  expect([...zScores(state, table([2, 20, 5], [4, 20, 5], [2, -20, 5], [2, 20, 8]))]).toEqual([0, 2, 4, 3]);
  expect(zScores(JSON.parse(JSON.stringify(state)), table([4, 20, 5]))).toEqual(Float64Array.of(2));
});

test("refuses other columns, and values that are no numbers", () => {
  const state = fitZScore(table([1, 2], [2, 3]));
  expect(() => zScores(state, table([1], [2]))).toThrow(/got a table of 1 columns, expected 2/);
  expect(() => zScores(state, table([1, Number.NaN]))).toThrow(/column "c1" is NaN in row 0/);
  expect(() => fitZScore(table([1, Number.NaN]))).toThrow(/column "c1" is NaN/);
});
