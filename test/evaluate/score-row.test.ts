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
const NAME = "raw, ridge";
const labels = Int32Array.of(0, 0, 0, 1, 1);
const scoring: Scoring = {
  measure: "average-precision",
  classCount: 2,
  trainLabels: Int32Array.of(0, 0, 0, 1),
  resamples: [
    { labels, validation: { labels: Int32Array.of(0, 1, 0, 1), trials: [{ held: [0, 1, 2, 3], alerts: 1 }] } },
  ],
  rule: "F1",
  costs: { miss: 7, alert: 1 },
  budget: { alerts: 1, periods: [0, 0, 0, 1, 1] },
};
// F1 on the held-out part: from 0.5 on both positives and one other; 0.4 lies halfway to the next
const only = predictionOf([0.1, 0.4, 0.3, 0.39, 0.9], [0.3, 0.5, 0.55, 0.6]);

describe("a row, by hand", () => {
  const { figures, predicted } = scoreRow([[only]], scoring, NAME);

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
    expect(figures.validated).toBeCloseTo((1 + 2 / 3) / 2, 12); // 0.6, then 0.55 is none, 0.5 is
    expect(figures.curves!.atThreshold!.roc).toEqual([0.33333, 0.5]);
    expect([figures.byResample, figures.bySeed]).toEqual([
      [figures.metrics.averagePrecision],
      [figures.metrics.averagePrecision],
    ]);
  });

  test("the threshold does not know the test labels", () => {
    const turned = { ...scoring, resamples: [{ ...scoring.resamples[0], labels: labels.map((l) => 1 - l) }] };
    expect(scoreRow([[only]], turned, NAME).figures.thresholds).toEqual(figures.thresholds);
    expect(scoreRow([[only]], { ...scoring, rule: "alerts" }, NAME).figures.thresholds!.values).toEqual([0.575]);
  });

  test("without one the likelier class is said", () => {
    const plain = scoreRow([[only]], { ...scoring, rule: undefined }, NAME);
    expect(Array.from(plain.predicted[0].predicted)).toEqual([0, 0, 0, 0, 1]);
    expect(plain.figures.thresholds).toBeUndefined();
  });

  test("none could be chosen: 0.5, and a note", () => {
    const found = scoreRow([[predictionOf([0.1, 0.5, 0.3, 0.39, 0.9])]], scoring, NAME);
    expect(found.figures.thresholds!.values).toEqual([0.5]);
    expect(Array.from(found.predicted[0].predicted)).toEqual([0, 1, 0, 0, 1]);
    expect(found.notes.join()).toMatch(/0\.5 was taken/);
  });
});

test("what a classifier reaches on the held-out cases is by the deciding measure, and more is better", () => {
  const validated = (measure: Scoring["measure"]) =>
    scoreRow([[only]], { ...scoring, measure }, NAME).figures.validated;
  expect(validated("accuracy")).toBe(0.5); // 0.55 is none, 0.5 is no more than a half
  expect(validated("log-loss")).toBeCloseTo(Math.log(0.7 * 0.5 * 0.45 * 0.6) / 4, 12);
  expect([validated("alert-recall"), validated("cost")]).toEqual(Array(2).fill(validated("average-precision")));
  const three: Scoring = {
    ...{ measure: "accuracy", classCount: 3, trainLabels: Int32Array.of(0, 1, 2) },
    resamples: [{ labels: Int32Array.of(2), validation: { labels: Int32Array.of(2, 0), trials: [{ held: [0, 1] }] } }],
  };
  const held = Float64Array.of(0.2, 0.3, 0.5, 0.1, 0.8, 0.1);
  const prediction = { ...only, probabilities: Float64Array.of(0, 0, 1), validation: held };
  expect(scoreRow([[prediction]], three, NAME).figures.validated).toBe(0.5);
});

