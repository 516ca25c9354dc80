import { describe, expect, test } from "vitest";
import type { Classifier, ClassWeight } from "../../src/classify/base/classifier.js";
import { loadClassifier } from "../../src/classify/classifiers.js";
import { logisticRegression } from "../../src/classify/linear/logistic.js";
import { ridgeClassifier } from "../../src/classify/linear/ridge.js";
import { kNearestNeighbours } from "../../src/classify/neighbours/neighbours.js";
import { histogramGradientBoosting } from "../../src/classify/trees/boosting.js";
import { randomForest } from "../../src/classify/trees/random-forest.js";
import { ArtefactError, DataError, OptionError, ShapeError } from "../../src/errors.js";
import { selectRows } from "../../src/table/feature-table.js";
import { madeData, tableOf } from "./table.js";

type Make = (options?: { classWeight?: ClassWeight }) => Classifier;
const makers: Make[] = [
  ridgeClassifier,
  logisticRegression,
  (options) => histogramGradientBoosting({ minSamplesLeaf: 5, ...options }),
  (options) => randomForest({ trees: 50, ...options }),
  (options) => kNearestNeighbours({ k: 5, ...options }),
];
const cases = makers.map((make) => ({ make, classifier: make(), name: make().name }));

describe.each(cases)("$name", ({ make, classifier, name }) => {
  const { x, labels } = madeData(61, 5, 3, 7);

  test("predicts the class with the largest probability, and rows of probabilities add up to 1", () => {
    for (const classes of [2, 3, 7]) {
      const data = madeData(67, 5, classes, classes);
      const fitted = classifier.fit(data.x, data.labels, classes);
      const predicted = fitted.predict(data.x);
      const probabilities = fitted.predictProba(data.x);
      expect(probabilities.length).toBe(67 * classes);
      for (let i = 0; i < 67; i++) {
        const row = Array.from(probabilities.subarray(i * classes, (i + 1) * classes));
        expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
        expect(row[predicted[i]]).toBe(Math.max(...row));
      }
      const hits = data.labels.filter((label, i) => label === predicted[i]).length;
      expect(hits).toBeGreaterThan(67 / classes + 10);
    }
  });

  test("a saved state read back from JSON predicts the same numbers", () => {
    const fitted = classifier.fit(x, labels, 3);
    const loaded = loadClassifier(JSON.parse(JSON.stringify(fitted)));
    expect(loaded.predictProba(x)).toEqual(fitted.predictProba(x));
    expect(loaded.predict(x)).toEqual(fitted.predict(x));
  });

  test("does not care about the scale and origin of a column", () => {
    const moved = tableOf(
      x.values.map((value, k) => (k % 5 === 3 ? 64 * value + 4096 : value)),
      5,
    );
    const before = classifier.fit(x, labels, 3).predictProba(x);
    const after = classifier.fit(moved, labels, 3).predictProba(moved);
    // float32 holds 4096 + 64 v to 2^-12, that is v to 4e-6; logistic stops at a gradient of 1e-4
    before.forEach((p, k) => {
      expect(after[k]).toBeCloseTo(p, 3);
    });
  });

  test("constant and all-zero columns change nothing and stay finite on other values", () => {
    const wider = tableOf(
      Array.from({ length: 61 }, (_, i) => [...x.values.subarray(i * 5, i * 5 + 5), 0.1, 0]).flat(),
      7,
    );
    const plain = classifier.fit(x, labels, 3);
    const fitted = classifier.fit(wider, labels, 3);
    // linear classifiers have a coefficient of 0 there, trees no question, and neighbours no distance
    const other = tableOf([1, 2, 3, 4, 5, 1e6, -1e6], 7);
    plain.predictProba(tableOf([1, 2, 3, 4, 5], 5)).forEach((p, c) => {
      expect(fitted.predictProba(other)[c]).toBeCloseTo(p, 6);
    });
  });

  test("a table of constant columns predicts the shares of the classes", () => {
    const flat = tableOf(new Float32Array(3 * 4).fill(0.1), 3);
    const used = name === "neighbours" ? kNearestNeighbours({ k: 4 }) : classifier;
    const fitted = used.fit(flat, Int32Array.of(0, 1, 1, 1), 2);
    expect(Array.from(fitted.predict(flat))).toEqual([1, 1, 1, 1]);
    expect(fitted.predictProba(flat)[1]).toBeGreaterThan(0.7);
  });

  test("a class without training rows is never predicted", () => {
    const shifted = labels.map((label) => (label === 2 ? 4 : label)); // of 6: 2, 3 and 5 are missing
    const plain = classifier.fit(x, labels, 3);
    const fitted = classifier.fit(x, shifted, 6);
    const expected = plain.predictProba(x);
    fitted.predictProba(x).forEach((p, k) => {
      const c = [0, 1, -1, -1, 2, -1][k % 6];
      expect(p).toBe(c < 0 ? 0 : expected[Math.floor(k / 6) * 3 + c]);
    });
    expect(Array.from(fitted.predict(x))).toEqual(Array.from(plain.predict(x), (c) => (c === 2 ? 4 : c)));
  });

  test("balanced weights find the rare class", () => {
    const random = madeData(401, 3, 2, 5);
    const rare = Array.from(random.labels.keys()).filter((i) => random.labels[i] === 0 || i % 12 === 0);
    const table = selectRows(random.x, rare);
    const few = Int32Array.from(rare, (i) => random.labels[i]);
    const found = (classWeight: ClassWeight) => {
      const predicted = make({ classWeight }).fit(table, few, 2).predict(random.x);
      return predicted.filter((p, i) => p === 1 && random.labels[i] === 1).length;
    };
    expect(found("balanced")).toBeGreaterThan(found("none"));
  });

  test("one class only is an error in plain words", () => {
    expect(() => classifier.fit(x, new Int32Array(61), 3)).toThrow(DataError);
    expect(() => classifier.fit(x, new Int32Array(61), 3)).toThrow(/all 61 training rows are of class 0/);
    expect(() => classifier.fit(tableOf([], 5), new Int32Array(0), 3)).toThrow(/no training rows/);
  });

  test("wrong shapes, labels and weights are errors", () => {
    const fitted = classifier.fit(x, labels, 3);
    expect(() => fitted.predict(tableOf([1, 2, 3], 3))).toThrow(ShapeError);
    expect(() => fitted.predict(tableOf([1, 2, 3], 3))).toThrow(/3 columns, expected 5/);
    expect(() => classifier.fit(x, labels.subarray(1), 3)).toThrow(/60 labels for a table of 61 rows/);
    expect(() => classifier.fit(x, labels, 3, { weights: new Float32Array(7) })).toThrow(/7 weights/);
    expect(() => classifier.fit({ values: new Float32Array(0), names: [], rows: 61 }, labels, 3)).toThrow(
      ShapeError,
    );
    const unlabelled = labels.slice();
    unlabelled[4] = -1;
    expect(() => classifier.fit(x, unlabelled, 3)).toThrow(/label of row 4 is -1/);
    expect(() => classifier.fit(x, labels, 2)).toThrow(DataError);
    const weights = new Float32Array(61).fill(1);
    weights[9] = -0.5;
    expect(() => classifier.fit(x, labels, 3, { weights })).toThrow(/weight of row 9 is -0.5/);
    expect(() =>
      classifier.fit(x, labels, 3, { weights: Float32Array.from(labels, (c) => (c === 1 ? 0 : 1)) }),
    ).toThrow(/every row of class 1 has weight 0/);
  });
});

