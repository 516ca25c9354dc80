import { describe, expect, test } from "vitest";
import {
  type BootstrapOptions,
  bootstrapDraws,
  differenceOf,
  type PredictedCases,
} from "../../../src/evaluate/metrics/bootstrap.js";
import { type Measure, type MeasureContext, measureTable } from "../../../src/evaluate/metrics/measures.js";
import { averagePrecision } from "../../../src/evaluate/metrics/ranking.js";
import { randomStream } from "../../../src/random.js";

/** PredictedCases that are right where `right` says so; labels alternate. */
function answers(right: boolean[]): PredictedCases {
  const labels = Int32Array.from(right, (_, n) => n % 2);
  return { labels, predicted: labels.map((label, n) => (right[n] ? label : 1 - label)) };
}

/** One difference on draws of its own. */
function pairedBootstrap(a: PredictedCases, b: PredictedCases, measure: Measure, options: BootstrapOptions) {
  const { weighted } = measureTable[measure];
  const [first, second] = bootstrapDraws([a, b], (cases, unitOf) => weighted(cases, TWO, unitOf), options);
  return differenceOf(first, second);
}

const TWO: MeasureContext = { classCount: 2 };
const N = 400;
const shares = (share: number, shift = 0) => answers(Array.from({ length: N }, (_, n) => (n + shift) % N < share * N));

describe("accuracy", () => {
  test("always against never: 1, without doubt", () => {
    const { difference, low, high } = pairedBootstrap(shares(1), shares(0), "accuracy", { seed: 1 });
    expect([difference, low, high]).toEqual([1, 1, 1]);
  });

  test("the same answers differ by nothing, and which is better decides the sign", () => {
    const [a, b] = [shares(0.5), shares(0.25)];
    expect(pairedBootstrap(a, a, "accuracy", { seed: 1 })).toEqual({ difference: 0, low: 0, high: 0 });
    const forth = pairedBootstrap(a, b, "accuracy", { seed: 1 });
    const back = pairedBootstrap(b, a, "accuracy", { seed: 1 });
    expect(forth.difference).toBe(0.25);
    expect(back.difference).toBe(-0.25);
  });

  test("the interval is about that of the normal approximation", () => {
    const { difference, low, high } = pairedBootstrap(shares(0.75), shares(0.5), "accuracy", {
      seed: 1,
      repeats: 4000,
    });
    // every case differs by 1 (a quarter of them) or 0
    const half = 1.96 * Math.sqrt((0.25 * 0.75) / N);
    expect(difference).toBe(0.25);
    expect(Math.abs(low - (0.25 - half))).toBeLessThan(0.006);
    expect(Math.abs(high - (0.25 + half))).toBeLessThan(0.006);
  });

  test("it is paired: the same cases are drawn for both, so that common mistakes cancel", () => {
    // both wrong on the same half, but for 8 cases
    const a = shares(0.5);
    const b = answers(Array.from({ length: N }, (_, n) => n < 0.5 * N - 8));
    const { low, high } = pairedBootstrap(a, b, "accuracy", { seed: 1, repeats: 2000 });
    expect(high - low).toBeLessThan(0.03); // unpaired: 0.14
    expect(low).toBeGreaterThan(0);
  });

  test("the seed alone decides the interval", () => {
    const run = (seed: number) => pairedBootstrap(shares(0.6), shares(0.5, 37), "accuracy", { seed });
    expect(run(3)).toEqual(run(3));
    expect(run(4)).not.toEqual(run(3));
  });
});

describe("groups", () => {
  const [a, b] = [shares(0.75), shares(0.5)];

  test("one group only: there is nothing to draw", () => {
    const groups = Array.from({ length: N }, () => "everybody");
    const { difference, low, high } = pairedBootstrap(a, b, "accuracy", { groups, seed: 1 });
    expect([difference, low, high]).toEqual([0.25, 0.25, 0.25]);
  });

  test("a group for each case is no grouping", () => {
    const groups = Array.from({ length: N }, (_, n) => `g${n}`);
    expect(pairedBootstrap(a, b, "accuracy", { groups, seed: 1 })).toEqual(
      pairedBootstrap(a, b, "accuracy", { seed: 1 }),
    );
  });

  test("cases that stand together by 16 make the interval four times as wide", () => {
    const groups = Array.from({ length: N }, (_, n) => `g${Math.floor(n / 16)}`);
    const single = pairedBootstrap(a, b, "accuracy", { seed: 1, repeats: 4000 });
    const grouped = pairedBootstrap(a, b, "accuracy", { groups, seed: 1, repeats: 4000 });
    const ratio = (grouped.high - grouped.low) / (single.high - single.low);
    expect(ratio).toBeGreaterThan(3.4);
    expect(ratio).toBeLessThan(4.6);
    expect(grouped.difference).toBe(single.difference);
  });
});

describe("average precision", () => {
  const scored = (seed: number, skill: number, steps: number): PredictedCases => {
    const random = randomStream(seed);
    const labels = Int32Array.from({ length: N }, (_, n) => (n % 10 === 0 ? 1 : 0));
    const scores = Float64Array.from(labels, (label) => {
      const score = skill * label + random.normal();
      return Math.round(score * steps) / steps; // few steps: many ties
    });
    return { labels, predicted: labels, scores };
  };

  test.each([1, 3, 1000])("the difference is that of the metric, ties (%i steps) included", (steps) => {
    const [a, b] = [scored(1, 2, steps), scored(2, 0.5, steps)];
    const { difference, low, high } = pairedBootstrap(a, b, "average-precision", { seed: 1 });
    const positive = Array.from(a.labels, (label) => label === 1);
    const expected = averagePrecision(a.scores!, positive)! - averagePrecision(b.scores!, positive)!;
    expect(difference).toBeCloseTo(expected, 12);
    expect(low).toBeLessThan(expected);
    expect(high).toBeGreaterThan(expected);
    expect(low).toBeGreaterThan(0);
  });

  test("each draw weighs cases as the metric weighs repeated ones", () => {
    // two cases, one positive: a draw is (2, 0), (0, 2) or (1, 1); without the positive it has no value
    const labels = Int32Array.of(0, 1);
    const wrong = { labels, predicted: labels, scores: Float64Array.of(1, 0) };
    const right = { labels, predicted: labels, scores: Float64Array.of(0, 1) };
    const interval = pairedBootstrap(right, wrong, "average-precision", { seed: 1, repeats: 1000 });
    expect(interval).toEqual({ difference: 0.5, low: 0, high: 0.5 }); // 1 - 1/2 where both were drawn
  });

  test("a set without a positive has no value and no interval", () => {
    const labels = new Int32Array(5);
    const none = { labels, predicted: labels, scores: Float64Array.of(1, 2, 3, 4, 5) };
    const { difference, low, high } = pairedBootstrap(none, none, "average-precision", { seed: 1 });
    expect([difference, low, high]).toEqual([Number.NaN, 0, 0]);
  });
});
