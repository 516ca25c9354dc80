import { describe, expect, test } from "vitest";
import { histogramGradientBoosting } from "../../../src/classify/trees/boosting.js";
import { holdOut } from "../../../src/classify/trees/hold-out.js";
import { baselineScores, logLoss, probabilitiesOf, slopes } from "../../../src/classify/trees/log-loss.js";
import { DataError, OptionError } from "../../../src/errors.js";
import { randomStream } from "../../../src/random.js";
import type { FeatureTable } from "../../../src/table/feature-table.js";
import { madeData, tableOf } from "../table.js";

const probabilityOf = (proba: Float64Array, classes: number, row: number, c: number) => proba[row * classes + c];

/** Labels that no column explains. */
function pureNoise(rows: number, seed: number): { x: FeatureTable; labels: Int32Array } {
  const random = randomStream(seed);
  const values = Float32Array.from({ length: rows * 3 }, () => random.normal());
  return { x: tableOf(values, 3), labels: Int32Array.from({ length: rows }, () => random.integer(2)) };
}

describe("log loss", () => {
  test.each([2, 3, 5])("slopes are its derivatives, %i classes", (classes) => {
    const rows = 7;
    const random = randomStream(classes);
    const K = classes === 2 ? 1 : classes;
    const scores = Array.from({ length: K }, () => Float64Array.from({ length: rows }, () => random.normal()));
    const target = Int32Array.from({ length: rows }, (_, i) => i % classes);
    const weights = Float64Array.from({ length: rows }, () => random.uniform());
    const probabilities = scores.map(() => new Float64Array(rows));
    probabilitiesOf(scores, probabilities);
    const gradient = new Float64Array(rows);
    const hessian = new Float64Array(rows);
    const step = 1e-4;
    for (let k = 0; k < K; k++) {
      slopes(gradient, hessian, probabilities[k], target, weights, K === 1 ? 1 : k);
      for (let row = 0; row < rows; row++) {
        const at = (shift: number) => {
          const moved = scores.map((score) => score.slice());
          moved[k][row] += shift;
          return logLoss(moved, target, weights);
        };
        expect(gradient[row]).toBeCloseTo((at(step) - at(-step)) / (2 * step), 7);
        expect(hessian[row]).toBeCloseTo((at(step) - 2 * at(0) + at(-step)) / (step * step), 5);
      }
    }
  });

  test("the baseline is where the slopes add up to 0", () => {
    const target = Int32Array.of(0, 1, 2, 2, 1, 2, 2);
    const weights = Float64Array.of(1, 0.5, 2, 1, 1, 3, 0.25);
    for (const classes of [2, 3]) {
      const labels = target.map((c) => c % classes);
      const scores = baselineScores(labels, weights, classes).map((s) => new Float64Array(7).fill(s));
      const probabilities = scores.map(() => new Float64Array(7));
      probabilitiesOf(scores, probabilities);
      const gradient = new Float64Array(7);
      scores.forEach((_, k) => {
        slopes(gradient, new Float64Array(7), probabilities[k], labels, weights, classes === 2 ? 1 : k);
        expect(gradient.reduce((a, b) => a + b)).toBeCloseTo(0, 12);
      });
    }
  });
});

describe("missing values", () => {
  test.each([0, 1])("go where they lower the loss, class %i", (missingClass) => {
    // present values are 0 .. 9, half of each class in either half; what is missing is of one class
    const rows = 400;
    const column = Float32Array.from({ length: rows }, (_, i) => (i % 4 === 0 ? Number.NaN : i % 10));
    const labels = Int32Array.from(column, (value, i) =>
      Number.isNaN(value) ? missingClass : value < 5 ? 0 : i % 3 === 0 ? 0 : 1,
    );
    const fitted = histogramGradientBoosting().fit(tableOf(column, 1), labels, 2);
    const proba = fitted.predictProba(tableOf([Number.NaN, 0, 9], 1));
    expect(probabilityOf(proba, 2, 0, missingClass)).toBeGreaterThan(0.99);
    expect(probabilityOf(proba, 2, 1, 0)).toBeGreaterThan(0.99);
    expect(probabilityOf(proba, 2, 2, 1)).toBeCloseTo(2 / 3, 1);
  });

  test("being missing can be the question itself", () => {
    const column = Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? Number.NaN : 7));
    const labels = Int32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const fitted = histogramGradientBoosting().fit(tableOf(column, 1), labels, 2);
    expect(Array.from(fitted.predict(tableOf([Number.NaN, 7, -1e30, 1e30], 1)))).toEqual([1, 0, 0, 0]);
  });

  test("where training had none, they go with the majority", () => {
    for (const small of [0, 1]) {
      // 30 of 100 rows on one side
      const column = Float32Array.from({ length: 100 }, (_, i) => (i < 30 ? (small === 0 ? -1 : 1) : 0));
      const labels = Int32Array.from({ length: 100 }, (_, i) => (i < 30 ? 1 : 0));
      const fitted = histogramGradientBoosting().fit(tableOf(column, 1), labels, 2);
      expect(Array.from(fitted.predict(tableOf([Number.NaN, small === 0 ? -1 : 1], 1)))).toEqual([0, 1]);
    }
  });

  test("infinite values are the largest and smallest", () => {
    const column = Float32Array.from({ length: 90 }, (_, i) => [-Infinity, 0, Infinity][i % 3]);
    const labels = Int32Array.from({ length: 90 }, (_, i) => i % 3);
    const fitted = histogramGradientBoosting().fit(tableOf(column, 1), labels, 3);
    expect(Array.from(fitted.predict(tableOf([-Infinity, -1e38, 5, Infinity], 1)))).toEqual([0, 1, 1, 2]);
  });
});

