import { describe, expect, test } from "vitest";
import type { ClassifierState } from "../../../src/classify/classifiers.js";
import { explainClassifier } from "../../../src/classify/explain-classifier.js";
import { decisionValues } from "../../../src/classify/linear/linear-model.js";
import { logisticRegression } from "../../../src/classify/linear/logistic.js";
import { ridgeClassifier } from "../../../src/classify/linear/ridge.js";
import { kNearestNeighbours } from "../../../src/classify/neighbours/neighbours.js";
import { histogramGradientBoosting } from "../../../src/classify/trees/boosting.js";
import { randomForest } from "../../../src/classify/trees/random-forest.js";
import { ArtefactError, DataError, OptionError, ShapeError } from "../../../src/errors.js";
import { selectRows } from "../../../src/table/feature-table.js";
import { madeData, tableOf } from "../table.js";

const N = 211;
const F = 5;
const makers = {
  ridge: () => ridgeClassifier({ classWeight: "balanced" }),
  logistic: () => logisticRegression({ C: 1, classWeight: "balanced" }),
  boosting: () => histogramGradientBoosting({ maxIterations: 9, minSamplesLeaf: 7, classWeight: "balanced" }),
  forest: () => randomForest({ trees: 9, seed: 2, classWeight: "balanced" }),
};
const weights = Float32Array.from({ length: N }, (_, row) => 1 + (row % 3));

/** Fitted, with the scores that its contributions must add up to: [rows, classes]. */
function fitted(name: keyof typeof makers, classes: number) {
  const { x, labels } = madeData(N, F, classes, classes);
  if (name === "boosting") for (let k = 3; k < x.values.length; k += 11) x.values[k] = Number.NaN;
  const classifier = makers[name]().fit(x, labels, classes, { weights });
  const own = Array.from(classifier.predictProba(x));
  const state = classifier.toJSON() as ClassifierState;
  const some = classes === 2 ? own.filter((_, k) => k % 2 === 1) : own;
  if (name === "forest") return { x, classifier, state, scores: some };
  if (state.kind === "ridge" || state.kind === "logistic")
    return { x, classifier, state, scores: Array.from(decisionValues(state, x)) };
  return { x, classifier, state, scores: some.map((p) => (classes === 2 ? Math.log(p / (1 - p)) : Math.log(p))) };
}

