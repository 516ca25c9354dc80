import { describe, expect, test } from "vitest";
import { fitCalibration } from "../../src/classify/calibration/fit-calibration.js";
import type { Prediction } from "../../src/evaluate/comparison/predictions.js";
import { scorePredictions } from "../../src/evaluate/metrics/metrics.js";
import { scoreProbabilities } from "../../src/evaluate/score-probabilities.js";
import { randomStream } from "../../src/random.js";

const pairs = (scores: number[]) => scores.flatMap((p) => [1 - p, p]);
/** Of two classes, by the probability of class 1. */
const predictionOf = (scores: number[], held?: number[]): Prediction => ({
  ...{ columns: 3, notes: [], seconds: 1 },
  probabilities: Float64Array.from(pairs(scores)),
  ...(held && { validation: Float64Array.from(held) }),
});
const resampleOf = (labels: number[], held: number[]) => ({
  labels: Int32Array.from(labels),
  validation: { labels: Int32Array.from(held), trials: [] },
});

// of five held-out cases at 0.2 one is positive, of five at 0.8 four are
const held = [0.2, 0.2, 0.2, 0.2, 0.2, 0.8, 0.8, 0.8, 0.8, 0.8];
const heldLabels = [0, 0, 0, 0, 1, 0, 1, 1, 1, 1];
const resample = resampleOf([0, 1, 1, 1], heldLabels);
const prediction = predictionOf([0.2, 0.2, 0.8, 0.8], held);
const one = { classCount: 2, resamples: [resample] };

describe("by hand", () => {
  // two places: the sigmoid meets the means of Platt's targets, 6 / 7 and 1 / 7
  const [low, high] = [(6 / 7 + 4 / 7) / 5, (1 / 7 + 24 / 7) / 5];

  test("calibrated on the held-out cases", () => {
    const { calibrated, reliability } = scoreProbabilities([[prediction]], one);
    expect(calibrated!.methods).toEqual(["platt"]);
    expect(calibrated!.brier).toBeCloseTo((low ** 2 + (1 - low) ** 2 + 2 * (1 - high) ** 2) / 4, 8);
    expect(calibrated!.logLoss).toBeCloseTo(-(Math.log(1 - low) + Math.log(low) + 2 * Math.log(high)) / 4, 8);
    expect(reliability).toEqual([
      { cases: 2, probability: 0.2, share: 0.5 },
      { cases: 2, probability: 0.8, share: 1 },
    ]);
    expect(calibrated!.reliability.map(({ cases, share }) => [cases, share])).toEqual([
      [2, 0.5],
      [2, 1],
    ]);
    expect(calibrated!.reliability[0].probability).toBeCloseTo(low, 8);
    expect(calibrated!.reliability[1].probability).toBeCloseTo(high, 8);
  });

  test("by no test case: other test labels leave the calibrated probabilities as they are", () => {
    const of = (test: number[], heldOut: number[]) =>
      scoreProbabilities([[prediction]], {
        classCount: 2,
        resamples: [resampleOf(test, heldOut)],
      }).calibrated!.reliability.map(({ probability }) => probability);
    expect(of([1, 0, 0, 0], heldLabels)).toEqual(of([0, 1, 1, 1], heldLabels));
    expect(of([0, 1, 1, 1], [0, 0, 0, 0, 0, 0, 1, 1, 1, 1])).not.toEqual(of([0, 1, 1, 1], heldLabels));
  });

  test("each resample and seed has its own calibration; figures are of all cases, and means over seeds", () => {
    const turned = resampleOf([1, 1, 0, 0], [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]); // 1 / 7 and 6 / 7
    const two = { classCount: 2, resamples: [resample, turned] };
    const other = predictionOf([0.8, 0.8, 0.8, 0.8], held);
    const { calibrated } = scoreProbabilities(
      [
        [prediction, prediction],
        [prediction, other],
      ],
      two,
    );
    expect(calibrated!.methods).toEqual(Array(4).fill("platt"));
    const firstPart = low ** 2 + (1 - low) ** 2 + 2 * (1 - high) ** 2;
    const first = (firstPart + 4 * (6 / 7) ** 2) / 8;
    const second = (firstPart + 2 * (1 / 7) ** 2 + 2 * (6 / 7) ** 2) / 8;
    expect(calibrated!.brier).toBeCloseTo((first + second) / 2, 8);
    // the curve is of the first seed
    expect(calibrated!.reliability.map(({ probability }) => probability)).toEqual(
      [1 / 7, low, high, 6 / 7].map((p) => expect.closeTo(p, 8)),
    );
  });
});

test("more classes, and many cases: as fitCalibration and the metrics say", () => {
  const random = randomStream(5);
  const made = (N: number) => {
    const labels = Array.from({ length: N }, (_, n) => n % 3);
    const probabilities = labels.flatMap((label) => {
      const raw = [0, 1, 2].map((c) => Math.exp(random.normal() + (c === label ? 1.5 : 0)));
      return raw.map((value) => value / (raw[0] + raw[1] + raw[2]));
    });
    return { labels, probabilities };
  };
  for (const [N, method] of [
    [300, "platt"],
    [1200, "isotonic"],
  ] as const) {
    const [own, test] = [made(N), made(200)];
    const { calibrated, reliability } = scoreProbabilities(
      [
        [
          {
            ...{ columns: 1, notes: [], seconds: 1 },
            probabilities: Float64Array.from(test.probabilities),
            validation: Float64Array.from(own.probabilities),
          },
        ],
      ],
      { classCount: 3, resamples: [resampleOf(test.labels, own.labels)] },
    );
    const applied = fitCalibration({ ...own, classCount: 3 }).apply(test.probabilities);
    const { brier, logLoss } = scorePredictions({
      ...{ labels: test.labels, predicted: test.labels, probabilities: applied, classCount: 3 },
    });
    expect([calibrated!.methods, calibrated!.brier, calibrated!.logLoss]).toEqual([[method], brier, logLoss]);
    expect(reliability!.reduce((sum, { cases }) => sum + cases, 0)).toBe(200);
  }
});

describe("absent", () => {
  test("where nothing was held out, in one resample of several too, or one class alone", () => {
    const bare = { labels: resample.labels };
    const found = [
      scoreProbabilities([[prediction]], { classCount: 2, resamples: [bare] }),
      scoreProbabilities([[predictionOf([0.2, 0.2, 0.8, 0.8])]], one),
      scoreProbabilities([[prediction], [prediction]], { classCount: 2, resamples: [resample, bare] }),
      scoreProbabilities([[prediction]], { classCount: 2, resamples: [resampleOf([0, 1, 1, 1], Array(10).fill(0))] }),
    ];
    for (const { calibrated, reliability } of found) {
      expect(calibrated).toBeUndefined();
      expect(reliability).toHaveLength(2);
    }
  });

  test("where scores are no probabilities", () => {
    const odd = { ...prediction, probabilities: prediction.probabilities.map((p) => 2 * p) };
    expect(scoreProbabilities([[odd]], one)).toEqual({});
  });
});