describe("early stopping", () => {
  test("stops on noise and keeps the best round; by default only above 10,000 rows", () => {
    const { x, labels } = pureNoise(10_001, 4);
    const settings = { maxIterations: 30, patience: 3, maxLeafNodes: 8 };
    const automatic = histogramGradientBoosting(settings).fit(x, labels, 2).toJSON();
    expect(automatic.iterations).toBeLessThan(20);
    expect(
      histogramGradientBoosting({ ...settings, earlyStopping: true })
        .fit(x, labels, 2)
        .toJSON(),
    ).toEqual(automatic);
    const fewer = tableOf(x.values.subarray(0, 30_000), 3);
    const all = histogramGradientBoosting(settings).fit(fewer, labels.subarray(0, 10_000), 2);
    expect(all.toJSON().iterations).toBe(30);
  });

  test.each([
    [1999, 30],
    [2000, 0],
  ])("%i rows of the rarer class: a tenth of them is enough to stop on, or is not", (positives, rounds) => {
    const { x } = pureNoise(10_500, 4);
    const labels = Int32Array.from({ length: 10_500 }, (_, row) => (row % 5 === 0 && row < 5 * positives ? 1 : 0));
    const settings = { maxIterations: 30, patience: 3, maxLeafNodes: 8, classWeight: "balanced" } as const;
    const { iterations } = histogramGradientBoosting(settings).fit(x, labels, 2).toJSON();
    if (rounds > 0) expect(iterations).toBe(rounds);
    else expect(iterations).toBeLessThan(20);
  });

  test("keeps no round when none beats the shares of the classes, and says so", () => {
    const { x, labels } = pureNoise(300, 3);
    const fitted = histogramGradientBoosting({ earlyStopping: true, learningRate: 1 }).fit(x, labels, 2);
    expect(fitted.toJSON().iterations).toBe(0);
    expect(fitted.notes.join()).toMatch(/none of 10 rounds lowered the loss on the 30 rows held out/);
    expect(new Set(fitted.predictProba(x)).size).toBe(2);
  });

  test("the rounds kept are the first ones of the whole run on the rows kept", () => {
    const { x, labels } = madeData(600, 5, 3, 2);
    const seed = 5;
    const stopped = histogramGradientBoosting({ earlyStopping: true, maxIterations: 300, seed });
    const early = stopped.fit(x, labels, 3).toJSON();
    expect(early.iterations).toBeGreaterThan(3);
    expect(early.iterations).toBeLessThan(290);
    const rows = Int32Array.from({ length: 600 }, (_, i) => i);
    const { kept, held } = holdOut("test", rows, labels, 0.1, seed);
    const weights = new Float32Array(600);
    for (const row of kept) weights[row] = 1;
    const roundsOf = (maxIterations: number) =>
      histogramGradientBoosting({ earlyStopping: false, maxIterations }).fit(x, labels, 3, { weights });
    expect(early.trees).toEqual(roundsOf(early.iterations).toJSON().trees);
    // and they are the best of all rounds until it stopped
    const lossAfter = (rounds: number) => {
      const proba = roundsOf(rounds).predictProba(x);
      return held.reduce((sum, row) => sum - Math.log(proba[row * 3 + labels[row]]), 0) / held.length;
    };
    const losses = Array.from({ length: early.iterations + 10 }, (_, i) => lossAfter(i + 1));
    expect(losses.indexOf(Math.min(...losses)) + 1).toBe(early.iterations);
  });

  test("the seed draws the rows held out", () => {
    const { x, labels } = madeData(300, 5, 2, 2);
    const fit = (seed: number) => histogramGradientBoosting({ earlyStopping: true, seed }).fit(x, labels, 2).toJSON();
    expect(fit(1)).toEqual(fit(1));
    expect(fit(1)).not.toEqual(fit(2));
  });

  test("holds out the same share of every class, and never all of one", () => {
    const target = Int32Array.from({ length: 131 }, (_, i) => (i < 100 ? 0 : i < 130 ? 1 : 2));
    const rows = Int32Array.from({ length: 131 }, (_, i) => i);
    const { kept, held } = holdOut("test", rows, target, 0.2, 3);
    const count = (part: Int32Array, c: number) => part.filter((row) => target[row] === c).length;
    expect([0, 1, 2].map((c) => count(held, c))).toEqual([20, 6, 0]);
    expect(Array.from([...kept, ...held]).sort((a, b) => a - b)).toEqual(Array.from(rows));
    const most = holdOut("test", rows, target, 0.99, 3);
    expect([0, 1, 2].map((c) => count(most.kept, c))).toEqual([1, 1, 1]);
    expect(() => holdOut("test", rows.subarray(126), target, 0.1, 3)).toThrow(DataError);
    expect(() => holdOut("boosting fit", rows.subarray(126), target, 0.1, 3)).toThrow(
      /boosting fit: early stopping found no rows to hold out: 0\.1 of 5 rows/,
    );
  });
});

