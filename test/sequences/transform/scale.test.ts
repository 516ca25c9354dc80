import fc from "fast-check";
import { expect, test } from "vitest";
import { DataError, OptionError } from "../../../src/errors.js";
import {
  fitScaler,
  scaleSequences,
  seriesStatistics,
  unscaleSequences,
} from "../../../src/sequences/transform/scale.js";
import { anySet, cellsOf, makeSet } from "../set/make-set.js";

const train = makeSet(
  [
    [
      [1, 10, 2],
      [2, null, 1],
      [3, 30, 0],
    ],
    [
      [4, 20, 3],
      [100, 60, 3],
    ],
  ],
  { categorical: 1 },
);

test("standard scaling counts observed values of numeric channels only", () => {
  const scaler = fitScaler(train, { method: "standard", scope: "channel" });
  expect(scaler.channels).toEqual(["c0", "c1"]);
  expect(scaler.center).toEqual([22, 30]);
  expect(scaler.scale[0]).toBeCloseTo(Math.sqrt((21 ** 2 + 20 ** 2 + 19 ** 2 + 18 ** 2 + 78 ** 2) / 5), 10);
  expect(scaler.scale[1]).toBeCloseTo(Math.sqrt((20 ** 2 + 0 + 10 ** 2 + 30 ** 2) / 4), 10);
  expect(scaler.fittedOn).toEqual({ sequences: 2, values: 9 });
  const scaled = cellsOf(scaleSequences(train, scaler));
  expect(scaled[0][1][1]).toBeNull();
  expect(scaleSequences(train, scaler).values[4]).toBe(0); // missing values stay 0
  expect(scaled.flat().map((step) => step[2])).toEqual([2, 1, 0, 3, 3]);
  expect(scaled[1][1][1]).toBeCloseTo(30 / scaler.scale[1], 6);
  expect(cellsOf(train)[1][1][1]).toBe(60); // the input is left alone
});

test("min-max and robust", () => {
  const minMax = fitScaler(train, { method: "min-max" });
  expect([minMax.center, minMax.scale]).toEqual([
    [1, 10],
    [99, 50],
  ]);
  const robust = fitScaler(train, { method: "robust" }); // 1 2 3 4 100; 10 20 30 60: quartiles 2, 4; 17.5, 37.5
  expect([robust.center, robust.scale]).toEqual([
    [3, 25],
    [2, 20],
  ]);
});

test("robust falls back to the standard deviation where the interquartile range is 0, and says so", () => {
  const scaler = fitScaler(makeSet([[[0], [0], [0], [0], [0], [0], [8]]]), { method: "robust" });
  expect(scaler.scale[0]).toBeCloseTo(Math.sqrt((6 * (8 / 7) ** 2 + (48 / 7) ** 2) / 7), 10);
  expect(scaler.notes.join()).toMatch(/"c0".*standard deviation/);
});

test("robust does not divide by an interquartile range that is next to nothing", () => {
  const set = makeSet([[[0], [0], [1e-44], [1e-44], [1000]]]);
  const scaler = fitScaler(set, { method: "robust" });
  expect(scaler.notes.join()).toMatch(/"c0".*standard deviation/);
  expect(scaleSequences(set, scaler).values.every(Number.isFinite)).toBe(true);
});

test.each(["standard", "min-max", "robust", "none"] as const)(
  "%s: constant and all-missing channels stay finite and are named",
  (method) => {
    const set = makeSet([
      [
        [0.1, null],
        [0.1, null],
        [0.1, null],
      ],
    ]);
    const scaler = fitScaler(set, { method });
    expect(scaler.scale).toEqual([1, 1]);
    expect(scaler.center[1]).toBe(0);
    expect(scaler.notes).toEqual([
      expect.stringMatching(/"c0" is constant/),
      expect.stringMatching(/"c1": nothing was observed/),
    ]);
    expect(scaleSequences(set, scaler).values.every(Number.isFinite)).toBe(true);
  },
);

test("scope series: each series by its own statistics, which stay as static columns", () => {
  const set = makeSet([[[1], [3]], [[100], [300], [null]], [], [[7]]], {
    statics: { names: ["age"], values: Float32Array.of(5, 6, 7, 8) },
  });
  const scaler = fitScaler(set, { method: "standard", scope: "series" });
  expect(scaler.center).toEqual([]);
  const scaled = scaleSequences(seriesStatistics(set), scaler);
  expect(cellsOf(scaled)).toEqual([[[-1], [1]], [[-1], [1], [null]], [], [[0]]]);
  expect(scaled.statics!.names).toEqual(["age", "c0_mean", "c0_std"]);
  expect([...scaled.statics!.values]).toEqual([5, 2, 1, 6, 200, 100, 7, 0, 0, 8, 7, 0]);
  expect(cellsOf(unscaleSequences(scaled, scaler, set))).toEqual(cellsOf(set));
  expect(() => unscaleSequences(scaled, scaler)).toThrow(OptionError);
});

test("transform refuses channels other than those fitted", () => {
  const scaler = fitScaler(train);
  expect(() => scaleSequences(makeSet([[[1, 2]]], { categorical: 1 }), scaler)).toThrow(DataError);
  expect(() => scaleSequences(makeSet([[[1]]]), scaler)).toThrow(/got .*"c0", expected "c0", "c1"/);
});

test("a scaler survives JSON", () => {
  const scaler = fitScaler(train, { method: "robust" });
  expect(JSON.parse(JSON.stringify(scaler))).toEqual(scaler);
});

test("unscaleSequences undoes scaleSequences", () => {
  const cases = fc.record({
    set: anySet,
    method: fc.constantFrom("standard", "min-max", "robust", "none" as const),
    scope: fc.constantFrom("channel", "series" as const),
  });
  fc.assert(
    fc.property(cases, ({ set, method, scope }) => {
      const scaler = fitScaler(set, { method, scope });
      const back = unscaleSequences(scaleSequences(set, scaler), scaler, set);
      // values of up to 1000 in float32, there and back
      back.values.forEach((value, k) => {
        expect(Math.abs(value - set.values[k])).toBeLessThan(2e-3);
      });
    }),
  );
});

test("log-standard takes logarithms of channels that these make less skewed, and of no others", () => {
  const steps = Array.from({ length: 200 }, (_, n) => {
    const u = (0.618 * (n + 0.5)) % 1;
    const z = Math.log(u / (1 - u));
    return [Math.exp(z) * 10, n % 20 === 0 ? 1 : 0, z]; // amounts; a rare flag, as skewed either way; symmetric
  });
  const set = makeSet([steps]);
  const scaler = fitScaler(set, { method: "log-standard" });
  expect(scaler.logarithm).toEqual([true, false, false]);
  const scaled = scaleSequences(set, scaler);
  const { center, scale } = scaler;
  expect(scaled.values[3 * 7]).toBeCloseTo((Math.log1p(steps[7][0]) - center[0]) / scale[0], 5);
  expect(scaled.values[3 * 7 + 2]).toBeCloseTo((steps[7][2] - center[2]) / scale[2], 5);
  const back = unscaleSequences(scaled, scaler);
  for (const at of [0, 7, 199]) expect(back.values[3 * at] / steps[at][0]).toBeCloseTo(1, 4);
  expect(() => fitScaler(set, { method: "log-standard", scope: "series" })).toThrow(OptionError);
});
