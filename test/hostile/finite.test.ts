import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump } from "npyjs";
import { afterAll, describe, expect, test } from "vitest";
import { fitAnomaly } from "../../src/anomaly/fit-anomaly.js";
import { openAnomaly } from "../../src/anomaly/open-anomaly.js";
import { loadEngine } from "../../src/engine/load.js";
import { DataError } from "../../src/errors.js";
import { compareAnomaly } from "../../src/evaluate/anomaly/compare-anomaly.js";
import { compare } from "../../src/evaluate/compare.js";
import { aggregateFeatures } from "../../src/features/baselines/aggregates.js";
import {
  fitRandomConvolutions,
  transformRandomConvolutions,
} from "../../src/features/baselines/random-convolutions.js";
import { rawFeatures } from "../../src/features/baselines/raw.js";
import { statisticsFeatures } from "../../src/features/baselines/statistics.js";
import { encode } from "../../src/features/encode.js";
import { fitAutoencoder } from "../../src/features/fit-autoencoder.js";
import { fitReadOuts } from "../../src/features/fit-read-outs.js";
import { readOuts } from "../../src/features/read-outs/read-outs.js";
import { residualFeatures } from "../../src/features/residual-features.js";
import { featureSets } from "../../src/features/sets/feature-sets.js";
import { randomStream } from "../../src/random.js";
import { readInPieces, readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { describeSet } from "../../src/sequences/inspect/inspect.js";
import { checkLeakage } from "../../src/sequences/inspect/leakage.js";
import { checkSequenceSet } from "../../src/sequences/set/check.js";
import { isObserved, type SequenceSet, setBit } from "../../src/sequences/set/sequence-set.js";
import { sequencesFrom } from "../../src/sequences/set/sequences-from.js";
import { splitStratified } from "../../src/sequences/set/split.js";
import { interpolate } from "../../src/sequences/transform/interpolate.js";
import { noisyCopies } from "../../src/sequences/transform/noisy-copies.js";
import { fitScaler } from "../../src/sequences/transform/scale.js";
import { lastWindows } from "../../src/sequences/transform/window.js";
import type { FeatureTable } from "../../src/table/feature-table.js";
import { untrainedAutoencoder } from "../../src/train/fit.js";
import { randomSeries } from "../series.js";
import { report, size } from "./size.js";

const folder = mkdtempSync(join(tmpdir(), "undertone-finite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fileOf = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const engine = await loadEngine();
const quick = { units: 3, threads: 0, train: { updates: 4 } };
const train = randomSeries({ N: 23, F: 2, lengths: (n) => 5 + (n % 7) });
const model = await fitAutoencoder(engine, train, quick);
const composite = await fitAutoencoder(engine, train, { ...quick, recipe: "composite" });
const convolutions = fitRandomConvolutions(train, { features: 84 });

/** Every table that is made of a set. */
const TABLES: Record<string, (set: SequenceSet) => FeatureTable | Promise<FeatureTable>> = {
  ...Object.fromEntries(
    readOuts.map((readOut) => [readOut, (set: SequenceSet) => encode(engine, model, set, { readOut, threads: 0 })]),
  ),
  residuals: (set) => residualFeatures(engine, model, set),
  surprise: (set) => residualFeatures(engine, composite, set),
  statistics: statisticsFeatures,
  raw: (set) => rawFeatures(set, 7),
  convolutions: (set) => transformRandomConvolutions(convolutions, set),
};

/** The training set with one other value: of case s2, step 3, channel c1. */
function withValue(value: number): SequenceSet {
  const values = train.values.slice();
  values[(train.offsets[2] + 3) * 2 + 1] = value;
  return { ...train, values };
}

describe.each(Object.entries(TABLES))("%s", (_, make) => {
  test.each([Number.NaN, Infinity, -Infinity, -3.4028234e38, 3.4028235e38])("refuses %d by name", async (value) => {
    const refusal = await Promise.resolve(withValue(value))
      .then(make)
      .catch((error) => error);
    expect(refusal).toBeInstanceOf(DataError);
    expect(refusal.message).toMatch(/case "s2", step 3, channel "c1": got/);
  });

  test("a value of any size gives finite features, or an error that names the case", async () => {
    let refused = 0;
    const tries = size(20, 2000);
    for (let seed = 0; seed < tries; seed++) {
      const random = randomStream(seed);
      const value = (random.uniform() < 0.5 ? -1 : 1) * 10 ** (-44 + 82.5 * random.uniform());
      try {
        const table = await make(withValue(value));
        expect(table.values.every(Number.isFinite), `${value}`).toBe(true);
      } catch (error) {
        expect(error, `${value}`).toBeInstanceOf(DataError);
        expect((error as Error).message).toMatch(/case "s2"/);
        refused++;
      }
    }
    report(`values of any size: ${_}`, { tries, refused, notFinite: 0 });
  });
});

test("what scaling cannot hold is refused by name: 3e38 by models and convolutions, its change by statistics", async () => {
  for (const name of [...readOuts, "residuals", "surprise", "convolutions"]) {
    const refusal = await Promise.resolve(withValue(3e38))
      .then(TABLES[name])
      .catch((error) => error);
    expect(refusal, name).toBeInstanceOf(DataError);
    expect(refusal.message, name).toMatch(
      /^case "s2", step 3, channel "c1": got [23][.\d]*e\+38, which is .* when scaled/,
    );
  }
  const set = sequencesFrom([
    [1, 2],
    [3e38, -3e38, 3e38],
  ]);
  expect(() => statisticsFeatures(set)).toThrow(
    /statisticsFeatures, case "2", column "value_.*": the feature is .*Infinity.* \(step 0, channel "value"\)/,
  );
});

test("amounts that add up beyond 32-bit floats are refused with row and column", () => {
  const events = { times: Float64Array.of(0, 1, 2, 3), entities: [0, 0, 0, 0], amounts: [3e38, 3e38, 3e38, 1] };
  expect(() => aggregateFeatures(events)).toThrow(/aggregateFeatures, row 2, column "entity_sum_1h": .* Infinity/);
});

describe("marks of rasters for no data are missing, with a note", () => {
  const MARKS = ["-3.4028234e38", "3.4028235e38", "-3.40282e+38", "-3.4028234663852886e+38"];
  const line = (mark: string, n: number) => [n, mark, n + 1.5, n + 2, 0.5 * n];
  const attributes = [0, 1, 2, 3, 4].map((t) => `@attribute t${t} numeric`).join("\n");
  const FORMATS: Record<string, [(mark: string) => string | Uint8Array, RegExp, DataOptions?]> = {
    "a.csv": [(m) => `label,a,b,c,d,e\nx,${line("1", 1)}\ny,${line(m, 2)}\n`, /row 3, column "b"/],
    "long.csv": [
      (m) => `who,a,b\nx,1,2\nx,${m},3\ny,${m},4\ny,2,1\n`,
      /2 values are .*row 3, column "a"/,
      { entity: "who" },
    ],
    "a.ts": [(m) => `@classLabel true a b\n@data\n${line("1", 1)}:a\n${line(m, 2)}:b\n`, /row 4, channel 1, value 2/],
    "timed.ts": [
      (m) => `@timeStamps true\n@classLabel true a b\n@data\n(0,1),(1,2),(2,3):a\n(0,1),(1,${m}),(2,3):b\n`,
      /row 5, channel 1, value 2/,
    ],
    "a.tsv": [(m) => `1\t${line("1", 1).join("\t")}\n2\t${line(m, 2).join("\t")}\n`, /row 2, column 3/],
    "a.arff": [
      (m) => `@relation a\n${attributes}\n@attribute c {a,b}\n@data\n${line("1", 1)},a\n${line(m, 2)},b\n`,
      /row 10, channel 1, value 2/,
    ],
    "a.npy": [
      (m) =>
        new Uint8Array(dump(Float32Array.of(1, ...line("1", 1).map(Number), 2, ...line(m, 2).map(Number)), [2, 6])),
      /row 2, column 3/,
    ],
  };
  test.each(Object.entries(FORMATS))("%s", async (name, [content, place, options]) => {
    for (const mark of MARKS) {
      const marked = await readSource(fileOf(name, content(mark)), options);
      const empty = await readSource(fileOf(name, content("NaN")), options);
      expect(marked.train).toEqual(empty.train);
      const notes = marked.notes.filter((note) => /largest 32-bit float/.test(note));
      expect(notes).toHaveLength(1);
      expect(notes[0]).toMatch(place);
      expect(empty.notes.some((note) => /largest 32-bit float/.test(note))).toBe(false);
    }
  });

  test("in pieces too", async () => {
    const seen: boolean[] = [];
    const path = fileOf("pieces.csv", "who,a\nx,1\nx,-3.4028234e38\ny,3\n");
    const channels = [{ name: "a", kind: "numeric" as const }];
    const notes = await readInPieces(path, { entity: "who" }, { mostSteps: 1, channels }, async ({ set }) => {
      for (let k = 0; k < set.values.length; k++) seen.push(isObserved(set, k));
    });
    expect(seen).toEqual([true, false, true]);
    expect(notes.join()).toMatch(/1 value is the largest 32-bit float .*row 3, column "a"/);
  });

  test("at the end of a row it is padding like any missing value", async () => {
    const { train } = await readSource(fileOf("end.csv", "label,a,b,c\nx,1,2,-3.4028234e38\ny,1,2,3\n"));
    expect([...train.offsets]).toEqual([0, 2, 5]);
  });
});

describe("a set made by hand", async () => {
  const anomaly = openAnomaly(
    engine,
    await fitAnomaly(engine, train, { fit: { ...quick, recipe: "composite" }, heldOut: 0.3, falseAlarmRate: 0.3 }),
  );
  const ENTRIES: Record<string, (set: SequenceSet) => unknown> = {
    ...TABLES,
    checkSequenceSet: (set) => checkSequenceSet(set, "here"),
    fitAutoencoder: (set) => fitAutoencoder(engine, set, quick),
    fitReadOuts: (set) => fitReadOuts(engine, model, set),
    untrainedAutoencoder: (set) => untrainedAutoencoder(engine, set, quick),
    compare: (set) => compare(engine, { name: "mine", train: set, files: [], notes: [] }, { features: ["raw"] }),
    fitAnomaly: (set) => fitAnomaly(engine, set, { detector: "z-score", folds: 2 }),
    "a score of openAnomaly": (set) => anomaly.score(set),
    "steps of openAnomaly": (set) => anomaly.scoreSteps(set),
    compareAnomaly: (set) =>
      compareAnomaly(engine, { name: "mine", train: set, files: [], notes: [] }, { detectors: ["z-score"] }),
    fitRandomConvolutions: (set) => fitRandomConvolutions(set, { features: 84 }),
    describeSet,
    checkLeakage: (set) => checkLeakage(train, set),
    splitStratified: (set) => splitStratified(set, 0.5, 1),
    interpolate: (set) => interpolate(set, "linear"),
    noisyCopies: (set) => noisyCopies(set, { stddev: 0.1 }),
    fitScaler: (set) => fitScaler(set),
    lastWindows: (set) => lastWindows(set, { length: 3 }),
  };
  const N = 23;
  const steps = train.offsets[N];
  const WRONG: Record<string, [Partial<Record<keyof SequenceSet, unknown>>, RegExp]> = {
    "NaN without its missing bit": [
      { values: withValue(Number.NaN).values },
      /case "s2", step 3, channel "c1": got NaN/,
    ],
    "offsets that fall": [{ offsets: train.offsets.map((offset, n) => (n === 3 ? 0 : offset)) }, /offsets fall at/],
    "offsets beyond the values": [{ offsets: train.offsets.map((o, n) => o + (n === N ? 9 : 0)) }, /values, expected/],
    "no offsets": [{ offsets: new Int32Array(0) }, /got no offsets/],
    "values of another kind": [{ values: [1, 2, 3] }, /got values as Array, expected Float32Array/],
    "too few ids": [{ ids: ["a"] }, /got 1 ids, expected 23/],
    "too few labels": [{ labels: new Int32Array(3) }, /got 3 labels/],
    "a label of no class": [{ labels: new Int32Array(N).fill(7) }, /case "s0": got label 7/],
    "too few times": [{ times: new Float64Array(3) }, /got 3 times/],
    "times that fall": [{ times: Float64Array.from({ length: steps }, (_, s) => -s) }, /step 1: got the time -1 after/],
    "a short bitmap": [{ observed: new Uint8Array(2) }, /the bitmap of observed values has 2 bytes/],
    "a weight below 0": [{ weights: new Float32Array(N).fill(-1) }, /case "s0": got weight -1/],
    "a category of no vocabulary": [
      { channels: [train.channels[0], { name: "c1", kind: "categorical", vocabulary: ["a"] }] },
      /channel "c1": got .*, expected the index of one of its 1 categories/,
    ],
  };
  describe.each(Object.entries(ENTRIES))("is refused by %s", (_, enter) => {
    test.each(Object.entries(WRONG))("%s", async (_, [part, message]) => {
      const refusal = await Promise.resolve({ ...train, ...part } as SequenceSet)
        .then(enter)
        .then(() => "taken")
        .catch((error) => error);
      expect(refusal).toBeInstanceOf(DataError);
      expect(refusal.message).toMatch(message);
    });
  });

  test("a NaN with its missing bit is missing", async () => {
    const set = { ...withValue(Number.NaN), observed: new Uint8Array((train.values.length + 7) >> 3).fill(255) };
    setBit(set.observed, (train.offsets[2] + 3) * 2 + 1, false);
    for (const make of Object.values(TABLES)) expect((await make(set)).values.every(Number.isFinite)).toBe(true);
  });

  test("sequencesFrom takes no mark for a value", () => {
    expect(() => sequencesFrom([[1, -3.4028235e38]])).toThrow(
      /sequence 0, step 1, channel "value": got -3.4028235e\+38/,
    );
  });
});

test("constant data give a model that says so, and a comparison", async () => {
  const constant = {
    ...train,
    values: train.values.map(() => 7),
    offsets: Int32Array.from({ length: 11 }, (_, n) => 11 * n),
  };
  const set = {
    ...constant,
    values: constant.values.subarray(0, 220),
    ids: train.ids.slice(0, 10),
    labels: train.labels!.slice(0, 10),
  };
  const fitted = await fitAutoencoder(engine, set, quick);
  expect(fitted.metadata.training.warnings.join()).toMatch(/the model carries no information/);
  for (const readOut of readOuts)
    expect((await encode(engine, fitted, set, { readOut })).values.every(Number.isFinite)).toBe(true);
  const features = Object.keys(featureSets).filter((name) => !featureSets[name].needs);
  const source = { name: "flat", train: set, files: [], notes: [] };
  const result = await compare(engine, source, { fit: quick, features, classifiers: ["ridge"], folds: 2 });
  expect(result.rows.map((row) => row.features)).toEqual(features);
});
