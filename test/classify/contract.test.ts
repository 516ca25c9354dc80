import { describe, expect, test } from "vitest";
import type { ClassWeight } from "../../src/classify/base/classifier.js";
import { classifierTable, loadClassifier } from "../../src/classify/classifiers.js";
import { DataError, ShapeError } from "../../src/errors.js";
import { selectRows } from "../../src/table/feature-table.js";
import { madeData, tableOf } from "./table.js";

/** Classifiers for which a value that is not finite is a value like others. */
const TAKES_MISSING: readonly string[] = ["boosting"];
/** Rows of each table: enough for trees whose leaves have 20. */
const N = 301;

/** What holds for every classifier of the table: a new one is tested by being listed. */
describe.each(Object.entries(classifierTable))("%s", (name, entry) => {
  const make = (classWeight: ClassWeight = "none", standardise = true) =>
    entry.make({ classWeight, standardise, seed: 1 });
  const classifier = make();
  const { x, labels } = madeData(N, 5, 3, 7);

  test("predicts the class with the largest probability, and rows of probabilities add up to 1", () => {
    for (const classes of [2, 3, 7]) {
      const data = madeData(N, 5, classes, classes);
      const fitted = classifier.fit(data.x, data.labels, classes);
      const predicted = fitted.predict(data.x);
      const probabilities = fitted.predictProba(data.x);
      expect(probabilities.length).toBe(N * classes);
      for (let i = 0; i < N; i++) {
        const row = Array.from(probabilities.subarray(i * classes, (i + 1) * classes));
        expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
        expect(row[predicted[i]]).toBe(Math.max(...row));
      }
      const hits = data.labels.filter((label, i) => label === predicted[i]).length;
      expect(hits).toBeGreaterThan(N / classes + 45);
    }
  });

  test("keeps what another fit chose, and tells what was chosen", () => {
    const chosen = { k: 2, iterations: 7, alpha: 0.5, standardise: false, C: 0.03 };
    const settings = { ridge: ["alpha", "standardise"], logistic: ["C"], knn: ["k"], boosting: ["iterations"] };
    const own = settings[name as keyof typeof settings] ?? [];
    const free = classifier.fit(x, labels, 3);
    const kept = entry.make({ classWeight: "none", standardise: true, seed: 1, chosen }).fit(x, labels, 3);
    expect(Object.keys(free.chosen ?? {})).toEqual(own);
    expect(Object.entries(kept.chosen ?? {})).toEqual(Object.entries(chosen).filter(([key]) => own.includes(key)));
    if (own.length > 0) expect(kept.predictProba(x)).not.toEqual(free.predictProba(x));
    const again = entry.make({ classWeight: "none", standardise: true, seed: 1, chosen: free.chosen });
    expect(again.fit(x, labels, 3).predictProba(x)).toEqual(free.predictProba(x));
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
      Array.from({ length: N }, (_, i) => [...x.values.subarray(i * 5, i * 5 + 5), 0.1, 0]).flat(),
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
    const flat = tableOf(new Float32Array(3 * 40).fill(0.1), 3);
    const fitted = classifier.fit(
      flat,
      Int32Array.from({ length: 40 }, (_, i) => Number(i % 4 < 3)),
      2,
    );
    expect(fitted.predict(flat)).toEqual(new Int32Array(40).fill(1));
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
    const random = madeData(1601, 3, 2, 5);
    const rare = Array.from(random.labels.keys()).filter((i) => random.labels[i] === 0 || i % 12 === 0);
    const table = selectRows(random.x, rare);
    const few = Int32Array.from(rare, (i) => random.labels[i]);
    const found = (classWeight: ClassWeight) => {
      const predicted = make(classWeight).fit(table, few, 2).predict(random.x);
      return predicted.filter((p, i) => p === 1 && random.labels[i] === 1).length;
    };
    expect(found("balanced")).toBeGreaterThan(found("none"));
  });

  test("one class only is an error in plain words", () => {
    expect(() => classifier.fit(x, new Int32Array(N), 3)).toThrow(DataError);
    expect(() => classifier.fit(x, new Int32Array(N), 3)).toThrow(/all 301 training rows are of class 0/);
    expect(() => classifier.fit(tableOf([], 5), new Int32Array(0), 3)).toThrow(/no training rows/);
  });

  test("wrong shapes, labels and weights are errors", () => {
    const fitted = classifier.fit(x, labels, 3);
    expect(() => fitted.predict(tableOf([1, 2, 3], 3))).toThrow(ShapeError);
    expect(() => fitted.predict(tableOf([1, 2, 3], 3))).toThrow(/3 columns, expected 5/);
    expect(() => classifier.fit(x, labels.subarray(1), 3)).toThrow(/300 labels for a table of 301 rows/);
    expect(() => classifier.fit(x, labels, 3, { weights: new Float32Array(7) })).toThrow(/7 weights/);
    expect(() => classifier.fit({ values: new Float32Array(0), names: [], rows: N }, labels, 3)).toThrow(ShapeError);
    const unlabelled = labels.slice();
    unlabelled[4] = -1;
    expect(() => classifier.fit(x, unlabelled, 3)).toThrow(/label of row 4 is -1/);
    expect(() => classifier.fit(x, labels, 2)).toThrow(DataError);
    const weights = new Float32Array(N).fill(1);
    weights[9] = -0.5;
    expect(() => classifier.fit(x, labels, 3, { weights })).toThrow(/weight of row 9 is -0.5/);
    expect(() =>
      classifier.fit(x, labels, 3, { weights: Float32Array.from(labels, (c) => (c === 1 ? 0 : 1)) }),
    ).toThrow(/every row of class 1 has weight 0/);
  });

  test("a missing value is an error that names column and row, in fit and predict, or a value like others", () => {
    const broken = { ...x, values: x.values.slice() };
    broken.values[17 * 5 + 3] = Number.NaN;
    if (TAKES_MISSING.includes(name)) {
      const probabilities = classifier.fit(broken, labels, 3).predictProba(broken);
      expect(probabilities.every(Number.isFinite)).toBe(true);
      return;
    }
    expect(() => classifier.fit(broken, labels, 3)).toThrow(DataError);
    expect(() => classifier.fit(broken, labels, 3)).toThrow(/column "f3" is NaN in row 17/);
    const fitted = classifier.fit(x, labels, 3);
    expect(() => fitted.predict(broken)).toThrow(/column "f3" is NaN in row 17/);
    broken.values[17 * 5 + 3] = Number.NEGATIVE_INFINITY;
    expect(() => fitted.predictProba(broken)).toThrow(/column "f3" is -Infinity in row 17/);
  });

  test("a row of weight 0 is as if it were not there", () => {
    const weights = Float32Array.from({ length: N }, (_, i) => (i % 4 === 0 ? 0 : 1 + (i % 3)));
    const counting = Array.from(weights.keys()).filter((i) => weights[i] > 0);
    const unscaled = make("none", false); // the linear ones measure columns on all rows
    const whole = unscaled.fit(x, labels, 3, { weights });
    const part = unscaled.fit(
      selectRows(x, counting),
      Int32Array.from(counting, (i) => labels[i]),
      3,
      { weights: Float32Array.from(counting, (i) => weights[i]) },
    );
    if (!entry.balanced) expect(whole.toJSON()).toEqual(part.toJSON());
    const expected = part.predictProba(x);
    whole.predictProba(x).forEach((p, k) => {
      expect(p).toBeCloseTo(expected[k], 3);
    });
    expect(whole.predictProba(x)).not.toEqual(unscaled.fit(x, labels, 3).predictProba(x));
  });

  test("the same settings and data give the same fit, and the data is left as it was", () => {
    const before = x.values.slice();
    const first = classifier.fit(x, labels, 3).toJSON();
    classifier.fit(madeData(31, 5, 2, 1).x, madeData(31, 5, 2, 1).labels, 2);
    expect(classifier.fit(x, labels, 3).toJSON()).toEqual(first);
    expect(x.values).toEqual(before);
  });

  test("takes more columns than rows", () => {
    const wide = madeData(97, 211, 2, 3);
    const fitted = classifier.fit(wide.x, wide.labels, 2);
    const predicted = fitted.predict(wide.x);
    expect(wide.labels.filter((label, i) => label === predicted[i]).length).toBeGreaterThan(73);
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
