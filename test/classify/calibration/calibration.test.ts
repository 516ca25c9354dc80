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

/** The calibrated probabilities of class 1. */
const ofOne = (probabilities: Float64Array) => Array.from(probabilities).filter((_, k) => k % 2 === 1);

test("equal scores are one point, pooled with what lies above their mean; two rows are added", () => {
  const probabilities = pairs([0.1, 0.1, 0.1, 0.5, 0.5, 0.5, 0.5, 0.9, 0.9]);
  const labels = [0, 0, 0, 0, 1, 1, 1, 1, 0];
  const fitted = fitCalibration({ probabilities, labels, classCount: 2, method: "isotonic" });
  // with the added rows 1 of 4, 3 of 4, 1 of 3; the last two are pooled
  expect(fitted.toJSON()).toEqual({
    ...{ kind: "isotonic", classCount: 2 },
    maps: [{ x: [0.1, 0.5, 0.9], y: [1 / 4, 4 / 7, 4 / 7] }],
  });
  const calibrated = ofOne(fitted.apply(pairs([0, 0.3, 1])));
  expect(worst(calibrated, [1 / 4, (1 / 4 + 4 / 7) / 2, 4 / 7])).toBeLessThan(1e-12);
});

test("isotonic regression is never sure: no positive among 50 rows is 1 in 51", () => {
  const labels = Array.from({ length: 60 }, (_, n) => (n < 50 ? 0 : 1));
  const probabilities = pairs(labels.map((_, n) => n / 60));
  const { maps } = fitCalibration({ probabilities, labels, classCount: 2, method: "isotonic" }).toJSON();
  expect(maps).toEqual([{ x: [0, 49 / 60, 50 / 60, 59 / 60], y: [1 / 51, 1 / 51, 10 / 11, 10 / 11] }]);
});

test("a class without rows gets a small probability", () => {
  const labels = Array.from({ length: 200 }, (_, n) => n % 2);
  const probabilities = labels.flatMap((label, n) => (label === 0 ? [0.8, 0.2, 0] : [0.3, 0.7, (n % 5) / 1000]));
  for (const method of ["isotonic", "platt"] as const) {
    const shares = fitCalibration({ probabilities, labels, classCount: 3, method }).apply([0.5, 0.5, 0]);
    expect(shares[2]).toBeGreaterThan(0);
    expect(shares[2]).toBeLessThan(0.02);
    expect(shares[0] + shares[1] + shares[2]).toBeCloseTo(1, 12);
  }
});

describe("the order of scores", () => {
  test("never turns round: what ranked higher ranks as high or higher", () => {
    const random = randomStream(11);
    for (let round = 0; round < 40; round++) {
      const scores = Array.from({ length: 60 }, () => Math.round(20 * random.uniform()) / 20);
      const pull = random.uniform() - 0.5; // half of the rounds rank worse than chance
      const labels = scores.map((p) => (random.uniform() < 0.5 + pull * (p - 0.5) ? 1 : 0));
      const probabilities = pairs([...scores].sort((a, b) => a - b));
      for (const method of ["isotonic", "platt"] as const) {
        const calibrated = ofOne(
          fitCalibration({ probabilities: pairs(scores), labels, classCount: 2, method }).apply(probabilities),
        );
        for (let n = 1; n < calibrated.length; n++) expect(calibrated[n]).toBeGreaterThanOrEqual(calibrated[n - 1]);
      }
    }
  });

  test("rows that rank worse than chance leave one probability for all, and a note", () => {
    const options = { probabilities: pairs([0.2, 0.3, 0.7, 0.8, 0.9]), labels: [1, 1, 0, 0, 0], classCount: 2 };
    // with the added rows 3 of 7; the mean of Platt's targets 3 / 4 and 1 / 5
    for (const [method, one] of [
      ["isotonic", 3 / 7],
      ["platt", 0.42],
    ] as const) {
      const fitted = fitCalibration({ ...options, method });
      expect(worst(ofOne(fitted.apply(pairs([0, 0.2, 0.8, 1]))), Array(4).fill(one)), method).toBeLessThan(1e-12);
      expect(fitted.notes.join()).toMatch(/probability of class 1 ranked no better than chance/);
      expect(loadCalibration(fitted.toJSON()).notes).toEqual(fitted.notes);
      expect(fitCalibration({ ...options, labels: [0, 0, 1, 1, 1], method }).notes).toEqual([]);
    }
  });

  test("so does one score for all", () => {
    const fitted = fitCalibration({ probabilities: pairs([0.3, 0.3, 0.3]), labels: [0, 1, 1], classCount: 2 });
    // the mean of Platt's targets 3 / 4 and 1 / 3
    expect(worst(ofOne(fitted.apply(pairs([0.1, 0.3, 0.9]))), Array(3).fill((1 / 3 + 3 / 2) / 3))).toBeLessThan(1e-9);
    expect(fitted.notes).toHaveLength(1);
  });
});

