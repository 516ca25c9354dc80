import fc from "fast-check";
import { expect, test } from "vitest";
import { isObserved } from "../../../src/sequences/set/sequence-set.js";
import { interpolate } from "../../../src/sequences/transform/interpolate.js";
import { anySet, cellsOf, makeSet } from "../set/make-set.js";

const one = (...cells: (number | null)[]) => cells.map((cell) => [cell]);

test("linear: straight lines inside, the nearest value at both ends", () => {
  const set = makeSet([one(null, 1, null, null, 7, null), one(5, null)]);
  const filled = interpolate(set, "linear");
  expect(cellsOf(filled)).toEqual([one(1, 1, 3, 5, 7, 7), one(5, 5)]);
  expect(filled.observed).toBeUndefined();
  expect(set.values[0]).toBe(0); // the input is left alone
});

test("previous holds the last value, a leading gap takes the next", () => {
  const filled = interpolate(makeSet([one(null, 1, null, 7, null)]), "previous");
  expect(cellsOf(filled)).toEqual([one(1, 1, 1, 7, 7)]);
});

test("with times the lines are straight in time, not in steps", () => {
  const set = makeSet([one(0, null, 10), one(2, null, null, 4)], {
    times: Float64Array.of(0, 9, 10, 100, 100, 101, 104),
  });
  expect(cellsOf(interpolate(set, "linear"))).toEqual([one(0, 9, 10), one(2, 2, 2.5, 4)]);
});

test("categorical channels use previous even when linear is asked", () => {
  const set = makeSet(
    [
      [
        [0, null],
        [null, 1],
        [4, null],
        [6, 3],
      ],
    ],
    { categorical: 1 },
  );
  expect(cellsOf(interpolate(set, "linear"))).toEqual([
    [
      [0, 1],
      [2, 1],
      [4, 1],
      [6, 3],
    ],
  ]);
});

test("a channel with nothing observed in a series stays missing; none, empty and single steps change nothing", () => {
  const set = makeSet([
    [],
    [[null, 2]],
    [
      [1, null],
      [null, null],
    ],
  ]);
  expect(cellsOf(interpolate(set, "linear"))).toEqual([
    [],
    [[null, 2]],
    [
      [1, null],
      [1, null],
    ],
  ]);
  expect(interpolate(set, "none")).toBe(set);
});

test("observed values never change, filled ones lie between the observed extremes", () => {
  fc.assert(
    fc.property(anySet, fc.constantFrom("linear", "previous" as const), (set, method) => {
      const filled = interpolate(set, method);
      const F = set.channels.length;
      for (let n = 0; n < set.ids.length; n++)
        for (let f = 0; f < F; f++) {
          const ks = Array.from(
            { length: set.offsets[n + 1] - set.offsets[n] },
            (_, t) => (set.offsets[n] + t) * F + f,
          );
          const seen = ks.filter((k) => isObserved(set, k));
          const values = seen.map((k) => set.values[k]);
          for (const k of ks) {
            expect(isObserved(filled, k)).toBe(seen.length > 0);
            if (seen.includes(k)) expect(filled.values[k]).toBe(set.values[k]);
            else if (seen.length > 0) {
              expect(filled.values[k]).toBeGreaterThanOrEqual(Math.min(...values));
              expect(filled.values[k]).toBeLessThanOrEqual(Math.max(...values));
            }
          }
        }
    }),
  );
});
