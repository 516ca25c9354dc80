import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkSequenceSet } from "../../../src/sequences/set/check.js";
import { countOf, isObserved, type SequenceSet, selectSequences } from "../../../src/sequences/set/sequence-set.js";
import { splitGrouped } from "../../../src/sequences/set/split.js";
import { channelStatistics } from "../../../src/sequences/transform/channel-statistics.js";
import { noisyCopies } from "../../../src/sequences/transform/noisy-copies.js";
import { randomSeries } from "../../series.js";
import { anySet, cellsOf, makeSet } from "../set/make-set.js";

const data = () => randomSeries({ N: 5, F: 3, lengths: (n) => 7 + n, missing: 0.2 });
/** Values of copy c less those they were made of. */
function noiseOf(set: SequenceSet, copied: SequenceSet, c: number): number[] {
  const { length } = set.values;
  return Array.from(set.values, (value, k) => copied.values[c * length + k] - value);
}

describe("noisyCopies", () => {
  test("without noise is the set again and again; the input stays as it was", () => {
    fc.assert(
      fc.property(anySet, fc.integer({ min: 1, max: 3 }), (set, copies) => {
        const before = set.values.slice();
        const copied = noisyCopies(set, { stddev: 0, copies });
        checkSequenceSet(copied, "copies");
        const plus = (cell: number | null) => (cell === null ? null : cell + 0); // -0 and 0 are one number
        const plain = (of: SequenceSet) => cellsOf(of).map((steps) => steps.map((step) => step.map(plus)));
        expect(plain(copied)).toEqual(Array.from({ length: copies }, () => plain(set)).flat());
        noisyCopies(set, { stddev: 1, copies });
        expect(set.values).toEqual(before);
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  test("noise has the asked share of each channel's own deviation, about 0", () => {
    const cells = Array.from({ length: 40 }, (_, n) =>
      Array.from({ length: 50 }, (_, t) => [Math.sin(n + t), 1000 + 300 * Math.cos(2 * n + t), 6]),
    );
    const set = makeSet(cells);
    const copied = noisyCopies(set, { stddev: 0.5, copies: 2 });
    for (const [f, spread] of [0, 1].map((f) => [f, 0.5 * channelStatistics(set, f, 0, 2000).std] as const)) {
      const noise = [0, 1].flatMap((c) => noiseOf(set, copied, c).filter((_, k) => k % 3 === f));
      const mean = noise.reduce((sum, x) => sum + x, 0) / noise.length;
      const deviation = Math.sqrt(noise.reduce((sum, x) => sum + x * x, 0) / noise.length);
      // 4000 draws: standard errors spread / 63 of the mean, spread / 89 of the deviation; four of each
      expect(Math.abs(mean)).toBeLessThan((4 * spread) / 63);
      expect(Math.abs(deviation - spread)).toBeLessThan((4 * spread) / 89);
    }
    expect(noiseOf(set, copied, 0).filter((_, k) => k % 3 === 2)).toEqual(new Array(2000).fill(0)); // constant
  });

  test("gaps and categories stay", () => {
    const cells = [
      [
        [1, 2],
        [null, 0],
        [5, null],
      ],
      [[9, 1]],
    ];
    const set = makeSet(cells, { categorical: 1 });
    const copied = noisyCopies(set, { stddev: 0.5, copies: 2 });
    expect(cellsOf(copied).map((steps) => steps.map(([, word]) => word))).toEqual(
      [...cells, ...cells].map((steps) => steps.map(([, word]) => word)),
    );
    expect(cellsOf(copied).map((steps) => steps.map(([value]) => value === null))).toEqual(
      [...cells, ...cells].map((steps) => steps.map(([value]) => value === null)),
    );
    copied.values.forEach((value, k) => {
      if (!isObserved(copied, k)) expect(value).toBe(0);
    });
  });

  test("each copy has noise of its own, which seed, sequence and copy name", () => {
    const set = data();
    const copied = noisyCopies(set, { stddev: 0.5, copies: 3, seed: 7 });
    const [a, b] = [0, 1].map((c) => noiseOf(set, copied, c));
    expect(a).not.toEqual(b);
    expect(noisyCopies(set, { stddev: 0.5, copies: 3, seed: 7 })).toEqual(copied);
    expect(noisyCopies(set, { stddev: 0.5, copies: 3, seed: 8 }).values).not.toEqual(copied.values);
    const two = noisyCopies(set, { stddev: 0.5, copies: 2, seed: 7 });
    expect(two.values).toEqual(copied.values.subarray(0, two.values.length));
    // sequences of one copy do not share noise either
    const first = set.offsets[1] * 3;
    expect(a.slice(0, first)).not.toEqual(a.slice(first, 2 * first));
  });

  test("a copy keeps label, weight, times and statics; its name tells which it is", () => {
    const set: SequenceSet = {
      ...data(),
      times: Float64Array.from({ length: 7 + 8 + 9 + 10 + 11 }, (_, s) => s),
      weights: Float32Array.of(1, 2, 3, 4, 5),
      statics: { names: ["age"], values: Float32Array.of(50, 51, 52, 53, 54) },
    };
    const copied = noisyCopies(set, { stddev: 0.5, copies: 2 });
    checkSequenceSet(copied, "copies");
    expect(copied.ids).toEqual([...set.ids.map((id) => `${id}#0`), ...set.ids.map((id) => `${id}#1`)]);
    const kept = ({ labels, weights, times, statics, classNames, offsets, observed }: SequenceSet) => ({
      ...{ labels, weights, times, statics, classNames, offsets, observed },
    });
    for (const c of [0, 1]) {
      const copy = selectSequences(
        copied,
        set.ids.map((_, n) => c * 5 + n),
      );
      expect(kept(copy)).toEqual(kept(set));
    }
  });

  test("no split by entity parts the copies of a sequence", () => {
    const set = data();
    const copied = noisyCopies(set, { stddev: 0.5, copies: 3 });
    expect(copied.entities).toEqual([...set.ids, ...set.ids, ...set.ids]);
    const { first, second } = splitGrouped(copied, 0.6, 1);
    const owners = (side: Int32Array) => new Set(Array.from(side, (k) => k % 5));
    expect([...owners(first)].filter((n) => owners(second).has(n))).toEqual([]);
    expect(owners(second).size).toBeGreaterThan(0);
    const owned = { ...set, entities: ["x", "x", "y", "y", "z"] };
    expect(noisyCopies(owned, { stddev: 0.5, copies: 2 }).entities).toEqual([...owned.entities, ...owned.entities]);
  });

  test("an empty set gives an empty one; other options are refused", () => {
    expect(countOf(noisyCopies(makeSet([]), { stddev: 0.5 }))).toBe(0);
    const set = data();
    expect(countOf(noisyCopies(set, { stddev: 0.5 }))).toBe(20);
    for (const stddev of [-0.1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => noisyCopies(set, { stddev })).toThrow(/noisyCopies: stddev is .*0 or more/);
    for (const copies of [0, 1.5, -1])
      expect(() => noisyCopies(set, { stddev: 0.5, copies })).toThrow(/noisyCopies: copies is .*above 0/);
  });
});
