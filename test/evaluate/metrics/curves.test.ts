import { describe, expect, test } from "vitest";
import { curvesOf } from "../../../src/evaluate/metrics/curves.js";
import { rocAuc } from "../../../src/evaluate/metrics/ranking.js";
import { randomStream } from "../../../src/random.js";

test("points of a ranking of four, the last two tied", () => {
  const curves = curvesOf([0.9, 0.8, 0.3, 0.3], [true, false, true, false], [true, true, false, false])!;
  expect(curves.roc).toEqual([
    [0, 0],
    [0, 0.5],
    [0.5, 0.5],
    [1, 1],
  ]);
  expect(curves.precisionRecall).toEqual([
    [0, 1],
    [0.5, 1],
    [0.5, 0.5],
    [1, 0.5],
  ]);
  expect(curves.atThreshold).toEqual({ roc: [0.5, 0.5], precisionRecall: [0.5, 0.5] });
});

describe("many cases", () => {
  const random = randomStream(4);
  const positive = Array.from({ length: 5000 }, () => random.uniform() < 0.2);
  const scores = positive.map((is) => random.normal() + (is ? 1 : 0));
  const curves = curvesOf(scores, positive)!;

  test("at most 200 points, in order, from corner to corner", () => {
    for (const points of [curves.roc, curves.precisionRecall]) {
      expect(points.length).toBeLessThanOrEqual(200);
      expect(points.length).toBeGreaterThan(150);
      expect(points.map(([x]) => x)).toEqual(points.map(([x]) => x).toSorted((a, b) => a - b));
    }
    expect([curves.roc[0], curves.roc.at(-1)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(curves.precisionRecall.at(-1)![0]).toBe(1);
  });

  test("the thinned ROC curve has the same area", () => {
    let area = 0;
    curves.roc.forEach(([x, y], k) => {
      if (k > 0) area += ((x - curves.roc[k - 1][0]) * (y + curves.roc[k - 1][1])) / 2;
    });
    expect(area).toBeCloseTo(rocAuc(scores, positive)!, 2);
  });
});

test("none without a positive or without a negative", () => {
  expect(curvesOf([1, 2], [true, true])).toBeUndefined();
  expect(curvesOf([1, 2], [false, false])).toBeUndefined();
});
