import { expect, test } from "vitest";
import { oneHotColumns } from "../../src/network/batch/one-hot-columns.js";
import { fitMeanPredictor, meanPredictorLoss } from "../../src/train/baseline-loss.js";
import { makeSet } from "../sequences/set/make-set.js";

const train = makeSet(
  [
    [
      [1, 0],
      [null, 0],
      [5, 1],
    ],
    [[6, null]],
    [],
  ],
  { F: 2, categorical: 1 },
);
const { groups } = oneHotColumns(train.channels);

test("means of what was observed, and how often each category was", () => {
  expect(fitMeanPredictor(train, groups).columns).toEqual([4, 2 / 3, 1 / 3, 0, 0]);
});

test("a channel never observed: mean 0, all categories alike", () => {
  const nothing = makeSet([[[null, null]]], { F: 2, categorical: 1 });
  expect(fitMeanPredictor(nothing, groups).columns).toEqual([0, 0.25, 0.25, 0.25, 0.25]);
  expect(meanPredictorLoss(nothing, groups, fitMeanPredictor(nothing, groups))).toBe(0);
});

test("the loss per observed value: squared errors and cross-entropies, times the weight of the sequence", () => {
  const predictor = fitMeanPredictor(train, groups);
  const squares = [9, 1, 4]; // 1, 5, 6 against 4
  const entropies = [-Math.log(2 / 3), -Math.log(2 / 3), -Math.log(1 / 3)];
  const total = [...squares, ...entropies].reduce((a, b) => a + b);
  expect(meanPredictorLoss(train, groups, predictor)).toBeCloseTo(total / 6, 12);
  const weighted = { ...train, weights: Float32Array.of(1, 3, 1) };
  expect(meanPredictorLoss(weighted, groups, predictor)).toBeCloseTo((total + 2 * 4) / 6, 12);
});

test("a category that training never saw costs much, not everything", () => {
  const loss = meanPredictorLoss(
    makeSet([[[4, 3]]], { F: 2, categorical: 1 }),
    groups,
    fitMeanPredictor(train, groups),
  );
  expect(loss).toBeCloseTo(-Math.log(1e-12) / 2, 6);
});
