import { describe, expect, test } from "vitest";
import { type AutoencoderSpec, TrainingError } from "../../src/index.js";
import type { TrainState } from "../../src/model/training-state.js";
import { trainModel } from "../../src/train/fit.js";
import { engines } from "../engines.js";
import { randomSeries } from "../series.js";

// Three shards of a batch, ragged, with noise and dropout.
const data = randomSeries({ N: 42, lengths: (n) => 2 + ((n * 7) % 5) });
const options = { recipe: "denoising", units: 6, train: { updates: 5, batchSize: 40, seed: 3 } };

const labelled = {
  ...data,
  labels: Int32Array.from({ length: 42 }, (_, n) => (n % 5 === 4 ? -1 : n % 3)),
  classNames: ["a", "b", "c"],
};

describe.each(engines)("$name", ({ engine }) => {
  test.each(["default", "label-aware"])("recipe %s: the same bits on any number of threads", async (recipe) => {
    const train = { updates: 3, batchSize: 30, seed: 3 }; // four shards of two views, the last one smaller
    const fitted = [];
    for (const threads of [0, 4]) fitted.push(await trainModel(engine, labelled, { recipe, units: 6, train, threads }));
    for (const { weights, metadata } of fitted) {
      expect(weights).toEqual(fitted[0].weights);
      expect(metadata.training.history).toEqual(fitted[0].metadata.training.history);
      expect(metadata.training.history.at(-1)!.trainLoss).toBeGreaterThan(0);
    }
  });

  test.each(["none", "contrastive"])(
    "noise of the spec itself, read-out loss %s: the same bits on any number of threads",
    async (loss) => {
      const spec: AutoencoderSpec = {
        encoder: [
          { type: "gaussianNoise", stddev: 0.3 },
          { type: "lstm", units: 6 },
        ],
        decoder: [
          { type: "repeatVector" },
          { type: "lstm", units: 6, returnSequences: true },
          { type: "timeDistributedDense" },
        ],
        ...(loss === "contrastive" && { readOutLoss: { contrastive: { weight: 1 } } }),
      };
      const train = { updates: 3, batchSize: 40, seed: 3 };
      const fitted = [];
      for (const threads of [0, 3]) fitted.push(await trainModel(engine, data, { spec, train, threads }));
      for (const { weights, metadata } of fitted) {
        expect(weights).toEqual(fitted[0].weights);
        expect(metadata.training.history).toEqual(fitted[0].metadata.training.history);
      }
      const whole = { ...spec, encoder: spec.encoder.slice(1) };
      const plain = await trainModel(engine, data, { spec: whole, train, threads: 0 });
      expect(plain.weights).not.toEqual(fitted[0].weights);
    },
  );

  test("weights and history are the same bits on any number of threads", async () => {
    const alone = await trainModel(engine, data, { ...options, threads: 0 });
    const model = await trainModel(engine, data, { ...options, threads: 2 });
    expect(model.weights).toEqual(alone.weights);
    expect(model.metadata.training.history).toEqual(alone.metadata.training.history);
  });
});

const [{ engine }] = engines;
const { engine: fast } = engines[engines.length - 1];
const long = { ...options, train: { ...options.train, updates: 100_000, patience: 0 } };

test("the calling thread stays free while others train", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const started = performance.now();
  await trainModel(engine, data, { ...options, threads: 2, train: { ...options.train, updates: 40 } });
  const elapsed = performance.now() - started;
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(elapsed / 50); // a thread that trains could tick every 50 ms only
});

test("an abort hands out the state, from which training goes on to the same weights", async () => {
  const controller = new AbortController();
  const states: TrainState[] = [];
  const hooks = {
    signal: controller.signal,
    checkpointSeconds: 3600,
    onCheckpoint: (state: TrainState) => void states.push(state),
    onProgress: () => controller.abort(new Error("enough")),
  };
  const several = { ...options, threads: 2, train: { ...options.train, updates: 400, patience: 0 } };
  await expect(trainModel(fast, data, several, hooks)).rejects.toThrow("enough");
  expect(states.length).toBe(1);
  const whole = await trainModel(fast, data, { ...several, threads: 1 });
  expect((await trainModel(fast, data, several, { resume: states[0] })).weights).toEqual(whole.weights);
});

test("an error of a training arrives as itself", async () => {
  const train = { ...options.train, updates: 40, learningRate: 1e300 }; // no weight stays finite
  const training = trainModel(engine, data, { ...options, train, threads: 2 });
  await expect(training).rejects.toThrow(TrainingError);
});

test("a signal that was aborted before stops training at once", async () => {
  const signal = AbortSignal.abort(new Error("too late"));
  await expect(trainModel(engine, data, { ...long, threads: 1 }, { signal })).rejects.toThrow("too late");
});
