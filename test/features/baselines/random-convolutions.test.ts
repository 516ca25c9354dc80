import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { convolveOnThreads } from "../../../src/features/baselines/convolve-on-threads.js";
import {
  chooseDilations,
  fitRandomConvolutions,
  type RandomConvolutions,
  transformRandomConvolutions,
} from "../../../src/features/baselines/random-convolutions.js";
import { randomStream } from "../../../src/random.js";
import { type SequenceSet, selectSequences } from "../../../src/sequences/set/sequence-set.js";
import { anySet, makeSet } from "../../sequences/set/make-set.js";

interface Golden {
  dilations: { length: number; features: number; expected: [number[], number[]] }[];
  transforms: {
    name: string;
    channels: number;
    steps: number;
    features: number;
    train: number[];
    test: number[];
    dilations: number[];
    featuresPerDilation: number[];
    combinations: number[][];
    biases: number[];
    values: number[];
  }[];
}

// golden/minirocket.py
const golden = JSON.parse(readFileSync(new URL("../../golden/minirocket.json", import.meta.url), "utf8")) as Golden;

/** Series of equal length from [cases, steps, channels]. */
function seriesOf(values: number[], steps: number, channels: number): SequenceSet {
  const cases = values.length / (steps * channels);
  return {
    channels: Array.from({ length: channels }, (_, c) => ({ name: `c${c}`, kind: "numeric" as const })),
    values: Float32Array.from(values),
    offsets: Int32Array.from({ length: cases + 1 }, (_, n) => n * steps),
    ids: Array.from({ length: cases }, (_, n) => `s${n}`),
  };
}

/** Walks of the given lengths, one channel of another scale than the other. */
function walks(lengths: number[], channels: number, seed: number): SequenceSet {
  const random = randomStream(seed);
  return makeSet(
    lengths.map((length) => {
      const at = Array.from({ length: channels }, (_, c) => 50 * c);
      return Array.from({ length }, () => at.map((_, c) => (at[c] += 10 ** c * random.normal())));
    }),
    { F: channels },
  );
}

const plain = (channels: number): RandomConvolutions["scale"] => ({
  columns: Array.from({ length: channels }, (_, c) => `c${c}`),
  mean: new Array(channels).fill(0),
  scale: new Array(channels).fill(1),
});

describe("aeon's MiniRocket", () => {
  test.each(golden.dilations)("dilations of length $length, $features features", ({ length, features, expected }) => {
    const { dilations, featuresPerDilation } = chooseDilations(length, Math.floor(features / 84));
    expect([dilations, featuresPerDilation]).toEqual(expected);
  });

  test.each(golden.transforms)("the same features of the same state: $name", (one) => {
    const { dilations, featuresPerDilation, combinations, biases } = one;
    const state = { scale: plain(one.channels), dilations, featuresPerDilation, combinations, biases };
    const table = transformRandomConvolutions(state, seriesOf(one.test, one.steps, one.channels));
    expect(table.names.length).toBe(one.biases.length);
    // shares of steps: a float32 sum of aeon's that falls on the other side of a bias would show as 1 / steps
    const wrong = one.values.filter((value, k) => Math.abs(value - table.values[k]) > 1e-6);
    expect(wrong).toEqual([]);
  });

  test.each(golden.transforms.filter(({ name }) => name.startsWith("one")))("the same fit: $name", (one) => {
    const state = fitRandomConvolutions(seriesOf(one.train, one.steps, 1), { features: one.features });
    expect(state.dilations).toEqual(one.dilations);
    const { mean, scale } = state.scale; // aeon does not scale: the series has mean 0 and spread 1, up to rounding
    const size = Math.max(...one.biases.map(Math.abs));
    state.biases.forEach((bias, k) => {
      expect(Math.abs(bias * scale[0] - one.biases[k])).toBeLessThan(1e-3 * size);
    });
    expect(Math.abs(mean[0])).toBeLessThan(1e-4);
  });
});

const lengths = [40, 9, 23, 5, 1, 31, 0, 40];
const ragged = walks(lengths, 2, 1);
const state = fitRandomConvolutions(ragged, { features: 1000, seed: 3 });
const table = transformRandomConvolutions(state, ragged);
const row = (n: number, of = table) => of.values.slice(n * of.names.length, (n + 1) * of.names.length);

test("the default makes 9,996 features, each with a name of its own", () => {
  const one = fitRandomConvolutions(walks([60, 60], 1, 2));
  expect(one.biases.length).toBe(9996);
  const { names } = transformRandomConvolutions(one, walks([60], 1, 3));
  expect(new Set(names).size).toBe(9996);
  expect(names[0]).toBe("conv_012_d1_0");
});

test("any number of threads: the same bits", async () => {
  const many = walks(
    Array.from({ length: 131 }, (_, n) => (n * 7) % 23),
    2,
    4,
  );
  const alone = transformRandomConvolutions(state, many);
  for (const threads of [0, 2, 3]) expect(await convolveOnThreads(state, many, threads)).toEqual(alone);
});

test("what fails on a thread fails, and threads are free again", async () => {
  const many = walks(new Array(131).fill(9), 2, 4);
  const wrong = { ...state, scale: { ...state.scale, mean: [] } };
  await expect(convolveOnThreads(wrong, many, 2)).rejects.toThrow();
  expect((await convolveOnThreads(state, many, 2)).rows).toBe(131);
});