describe("what a threshold is chosen on, and what it finds", () => {
  const three = (counts: number[]) => {
    const trials = counts.map((held) => ({ held: Array.from({ length: held }, (_, n) => n) }));
    return (labels: number[]) => ({
      ...scoring,
      resamples: [{ ...scoring.resamples[0], validation: { labels: Int32Array.from(labels), trials } }],
    });
  };

  test("several trials: each chooses on its own part, the median is taken", () => {
    const held = [0.6, 0.2, /**/ 0.9, 0.5, /**/ 0.1, 0.3];
    const found = (labels: number[]) =>
      scoreRow([[predictionOf([0.1, 0.4, 0.3, 0.39, 0.9], held)]], three([2, 2, 2])(labels), NAME).figures.thresholds;
    expect(found([1, 0, 1, 0, 1, 0])!.values).toEqual([0.4]); // 0.4, 0.7, 0.05
    expect(found([1, 0, 0, 0, 0, 1])!.values[0]).toBeCloseTo(0.3, 12); // 0.4 and 0.2; the second has no positive
    expect(found([0, 0, 0, 0, 0, 0])!.values).toEqual([0.5]);
  });

  test("one that nothing reaches is told, with the row it is of", () => {
    const silent = predictionOf([0.1, 0.39, 0.3, 0.39, 0.2], [0.3, 0.5, 0.55, 0.6]);
    const { notes, figures } = scoreRow([[silent]], scoring, NAME);
    expect(figures.metrics.recall.perClass[1]).toBe(0);
    expect(notes.join()).toMatch(
      /^raw, ridge: no alert in 5 test cases\. The threshold 0\.400 was chosen on 4 held-out training cases, of which it calls 3 positive/,
    );
    expect(scoreRow([[only]], scoring, NAME).notes.join()).not.toMatch(/no alert/);
    const plain = { ...scoring, rule: undefined };
    expect(scoreRow([[silent]], plain, NAME).notes).toEqual([]);
  });

  test("so is one that calls nothing positive because nothing is worth it", () => {
    const dear = { ...scoring, rule: "cost" as const, costs: { miss: 1, alert: 2 } };
    const { notes, figures } = scoreRow([[only]], dear, NAME);
    expect(figures.thresholds!.values).toEqual([Number.POSITIVE_INFINITY]);
    expect(notes.join()).toMatch(/^raw, ridge: no alert in 5 test cases\. On the held-out .* none was worth its cost/);
    const trials = [{ held: [0, 1, 2, 3], alerts: 0 }];
    const { validation } = scoring.resamples[0];
    const resamples = [{ labels, validation: { ...validation!, trials } }];
    const tight = scoreRow([[only]], { ...scoring, rule: "alerts", resamples }, NAME);
    expect(tight.notes.join()).toMatch(/^raw, ridge: no alert in 5 test cases\. The budget allows none/);
  });

  test("few positives to choose on are told once for all rows; a budget does not need them", () => {
    const few = /chosen on 2 positives\. That is few/;
    expect(scoreRow([[only]], scoring, NAME).notes.join()).toMatch(few);
    expect(scoreRow([[only]], { ...scoring, rule: "alerts" }, NAME).notes.join()).not.toMatch(few);
    const held = Array.from({ length: 24 }, (_, n) => n / 24);
    const enough = three([24])(held.map((score) => (score > 0.5 ? 1 : 0)));
    expect(scoreRow([[predictionOf([0.1, 0.4, 0.3, 0.39, 0.9], held)]], enough, NAME).notes).toEqual([]);
  });
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
    NAME,
  );
  expect(figures.thresholds!.values).toEqual([0.4, 0.4, 0.4, 0.05]);
  expect(predicted.map(({ labels: all }) => all.length)).toEqual([10, 10]);
  expect(figures.metrics.confusion.flat().reduce((a, b) => a + b)).toBe(20);
  const alone = scoreRow([[only], [other]], two, NAME).figures;
  const same = scoreRow([[only], [only]], two, NAME).figures;
  expect(figures.metrics.f1.macro).toBeCloseTo((alone.metrics.f1.macro! + same.metrics.f1.macro!) / 2, 12);
  expect(figures.metrics.brier).toBeCloseTo((alone.metrics.brier! + same.metrics.brier!) / 2, 12);
  expect(alone.metrics.brier).not.toBe(same.metrics.brier);
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
