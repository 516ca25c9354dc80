import { describe, expect, test } from "vitest";
import { averagePredictions, type Prediction } from "../../src/evaluate/comparison/predictions.js";
import { openResults } from "../../src/evaluate/comparison/result-store.js";
import { type Scoring, scoreRow } from "../../src/evaluate/score-row.js";

/** A prediction of two classes, by the probability of class 1. */
const predictionOf = (scores: number[], held?: number[]): Prediction => ({
  columns: 3,
  probabilities: Float64Array.from(scores.flatMap((score) => [1 - score, score])),
  ...(held && { validation: Float64Array.from(held) }),
  notes: ["told"],
  seconds: 1,
});
const labels = Int32Array.of(0, 0, 0, 1, 1);
const scoring: Scoring = {
  measure: "average-precision",
  classCount: 2,
  trainLabels: Int32Array.of(0, 0, 0, 1),
  resamples: [{ labels, validation: { labels: Int32Array.of(0, 1, 0, 1), alerts: 1 } }],
  rule: "F1",
  costs: { miss: 7, alert: 1 },
  budget: { alerts: 1, periods: [0, 0, 0, 1, 1] },
};
// F1 on the held-out part: from 0.4 on both positives and one other
const only = predictionOf([0.1, 0.4, 0.3, 0.39, 0.9], [0.1, 0.4, 0.45, 0.6]);

describe("a row, by hand", () => {
  const { figures, predicted } = scoreRow([[only]], scoring);

  test("a case at the frozen threshold is called positive, one just below is not", () => {
    expect(figures.thresholds).toEqual({ rule: "F1", values: [0.4] });
    expect(Array.from(predicted[0].predicted)).toEqual([0, 1, 0, 0, 1]);
    expect(figures.metrics.confusion).toEqual([
      [2, 1],
      [1, 1],
    ]);
  });

  test("cost, alerts, ranking, curves", () => {
    expect(figures.expectedCost).toBeCloseTo((7 + 2) / 5, 12);
    expect(figures.alerts).toMatchObject({ precision: 0.5, recall: 0.5 });
    expect(figures.metrics.averagePrecision).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(figures.validated).toBeCloseTo((1 + 2 / 3) / 2, 12); // 0.6, then 0.45 is none, 0.4 is
    expect(figures.curves!.atThreshold!.roc).toEqual([0.33333, 0.5]);
    expect([figures.byResample, figures.bySeed]).toEqual([
      [figures.metrics.averagePrecision],
      [figures.metrics.averagePrecision],
    ]);
  });

  test("the threshold does not know the test labels", () => {
    const turned = { ...scoring, resamples: [{ ...scoring.resamples[0], labels: labels.map((l) => 1 - l) }] };
    expect(scoreRow([[only]], turned).figures.thresholds).toEqual(figures.thresholds);
    expect(scoreRow([[only]], { ...scoring, rule: "alerts" }).figures.thresholds!.values).toEqual([0.6]);
  });

  test("without one the likelier class is said", () => {
    const plain = scoreRow([[only]], { ...scoring, rule: undefined });
    expect(Array.from(plain.predicted[0].predicted)).toEqual([0, 0, 0, 0, 1]);
    expect(plain.figures.thresholds).toBeUndefined();
  });

  test("none could be chosen: 0.5, and a note", () => {
    const found = scoreRow([[predictionOf([0.1, 0.5, 0.3, 0.39, 0.9])]], scoring);
    expect(found.figures.thresholds!.values).toEqual([0.5]);
    expect(Array.from(found.predicted[0].predicted)).toEqual([0, 1, 0, 0, 1]);
    expect(found.notes.join()).toMatch(/0\.5 was taken/);
  });
});

test("what a classifier reaches on the held-out cases is by the deciding measure, and more is better", () => {
  const validated = (measure: Scoring["measure"]) => scoreRow([[only]], { ...scoring, measure }).figures.validated;
  expect(validated("accuracy")).toBe(0.75); // 0.4 is below a half
  expect(validated("log-loss")).toBeCloseTo(Math.log(0.9 * 0.4 * 0.55 * 0.6) / 4, 12);
  expect([validated("alert-recall"), validated("cost")]).toEqual(Array(2).fill(validated("average-precision")));
  const three: Scoring = {
    ...{ measure: "accuracy", classCount: 3, trainLabels: Int32Array.of(0, 1, 2) },
    resamples: [{ labels: Int32Array.of(2), validation: { labels: Int32Array.of(2, 0) } }],
  };
  const held = Float64Array.of(0.2, 0.3, 0.5, 0.1, 0.8, 0.1);
  const prediction = { ...only, probabilities: Float64Array.of(0, 0, 1), validation: held };
  expect(scoreRow([[prediction]], three).figures.validated).toBe(0.5);
});

test("resamples are joined, each with its own threshold; seeds are averaged", () => {
  const other = predictionOf([0.9, 0.1, 0.1, 0.2, 0.3], [0.9, 0.1, 0.9, 0.1]);
  const two = { ...scoring, budget: undefined, resamples: [scoring.resamples[0], scoring.resamples[0]] };
  const { figures, predicted } = scoreRow(
    [
      [only, only],
      [only, other],
    ],
    two,
  );
  expect(figures.thresholds!.values).toEqual([0.4, 0.4, 0.4, 0.1]);
  expect(predicted.map(({ labels: all }) => all.length)).toEqual([10, 10]);
  expect(figures.metrics.confusion.flat().reduce((a, b) => a + b)).toBe(20);
  const alone = scoreRow([[only], [other]], two).figures;
  const same = scoreRow([[only], [only]], two).figures;
  expect(figures.metrics.f1.macro).toBeCloseTo((alone.metrics.f1.macro! + same.metrics.f1.macro!) / 2, 12);
  expect(figures.expectedCost).toBeCloseTo((alone.expectedCost! + same.expectedCost!) / 2, 12);
  expect(figures.bySeed).toEqual([same.metrics.averagePrecision, alone.metrics.averagePrecision]);
  expect(figures.byResample[1]).toBeCloseTo((same.byResample[1] + alone.byResample[1]) / 2, 12);
});

test("averaged scores are means, on the test part and on the held-out one", () => {
  const mean = averagePredictions([predictionOf([0.2, 0.6], [0.5]), predictionOf([0.4, 1], [0.1])]);
  expect(Array.from(mean.probabilities, (p) => Number(p.toFixed(12)))).toEqual([0.7, 0.3, 0.2, 0.8]);
  expect(Array.from(mean.validation!)).toEqual([0.3]);
  expect([mean.columns, mean.notes]).toEqual([6, ["told"]]);
  expect(averagePredictions([predictionOf([0.2], [0.5]), predictionOf([0.4])]).validation).toBeUndefined();
});

test("a prediction comes back from its line to the last bit", async () => {
  const lines: string[] = [];
  const store = {
    name: "memory",
    lines: async () => lines,
    append: async (line: string) => void lines.push(line),
  };
  const key = { resample: 2, features: "raw", classifier: "ridge", seed: 0 };
  const hashes = { data: "a", settings: "b" };
  const sizes = { classes: 2, resamples: [{ test: 3 }, { test: 3, validation: 1 }] };
  const odd = predictionOf([1 / 3, 1e-300, 1 - 2 ** -53], [0.1 + 0.2]);
  await (await openResults(store, hashes, sizes)).keepPrediction(key, odd);
  const back = await openResults(store, hashes, sizes);
  expect(back.prediction(key)).toEqual(odd);
  expect(back.prediction({ ...key, seed: 1 })).toBeUndefined();
  expect(back.prediction({ ...key, resample: 1 })).toBeUndefined();
});