test("features are shares, of series of any length; no steps give zeros", () => {
  expect(table.names.length).toBe(924); // 11 * 84
  for (const [n, length] of lengths.entries()) {
    const values = row(n);
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    if (length === 0) expect(values.every((value) => value === 0)).toBe(true);
    else expect(values.some((value) => value > 0 && value <= 1)).toBe(true);
  }
});

test("a case's features do not depend on the cases beside it", () => {
  lengths.forEach((_, n) => {
    const alone = transformRandomConvolutions(state, selectSequences(ragged, [n]));
    expect(row(0, alone)).toEqual(row(n));
  });
  const turned = transformRandomConvolutions(state, selectSequences(ragged, [6, 5, 6, 0]));
  expect([row(0, turned), row(1, turned), row(2, turned)]).toEqual([row(6), row(5), row(6)]);
});

test("by the definition: one convolution written out", () => {
  const { values, offsets } = ragged;
  const { mean, scale } = state.scale;
  const names = table.names;
  for (const name of ["conv_012_d1_0", "conv_138_d2_0", "conv_678_d3_1", "conv_013_d4_0"]) {
    const feature = names.indexOf(name);
    expect(feature).toBeGreaterThanOrEqual(0);
    const [, kernel, d] = name.split("_");
    const dilation = Number(d.slice(1));
    const k = new Set(names.filter((other) => other.includes("_d1_")).map((other) => other.split("_")[1]));
    const kernelIndex = [...k].indexOf(kernel);
    const dilationIndex = state.dilations.indexOf(dilation);
    const columns = state.combinations[84 * dilationIndex + kernelIndex];
    lengths.forEach((length, n) => {
      if (length === 0) return;
      const z = (t: number, c: number) =>
        t < 0 || t >= length ? 0 : Math.fround((values[(offsets[n] + t) * 2 + c] - mean[c]) / scale[c]);
      const cropped = (dilationIndex + kernelIndex) % 2 === 1 && length > 8 * dilation;
      const margin = cropped ? 4 * dilation : 0;
      let above = 0;
      for (let t = margin; t < length - margin; t++) {
        let sum = 0;
        for (const c of columns)
          for (let i = 0; i < 9; i++) sum += (kernel.includes(String(i)) ? 2 : -1) * z(t + (i - 4) * dilation, c);
        if (sum > state.biases[feature]) above++;
      }
      expect(row(n)[feature]).toBeCloseTo(above / (length - 2 * margin), 6);
    });
  }
});

test("equal seeds give equal states, other seeds others, and a state survives JSON", () => {
  expect(fitRandomConvolutions(ragged, { features: 1000, seed: 3 })).toEqual(state);
  expect(fitRandomConvolutions(ragged, { features: 1000, seed: 4 }).biases).not.toEqual(state.biases);
  expect(transformRandomConvolutions(JSON.parse(JSON.stringify(state)), ragged)).toEqual(table);
});

test("the unit of a channel does not matter", () => {
  const scaled = { ...ragged, values: ragged.values.map((value, k) => (k % 2 === 0 ? 1024 * value : value)) };
  const again = transformRandomConvolutions(fitRandomConvolutions(scaled, { features: 1000, seed: 3 }), scaled);
  let different = 0;
  again.values.forEach((value, k) => {
    if (value !== table.values[k]) different++;
  });
  expect(different / table.values.length).toBeLessThan(0.001); // rounding may move a sum across its bias
});

test("gaps are interpolated; categories count as columns; any set has finite features", () => {
  const whole = makeSet([Array.from({ length: 20 }, (_, t) => [t])]);
  const gaps = makeSet([Array.from({ length: 20 }, (_, t) => (t % 5 === 2 ? [null] : [t]))]);
  const fitted = fitRandomConvolutions(whole, { features: 84 });
  expect(transformRandomConvolutions(fitted, gaps)).toEqual(transformRandomConvolutions(fitted, whole));
  const mixed = makeSet([Array.from({ length: 20 }, (_, t) => [t, t % 3])], { categorical: 1 });
  const columns = fitRandomConvolutions(mixed, { features: 84 }).scale.columns;
  expect(columns).toEqual(["c0", "c1=a", "c1=b", "c1=c", "c1=d"]);
  const oneHot = makeSet([Array.from({ length: 20 }, (_, t) => [t, ...[0, 1, 2, 3].map((k) => Number(t % 3 === k))])]);
  const [a, b] = [mixed, oneHot].map((set) =>
    transformRandomConvolutions(fitRandomConvolutions(set, { features: 84 }), set),
  );
  expect(a).toEqual(b);
  fc.assert(
    fc.property(anySet, (set) => {
      if (set.offsets[set.offsets.length - 1] === 0) return;
      const any = fitRandomConvolutions(set, { features: 84 });
      expect(any.biases.every(Number.isFinite)).toBe(true);
      expect(transformRandomConvolutions(any, set).values.every((v) => v >= 0 && v <= 1)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test("what cannot be", () => {
  expect(() => fitRandomConvolutions(ragged, { features: 83 })).toThrow(/got 83 features/);
  expect(() => fitRandomConvolutions(walks([0, 0], 1, 1))).toThrow(/no training series has a step/);
  expect(() => transformRandomConvolutions(state, walks([9], 3, 1))).toThrow(/columns c0, c1, c2, expected c0, c1/);
});