describe.each(cases.filter(({ name }) => name !== "boosting"))("$name", ({ classifier }) => {
  const { x, labels } = madeData(61, 5, 3, 7);

  test("a missing value is an error that names column and row, in fit and predict", () => {
    const broken = { ...x, values: x.values.slice() };
    broken.values[17 * 5 + 3] = Number.NaN;
    expect(() => classifier.fit(broken, labels, 3)).toThrow(DataError);
    expect(() => classifier.fit(broken, labels, 3)).toThrow(/column "f3" is NaN in row 17/);
    const fitted = classifier.fit(x, labels, 3);
    expect(() => fitted.predict(broken)).toThrow(/column "f3" is NaN in row 17/);
    broken.values[17 * 5 + 3] = Number.NEGATIVE_INFINITY;
    expect(() => fitted.predictProba(broken)).toThrow(/column "f3" is -Infinity in row 17/);
  });
});

describe.each(cases.slice(2))("$name, beyond the linear ones", ({ classifier }) => {
  const { x, labels } = madeData(97, 5, 3, 11);

  test("a row of weight 0 is as if it were not there", () => {
    const weights = Float32Array.from({ length: 97 }, (_, i) => (i % 4 === 0 ? 0 : 1 + (i % 3)));
    const counting = Array.from(weights.keys()).filter((i) => weights[i] > 0);
    const whole = classifier.fit(x, labels, 3, { weights });
    const part = classifier.fit(
      selectRows(x, counting),
      Int32Array.from(counting, (i) => labels[i]),
      3,
      { weights: Float32Array.from(counting, (i) => weights[i]) },
    );
    expect(whole.toJSON()).toEqual(part.toJSON());
    expect(whole.toJSON()).not.toEqual(classifier.fit(x, labels, 3).toJSON());
  });

  test("the same settings and data give the same fit, and the data is left as it was", () => {
    const before = x.values.slice();
    const first = classifier.fit(x, labels, 3).toJSON();
    classifier.fit(madeData(31, 5, 2, 1).x, madeData(31, 5, 2, 1).labels, 2);
    expect(classifier.fit(x, labels, 3).toJSON()).toEqual(first);
    expect(x.values).toEqual(before);
  });

  test("takes more columns than rows", () => {
    const wide = madeData(29, 211, 2, 3);
    const fitted = classifier.fit(wide.x, wide.labels, 2);
    const predicted = fitted.predict(wide.x);
    expect(wide.labels.filter((label, i) => label === predicted[i]).length).toBeGreaterThan(22);
  });

  test("takes a single column", () => {
    const one = tableOf(
      Array.from({ length: 41 }, (_, i) => i),
      1,
    );
    const fitted = classifier.fit(
      one,
      Int32Array.from({ length: 41 }, (_, i) => (i < 20 ? 1 : 0)),
      2,
    );
    expect(Array.from(fitted.predict(tableOf([-5, 3, 37, 90], 1)))).toEqual([1, 1, 0, 0]);
  });

  test("predicts no rows", () => {
    const fitted = classifier.fit(x, labels, 3);
    expect(fitted.predict(tableOf([], 5))).toHaveLength(0);
    expect(fitted.predictProba(tableOf([], 5))).toHaveLength(0);
  });
});

