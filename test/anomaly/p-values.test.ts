import { describe, expect, test } from "vitest";
import { pValuesOf, rateRange } from "../../src/anomaly/p-values.js";
import { randomStream } from "../../src/random.js";

const scores = (...values: number[]) => Float64Array.of(...values);

describe("p-values", () => {
  test("count the held-out scores that are as high or higher, and the case itself", () => {
    const held = scores(1, 2, 2, 5);
    expect(Array.from(pValuesOf([held], [scores(0, 1, 1.5, 2, 2.5, 5, 6)]))).toEqual(
      [5, 5, 4, 4, 2, 2, 1].map((count) => count / 5),
    );
  });

  test("of several parts: each held-out case against the score of its own part", () => {
    const held = [scores(1, 3), scores(10, 20, 30)];
    // 2 of the first part beats one, 15 of the second beats one
    expect(Array.from(pValuesOf(held, [scores(2), scores(15)]))).toEqual([(1 + 1 + 2) / 6]);
  });

  test("a score that is not there is no anomaly", () => {
    expect(Array.from(pValuesOf([scores(1, 2)], [scores(Number.NaN)]))).toEqual([1]);
  });

  test("of exchangeable cases no more than the level are called, whatever the level", () => {
    const random = randomStream(11, 4242);
    const [n, draws] = [19, 4000];
    for (const level of [0.05, 0.1, 0.3]) {
      let called = 0;
      for (let draw = 0; draw < draws; draw++) {
        const held = Float64Array.from({ length: n }, () => random.normal()).sort();
        if (pValuesOf([held], [scores(random.normal())])[0] <= level) called++;
      }
      const sd = Math.sqrt((level * (1 - level)) / draws);
      expect(Math.abs(called / draws - level)).toBeLessThan(4 * sd); // 20 * level is whole: the level is met
    }
  });
});

describe("between which rates nine of ten fits lie", () => {
  test("of one p-value among 19: the least of 19 uniform numbers", () => {
    const { low, high } = rateRange(19, 0.05);
    expect(1 - (1 - low) ** 19).toBeCloseTo(0.05, 9);
    expect(1 - (1 - high) ** 19).toBeCloseTo(0.95, 9);
  });

  test("agrees with draws, and narrows with the held-out cases", () => {
    const random = randomStream(12, 4242);
    const rates = Array.from({ length: 4000 }, () => {
      const held = Float64Array.from({ length: 99 }, () => random.uniform()).sort();
      return 1 - held[99 - 5]; // called: above the fifth from the top
    }).sort((a, b) => a - b);
    const { low, high } = rateRange(99, 0.05);
    expect(Math.abs(rates[200] - low)).toBeLessThan(0.003);
    expect(Math.abs(rates[3800] - high)).toBeLessThan(0.005);
    const many = rateRange(9999, 0.05);
    expect(many.low).toBeGreaterThan(0.046);
    expect(many.high).toBeLessThan(0.054);
  });

  test("none where no p-value reaches the level, all where every one does", () => {
    expect(rateRange(18, 0.05)).toEqual({ low: 0, high: 0 });
    expect(rateRange(18, 1)).toEqual({ low: 1, high: 1 });
  });
});
