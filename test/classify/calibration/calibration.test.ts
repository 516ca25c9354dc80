import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type CalibrationState, loadCalibration } from "../../../src/classify/calibration/calibration.js";
import { fitCalibration } from "../../../src/classify/calibration/fit-calibration.js";
import { ArtefactError, DataError, OptionError, ShapeError } from "../../../src/errors.js";
import { randomStream } from "../../../src/random.js";

// golden/sklearn_calibration.py
const golden = JSON.parse(readFileSync(new URL("../../golden/sklearn-calibration.json", import.meta.url), "utf8")) as {
  cases: {
    classes: number;
    labels: number[];
    probabilities: number[];
    test: number[];
    isotonic: number[];
    platt: number[];
    slopes: [number, number][];
  }[];
};

const worst = (got: ArrayLike<number>, expected: number[]) => {
  expect(got.length).toBe(expected.length);
  return Math.max(...expected.map((value, k) => Math.abs(got[k] - value)));
};

describe.each(golden.cases)("scikit-learn, $labels.length rows of $classes classes", (data) => {
  const { probabilities, labels, classes: classCount } = data;
  const fit = (method: "isotonic" | "platt") => fitCalibration({ probabilities, labels, classCount, method });

  test("isotonic regression", () => {
    // shares of whole numbers and one line between them
    expect(worst(fit("isotonic").apply(data.test), data.isotonic)).toBeLessThan(1e-12);
  });

  test("Platt's sigmoid", () => {
    const fitted = fit("platt");
    const { maps } = fitted.toJSON() as Extract<CalibrationState, { kind: "platt" }>;
    // scikit-learn stops at a gradient of 1e-6, or where the loss falls by less than 64 units in the last place
    maps.forEach(({ slope, intercept }, k) => {
      expect(worst([slope, intercept], data.slopes[k])).toBeLessThan(1e-5);
    });
    expect(worst(fitted.apply(data.test), data.platt)).toBeLessThan(1e-5);
  });

  test("a state read back from JSON gives the same bits", () => {
    for (const method of ["isotonic", "platt"] as const) {
      const fitted = fit(method);
      const loaded = loadCalibration(JSON.parse(JSON.stringify(fitted)));
      expect(loaded.method).toBe(method);
      expect(loaded.apply(data.test)).toEqual(fitted.apply(data.test));
    }
  });
});

/** Two classes, by the probability of class 1. */
const pairs = (scores: number[]) => scores.flatMap((p) => [1 - p, p]);

test("equal scores are one point, pooled with what lies above their mean", () => {
  const probabilities = pairs([0.1, 0.1, 0.5, 0.5, 0.5, 0.5, 0.9]);
  const fitted = fitCalibration({ probabilities, labels: [0, 1, 0, 1, 1, 1, 0], classCount: 2, method: "isotonic" });
  expect(fitted.toJSON()).toEqual({
    ...{ kind: "isotonic", classCount: 2 },
    maps: [{ x: [0.1, 0.5, 0.9], y: [0.5, 0.6, 0.6] }],
  });
  const calibrated = fitted.apply(pairs([0, 0.3, 1])).filter((_, k) => k % 2 === 1);
  expect(worst(calibrated, [0.5, 0.55, 0.6])).toBeLessThan(1e-12);
});

test("shares of votes: 0 and 1 count as half of the nearest share, else the bounds are far away", () => {
  const fit = (scores: number[]) =>
    fitCalibration({ probabilities: pairs(scores), labels: [0, 0, 1, 1], classCount: 2, method: "platt" }).toJSON();
  expect(fit([0, 0.25, 0.5, 1])).toMatchObject({ maps: [{ least: 0.125, most: 0.75 }] });
  expect(fit([0.1, 0.25, 0.5, 0.9])).toMatchObject({ maps: [{ least: 2 ** -52, most: 1 - 2 ** -52 }] });
});

test("a row that every map sends to 0 becomes uniform", () => {
  const map = { x: [0.4, 0.6], y: [0, 1] };
  const calibration = loadCalibration({ kind: "isotonic", classCount: 3, maps: [map, map, map] });
  expect(Array.from(calibration.apply([0.3, 0.3, 0.4, 1, 0, 0]))).toEqual([1 / 3, 1 / 3, 1 / 3, 1, 0, 0]);
});