test("one row for each class: neighbours and forest tell the rows apart, boosting says it cannot", () => {
  const x = tableOf([0, 0, 10, 0, 0, 10], 2);
  const labels = Int32Array.of(2, 0, 1);
  const neighbours = kNearestNeighbours().fit(x, labels, 3);
  expect(neighbours.toJSON().k).toBe(1);
  expect(neighbours.predict(x)).toEqual(labels);
  expect(randomForest().fit(x, labels, 3).predict(x)).toEqual(labels);
  const boosted = histogramGradientBoosting().fit(x, labels, 3);
  for (const p of boosted.predictProba(x)) expect(p).toBeCloseTo(1 / 3, 12);
  expect(boosted.notes.join()).toMatch(/nothing to split in 3 rows.*minSamplesLeaf \(20\)/);
});

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

test("a state that is not one of a classifier is an artefact error", () => {
  const { x, labels } = madeData(61, 5, 3, 7);
  const state = ridgeClassifier().fit(x, labels, 3).toJSON();
  for (const [broken, words] of [
    [undefined, /not the state/],
    [{ ...state, kind: "forest" }, /at kind/],
    [{ ...state, coefficients: state.coefficients.slice(1) }, /coefficients that do not match/],
    [{ ...state, coefficients: state.coefficients.map(() => null) }, /at coefficients\.0/],
    [{ ...state, intercepts: [0] }, /intercepts that do not match/],
    [{ ...state, classCount: 2 }, /a class beyond/],
  ] as const) {
    expect(() => loadClassifier(broken)).toThrow(ArtefactError);
    expect(() => loadClassifier(broken)).toThrow(words);
  }
});
