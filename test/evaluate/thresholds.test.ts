import { expect, test } from "vitest";
import { type ClassifierName, classifierNames, classWeightsOf } from "../../src/classify/classifiers.js";
import { averagePredictions, type Prediction } from "../../src/evaluate/comparison/predictions.js";
import { fitAndPredict } from "../../src/evaluate/fits/fit-and-predict.js";
import { pick } from "../../src/evaluate/plan/classes.js";
import { validationTrials } from "../../src/evaluate/plan/validation-part.js";
import { type Scoring, scoreRow } from "../../src/evaluate/score-row.js";
import { randomStream } from "../../src/random.js";
import type { FeatureTable } from "../../src/table/feature-table.js";
import { report, size } from "../hostile/size.js";
import { labelledSet } from "./compare-cases.js";

const COLUMNS = 12;
const TESTED = 3000;
const weights = classWeightsOf(undefined, true);

/** Rows whose positives overlap with the others: by two columns that add up, two that multiply, one that counts by size. */
function madeRows(rows: number, share: number, seed: number) {
  const random = randomStream(seed, 91);
  const values = Float32Array.from({ length: rows * COLUMNS }, () => random.normal());
  const odds = Float64Array.from({ length: rows }, (_, row) => {
    const [a, b, c, d, e] = values.subarray(row * COLUMNS, (row + 1) * COLUMNS);
    return 1.1 * a + 0.9 * b * c + 0.8 * Math.abs(d) - 0.6 * e + random.normal();
  });
  const cut = odds.toSorted()[Math.round((1 - share) * rows)];
  return { values, labels: Int32Array.from(odds, (each) => (each >= cut ? 1 : 0)) };
}

/** A training and a test table of the same kind, with some columns or all. */
function resample(rows: number, share: number, seed: number) {
  const { values, labels } = madeRows(rows + TESTED, share, seed);
  const table = (from: number, to: number, columns: number): FeatureTable => ({
    names: Array.from({ length: columns }, (_, j) => `f${j}`),
    rows: to - from,
    values: Float32Array.from({ length: (to - from) * columns }, (_, k) => {
      return values[(from + Math.floor(k / columns)) * COLUMNS + (k % columns)];
    }),
  });
  const pair = (columns: number) => ({
    train: table(0, rows, columns),
    test: table(rows, rows + TESTED, columns),
    names: [],
    notes: [],
  });
  return { pair, train: labels.subarray(0, rows), test: labels.subarray(rows) };
}

interface Alerts {
  held: number;
  tested: number;
  /** Thresholds that no test case reaches, and how many of them a note tells of. */
  silent: number;
  told: number;
  recall: number;
  f1: number;
}

async function alertsOf(name: ClassifierName | "average", rows: number, share: number, seed: number): Promise<Alerts> {
  const { pair, train, test } = resample(rows, share, seed);
  const trials = validationTrials(
    labelledSet(
      Array.from(train, () => [[0]]),
      (n) => train[n],
    ),
    seed,
    { thresholds: true },
  );
  const classifier = name === "average" ? "logistic" : name;
  const predict = (columns: number): Promise<Prediction> =>
    fitAndPredict(
      {
        ...{ classifier, classWeight: weights[classifier], classCount: 2, standardise: true, seed, trials },
        labels: train,
        pair: pair(columns),
      },
      { alone: true, pause: async () => {} },
    );
  const prediction =
    name === "average" ? averagePredictions([await predict(3), await predict(COLUMNS)]) : await predict(COLUMNS);
  const labels = Int32Array.from(trials.flatMap(({ held }) => Array.from(pick(train, held))));
  const scoring: Scoring = {
    measure: "average-precision",
    classCount: 2,
    trainLabels: train,
    resamples: [{ labels: test, validation: { labels, trials } }],
    rule: "F1",
  };
  const { figures, predicted, notes } = scoreRow([[prediction]], scoring, name);
  const held = prediction.validation!;
  const [threshold] = figures.thresholds!.values;
  const called = predicted[0].predicted.filter((each) => each === 1).length;
  return {
    held: held.filter((score) => score >= threshold).length / held.length,
    tested: called / TESTED,
    silent: called === 0 ? 1 : 0,
    told: notes.some((note) => note.startsWith(`${name}: no alert in 3,000 test cases`)) ? 1 : 0,
    recall: figures.metrics.recall.perClass[1]!,
    f1: figures.metrics.f1.perClass[1]!,
  };
}

const all = [...classifierNames, "average"] as const;
/** With 11,000 rows, a fifth positive, boosting stops early, and would not on the four fifths of a trial. */
const large = (["ridge", "logistic", "boosting", "average"] as const).filter(
  (name) => size(0, 1) || name === "boosting",
);
const cases = [
  { rows: 500, share: 0.01, names: all, resamples: size(0, 50) },
  { rows: 500, share: 0.03, names: all, resamples: size(0, 50) },
  { rows: 500, share: 0.08, names: all, resamples: size(4, 50) },
  { rows: 2000, share: 0.03, names: all, resamples: size(0, 50) },
  { rows: 11_000, share: 0.01, names: large, resamples: size(0, 50) },
  { rows: 11_000, share: 0.2, names: large, resamples: size(2, 10) },
].flatMap(({ names, ...rest }) => (rest.resamples > 0 ? names.map((name) => ({ name, ...rest })) : []));

test.each(cases)(
  "$name, $rows rows, $share positive: as many alerts in the test part as where the threshold was chosen",
  async ({ name, rows, share, resamples }) => {
    const found: Alerts[] = [];
    for (let seed = 1; seed <= resamples; seed++) found.push(await alertsOf(name, rows, share, seed));
    const sum = (of: (each: Alerts) => number) => found.reduce((total, each) => total + of(each), 0);
    const ratio = sum(({ tested }) => tested) / sum(({ held }) => held);
    const near = found.filter(({ held, tested }) => tested < 1.5 * held && held < 1.5 * tested).length;
    report(`alerts of ${name}, ${rows} rows, ${share} positive`, {
      ratio: ratio.toFixed(2),
      "within 1.5": `${near} of ${resamples}`,
      silent: sum(({ silent }) => silent),
      recall: (sum(({ recall }) => recall) / resamples).toFixed(3),
      F1: (sum(({ f1 }) => f1) / resamples).toFixed(3),
    });
    expect(ratio).toBeGreaterThan(1 / 1.5);
    expect(ratio).toBeLessThan(1.5);
    expect(sum(({ told }) => told)).toBe(sum(({ silent }) => silent));
  },
  size(30_000, 900_000),
);
