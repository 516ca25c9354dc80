import fc from "fast-check";
import { expect, test } from "vitest";
import { DataError } from "../../../src/errors.js";
import { checkSequenceSet } from "../../../src/sequences/set/check.js";
import { concatSequences } from "../../../src/sequences/set/concat.js";
import { selectSequences } from "../../../src/sequences/set/sequence-set.js";
import { anySet, cellsOf, makeSet } from "./make-set.js";

test("sequences of both, the first one's first, missing values where they were", () => {
  fc.assert(
    fc.property(anySet, (set) => {
      const turned = selectSequences(
        set,
        set.ids.map((_, n) => set.ids.length - 1 - n),
      );
      const joined = concatSequences(set, turned);
      checkSequenceSet(joined, "joined");
      expect(cellsOf(joined)).toEqual([...cellsOf(set), ...cellsOf(turned)]);
      expect(joined.ids).toEqual([...set.ids, ...turned.ids]);
    }),
  );
});

test("a bitmap is made where only one part has one", () => {
  const full = makeSet([[[1], [2], [3]]]);
  const holey = makeSet([[[null], [5]]]);
  expect(cellsOf(concatSequences(full, holey))).toEqual([
    [[1], [2], [3]],
    [[null], [5]],
  ]);
  expect(cellsOf(concatSequences(holey, full))).toEqual([
    [[null], [5]],
    [[1], [2], [3]],
  ]);
  expect(concatSequences(full, full).observed).toBeUndefined();
});

test("labels, times, entities, weights and static columns follow their sequences", () => {
  const extras = (labels: number[], first: number) => ({
    labels: Int32Array.from(labels),
    classNames: ["a", "b"],
    times: Float64Array.of(first, first + 1, first + 2),
    entities: labels.map((_, n) => `e${first + n}`),
    weights: Float32Array.from(labels, (_, n) => first + n),
    statics: { names: ["age"], values: Float32Array.from(labels, (_, n) => 10 * (first + n)) },
  });
  const one = makeSet([[[1], [2]], [[3]]], extras([0, 1], 1));
  const two = makeSet([[[4], [5], [6]]], extras([1], 7));
  expect(concatSequences(one, two)).toMatchObject({
    offsets: Int32Array.of(0, 2, 3, 6),
    labels: Int32Array.of(0, 1, 1),
    times: Float64Array.of(1, 2, 3, 7, 8, 9),
    entities: ["e1", "e2", "e7"],
    weights: Float32Array.of(1, 2, 7),
    statics: { names: ["age"], values: Float32Array.of(10, 20, 70) },
  });
});

test("parts that do not fit are refused", () => {
  const set = makeSet([[[1]]], { labels: Int32Array.of(0), classNames: ["a"] });
  for (const other of [makeSet([[[1, 2]]]), { ...set, classNames: ["b"] }, makeSet([[[1]]], { categorical: 1 })])
    expect(() => concatSequences(set, other)).toThrow(DataError);
});
