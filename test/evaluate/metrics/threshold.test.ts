import { expect, test } from "vitest";
import { chooseThreshold, medianThreshold } from "../../../src/evaluate/metrics/threshold.js";

const scores = [0.9, 0.8, 0.7, 0.6, 0.6, 0.2];
const positive = [true, false, true, true, false, false];

test("F1: from the score on that gives the best one, halfway to the next", () => {
  // 0.9: 2/4 = .5; 0.8: 2/5; 0.7: 4/6 = .667; 0.6: 6/8 = .75, two at once; 0.2: 6/9
  expect(chooseThreshold(scores, positive, "F1")).toBeCloseTo(0.4, 12);
  expect(chooseThreshold([0.9, 0.8, 0.7], [true, false, false], "F1")).toBeCloseTo(0.85, 12);
});

test("cost: the cheapest cut, which may be none at all", () => {
  const at = (miss: number, alert: number) => chooseThreshold(scores, positive, "cost", { costs: { miss, alert } });
  // misses and alerts from the top: none 3/0, 0.9 2/1, 0.8 2/2, 0.7 1/3, 0.6 0/5, 0.2 0/6
  expect(at(10, 1)).toBeCloseTo(0.4, 12);
  expect(at(1.5, 1)).toBeCloseTo(0.85, 12);
  expect(at(1, 2)).toBe(Number.POSITIVE_INFINITY);
  expect(at(1, 0)).toBeCloseTo(0.4, 12);
});

test("alerts: as many as the budget allows, equal scores whole or not at all", () => {
  const at = (alerts: number) => chooseThreshold(scores, positive, "alerts", { alerts });
  const called = [1, 2, 3, 4, 5, 6, 100].map((alerts) => scores.filter((score) => score >= at(alerts)!).length);
  expect(called).toEqual([1, 2, 3, 3, 5, 6, 6]);
  expect([1, 4, 6].map(at)).toEqual([0.9 + 0.8, 0.7 + 0.6, 0.2].map((sum) => sum / 2));
  expect(at(0)).toBe(Number.POSITIVE_INFINITY);
});

test("without a positive there is nothing to choose by", () => {
  expect(chooseThreshold([0.4, 0.6], [false, false], "F1")).toBeUndefined();
});

test("scores of another fit a little beside: the same cases are called", () => {
  const votes = [0.25, 0, 0.5, 0.25];
  const threshold = chooseThreshold(votes, [true, false, true, false], "F1")!;
  for (const factor of [0.8, 1 - 1e-15, 1, 1.2])
    expect(votes.filter((vote) => vote * factor >= threshold)).toHaveLength(3);
});

test("the median of several", () => {
  const never = Number.POSITIVE_INFINITY;
  expect(medianThreshold([0.9, 0.2, 0.3])).toBe(0.3);
  expect(medianThreshold([0.5, 0.25])).toBe(0.375);
  expect([medianThreshold([never, 0.4]), medianThreshold([never, 0.4, never])]).toEqual([0.4, never]);
  expect(medianThreshold([])).toBeUndefined();
});
