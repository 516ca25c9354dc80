import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkSequenceSet } from "../../../src/sequences/set/check.js";
import { isObserved, lengthOf, selectSequences } from "../../../src/sequences/set/sequence-set.js";
import { type AugmentOptions, augmentedView } from "../../../src/sequences/transform/augment.js";
import { randomSeries } from "../../series.js";
import { anySet, cellsOf, makeSet } from "../set/make-set.js";

const still: AugmentOptions = { scale: 0, jitter: 0, crop: 1, segments: 0 };
const name = { seed: 1, update: 0, view: 0 };
const ramp = (L: number, seen: (t: number) => boolean = () => true) =>
  Array.from({ length: L }, (_, t) => [seen(t) ? t : null]);

describe("augmentedView", () => {
  test("with everything off is the batch itself", () => {
    fc.assert(
      fc.property(anySet, (set) => {
        const indices = set.ids.map((_, n) => n).reverse();
        const view = augmentedView(set, indices, name, still);
        checkSequenceSet(view, "view");
        const plus = (cell: number | null) => (cell === null ? null : cell + 0); // -0 and 0 are one number
        const plain = (of: typeof set) => cellsOf(of).map((steps) => steps.map((step) => step.map(plus)));
        expect(plain(view)).toEqual(plain(selectSequences(set, indices)));
        expect(view.ids).toEqual([...set.ids].reverse());
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  test("lengths stay, and what is not there holds 0", () => {
    fc.assert(
      fc.property(anySet, fc.nat({ max: 99 }), (set, update) => {
        const view = augmentedView(
          set,
          set.ids.map((_, n) => n),
          { ...name, update },
        );
        checkSequenceSet(view, "view");
        expect(view.offsets).toEqual(set.offsets);
        view.values.forEach((value, k) => {
          if (!isObserved(view, k)) expect(value).toBe(0);
          expect(Number.isFinite(value)).toBe(true);
        });
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  test("a view depends on seed, update, view and sequence, not on its companions", () => {
    const set = randomSeries({ N: 4, lengths: (n) => 20 + n });
    const rowOf = (indices: number[], which: number, change = {}) => {
      const view = augmentedView(set, indices, { ...name, ...change });
      return Array.from(view.values.subarray(view.offsets[which] * 2, view.offsets[which + 1] * 2));
    };
    const base = rowOf([2], 0);
    expect(rowOf([0, 3, 2], 2)).toEqual(base);
    for (const change of [{ seed: 2 }, { update: 1 }, { view: 1 }]) expect(rowOf([2], 0, change)).not.toEqual(base);
    expect(rowOf([2], 0)).toEqual(base);
  });

  test("scale is one factor a sequence, 1 + 0.2 N(0, 1)", () => {
    const N = 400;
    const set = makeSet(
      Array.from({ length: N }, () => [
        [1, 10],
        [2, 20],
        [3, 30],
      ]),
    );
    const view = augmentedView(
      set,
      set.ids.map((_, n) => n),
      name,
      { ...still, scale: 0.2 },
    );
    const factors = cellsOf(view).map((steps) => {
      const factor = steps[0][0]!;
      steps.forEach(([a, b], t) => {
        expect(a).toBeCloseTo(factor * (t + 1), 5);
        expect(b).toBeCloseTo(10 * factor * (t + 1), 4);
      });
      return factor;
    });
    const mean = factors.reduce((sum, f) => sum + f, 0) / N;
    const std = Math.sqrt(factors.reduce((sum, f) => sum + (f - mean) ** 2, 0) / N);
    expect(Math.abs(mean - 1)).toBeLessThan((4 * 0.2) / Math.sqrt(N));
    expect(Math.abs(std - 0.2)).toBeLessThan((4 * 0.2) / Math.sqrt(2 * N));
  });

  test("jitter is noise of its own on every number", () => {
    const L = 2000;
    const view = augmentedView(makeSet([ramp(L)]), [0], name, { ...still, jitter: 0.05 });
    const noise = Array.from(view.values, (value, t) => value - t);
    const std = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / L);
    expect(Math.abs(std - 0.05)).toBeLessThan((4 * 0.05) / Math.sqrt(2 * L));
    const neighbours = noise.slice(1).reduce((sum, value, t) => sum + value * noise[t], 0) / L;
    expect(Math.abs(neighbours)).toBeLessThan((4 * 0.05 ** 2) / Math.sqrt(L));
  });

  test("the crop is 60 to 100 % of the sequence, linear, ends included", () => {
    const L = 101;
    const set = makeSet(Array.from({ length: 300 }, () => ramp(L)));
    const view = augmentedView(
      set,
      set.ids.map((_, n) => n),
      name,
      { ...still, crop: 0.6 },
    );
    const spans = cellsOf(view).map((steps) => {
      const values = steps.map(([value]) => value!);
      const span = values[L - 1] - values[0];
      expect(values[0]).toBeGreaterThanOrEqual(0);
      expect(values[L - 1]).toBeLessThanOrEqual(L - 1);
      values.forEach((value, t) => {
        expect(value).toBeCloseTo(values[0] + (span * t) / (L - 1), 3);
      });
      return (span + 1) / L; // cut steps over all steps
    });
    expect(Math.min(...spans)).toBeGreaterThan(0.59);
    expect(Math.min(...spans)).toBeLessThan(0.63);
    expect(Math.max(...spans)).toBeLessThanOrEqual(1);
    expect(Math.max(...spans)).toBeGreaterThan(0.97);
    const starts = cellsOf(view).map((steps) => steps[0][0]!);
    expect(Math.max(...starts)).toBeGreaterThan(25); // cut anywhere, not at the front only
  });

  test("missing values stay missing when stretched, and are never read", () => {
    const L = 50;
    const set = makeSet(Array.from({ length: 40 }, () => ramp(L, (t) => t % 10 < 6)));
    const view = augmentedView(
      set,
      set.ids.map((_, n) => n),
      name,
      { ...still, crop: 0.6 },
    );
    let missing = 0;
    for (const steps of cellsOf(view))
      for (const [value] of steps) {
        if (value === null) missing++;
        else expect(value % 10).toBeLessThanOrEqual(5 + 1e-4); // 0 to 5 were observed, 6 to 9 were not
      }
    expect(missing / (40 * L)).toBeGreaterThan(0.3);
    expect(missing / (40 * L)).toBeLessThan(0.5);
  });

  test("two segments of a tenth are blanked: numbers to 0, categories to missing", () => {
    const L = 40;
    const cases = Array.from({ length: 60 }, () => Array.from({ length: L }, () => [7, 2]));
    const set = makeSet(cases, { categorical: 1 });
    const view = augmentedView(
      set,
      set.ids.map((_, n) => n),
      name,
      { ...still, segments: 2, segment: 0.1 },
    );
    const counts = cellsOf(view).map((steps) => {
      let blank = 0;
      let runs = 0;
      steps.forEach(([number, category], t) => {
        expect(category === null).toBe(number === 0);
        if (number !== 0) {
          expect([number, category]).toEqual([7, 2]);
          return;
        }
        blank++;
        if (t === 0 || steps[t - 1][0] !== 0) runs++;
      });
      expect(runs).toBeLessThanOrEqual(2);
      expect(blank).toBeGreaterThanOrEqual(4);
      expect(blank).toBeLessThanOrEqual(8);
      return blank;
    });
    expect(counts.filter((count) => count === 8).length).toBeGreaterThan(30); // most pairs do not overlap
  });

  test("empty and single steps, categories without scale or noise", () => {
    const set = makeSet([[], [[3, 1]]], { categorical: 1 });
    const view = augmentedView(set, [0, 1], name);
    expect(lengthOf(view, 0)).toBe(0);
    const [[number, category]] = cellsOf(view)[1];
    expect(category).toBe(1);
    expect(number).not.toBe(3);
    expect(number).not.toBe(0); // a tenth of one step is none
  });

  test("refuses what makes no sense", () => {
    const set = makeSet([ramp(3)]);
    for (const options of [{ scale: -1 }, { jitter: -1 }, { crop: 0 }, { segments: 0.5 }, { segment: 1 }])
      expect(() => augmentedView(set, [0], name, options)).toThrow(new RegExp(`${Object.keys(options)[0]}.: got`));
  });
});
