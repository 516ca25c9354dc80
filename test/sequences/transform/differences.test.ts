import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkSequenceSet } from "../../../src/sequences/set/check.js";
import { isObserved } from "../../../src/sequences/set/sequence-set.js";
import { addDifferences } from "../../../src/sequences/transform/differences.js";
import { anySet, cellsOf, makeSet } from "../set/make-set.js";

describe("addDifferences", () => {
  test("is the change since the step before, 0 at the first step", () => {
    const set = addDifferences(
      makeSet([
        [
          [1, 10],
          [3, 9],
          [2, 9],
        ],
        [[5, 5]],
        [],
      ]),
    );
    expect(set.channels.map(({ name, kind }) => [name, kind])).toEqual([
      ["c0", "numeric"],
      ["c1", "numeric"],
      ["c0_difference", "numeric"],
      ["c1_difference", "numeric"],
    ]);
    expect(cellsOf(set)).toEqual([
      [
        [1, 10, 0, 0],
        [3, 9, 2, -1],
        [2, 9, -1, 0],
      ],
      [[5, 5, 0, 0]],
      [],
    ]);
    expect(set.observed).toBeUndefined();
  });

  test("is missing where one of the two is", () => {
    const set = addDifferences(makeSet([[[null], [3], [4], [null], [6], [7]]]));
    expect(cellsOf(set)[0].map(([, difference]) => difference)).toEqual([null, null, 1, null, null, 1]);
    const F = set.channels.length;
    set.values.forEach((value, k) => {
      if (k % F === 1 && !isObserved(set, k)) expect(value).toBe(0);
    });
  });

  test("leaves categories, and everything else, alone", () => {
    const before = makeSet(
      [
        [
          [1, 2],
          [2, 3],
        ],
      ],
      { categorical: 1, labels: Int32Array.of(1), classNames: ["x", "y"] },
    );
    const set = addDifferences(before);
    expect(set.channels.map(({ name }) => name)).toEqual(["c0", "c1", "c0_difference"]);
    expect(cellsOf(set)[0]).toEqual([
      [1, 2, 0],
      [2, 3, 1],
    ]);
    expect([set.labels, set.classNames, set.ids, set.offsets]).toEqual([
      before.labels,
      before.classNames,
      before.ids,
      before.offsets,
    ]);
  });

  test("refuses a name that is taken", () => {
    const set = addDifferences(makeSet([[[1], [2]]]));
    expect(() => addDifferences(set)).toThrow(/the channel "c0_difference" exists already/);
  });

  test("sums of differences give the values back, and a step with nothing observed stays one", () => {
    fc.assert(
      fc.property(anySet, (set) => {
        const result = addDifferences(set);
        checkSequenceSet(result, "differences");
        const before = cellsOf(set);
        cellsOf(result).forEach((steps, n) => {
          steps.forEach((cells, t) => {
            const F = before[n][t].length;
            expect(cells.slice(0, F)).toEqual(before[n][t]);
            if (before[n][t].every((cell) => cell === null)) expect(cells.every((cell) => cell === null)).toBe(true);
            cells.slice(F).forEach((difference, f) => {
              const here = before[n][t][f];
              const last = t === 0 ? here : before[n][t - 1][f];
              if (here === null || last === null) expect(difference).toBeNull();
              else expect(difference).toBe(Math.fround(here - last));
            });
          });
        });
      }),
      { numRuns: 100, seed: 6 },
    );
  });
});
