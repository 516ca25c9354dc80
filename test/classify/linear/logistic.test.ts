import { expect, test } from "vitest";
import { logisticRegression } from "../../../src/classify/linear/logistic.js";
import { OptionError } from "../../../src/errors.js";
import { madeData } from "../table.js";

test("C and the weights of rows scale the loss alike", () => {
  const { x, labels } = madeData(61, 5, 3, 7);
  const tight = { tolerance: 1e-9, maxIterations: 2000 };
  const byC = logisticRegression({ C: 0.25, ...tight }).fit(x, labels, 3);
  const weights = new Float32Array(61).fill(0.25);
  const byWeights = logisticRegression(tight).fit(x, labels, 3, { weights });
  const plain = logisticRegression(tight).fit(x, labels, 3).toJSON().coefficients;
  byC.toJSON().coefficients.forEach((value, k) => {
    expect(byWeights.toJSON().coefficients[k]).toBeCloseTo(value, 7);
    expect(Math.abs(value)).not.toBeCloseTo(Math.abs(plain[k]), 3);
  });
});

test("logistic regression says so when it did not converge, and refuses settings that make no sense", () => {
  const { x, labels } = madeData(61, 5, 3, 7);
  const fitted = logisticRegression({ maxIterations: 2 }).fit(x, labels, 3);
  expect(fitted.notes.join()).toMatch(/stopped after 2 iterations/);
  expect(logisticRegression().fit(x, labels, 3).notes).toEqual([]);
  expect(() => logisticRegression({ C: 0 })).toThrow(OptionError);
  expect(() => logisticRegression({ tolerance: Number.NaN })).toThrow(/tolerance is NaN/);
});
