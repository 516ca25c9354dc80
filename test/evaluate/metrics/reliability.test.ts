import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { scorePredictions } from "../../../src/evaluate/metrics/metrics.js";
import { reliabilityOf } from "../../../src/evaluate/metrics/reliability.js";

// golden/sklearn_calibration.py
const golden = JSON.parse(readFileSync(new URL("../../golden/sklearn-calibration.json", import.meta.url), "utf8")) as {
  cases: { classes: number; labels: number[]; probabilities: number[]; brier: number }[];
  curve: { labels: number[]; scores: number[]; observed: number[]; predicted: number[] };
};
const ofTwo = (labels: number[], scores: number[]) =>
  reliabilityOf(Int32Array.from(labels), Float64Array.from(scores.flatMap((p) => [1 - p, p])), 2);

describe("scikit-learn", () => {
  test("calibration_curve, by quantiles", () => {
    const { labels, scores, observed, predicted } = golden.curve;
    const bins = ofTwo(labels, scores);
    expect(bins.map(({ cases }) => cases)).toEqual(Array(10).fill(20));
    for (const [k, { probability, share }] of bins.entries()) {
      expect(probability).toBeCloseTo(predicted[k], 12); // 15 digits are written
      expect(share).toBeCloseTo(observed[k], 12);
    }
  });

  test.each(golden.cases)("brier_score_loss, $labels.length rows of $classes classes", (data) => {
    const { labels, classes: classCount } = data;
    // rows of several classes are rounded so that they do not add up to 1
    const probabilities = data.probabilities.map((p, k) => {
      const from = k - (k % classCount);
      return p / data.probabilities.slice(from, from + classCount).reduce((a, b) => a + b);
    });
    const { brier } = scorePredictions({ labels, predicted: labels, probabilities, classCount });
    expect(brier).toBeCloseTo(data.brier, 12);
  });
});

describe("by hand", () => {
  test("cases of one probability stay together, in the bin of their first case", () => {
    const rest = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
    const scores = [...rest, ...Array(12).fill(0.1)];
    const labels = scores.map((p, n) => (p === 0.1 ? Number(n < 11) : Number(p > 0.45)));
    const bins = ofTwo(labels, scores);
    expect(bins).toHaveLength(5); // the second to the sixth of ten begin within the first
    expect(bins[0]).toEqual({ cases: 12, probability: expect.closeTo(0.1, 12), share: 3 / 12 });
    expect(bins[2]).toEqual({ cases: 2, probability: expect.closeTo(0.45, 12), share: 1 / 2 });
    expect(bins[4]).toEqual({ cases: 2, probability: expect.closeTo(0.85, 12), share: 1 });
  });

  test("few come true: the lower half, then half of the rest, ten bins at most", () => {
    const N = 2048;
    const positives = [0, 1020, 1030, 2047]; // by rank
    const scores = Array.from({ length: N }, (_, n) => (n + 0.5) / N);
    const bins = ofTwo(
      scores.map((_, n) => Number(positives.includes(n))),
      scores,
    );
    expect(bins.map(({ cases }) => cases)).toEqual([1024, 512, 256, 128, 64, 32, 16, 8, 4, 4]);
    expect(bins.map(({ cases, share }) => cases * share)).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(bins[9].probability).toBeCloseTo(2046 / N, 12);
    const often = scores.map((_, n) => Number(n % 10 === 0)); // a tenth
    expect(ofTwo(often, scores).map(({ cases }) => cases)).toEqual(Array(10).fill(expect.closeTo(204.8, -1)));
  });

  test("one probability for all is one bin; three cases are three", () => {
    expect(ofTwo([0, 1, 0, 0], [0.5, 0.5, 0.5, 0.5])).toEqual([{ cases: 4, probability: 0.5, share: 0.25 }]);
    expect(ofTwo([1, 0, 1], [0.5, 0.25, 0.75]).map(({ probability, share }) => [probability, share])).toEqual([
      [0.25, 0],
      [0.5, 1],
      [0.75, 1],
    ]);
  });

  test("more classes: the probability of the likeliest, and whether it is right", () => {
    const probabilities = Float64Array.of(0.5, 0.25, 0.25, /**/ 0.125, 0.125, 0.75, /**/ 0.25, 0.5, 0.25);
    expect(reliabilityOf(Int32Array.of(0, 2, 0), probabilities, 3)).toEqual([
      { cases: 2, probability: 0.5, share: 0.5 },
      { cases: 1, probability: 0.75, share: 1 },
    ]);
  });

  test("Brier score: of class 1, or a sum over the classes; none for scores that do not add up to 1", () => {
    const brier = (probabilities: number[], classCount: number) =>
      scorePredictions({ labels: [0, 1], predicted: [0, 1], probabilities, classCount }).brier;
    expect(brier([0.75, 0.25, 0.5, 0.5], 2)).toBe((0.0625 + 0.25) / 2);
    expect(brier([0.75, 0.25, 0, 0.25, 0.5, 0.25], 3)).toBe((0.0625 + 0.0625 + 0.0625 + 0.25 + 0.0625) / 2);
    expect(brier([1, 0, 0, 0, 0, 1], 3)).toBe(1); // the first is right, the second is surely wrong: 2
    expect(brier([1.5, 0.5, 0, 1], 2)).toBeNull();
  });
});