describe.each(Object.keys(makers) as (keyof typeof makers)[])("%s", (name) => {
  test.each([2, 3])("base and contributions add up to the score, %i classes", (classes) => {
    const { x, classifier, scores } = fitted(name, classes);
    const { base, contributions, classes: told, unit, names, rows } = explainClassifier(classifier, x);
    expect(told).toEqual(classes === 2 ? [1] : [0, 1, 2]);
    expect([names, rows, contributions.length]).toEqual([x.names, N, N * told.length * F]);
    const logs = classes === 2 ? "log-odds" : "logit";
    expect(unit).toBe({ ridge: "decision value", logistic: logs, boosting: logs, forest: "probability" }[name]);
    const sums = scores.map((_, k) =>
      contributions.subarray(k * F, (k + 1) * F).reduce((sum, value) => sum + value, base[k % told.length]),
    );
    // a softmax keeps logits up to a constant per row
    const free = name === "boosting" && classes === 3;
    scores.forEach((score, k) => {
      const first = k - (k % told.length);
      expect(free ? sums[k] - sums[first] : sums[k]).toBeCloseTo(free ? score - scores[first] : score, 11);
    });
  });

  test("a saved state says the same, bit for bit, and so do rows in another order or alone", () => {
    const { x, classifier, state } = fitted(name, 3);
    const all = explainClassifier(classifier, x);
    expect(explainClassifier(JSON.parse(JSON.stringify(state)), x)).toEqual(all);
    const stride = 3 * F;
    const back = Array.from({ length: N }, (_, row) => N - 1 - row);
    const turned = explainClassifier(classifier, selectRows(x, back)).contributions;
    for (const row of back)
      expect(turned.subarray((N - 1 - row) * stride, (N - row) * stride)).toEqual(
        all.contributions.subarray(row * stride, (row + 1) * stride),
      );
    expect(explainClassifier(classifier, selectRows(x, [7])).contributions).toEqual(
      all.contributions.subarray(7 * stride, 8 * stride),
    );
    expect(explainClassifier(classifier, tableOf([], F)).contributions).toHaveLength(0);
  });

  test("a column that says nothing has a contribution of 0", () => {
    const { x, labels } = madeData(N, F, 2, 9);
    const flat = tableOf(
      x.values.map((value, k) => (k % F === 2 ? 0.5 : value)),
      F,
    );
    const { contributions } = explainClassifier(makers[name]().fit(flat, labels, 2), x);
    contributions.forEach((value, k) => {
      if (k % F !== 2) return;
      if (name === "ridge")
        expect(value).toBeCloseTo(0, 12); // its weighted mean of 0.5 is rounded
      else expect(value).toBe(0);
    });
    expect(contributions.some((value) => Math.abs(value) > 0.01)).toBe(true);
  });

  test("a class without training rows is not explained", () => {
    const { x, labels } = madeData(N, F, 2, 4);
    const shifted = labels.map((label) => 2 * label + 1);
    const plain = explainClassifier(makers[name]().fit(x, labels, 2), x);
    expect(explainClassifier(makers[name]().fit(x, shifted, 5), x)).toEqual({ ...plain, classes: [3] });
  });

  test("an old state is refused, and so is another table", () => {
    const { x, classifier, state } = fitted(name, 2);
    const old = JSON.parse(JSON.stringify(state));
    delete old.means;
    if (old.trees) delete old.trees.covers;
    expect(() => explainClassifier(old, x)).toThrow(ArtefactError);
    expect(() => explainClassifier(old, x)).toThrow(/explain: .* Fit the classifier again/);
    expect(() => explainClassifier({ ...state, columns: 4 } as ClassifierState, x)).toThrow();
    expect(() => explainClassifier(classifier, tableOf([1, 2, 3], 3))).toThrow(ShapeError);
    const broken = tableOf(new Float32Array(F).fill(Number.NaN), F);
    if (name === "boosting")
      expect(explainClassifier(classifier, broken).contributions.every(Number.isFinite)).toBe(true);
    else expect(() => explainClassifier(classifier, broken)).toThrow(DataError);
  });
});

test.each(["ridge", "logistic", "boosting"] as const)(
  "%s: the base is the mean score of the weighted training rows",
  (name) => {
    const { x, labels } = madeData(N, F, 2, 2);
    const classifier = makers[name]().fit(x, labels, 2, { weights });
    const { base, contributions } = explainClassifier(classifier, x);
    const classWeights = new Float64Array(2);
    labels.forEach((label, row) => {
      classWeights[label] += weights[row];
    });
    let [sum, total] = [0, 0];
    labels.forEach((label, row) => {
      const weight = weights[row] / classWeights[label];
      total += weight;
      for (let j = 0; j < F; j++) sum += weight * contributions[row * F + j];
    });
    expect(sum / total).toBeCloseTo(0, 12);
    expect(Math.abs(base[0])).toBeLessThan(1); // classes of equal weight
  },
);

test("forest: the base is the share of the class among the drawn rows, not among the leaves", () => {
  const { x, labels } = madeData(N, F, 2, 2);
  const rare = labels.map((label, row) => (row % 9 === 0 ? label : 0));
  const share = rare.reduce((sum, label) => sum + label, 0) / N;
  const { base } = explainClassifier(randomForest({ trees: 60, seed: 2 }).fit(x, rare, 2), x);
  expect(share).toBeLessThan(0.08);
  expect(Math.abs(base[0] - share)).toBeLessThan(0.02); // sixty draws of 211 rows
});

test("nearest neighbours are refused by name", () => {
  const { x, labels } = madeData(N, F, 2, 1);
  const near = kNearestNeighbours({ k: 3 }).fit(x, labels, 2);
  expect(() => explainClassifier(near, x)).toThrow(OptionError);
  expect(() => explainClassifier(near.toJSON(), x)).toThrow(
    /nearest neighbours .* ridge, logistic, forest and boosting/,
  );
  expect(() => explainClassifier(undefined as never, x)).toThrow(ArtefactError);
});
