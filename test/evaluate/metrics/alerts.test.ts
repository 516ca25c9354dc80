import { expect, test } from "vitest";
import { scoreAlerts } from "../../../src/evaluate/metrics/alerts.js";

test("the riskiest of each period: precision is a mean over periods, recall a share of all positives", () => {
  const scores = [0.9, 0.8, 0.1, 0.7, 0.6, 0.5];
  const positive = [true, false, true, false, true, false];
  const period = ["mon", "mon", "mon", "tue", "tue", "tue"];
  expect(scoreAlerts(scores, positive, period, 1)).toEqual({ precision: 0.5, recall: 1 / 3, periods: 2 });
  expect(scoreAlerts(scores, positive, period, 2)).toEqual({ precision: 0.5, recall: 2 / 3, periods: 2 });
});

test("a period with fewer cases than alerts has them all looked at", () => {
  const found = scoreAlerts([0.9, 0.8, 0.7], [true, true, false], ["a", "b", "b"], 2)!;
  expect(found).toEqual({ precision: (1 + 0.5) / 2, recall: 1, periods: 2 });
});

test("equal scores across the cut count as a draw among them would find", () => {
  // two places, three tied for the second: one of the three is positive
  const found = scoreAlerts([0.9, 0.5, 0.5, 0.5, 0.1], [true, true, false, false, false], [0, 0, 0, 0, 0], 2)!;
  expect(found.precision).toBeCloseTo((1 + 1 / 3) / 2, 12);
  expect(found.recall).toBeCloseTo((1 + 1 / 3) / 2, 12);
  const turned = scoreAlerts([0.9, 0.5, 0.5, 0.5, 0.1], [true, false, false, true, false], [0, 0, 0, 0, 0], 2)!;
  expect(turned).toEqual(found); // whatever their order
});

test("without a positive there is no recall", () => {
  expect(scoreAlerts([1, 2], [false, false], [0, 0], 1)).toBeUndefined();
});
