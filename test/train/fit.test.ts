import { describe, expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.js";
import { countOf, selectSequences } from "../../src/sequences/set/sequence-set.js";
import { trainModel, untrainedAutoencoder } from "../../src/train/fit.js";
import type { FitOptions } from "../../src/train/options.js";
import { engines } from "../engines.js";
import { cellsOf, makeSet } from "../sequences/set/make-set.js";
import { randomSeries } from "../series.js";

const { engine } = engines[engines.length - 1];
const data = randomSeries({ N: 60, F: 2, lengths: (n) => 6 + (n % 3) });
const quick: FitOptions = { recipe: "masked", units: 6, train: { updates: 40, batchSize: 10 } };

describe("fit", () => {
  test("labels and statics are not looked at", async () => {
    const { weights } = await trainModel(engine, data, quick);
    const turned = { ...data, labels: data.labels?.map((label) => 1 - label) };
    const bare = { ...data, labels: undefined, classNames: undefined };
    expect((await trainModel(engine, turned, quick)).weights).toEqual(weights);
    expect((await trainModel(engine, bare, quick)).weights).toEqual(weights);
  });

  test("what is held out is neither scaled by nor trained on", async () => {
    const model = await trainModel(engine, data, { ...quick, validation: 0.25 });
    const { training, preparation } = model.metadata;
    expect([training.sequences, training.validationSequences]).toEqual([45, 15]);
    expect(preparation.scaler.fittedOn.sequences).toBe(45);
    expect(training.history.every(({ validationLoss }) => validationLoss !== undefined)).toBe(true);
  });

  test("entities are held out whole", async () => {
    const entities = data.ids.map((_, n) => (n < 42 ? "a" : n < 51 ? "b" : "c"));
    const model = await trainModel(engine, { ...data, entities }, { ...quick, validation: 0.25 });
    // 42, 9 and 9 sequences: 15, a quarter, cannot be had without cutting one
    expect([9, 18, 42, 51]).toContain(model.metadata.training.validationSequences);
  });

  test("nothing is held out of fewer than 50 sequences, or where it is not wanted", async () => {
    const few = selectSequences(
      data,
      Array.from({ length: 49 }, (_, n) => n),
    );
    expect((await trainModel(engine, few, quick)).metadata.training.validationSequences).toBe(0);
    expect((await trainModel(engine, data, quick)).metadata.training.validationSequences).toBe(6);
    const all = await trainModel(engine, data, { ...quick, validation: 0 });
    expect(all.metadata.training).toMatchObject({ sequences: 60, validationSequences: 0 });
  });

  test("what the model is said to explain is said of the weights that were kept", async () => {
    // a rate that only grows: the network learns, then is ruined; the best weights are kept
    const ruined = await trainModel(engine, data, {
      ...quick,
      validation: 0.2,
      train: { updates: 300, learningRate: 3, warmUp: 300, patience: 0, clipNorm: 0 },
    });
    const { history, bestUpdate, warnings } = ruined.metadata.training;
    const best = history.find(({ update }) => update === bestUpdate);
    expect(best?.explainedVariance).toBeGreaterThan(0.05);
    expect(history.at(-1)?.explainedVariance).toBeLessThan(0.05);
    expect(warnings.filter((text) => text.includes("predicts little more than the mean"))).toEqual([]);
  });

  test("a model that learned nothing is said so; so are dead numbers of the latent", async () => {
    const noise = randomSeries({ N: 30, F: 2, lengths: () => 1 }); // one step each: two unrelated numbers
    const idle = await trainModel(engine, noise, {
      ...quick,
      train: { updates: 20, learningRate: 1e-9 },
    });
    expect(idle.metadata.training.warnings.join(" ")).toMatch(/predicts little more than the mean/);
    const same = makeSet(Array.from({ length: 12 }, () => [[1], [2], [0], [3]]));
    const collapsed = await trainModel(engine, same, { ...quick, train: { updates: 20 } });
    expect(collapsed.metadata.training.warnings.join(" ")).toMatch(/the same for every sequence/);
  });

  test("warnings name constant channels and channels never observed", async () => {
    const cells = cellsOf(data).map((steps) => steps.map(([a]) => [a, 5, null]));
    const model = await trainModel(engine, makeSet(cells, { F: 3 }), quick);
    expect(model.metadata.training.warnings.join(" ")).toMatch(/"c1" is constant.*"c2": nothing was observed/);
    expect(model.weights.every(Number.isFinite)).toBe(true);
  });

  test("nothing to train on is an error, options without effect are refused", async () => {
    const nothing = selectSequences(data, []);
    await expect(trainModel(engine, nothing, quick)).rejects.toThrow(DataError);
    await expect(trainModel(engine, makeSet([[], []], { F: 1 }), quick)).rejects.toThrow(
      /no sequence with a step in it/,
    );
    await expect(trainModel(engine, data, { ...quick, noise: 0.2 })).rejects.toThrow(OptionError);
    await expect(trainModel(engine, data, { ...quick, dropout: 0.2 })).rejects.toThrow(OptionError);
    for (const [options, words] of [
      [{ trian: {} }, /Fit options: there is no option "trian". Did you mean "train"/],
      [{ train: { update: 3 } }, /`train`: there is no option "update". Did you mean "updates"/],
      [{ prepare: { scale: "robuts" } }, /`prepare.scale`: got "robuts", expected one of .*Did you mean "robust"/],
      [{ units: 0 }, /`units`: got 0, expected a number >0/],
      [{ validation: 1 }, /`validation`: got 1, expected a number <1/],
      [{ spec: { encoder: [{ type: "lstm", units: 2, unit: 3 }], decoder: [] } }, /no option "unit"/],
    ] as [object, RegExp][])
      await expect(trainModel(engine, data, { ...quick, ...options })).rejects.toThrow(words);
  });

  test("empty sequences among others change nothing but are counted", async () => {
    const cells = cellsOf(data).slice(0, 40);
    const { weights } = await trainModel(engine, makeSet(cells, { F: 2 }), quick);
    const model = await trainModel(engine, makeSet([...cells, [], []], { F: 2 }), quick);
    expect(model.weights).toEqual(weights);
    expect(model.metadata.training.sequences).toBe(42);
  });
});

test("untrained: the weights of the seed, scaled by the whole set, no updates", async () => {
  const model = untrainedAutoencoder(engine, data, quick);
  expect(model.metadata.training).toMatchObject({ updates: 0, stopped: "untrained", history: [] });
  expect(model.metadata.preparation.scaler.fittedOn.sequences).toBe(countOf(data));
  expect(untrainedAutoencoder(engine, data, quick).weights).toEqual(model.weights);
  const other = untrainedAutoencoder(engine, data, { ...quick, train: { ...quick.train, seed: 2 } });
  expect(other.weights).not.toEqual(model.weights);
  const barely = await trainModel(engine, data, { ...quick, train: { updates: 1, learningRate: 1e-12 } });
  const moved = barely.weights.map((weight, k) => Math.abs(weight - model.weights[k]));
  expect(Math.max(...moved)).toBeLessThan(1e-6); // training begins where the control stays
});

test("robust is default with noise on the input and without differences; the noise can be chosen", async () => {
  const options = { units: 3, threads: 0, train: { updates: 4 } };
  const robust = await trainModel(engine, data, { ...options, recipe: "robust", noise: 0.3 });
  const usual = await trainModel(engine, data, { ...options, recipe: "default" });
  const { encoder, ...rest } = robust.metadata.spec;
  expect(encoder).toEqual([{ type: "gaussianNoise", stddev: 0.3 }, ...usual.metadata.spec.encoder]);
  expect(rest).toEqual({
    decoder: usual.metadata.spec.decoder,
    readOutLoss: usual.metadata.spec.readOutLoss,
  });
  expect(robust.metadata.preparation.channels).toHaveLength(2);
  await expect(trainModel(engine, data, { ...options, recipe: "default", noise: 0.3 })).rejects.toThrow(
    /`noise` was given.*denoising.*robust/,
  );
});