test("a row of weight 3 counts as three rows", () => {
  const { x, labels } = madeData(83, 4, 3, 6);
  const times = Array.from({ length: 83 }, (_, i) => 1 + (i % 3));
  const repeated = times.flatMap((count, row) => new Array<number>(count).fill(row));
  const copies = tableOf(
    repeated.flatMap((row) => Array.from(x.values.subarray(row * 4, row * 4 + 4))),
    4,
  );
  const settings = { minSamplesLeaf: 1, maxLeafNodes: 4, maxIterations: 20 };
  const byWeight = histogramGradientBoosting(settings).fit(x, labels, 3, {
    weights: Float32Array.from(times),
  });
  const byRows = histogramGradientBoosting(settings).fit(
    copies,
    Int32Array.from(repeated, (row) => labels[row]),
    3,
  );
  const expected = byRows.predictProba(x);
  byWeight.predictProba(x).forEach((p, k) => {
    expect(p).toBeCloseTo(expected[k], 9);
  });
  // and their scale alone changes nothing, however small
  const tiny = histogramGradientBoosting(settings).fit(x, labels, 3, {
    weights: Float32Array.from(times, (count) => count * 2 ** -20),
  });
  tiny.predictProba(x).forEach((p, k) => {
    expect(p).toBeCloseTo(expected[k], 9);
  });
});

test("every setting has its effect", () => {
  const { x, labels } = madeData(500, 5, 2, 3);
  const base = histogramGradientBoosting().fit(x, labels, 2).toJSON().trees;
  const changes = [
    { learningRate: 0.2 },
    { maxIterations: 99 },
    { maxLeafNodes: 5 },
    { minSamplesLeaf: 21 },
    { l2: 1 },
    { maxBins: 64 },
    { classWeight: "balanced" as const },
    { earlyStopping: true },
  ];
  for (const change of changes)
    expect(histogramGradientBoosting(change).fit(x, labels, 2).toJSON().trees, JSON.stringify(change)).not.toEqual(
      base,
    );
  const stopping = { earlyStopping: true, maxIterations: 400 };
  const early = histogramGradientBoosting(stopping).fit(x, labels, 2).toJSON().trees;
  for (const change of [{ validationFraction: 0.3 }, { patience: 1 }, { tolerance: 0.05 }, { seed: 1 }])
    expect(
      histogramGradientBoosting({ ...stopping, ...change })
        .fit(x, labels, 2)
        .toJSON().trees,
    ).not.toEqual(early);
});

test.each([
  [{ learningRate: 0 }, /boosting: learningRate is 0, expected a number above 0/],
  [{ learningRate: Number.NaN }, /learningRate is NaN/],
  [{ maxIterations: 2.5 }, /maxIterations is 2.5, expected a whole number from 1 up/],
  [{ maxLeafNodes: 1 }, /maxLeafNodes is 1, expected a whole number from 2 up/],
  [{ minSamplesLeaf: 0 }, /minSamplesLeaf is 0/],
  [{ l2: -1 }, /l2 is -1, expected a number from 0 up/],
  [{ maxBins: 256 }, /maxBins is 256, expected a whole number from 2 to 255/],
  [{ classWeight: "even" as "none" }, /classWeight is even, expected none, balanced/],
  [{ earlyStopping: "no" as "auto" }, /earlyStopping is no/],
  [{ validationFraction: 1 }, /validationFraction is 1, expected a number between 0 and 1/],
  [{ patience: 0 }, /patience is 0/],
  [{ tolerance: -1e-9 }, /tolerance is -1e-9/],
  [{ seed: -1 }, /seed is -1/],
])("refuses %o", (options, words) => {
  expect(() => histogramGradientBoosting(options)).toThrow(OptionError);
  expect(() => histogramGradientBoosting(options)).toThrow(words);
});

test("many fits in a row do not run out of memory", () => {
  const { x, labels } = madeData(60, 3, 2, 3);
  for (let i = 0; i < 400; i++) histogramGradientBoosting({ maxIterations: 1 }).fit(x, labels, 2);
});
