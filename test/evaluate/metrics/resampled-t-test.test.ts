import { describe, expect, test } from "vitest";
import { correctedResampledTest, criticalT, twoSidedP } from "../../../src/evaluate/metrics/resampled-t-test.js";

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
