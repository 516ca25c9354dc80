import { describe, expect, test } from "vitest";
import { TrainingError } from "../../src/errors.js";
import { restoreState, stateNumbers, stateTensors, type TrainState } from "../../src/model/training-state.js";
import { recipes } from "../../src/network/spec/recipes.js";
import { resolveTrainOptions, type TrainOptions } from "../../src/train/options.js";
import { type TrainHooks, trainAutoencoder } from "../../src/train/train.js";
import { twoEngines } from "../engines.js";
import { randomSeries } from "../series.js";

const spec = recipes[1].build({ units: 6 }); // denoising: noise and dropout must resume too
const train = randomSeries({ N: 43, lengths: (n) => 5 + (n % 4) });
const validation = randomSeries({ N: 11, lengths: (n) => 5 + (n % 4), seed: 2 });
const options: TrainOptions = { updates: 90, batchSize: 8, warmUp: 5, seed: 3 };

/** A deep copy by the way a checkpoint takes. */
const copy = (state: TrainState) =>
  restoreState(
    JSON.parse(JSON.stringify(stateNumbers(state))),
    Object.fromEntries(Object.entries(stateTensors(state)).map(([name, data]) => [name, data.slice()])),
    (why) => expect.unreachable(why),
  );

describe.each(twoEngines)("$name", ({ engine }) => {
  const run = (more: TrainOptions = {}, hooks: TrainHooks = {}, layers = spec) =>
    trainAutoencoder(engine, layers, train, validation, resolveTrainOptions({ ...options, ...more }), hooks);

  test("the loss falls", async () => {
    const { history } = await run({ updates: 300, learningRate: 0.01 });
    expect(history.at(-1)!.validationLoss!).toBeLessThan(0.8 * history[0].validationLoss!);
  });

  test("the weights of the best validation loss are kept, not the last ones", async () => {
    const at = new Map<number, Float32Array>();
    const hooks: TrainHooks = {
      checkpointSeconds: -1,
      onCheckpoint: ({ update, weights }) => void at.set(update, Float32Array.from(weights)),
    };
    // a rate that only grows: it learns, then is ruined
    const ruin = { updates: 300, learningRate: 2, warmUp: 300, patience: 0 };
    const { history, bestUpdate, weights, updates } = await run(ruin, hooks);
    const best = history.reduce((a, b) => (b.validationLoss! < a.validationLoss! ? b : a));
    expect(bestUpdate).toBe(best.update);
    expect([bestUpdate < 300, updates]).toEqual([true, 300]);
    expect(weights).toEqual(at.get(bestUpdate));
  });

  test("the same seed gives the same weights, another seed others", async () => {
    const a = await run();
    const b = await run();
    const c = await run({ seed: 4 });
    expect(b.weights).toEqual(a.weights);
    expect(c.weights).not.toEqual(a.weights);
  });

  test("training resumed from any checkpoint ends in the same weights", async () => {
    const states: TrainState[] = [];
    const whole = await run({}, { checkpointSeconds: -1, onCheckpoint: (state) => void states.push(copy(state)) });
    expect(states.length).toBe(90);
    for (const k of [0, 6, 24, 25, 51, 89]) {
      const resumed = await run({}, { resume: states[k] });
      expect(resumed.weights).toEqual(whole.weights);
      expect(resumed.history).toEqual(whole.history);
    }
  });

  test("an aborted run hands out its state first", async () => {
    const controller = new AbortController();
    let kept: TrainState | undefined;
    const hooks: TrainHooks = {
      signal: controller.signal,
      onProgress: ({ update }) => update >= 50 && controller.abort(new Error("stop")),
      onCheckpoint: (state) => {
        kept = copy(state);
      },
    };
    await expect(run({}, hooks)).rejects.toThrow("stop");
    expect(kept!.update).toBe(50);
    expect((await run({}, { resume: kept })).weights).toEqual((await run()).weights);
  });

  test("sample weights: a sequence of weight 0 has no say", async () => {
    const weighted = { ...train, weights: Float32Array.from(train.ids, (_, n) => (n === 5 ? 0 : 1)) };
    const spoiled = { ...weighted, values: weighted.values.slice() };
    spoiled.values.fill(3, train.offsets[5] * 2, train.offsets[6] * 2);
    const simple = recipes[0].build({ units: 5 });
    const fitted = await Promise.all(
      [weighted, spoiled].map((set) => trainAutoencoder(engine, simple, set, undefined, resolveTrainOptions(options))),
    );
    expect(fitted[1].weights).toEqual(fitted[0].weights);
  });

  test("training that overflows goes back, halves the rate and says so", async () => {
    const relu = recipes[0].build({ units: 8, activation: "relu" });
    const { weights, warnings } = await run(
      { updates: 200, learningRate: 5, clipNorm: 0, warmUp: 0, patience: 0 },
      {},
      relu,
    );
    expect(weights.every(Number.isFinite)).toBe(true);
    expect(warnings.join(" ")).toContain("halved the learning rate");
  });

  test("a loss that never is finite ends in an error that says what to do", async () => {
    const broken = { ...train, values: train.values.map(() => Number.POSITIVE_INFINITY) };
    const training = trainAutoencoder(engine, spec, broken, undefined, resolveTrainOptions(options));
    await expect(training).rejects.toThrow(TrainingError);
    await expect(training).rejects.toThrow(/`activation: "tanh"`/);
  });
});