test("shares of votes: 0 and 1 count as half of the nearest share, else the bounds are far away", () => {
  const fit = (scores: number[]) =>
    fitCalibration({ probabilities: pairs(scores), labels: [0, 0, 1, 1], classCount: 2, method: "platt" }).toJSON();
  expect(fit([0, 0.25, 0.5, 1])).toMatchObject({ maps: [{ least: 0.125, most: 0.75 }] });
  expect(fit([0.1, 0.25, 0.5, 0.9])).toMatchObject({ maps: [{ least: 2 ** -52, most: 1 - 2 ** -52 }] });
});

test("votes of one neighbour: 0 and 1 alone stay apart", () => {
  const votes = [0, 0, 0, 0, 0, 1, 1, 1];
  const fitted = fitCalibration({ probabilities: pairs(votes), labels: [0, 0, 0, 0, 1, 1, 1, 0], classCount: 2 });
  // any two places give the same two means: of Platt's targets, 4 / 5 and 1 / 7
  const calibrated = ofOne(fitted.apply(pairs([0, 1])));
  expect(worst(calibrated, [(4 / 7 + 4 / 5) / 5, (1 / 7 + 8 / 5) / 3])).toBeLessThan(1e-6);
});

test("a probability may be a rounding off 0 and 1, and its state can be loaded", () => {
  for (const method of ["isotonic", "platt"] as const) {
    const probabilities = [1 + 1e-12, -1e-12, 0.4, 0.6, -1e-12, 1 + 1e-12];
    const fitted = fitCalibration({ probabilities, labels: [0, 0, 1], classCount: 2, method });
    expect(loadCalibration(JSON.parse(JSON.stringify(fitted))).apply(probabilities)).toEqual(
      fitted.apply([1, 0, 0.4, 0.6, 0, 1]),
    );
  }
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
  const calibrated = ofOne(fitted.apply(pairs(weighted)));
  expect(mean(weighted)).toBeGreaterThan(5 * mean(rare));
  expect(mean(calibrated.map((p, n) => Math.abs(p - rare[n])))).toBeLessThan(0.1 * mean(rare));
});

test("Platt's sigmoid does not depend on where logits are, nor on how close together", () => {
  const random = randomStream(13);
  const logits = Array.from({ length: 20_000 }, () => random.normal());
  const labels = logits.map((z) => (random.uniform() < 1 / (1 + Math.exp(4 - z)) ? 1 : 0));
  const calibrated = (of: (z: number) => number) => {
    const probabilities = pairs(logits.map((z) => 1 / (1 + Math.exp(-of(z)))));
    return ofOne(fitCalibration({ probabilities, labels, classCount: 2, method: "platt" }).apply(probabilities));
  };
  // 8 digits of the logit are left
  expect(
    worst(
      calibrated((z) => 1e-5 * z - 8),
      calibrated((z) => z),
    ),
  ).toBeLessThan(1e-6);
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
    ["a falling sigmoid", { ...platt, maps: [{ ...platt.maps[0], slope: -1 }] }, /at maps\.0\.slope/],
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
