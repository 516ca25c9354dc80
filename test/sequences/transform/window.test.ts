import fc from "fast-check";
import { expect, test } from "vitest";
import { DataError, OptionError } from "../../../src/errors.js";
import { checkSequenceSet } from "../../../src/sequences/set/check.js";
import { addTimeChannels } from "../../../src/sequences/transform/time-channels.js";
import { lastWindows } from "../../../src/sequences/transform/window.js";
import { anySet, cellsOf, makeSet } from "../set/make-set.js";

const one = (...cells: (number | null)[]) => cells.map((cell) => [cell]);

test("each event becomes the event and up to length - 1 before it, never across entities", () => {
  const set = makeSet([one(1, 2, null, 4), [], one(9)], {
    ids: ["ann", "bob", "cy"],
    times: Float64Array.of(10, 20, 30, 40, 5),
    weights: Float32Array.of(1, 2, 3),
    statics: { names: ["age", "n"], values: Float32Array.of(30, 4, 40, 0, 50, 1) },
  });
  const stepLabels = Int32Array.of(0, 1, 0, 2, 1);
  const windows = lastWindows(set, { length: 3, stepLabels, classNames: ["x", "y", "z"] });
  checkSequenceSet(windows, "windows");
  expect(cellsOf(windows)).toEqual([one(1), one(1, 2), one(1, 2, null), one(2, null, 4), one(9)]);
  expect(windows.ids).toEqual(["ann#1", "ann#2", "ann#3", "ann#4", "cy#1"]);
  expect(windows.entities).toEqual(["ann", "ann", "ann", "ann", "cy"]);
  expect([...windows.labels!]).toEqual([0, 1, 0, 2, 1]);
  expect(windows.classNames).toEqual(["x", "y", "z"]);
  expect([...windows.times!]).toEqual([10, 10, 20, 10, 20, 30, 20, 30, 40, 5]);
  expect([...windows.weights!]).toEqual([1, 1, 1, 1, 3]);
  expect([...windows.statics!.values]).toEqual([30, 4, 30, 4, 30, 4, 30, 4, 50, 1]);
});

test("stride thins the windows, not their steps", () => {
  const windows = lastWindows(makeSet([one(1, 2, 3, 4)]), { length: 2, stride: 2 });
  expect(cellsOf(windows)).toEqual([one(1), one(2, 3)]);
  expect(windows.labels).toBeUndefined();
});

test("bad lengths and labels are refused", () => {
  const set = makeSet([one(1, 2)]);
  expect(() => lastWindows(set, { length: 0 })).toThrow(OptionError);
  expect(() => lastWindows(set, { length: 2, stride: 0.5 })).toThrow(OptionError);
  expect(() => lastWindows(set, { length: 2, stepLabels: Int32Array.of(1) })).toThrow(DataError);
});

test("there is one window per event, and it ends with that event", () => {
  fc.assert(
    fc.property(anySet, fc.integer({ min: 1, max: 13 }), (set, length) => {
      const cells = cellsOf(set);
      const expected = cells.flatMap((steps) => steps.map((_, k) => steps.slice(Math.max(0, k + 1 - length), k + 1)));
      expect(cellsOf(lastWindows(set, { length }))).toEqual(expected);
    }),
  );
});

test("time channels: gap to the step before, hour of the day in UTC", () => {
  const six = Date.UTC(2024, 1, 29, 6) / 1000;
  const set = makeSet([one(1, null), [], one(3)], { times: Float64Array.of(six, six + 99, six + 12 * 3600) });
  const timed = addTimeChannels(set, { calendar: true });
  expect(timed.channels.map(({ name }) => name)).toEqual(["c0", "time_gap", "hour_sin", "hour_cos"]);
  const [[first, second], , [third]] = cellsOf(timed);
  expect(first.slice(0, 3)).toEqual([1, 0, 1]);
  expect(first[3]).toBeCloseTo(0, 6);
  expect(second[0]).toBeNull();
  expect(second[1]).toBeCloseTo(Math.log(100), 6);
  expect(third.slice(1, 3)).toEqual([0, -1]); // 18:00
  expect(addTimeChannels(set, { calendar: false }).channels).toHaveLength(2);
});

test("time channels need times and free names", () => {
  expect(() => addTimeChannels(makeSet([one(1)]), { calendar: false })).toThrow(DataError);
  const taken = makeSet([one(1)], {
    times: Float64Array.of(1),
    channels: [{ name: "time_gap", kind: "numeric" }],
  });
  expect(() => addTimeChannels(taken, { calendar: false })).toThrow(OptionError);
});
