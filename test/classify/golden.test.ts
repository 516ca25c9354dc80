import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decisionValues } from "../../src/classify/linear/linear-model.js";
import { logisticRegression } from "../../src/classify/linear/logistic.js";
import { RIDGE_ALPHAS, ridgeClassifier } from "../../src/classify/linear/ridge.js";
import { tableOf } from "./table.js";

interface Fit {
  classWeight: "none" | "balanced";
  weighted: boolean;
  alpha: number;
  decisions: number[];
  coefficients: number[];
  probabilities: number[];
}
interface Case {
  rows: number;
  columns: number;
  classes: number;
  x: number[];
  labels: number[];
  weights: number[];
  test: number[];
  fits: Fit[];
}

// golden/sklearn.py
const golden = JSON.parse(readFileSync(new URL("../golden/sklearn.json", import.meta.url), "utf8")) as {
  alphas: number[];
  classifiers: Case[];
};

/** Largest difference, in units of the largest expected entry. */
function worst(got: ArrayLike<number>, expected: number[]): number {
  expect(got.length).toBe(expected.length);
  const size = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, k) => Math.abs(got[k] - value) / size));
}

test("ridge tries the penalties the golden file was made with", () => {
  expect(worst(RIDGE_ALPHAS, golden.alphas)).toBeLessThan(1e-11);
  expect(RIDGE_ALPHAS[0]).toBeCloseTo(1e-3, 15);
});

describe.each(golden.classifiers)("scikit-learn on $rows x $columns, $classes classes", (data) => {
  const x = tableOf(data.x, data.columns);
  const test13 = tableOf(data.test, data.columns);
  const labels = Int32Array.from(data.labels);
  const weightsOf = (fit: Fit) => (fit.weighted ? Float32Array.from(data.weights) : undefined);

  test.each(data.fits)("ridge, class weight $classWeight, sample weights $weighted", (fit) => {
    const { classWeight } = fit;
    const fitted = ridgeClassifier({ classWeight }).fit(x, labels, data.classes, { weights: weightsOf(fit) });
    const state = fitted.toJSON();
    expect(state.alpha).toBeCloseTo(fit.alpha, 9);
    // a closed form in float64 on both sides, written down to 12 digits
    expect(worst(decisionValues(state, test13), fit.decisions)).toBeLessThan(1e-10);
  });

  test.each(data.fits)("logistic regression, class weight $classWeight, sample weights $weighted", (fit) => {
    const { classWeight } = fit;
    const fitted = logisticRegression({ C: 1, classWeight, tolerance: 1e-9, maxIterations: 2000 }).fit(
      x,
      labels,
      data.classes,
      { weights: weightsOf(fit) },
    );
    expect(fitted.notes).toEqual([]);
    // the penalty bends the objective by 1 / (C rows) > 3e-3 at least: a gradient of 1e-9 is within 3e-7 of the minimum
    expect(worst(fitted.toJSON().coefficients, fit.coefficients)).toBeLessThan(1e-6);
    expect(worst(fitted.predictProba(test13), fit.probabilities)).toBeLessThan(1e-6);
  });
});
