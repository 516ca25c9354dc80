import { expect, test } from "vitest";
import { chooseThreshold } from "../../../src/evaluate/metrics/threshold.js";

const scores = [0.9, 0.8, 0.7, 0.6, 0.6, 0.2];
const positive = [true, false, true, true, false, false];

test("F1: from the score on that gives the best one", () => {
  // 0.9: 2/4 = .5; 0.8: 2/5; 0.7: 4/6 = .667; 0.6: 6/8 = .75, two at once; 0.2: 6/9
  expect(chooseThreshold(scores, positive, "F1")).toBe(0.6);
  expect(chooseThreshold([0.9, 0.8, 0.7], [true, false, false], "F1")).toBe(0.9);
});

test("cost: the cheapest cut, which may be none at all", () => {
  const at = (miss: number, alert: number) => chooseThreshold(scores, positive, "cost", { costs: { miss, alert } });
  // misses and alerts from the top: none 3/0, 0.9 2/1, 0.8 2/2, 0.7 1/3, 0.6 0/5, 0.2 0/6
  expect(at(10, 1)).toBe(0.6);
  expect(at(1.5, 1)).toBe(0.9);
  expect(at(1, 2)).toBe(Number.POSITIVE_INFINITY);
  expect(at(1, 0)).toBe(0.6);
});

test("alerts: as many as the budget allows, equal scores whole or not at all", () => {
  const at = (alerts: number) => chooseThreshold(scores, positive, "alerts", { alerts });
  expect([1, 2, 3, 4, 5, 6, 100].map(at)).toEqual([0.9, 0.8, 0.7, 0.7, 0.6, 0.2, 0.2]);
  expect(at(0)).toBe(Number.POSITIVE_INFINITY);
});

test("without a positive there is nothing to choose by", () => {
  expect(chooseThreshold([0.4, 0.6], [false, false], "F1")).toBeUndefined();
});
