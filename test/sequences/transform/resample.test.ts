import { expect, test } from "vitest";
import { DataError, OptionError } from "../../../src/errors.js";
import { resampleToGrid, resampleToLength } from "../../../src/sequences/transform/resample.js";
import { cellsOf, makeSet } from "../set/make-set.js";

const one = (...cells: (number | null)[]) => cells.map((cell) => [cell]);
const timed = makeSet([one(0, 4, 10), [], one(7), one(1, null, 3)], {
  times: Float64Array.of(100, 102, 105, 50, 0, 2, 4),
});

test("a grid begins at each sequence's first time", () => {
  const linear = resampleToGrid(timed, { step: 2, method: "linear" });
  expect(cellsOf(linear)).toEqual([one(0, 4, 8), [], one(7), one(1, 2, 3)]);
  expect([...linear.times!]).toEqual([100, 102, 104, 50, 0, 2, 4]);
  expect(linear.observed).toBeUndefined();
  expect(cellsOf(resampleToGrid(timed, { step: 2, method: "previous" }))[0]).toEqual(one(0, 4, 4));
});

test("none averages what falls into a bin and leaves empty bins missing", () => {
  const binned = resampleToGrid(timed, { step: 3, method: "none" });
  expect(cellsOf(binned)).toEqual([one(2, 10), [], one(7), one(1, 3)]);
  expect(cellsOf(resampleToGrid(timed, { step: 1, method: "none" }))[0]).toEqual(one(0, null, 4, null, null, 10));
});

test("categorical channels are never averaged", () => {
  const set = makeSet(
    [
      [
        [1, 2],
        [3, 3],
        [5, 1],
      ],
    ],
    { categorical: 1, times: Float64Array.of(0, 1, 4) },
  );
  expect(cellsOf(resampleToGrid(set, { step: 2, method: "none" }))).toEqual([
    [
      [2, 3],
      [null, null],
      [5, 1],
    ],
  ]);
  expect(cellsOf(resampleToGrid(set, { step: 2, method: "linear" }))[0].map((step) => step[1])).toEqual([2, 3, 1]);
});

test("three steps of 0.1 s fit into 0.3 s", () => {
  const set = makeSet([one(0, 3)], { times: Float64Array.of(0, 0.3) });
  expect(cellsOf(resampleToGrid(set, { step: 0.1, method: "linear" }))[0]).toHaveLength(4);
});

test("a grid needs times and a sensible step", () => {
  expect(() => resampleToGrid(makeSet([one(1)]), { step: 1, method: "linear" })).toThrow(DataError);
  expect(() => resampleToGrid(timed, { step: 0, method: "linear" })).toThrow(OptionError);
  expect(() => resampleToGrid(timed, { step: 1e-9, method: "linear" })).toThrow(/larger step/);
});

test("to a length: ends meet ends, a single step repeats, an empty sequence is all missing", () => {
  const set = makeSet([one(0, 10), one(1, null, 3, 4, 5), one(7), []], {
    times: Float64Array.of(0, 8, 0, 1, 2, 3, 4, 9),
  });
  const equal = resampleToLength(set, 5);
  expect(cellsOf(equal)).toEqual([
    one(0, 2.5, 5, 7.5, 10),
    one(1, 2, 3, 4, 5),
    one(7, 7, 7, 7, 7),
    one(null, null, null, null, null),
  ]);
  expect([...equal.times!.subarray(0, 5)]).toEqual([0, 2, 4, 6, 8]);
  expect(cellsOf(resampleToLength(set, 1))[0]).toEqual(one(5));
  expect(() => resampleToLength(set, 0)).toThrow(OptionError);
});
