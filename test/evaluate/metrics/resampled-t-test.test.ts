import { describe, expect, test } from "vitest";
import {
  correctedResampledTest,
  criticalT,
  redrawnTest,
  twoSidedP,
} from "../../../src/evaluate/metrics/resampled-t-test.js";
import { randomStream } from "../../../src/random.js";

describe("Student's t", () => {
  // printed in every table of the distribution
  test.each([
    [0.05, 1, 12.706],
    [0.05, 4, 2.776],
    [0.05, 9, 2.262],
    [0.01, 29, 2.756],
    [0.05, 1000, 1.962],
  ])("exceeds with probability %d at %d degrees: %d", (p, df, t) => {
    expect(criticalT(p, df)).toBeCloseTo(t, 3);
    expect(twoSidedP(criticalT(p, df), df)).toBeCloseTo(p, 9);
  });

  test("one degree is Cauchy, two have a closed form", () => {
    for (const t of [0.1, 0.7, 1, 3, 40]) {
      expect(twoSidedP(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 10);
      expect(twoSidedP(-t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 10);
    }
    expect([twoSidedP(0, 5), twoSidedP(Number.POSITIVE_INFINITY, 5)]).toEqual([1, 0]);
  });
});

describe("the corrected resampled t-test", () => {
  const differences = [0.01, 0.03, 0.02, 0.04, 0];

  test("by hand: five folds, so that test over train is a quarter", () => {
    const found = correctedResampledTest(differences, 0.25)!;
    const error = Math.sqrt((0.2 + 0.25) * 2.5e-4); // variance of 0 ... 0.04 is 2.5e-4
    expect(found.difference).toBeCloseTo(0.02, 12);
    expect(found.high - found.difference).toBeCloseTo(2.7764 * error, 6);
    expect(found.low).toBeCloseTo(0.04 - found.high, 12);
    expect(found.p).toBeCloseTo(twoSidedP(0.02 / error, 4), 12);
    expect(found.p).toBeGreaterThan(0.05);
    // the test that forgets that training parts overlap is sure of it
    expect(correctedResampledTest(differences, 0)!.low).toBeGreaterThan(0);
  });

  test("a higher level is a wider interval; all equal is no spread", () => {
    const at = (level: number) => correctedResampledTest(differences, 0.25, level)!;
    expect(at(0.99).high).toBeGreaterThan(at(0.95).high);
    expect(correctedResampledTest([0.5, 0.5, 0.5], 0.5)).toEqual({
      difference: 0.5,
      low: 0.5,
      high: 0.5,
      p: 0,
    });
    expect(correctedResampledTest([0, 0], 0.5)).toMatchObject({ p: 1 });
  });

  test("one resample says nothing of resamples", () => {
    expect(correctedResampledTest([0.1], 0.5)).toBeUndefined();
  });
});

describe("the test over a given split and redrawn ones", () => {
  const differences = [0.01, 0.03, 0.02, 0.04, 0];
  const random = randomStream(3);
  const drawn = Float64Array.from({ length: 2000 }, () => 0.02 + 0.005 * random.normal());

  test("by hand: the variance over cases and that over splits, with Welch's degrees of freedom", () => {
    const found = redrawnTest(differences, drawn)!;
    const ofSplits = 2.5e-4 / 5;
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const ofCases = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (drawn.length - 1);
    const df = (ofCases + ofSplits) ** 2 / (ofSplits ** 2 / 4);
    const error = Math.sqrt(ofCases + ofSplits);
    expect(found.difference).toBeCloseTo(0.02, 12);
    expect(found.high - found.difference).toBeCloseTo(criticalT(0.05, df) * error, 9);
    expect(found.p).toBeCloseTo(twoSidedP(0.02 / error, df), 12);
    expect(redrawnTest(differences, drawn, 0.99)!.low).toBeLessThan(found.low);
  });

  test("with splits that agree it is the bootstrap's, with draws that agree the t-test over splits", () => {
    const cases = redrawnTest([0.02, 0.02, 0.02], drawn)!;
    expect(cases.high - cases.low).toBeCloseTo(2 * 1.96 * 0.005, 3);
    const splits = redrawnTest(differences, new Float64Array(500).fill(0.02))!;
    expect(splits.low).toBeCloseTo(correctedResampledTest(differences, 0)!.low, 9);
    expect(redrawnTest([0.02], drawn)).toBeUndefined();
    const none = redrawnTest([0, 0], new Float64Array(10))!;
    expect([none.low, none.high, none.p]).toEqual([0, 0, 1]);
  });

  // A nearest-mean classifier on two feature sets that tell as much, 30 training and 300 test cases.
  test("of nothing claims little, where the given split alone claims often: by 300 draws of the data", () => {
    const random = randomStream(5);
    const [n1, N, d] = [30, 330, 10];
    const claimed = { given: 0, redrawn: 0 };
    for (let set = 0; set < 300; set++) {
      const sides = [0, 1].map(() =>
        Array.from({ length: N }, (_, n) =>
          Float64Array.from({ length: d }, () => (n % 2 ? 0.35 : -0.35) + random.normal()),
        ),
      );
      const sums = new Float64Array(N);
      const tested = new Float64Array(N);
      const splits: number[] = [];
      let given = 0;
      for (let k = 0; k < 5; k++) {
        const order = Int32Array.from({ length: N }, (_, n) => n);
        if (k > 0) random.shuffle(order);
        const means = sides.map((rows) => {
          const mean = new Float64Array(d);
          for (const n of order.subarray(0, n1))
            for (let c = 0; c < d; c++) mean[c] += n % 2 ? rows[n][c] : -rows[n][c];
          return mean;
        });
        const steps = Array.from(order.subarray(n1), (n) => {
          const [a, b] = sides.map((rows, side) => {
            const score = rows[n].reduce((sum, value, c) => sum + value * means[side][c], 0);
            return Number(score > 0 === (n % 2 === 1));
          });
          sums[n] += a - b;
          tested[n]++;
          return a - b;
        });
        const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
        splits.push(mean);
        if (k === 0)
          given = mean / Math.sqrt(steps.reduce((sum, step) => sum + (step - mean) ** 2, 0) / steps.length ** 2);
      }
      const mean = splits.reduce((a, b) => a + b) / 5;
      const all = tested.reduce((a, b) => a + b);
      const deviation = Math.sqrt(sums.reduce((sum, value, n) => sum + (value - mean * tested[n]) ** 2, 0)) / all;
      const drawn = Float64Array.from({ length: 200 }, () => mean + deviation * random.normal());
      if (Math.abs(given) > 1.96) claimed.given++;
      const { low, high } = redrawnTest(splits, drawn)!;
      if (low > 0 || high < 0) claimed.redrawn++;
    }
    expect(claimed.given / 300).toBeGreaterThan(0.1);
    expect(claimed.redrawn / 300).toBeLessThan(0.09);
  });
});