test("class weights are undone: a constant shift of the logit is found again", () => {
  const random = randomStream(7);
  const rare = Array.from({ length: 20_000 }, () => 1 / (1 + Math.exp(4 - 1.5 * random.normal())));
  const labels = rare.map((p) => (random.uniform() < p ? 1 : 0));
  const weighted = rare.map((p) => (30 * p) / (30 * p + 1 - p)); // as with 30 times the weight on positives
  const fitted = fitCalibration({ probabilities: pairs(weighted), labels, classCount: 2, method: "platt" });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const calibrated = Array.from(fitted.apply(pairs(weighted))).filter((_, k) => k % 2 === 1);
  expect(mean(weighted)).toBeGreaterThan(5 * mean(rare));
  expect(mean(calibrated.map((p, n) => Math.abs(p - rare[n])))).toBeLessThan(0.1 * mean(rare));
});

test("the method is chosen by the number of rows, and of the rarest class", () => {
  const methodOf = (rows: number, positives: number) => {
    const labels = Array.from({ length: rows }, (_, n) => (n < positives ? 1 : 0));
    return fitCalibration({ probabilities: pairs(labels.map((_, n) => (n % 10) / 10)), labels, classCount: 2 }).method;
  };
  expect([methodOf(999, 499), methodOf(1000, 99), methodOf(1000, 100)]).toEqual(["platt", "platt", "isotonic"]);
});

test("what cannot be fitted or applied is an error that says what to do", () => {
  const good = { probabilities: pairs([0.2, 0.8]), labels: [0, 1], classCount: 2 };
  expect(() => fitCalibration({ ...good, labels: [1, 1] })).toThrow(/all 2 rows are of class 1.*Hold out more rows/);
  expect(() => fitCalibration({ ...good, probabilities: [], labels: [] })).toThrow(/there are no rows/);
  expect(() => fitCalibration({ ...good, labels: [0, 2] })).toThrow(DataError);
  expect(() => fitCalibration({ ...good, labels: [0, 1, 1] })).toThrow(ShapeError);
  expect(() => fitCalibration({ ...good, probabilities: pairs([0.2, Number.NaN]) })).toThrow(/NaN in row 1/);
  expect(() => fitCalibration({ ...good, classCount: 1 })).toThrow(OptionError);
  expect(() => fitCalibration({ ...good, method: "beta" as never })).toThrow(OptionError);
  expect(() => fitCalibration({ ...good, weights: [] } as never)).toThrow(OptionError);
  expect(() => fitCalibration(good).apply([0.1, 0.2, 0.7])).toThrow(ShapeError);
  expect(() => fitCalibration(good).apply([-0.1, 1.1])).toThrow(DataError);
});

describe("loadCalibration refuses", () => {
  const map = { x: [0.2, 0.6], y: [0.1, 0.9] };
  const isotonic = { kind: "isotonic", classCount: 2, maps: [map] };
  const platt = { kind: "platt", classCount: 2, maps: [{ slope: 1, intercept: 0, least: 0.1, most: 0.9 }] };
  const broken: [string, unknown, RegExp][] = [
    ["nothing", undefined, /not the state/],
    ["another kind", { ...isotonic, kind: "beta" }, /at kind/],
    ["a map too many", { ...isotonic, maps: [map, map] }, /maps that do not match/],
    ["a map too few", { ...isotonic, classCount: 3 }, /maps that do not match/],
    ["no knots", { ...isotonic, maps: [{ x: [], y: [] }] }, /at maps\.0\.x/],
    ["a knot without a value", { ...isotonic, maps: [{ ...map, y: [0.1] }] }, /differ in length/],
    ["knots in disorder", { ...isotonic, maps: [{ ...map, x: [0.6, 0.6] }] }, /do not ascend/],
    ["values that fall", { ...isotonic, maps: [{ ...map, y: [0.9, 0.1] }] }, /values that fall/],
    ["a value above 1", { ...isotonic, maps: [{ ...map, y: [0.9, 1.1] }] }, /at maps\.0\.y\.1/],
    ["no number", { ...platt, maps: [{ ...platt.maps[0], slope: null }] }, /at maps\.0\.slope/],
    ["bounds turned round", { ...platt, maps: [{ ...platt.maps[0], least: 0.95 }] }, /bounds in the wrong order/],
  ];
  test.each(broken)("%s", (_, state, words) => {
    expect(() => loadCalibration(state)).toThrow(ArtefactError);
    expect(() => loadCalibration(state)).toThrow(words);
  });

  test("and takes what was not broken", () => {
    for (const state of [isotonic, platt]) expect(loadCalibration(state).toJSON()).toEqual(state);
  });
});
