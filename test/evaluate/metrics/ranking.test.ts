import fc from "fast-check";
import { expect, test } from "vitest";
import { averagePrecision, rocAuc } from "../../../src/evaluate/metrics/ranking.js";

test("both by hand, with a tie across positive and negative", () => {
  const scores = [0.9, 0.8, 0.8, 0.3, 0.1];
  const positive = [true, true, false, false, true];
  expect(rocAuc(scores, positive)).toBeCloseTo((2 + 1.5 + 0) / 6, 15);
  expect(averagePrecision(scores, positive)).toBeCloseTo((1 + 2 / 3 + 3 / 5) / 3, 15);
});

test("no positive, or no negative, has no area", () => {
  expect(rocAuc([1, 2], [true, true])).toBeNull();
  expect(rocAuc([1, 2], [false, false])).toBeNull();
  expect(averagePrecision([1, 2], [false, false])).toBeNull();
  expect(averagePrecision([1, 2], [true, true])).toBe(1);
  expect(rocAuc([], [])).toBeNull();
});

test("laws: counting pairs, reversed scores, chance level of one tie, order of cases", () => {
  const cases = fc.array(fc.record({ score: fc.integer({ min: -3, max: 3 }), positive: fc.boolean() }), {
    maxLength: 17,
  });
  fc.assert(
    fc.property(cases, (rows) => {
      const scores = rows.map((row) => row.score);
      const positive = rows.map((row) => row.positive);
      const pairs = rows.flatMap((p) =>
        p.positive ? rows.filter((n) => !n.positive).map((n) => (Math.sign(p.score - n.score) + 1) / 2) : [],
      );
      const area = rocAuc(scores, positive);
      if (pairs.length === 0) {
        expect(area).toBeNull();
        return;
      }
      expect(area).toBeCloseTo(pairs.reduce((a, b) => a + b) / pairs.length, 12);
      expect(
        rocAuc(
          scores.map((s) => -s),
          positive,
        ),
      ).toBeCloseTo(1 - area!, 12);
      const share = positive.filter(Boolean).length / rows.length;
      expect(
        rocAuc(
          scores.map(() => 2),
          positive,
        ),
      ).toBe(0.5);
      expect(
        averagePrecision(
          scores.map(() => 2),
          positive,
        ),
      ).toBeCloseTo(share, 12);
      expect(averagePrecision([...scores].reverse(), [...positive].reverse())).toBeCloseTo(
        averagePrecision(scores, positive)!,
        12,
      );
    }),
  );
});
