import { describe, expect, test } from "vitest";
import { encode, type FitOptions, fitAutoencoder, type SequenceSet } from "../../src/index.js";
import { engines } from "../engines.js";
import { randomSeries, withCategories } from "../series.js";

// Of AVX2 and AVX-512. The other engines round products and sums apart, or leave it to the machine.
const pair = ["native-avx2", "native-avx512"].flatMap((name) => engines.filter((each) => each.name === name));

const train = { updates: 30, batchSize: 33, warmUp: 5, learningRate: 0.01 };
const ragged = (longest: number) => (n: number) => (n * 7919) % (longest + 1);
const lstm = { type: "lstm" } as const;

/** Widths that fill neither 8 nor 16 lanes, tails of tiles of 3 and 6 rows, batches of several shards. */
const cases: Record<string, { set: SequenceSet; options: FitOptions }> = {
  "odd widths": {
    set: randomSeries({ N: 37, F: 3, lengths: () => 19 }),
    options: { recipe: "simple", units: 13 },
  },
  "one unit": {
    set: randomSeries({ N: 5, F: 1, lengths: () => 7 }),
    options: { recipe: "simple", units: 1 },
  },
  "widths of 8, which AVX-512 alone must pad": {
    set: randomSeries({ N: 20, F: 8, lengths: () => 12 }),
    options: { recipe: "simple", units: 24 },
  },
  "relu, ragged": {
    set: randomSeries({ N: 41, F: 2, lengths: ragged(23) }),
    options: { recipe: "simple", units: 17, activation: "relu" },
  },
  "masks, ragged, missing values, weights": {
    set: {
      ...randomSeries({ N: 50, F: 2, lengths: ragged(17), missing: 0.5 }),
      weights: Float32Array.from({ length: 50 }, (_, n) => (n % 5) / 2),
    },
    options: { recipe: "masked", units: 21 },
  },
  "noise and dropout": {
    set: randomSeries({ N: 70, F: 5, lengths: ragged(29) }),
    options: { recipe: "denoising", units: 19 },
  },
  "a loss on what is read out of the states": {
    set: randomSeries({ N: 60, F: 2, lengths: ragged(21), missing: 0.1 }),
    options: { recipe: "label-aware", units: 11 },
  },
  "long enough for several chunks of rows": {
    set: randomSeries({ N: 33, F: 7, lengths: () => 60 }),
    options: { recipe: "simple", units: 70 },
  },
  "both ways, stacked, categories": {
    set: withCategories(randomSeries({ N: 40, F: 3, lengths: ragged(15) })),
    options: {
      spec: {
        encoder: [
          { type: "embedding", units: 3 },
          { ...lstm, units: 11, bidirectional: true, returnSequences: true },
          { ...lstm, units: 9, goBackwards: true, returnSequences: true },
          { ...lstm, units: 7, bidirectional: true },
        ],
        decoder: [
          { type: "repeatVector" },
          { ...lstm, units: 10, returnSequences: true, bidirectional: true },
          { type: "timeDistributedDense" },
        ],
      },
    },
  },
};

const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

describe.skipIf(pair.length < 2)("AVX2 and AVX-512 give the same bits", () => {
  test.each(Object.keys(cases))("%s", async (name) => {
    const { set, options } = cases[name];
    const [narrow, wide] = await Promise.all(
      pair.map(async ({ engine }) => {
        const model = await fitAutoencoder(engine, set, {
          ...{ ...options, train, threads: 0, validation: 0.2 },
          readOuts: false,
        });
        const read: Float32Array[] = [];
        for (const readOut of ["last", "pooled", "narrow"] as const)
          read.push((await encode(engine, model, set, { readOut, threads: 0 })).values);
        return { model, read, history: model.metadata.training.history };
      }),
    );
    expect(narrow.history.length).toBeGreaterThan(0);
    expect(wide.history).toEqual(narrow.history);
    expect(bits(wide.model.weights)).toEqual(bits(narrow.model.weights));
    expect(wide.read.map(bits)).toEqual(narrow.read.map(bits));
  });
});
