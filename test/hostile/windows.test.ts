import { expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { compare } from "../../src/evaluate/compare.js";
import { rawFeatures } from "../../src/features/baselines/raw.js";
import { statisticsFeatures } from "../../src/features/baselines/statistics.js";
import { encode } from "../../src/features/encode.js";
import { fitAutoencoder } from "../../src/features/fit-autoencoder.js";
import { residualFeatures } from "../../src/features/residual-features.js";
import { randomStream } from "../../src/random.js";
import { describeSet } from "../../src/sequences/inspect/inspect.js";
import { checkLeakage } from "../../src/sequences/inspect/leakage.js";
import { createBitmap, type SequenceSet, setBit } from "../../src/sequences/set/sequence-set.js";
import { cutAll, pickSequences, type WindowedSet } from "../../src/sequences/set/windowed-set.js";
import { lastWindows, uncutWindows } from "../../src/sequences/transform/window.js";
import type { FitOptions } from "../../src/train/options.js";
import { HOSTILE, size } from "./size.js";

const engine = await loadEngine();

/** Histories of some entities: a number, an amount, a category; gaps, times, weights and statics as drawn. */
function histories(seed: number, longest = 14): SequenceSet {
  const random = randomStream(seed);
  const some = () => random.uniform() < 0.5;
  const N = 12 + random.integer(6);
  const offsets = new Int32Array(N + 1);
  for (let n = 0; n < N; n++) offsets[n + 1] = offsets[n] + 1 + random.integer(longest);
  const steps = offsets[N];
  const values = new Float32Array(steps * 3);
  const observed = some() ? createBitmap(values.length, true) : undefined;
  const times = some() ? new Float64Array(steps) : undefined;
  for (let n = 0; n < N; n++)
    for (let s = offsets[n], at = 0; s < offsets[n + 1]; s++) {
      values.set([random.normal(), Math.exp(2.5 * random.normal()), random.integer(3)], 3 * s);
      if (times) times[s] = at += random.integer(5000);
      for (let f = 0; observed && f < 3; f++)
        if (random.uniform() < 0.2) {
          values[3 * s + f] = 0;
          setBit(observed, 3 * s + f, false);
        }
    }
  return {
    channels: [
      { name: "level", kind: "numeric" },
      { name: "amount", kind: "numeric" },
      { name: "shop", kind: "categorical", vocabulary: ["a", "b", "c"] },
    ],
    ...{ values, offsets, observed, times },
    ids: Array.from({ length: N }, (_, n) => `e${n}`),
    ...(some() && { weights: Float32Array.from({ length: N }, () => 0.5 + random.uniform()) }),
    ...(some() && { statics: { names: ["age"], values: Float32Array.from({ length: N }, () => random.integer(60)) } }),
  };
}

function windowsAnd(seed: number, longest?: number): { windows: WindowedSet; cut: SequenceSet } {
  const set = histories(seed, longest);
  const random = randomStream(seed, 1);
  const stepLabels = Int32Array.from({ length: set.offsets.at(-1)! }, () => random.integer(2));
  const options = { length: 1 + random.integer(8) + (longest ? 20 : 0), stepLabels, classNames: ["no", "yes"] };
  return { windows: uncutWindows(set, options), cut: lastWindows(set, options) };
}

const seeds = (short: number, long: number) => Array.from({ length: size(short, long) }, (_, k) => k + 1);
const FITS: FitOptions[] = [
  { recipe: "default" },
  { recipe: "composite" },
  { recipe: "simple", prepare: { scale: "robust", scaleScope: "channel" } },
  { recipe: "label-aware" },
  { recipe: "masked", prepare: { scaleScope: "series", scale: "standard", differences: true } },
];

test.each(seeds(10, 100))("windows that are not cut are the windows that are (seed %i)", (seed) => {
  const { windows, cut } = windowsAnd(seed);
  expect(cutAll(windows)).toEqual(cut);
  expect(describeSet(windows)).toEqual(describeSet(cut));
  for (const align of ["end", "stretch"] as const)
    for (const T of [1, 4]) expect(rawFeatures(windows, T, align)).toEqual(rawFeatures(cut, T, align));
  expect(statisticsFeatures(windows)).toEqual(statisticsFeatures(cut));
  const parts = [0, 1].map((rest) => Array.from(cut.ids.keys()).filter((n) => n % 2 === rest));
  const leak = (set: SequenceSet | WindowedSet) => {
    const [a, b] = parts.map((part) => pickSequences(set, part));
    return checkLeakage(a, b, { allowSharedEntities: true });
  };
  expect(leak(windows)).toEqual(leak(cut));
});

test.each(seeds(5, 40))("a model learns the same from them, and says the same of them (seed %i)", async (seed) => {
  const { windows, cut } = windowsAnd(seed);
  const { recipe, ...options } = FITS[seed % FITS.length];
  const fit = { ...options, recipe, units: 4, train: { updates: 6, batchSize: 20 }, threads: seed % 2 === 0 ? 2 : 0 };
  const ofWindows = await fitAutoencoder(engine, windows, fit);
  const ofCut = await fitAutoencoder(engine, cut, fit);
  expect(ofWindows).toEqual(ofCut);
  for (const readOut of ["last", "compact"] as const)
    expect(await encode(engine, ofCut, windows, { readOut })).toEqual(await encode(engine, ofCut, cut, { readOut }));
  expect(residualFeatures(engine, ofCut, windows)).toEqual(residualFeatures(engine, ofCut, cut));
});

test.each(seeds(1, 5))("so it is where they are cut in many pieces (seed %i)", async (seed) => {
  const { windows, cut } = windowsAnd(seed, 2600);
  expect(cut.offsets.at(-1)).toBeGreaterThan(250_000); // more than one piece
  expect(describeSet(windows)).toEqual(describeSet(cut));
  expect(statisticsFeatures(windows)).toEqual(statisticsFeatures(cut));
  const fit = { recipe: "simple", units: 2, train: { updates: 2 }, threads: 0, readOuts: false };
  const ofWindows = await fitAutoencoder(engine, windows, fit);
  expect(ofWindows).toEqual(await fitAutoencoder(engine, cut, fit));
  expect(await encode(engine, ofWindows, windows)).toEqual(await encode(engine, ofWindows, cut));
});

test.each(seeds(1, 20))("a comparison finds the same in them (seed %i)", async (seed) => {
  const { windows, cut } = windowsAnd(seed);
  const options = {
    features: ["fields", "window", "pca", ...(HOSTILE ? ["convolutions"] : []), "latent", "surprise+statistics"],
    classifiers: ["boosting" as const],
    fit: { units: 3, threads: 0, train: { updates: 4 } },
  };
  const source = { name: "w", files: [], notes: [] };
  const found = async (train: SequenceSet | WindowedSet) => {
    const { rows, data, learning, notes } = await compare(engine, { ...source, train }, options);
    return {
      rows: rows.map(({ seconds, ...row }) => row),
      data,
      notes,
      learning: learning.map(({ history }) => history),
    };
  };
  expect(await found(windows)).toEqual(await found(cut));
});
