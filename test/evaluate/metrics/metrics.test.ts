import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError, ShapeError } from "../../../src/errors.js";
import { confusionMatrix } from "../../../src/evaluate/metrics/confusion.js";
import { scorePredictions } from "../../../src/evaluate/metrics/metrics.js";

interface Case {
  classes: number;
  labels: number[];
  predicted: number[];
  scores: number[];
  confusion: number[][];
  accuracy: number;
  balancedAccuracy: number;
  precision: number[];
  recall: number[];
  f1: number[];
  macroF1: number;
  rocAuc: number;
  averagePrecision: number;
}

// golden/sklearn.py
const golden = JSON.parse(readFileSync(new URL("../../golden/sklearn.json", import.meta.url), "utf8")) as {
  metrics: Case[];
};

const expectAll = (got: (number | null)[], expected: number[]) => {
  expect(got.length).toBe(expected.length);
  expected.forEach((value, k) => {
    expect(got[k]).toBeCloseTo(value, 10);
  });
};

describe("metrics agree with scikit-learn", () => {
  test.each(golden.metrics)("$classes classes, accuracy $accuracy", (data) => {
    const got = scorePredictions({ ...data, probabilities: data.scores, classCount: data.classes });
    expect(got.confusion).toEqual(data.confusion);
    expect(got.cases).toBe(data.labels.length);
    expect(got.accuracy).toBeCloseTo(data.accuracy, 12);
    expect(got.balancedAccuracy).toBeCloseTo(data.balancedAccuracy, 12);
    expectAll(got.precision.perClass, data.precision);
    expectAll(got.recall.perClass, data.recall);
    expectAll(got.f1.perClass, data.f1);
    expect(got.f1.macro).toBeCloseTo(data.macroF1, 12);
    expect(got.rocAuc).toBeCloseTo(data.rocAuc, 12);
    expect(got.averagePrecision).toBeCloseTo(data.averagePrecision, 12);
  });
});

test("the majority class comes from the training labels and is scored on the test labels", () => {
  const scored = { labels: [0, 1, 1, 1, 2], predicted: [0, 1, 1, 1, 2], classCount: 3 };
  expect(scorePredictions(scored)).toMatchObject({ majorityClass: 1, majorityRate: 3 / 5 });
  expect(scorePredictions({ ...scored, trainLabels: [2, 2, 0, 1] })).toMatchObject({
    majorityClass: 2,
    majorityRate: 1 / 5,
  });
});

test("a class absent from the scored labels has no recall and is left out of every mean", () => {
  const got = scorePredictions({
    labels: [0, 0, 0, 1, 1],
    predicted: [0, 0, 2, 1, 1], // 2 is predicted and does not occur; 3 neither
    probabilities: [
      [0.7, 0.1, 0.1, 0.1],
      [0.6, 0.2, 0.1, 0.1],
      [0.3, 0.1, 0.5, 0.1],
      [0.1, 0.7, 0.1, 0.1],
      [0.4, 0.5, 0.0, 0.1],
    ].flat(),
    classCount: 4,
  });
  expect(got.recall.perClass).toEqual([2 / 3, 1, null, null]);
  expect(got.precision.perClass).toEqual([1, 1, 0, null]);
  expect(got.f1.perClass).toEqual([4 / 5, 1, null, null]);
  expect(got.balancedAccuracy).toBeCloseTo(5 / 6, 15);
  expect(got.precision.macro).toBe(1);
  expect(got.f1.macro).toBeCloseTo(0.9, 15);
  expect(got.rocAuc).toBeCloseTo((5 / 6 + 1) / 2, 15); // over classes 0 and 1
});

test("a class that occurs and is never predicted has precision and F1 0", () => {
  const got = scorePredictions({ labels: [0, 0, 1], predicted: [0, 0, 0], classCount: 2 });
  expect(got.precision.perClass).toEqual([2 / 3, 0]);
  expect(got.f1.perClass[1]).toBe(0);
  expect(got).toMatchObject({ rocAuc: null, averagePrecision: null }); // no probabilities
});

test("nothing to score gives null everywhere", () => {
  expect(scorePredictions({ labels: [], predicted: [], probabilities: [], classCount: 2 })).toEqual({
    cases: 0,
    confusion: [
      [0, 0],
      [0, 0],
    ],
    accuracy: null,
    majorityRate: null,
    majorityClass: null,
    balancedAccuracy: null,
    precision: { perClass: [null, null], macro: null },
    recall: { perClass: [null, null], macro: null },
    f1: { perClass: [null, null], macro: null },
    rocAuc: null,
    averagePrecision: null,
    logLoss: null,
    brier: null,
  });
});

test("whatever is predicted, every figure is null or between 0 and 1", () => {
  const predictions = fc.integer({ min: 2, max: 5 }).chain((classCount) =>
    fc.record({
      classCount: fc.constant(classCount),
      rows: fc.array(
        fc.record({
          label: fc.nat(classCount - 1),
          guess: fc.nat(classCount - 1),
          scores: fc.array(fc.constantFrom(0, 0.25, 0.5, 1), {
            minLength: classCount,
            maxLength: classCount,
          }),
        }),
        { maxLength: 11 },
      ),
    }),
  );
  fc.assert(
    fc.property(predictions, ({ classCount, rows }) => {
      const { cases, confusion, majorityClass, logLoss, brier, ...figures } = scorePredictions({
        labels: rows.map((row) => row.label),
        predicted: rows.map((row) => row.guess),
        probabilities: rows.flatMap((row) => row.scores),
        classCount,
      });
      expect(cases).toBe(rows.length);
      expect(confusion.flat().reduce((a, b) => a + b)).toBe(rows.length);
      expect(majorityClass === null).toBe(rows.length === 0);
      const flat = Object.values(figures).flatMap((f) =>
        f !== null && typeof f === "object" ? [...f.perClass, f.macro] : [f],
      );
      expect(flat.length).toBe(5 + 3 * (classCount + 1));
      for (const figure of flat) expect(figure === null || (figure >= 0 && figure <= 1)).toBe(true);
    }),
  );
});

test("labels out of range and parts of different length are errors", () => {
  expect(() => confusionMatrix([0, 1], [0], 2)).toThrow(ShapeError);
  expect(() => confusionMatrix([0, -1], [0, 1], 2)).toThrow(DataError);
  expect(() => confusionMatrix([0, 1], [0, 2], 2)).toThrow(/case 1 has label 1 and prediction 2/);
  const strange = { labels: [0, 1], predicted: [0, 1], probabilities: [0.5, 0.5, Number.NaN, 1], classCount: 2 };
  expect(() => scorePredictions(strange)).toThrow(/a probability of NaN for case 1 /);
  expect(() => scorePredictions({ labels: [0], predicted: [0], probabilities: [1], classCount: 2 })).toThrow(
    /1 probabilities, expected 1 cases x 2/,
  );
});
