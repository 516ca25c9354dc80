import { expect, test } from "vitest";
import { reconstructedCases } from "../../src/evaluate/reconstructed-cases.js";
import { residualFeatures } from "../../src/features/residual-features.js";
import { isObserved, type SequenceSet, selectSequences } from "../../src/sequences/set/sequence-set.js";
import { trainModel, untrainedAutoencoder } from "../../src/train/fit.js";
import { engines } from "../engines.js";
import { randomSeries, withCategories } from "../series.js";

const { engine } = engines[engines.length - 1];
const told = { features: "latent", seed: 1 };
const labelsOf = (set: SequenceSet) => set.labels!;

test("the worst and the best of all cases, by the error of the decoder over what was observed", async () => {
  const train = randomSeries({ N: 30, F: 5, missing: 0.1, seed: 1 });
  const held = randomSeries({ N: 40, F: 5, missing: 0.1, seed: 2, lengths: (n) => 6 + (n % 9) });
  const model = await trainModel(engine, train, {
    recipe: "masked",
    units: 6,
    train: { updates: 60 },
    threads: 0,
  });
  const found = reconstructedCases(engine, model, held, { ...told, labels: labelsOf(held) })!;
  const { values, names } = residualFeatures(engine, model, held);
  const errors = held.ids.map((id, n) => ({ id, n, error: values[n * names.length] }));
  errors.sort((a, b) => b.error - a.error);
  expect(found).toMatchObject({ features: "latent", cases: 40, channels: 5 });
  expect(found.worst.map(({ id }) => id)).toEqual(errors.slice(0, 3).map(({ id }) => id));
  expect(found.best.map(({ id }) => id)).toEqual(
    errors
      .slice(-3)
      .reverse()
      .map(({ id }) => id),
  );
  for (const one of [...found.worst, ...found.best]) {
    const { n, error } = errors.find(({ id }) => id === one.id)!;
    expect(one.error / error).toBeCloseTo(1, 3);
    expect(one.label).toBe(held.labels![n]);
    expect(one.steps).toBe(6 + (n % 9));
    expect(one.channels).toHaveLength(3);
    const own = one.channels.map(({ name, given, made }) => {
      expect([given.length, made.length]).toEqual([one.steps, one.steps]);
      const c = Number(name.slice(1));
      expect(given.map((value) => value === null)).toEqual(
        given.map((_, t) => !isObserved(held, (held.offsets[n] + t) * 5 + c)),
      );
      return values[n * names.length + names.indexOf(`error_${name}`)];
    });
    expect(own).toEqual([...own].sort((a, b) => b - a)); // most error first
    const all = Array.from({ length: 5 }, (_, c) => values[n * names.length + names.indexOf(`error_c${c}`)]);
    expect(own).toEqual(all.sort((a, b) => b - a).slice(0, 3));
  }
});

test("differences are not drawn, labels that are not there do not matter, three cases make one and one", () => {
  const train = randomSeries({ N: 12, F: 2 });
  const model = untrainedAutoencoder(engine, train, { units: 4 });
  const three = selectSequences(train, [4, 5, 6]);
  const found = reconstructedCases(
    engine,
    model,
    { ...three, labels: undefined },
    {
      ...told,
      labels: Int32Array.of(0, 1, 0),
    },
  )!;
  expect([found.worst.length, found.best.length]).toEqual([1, 1]);
  expect(found.worst[0].error).toBeGreaterThan(found.best[0].error);
  expect(found.worst[0].channels.map(({ name }) => name).sort()).toEqual(["c0", "c1"]);
});

test("long series are cut, and only so many cases are looked at", () => {
  const train = randomSeries({ N: 4, F: 1, lengths: () => 1200 });
  const model = untrainedAutoencoder(engine, train, { recipe: "masked", units: 2 });
  const long = reconstructedCases(engine, model, train, { ...told, labels: labelsOf(train) })!;
  expect(long.worst[0].steps).toBe(1200);
  expect(long.worst[0].channels[0].given).toHaveLength(1000);
  const many = randomSeries({ N: 700, F: 1, lengths: (n) => n % 3 });
  const few = reconstructedCases(engine, model, many, { ...told, labels: labelsOf(many) })!;
  expect(few.cases).toBeGreaterThan(450); // of 467 that have a step
  expect(few.cases).toBeLessThanOrEqual(467);
});

test("nothing without numbers, and nothing without a value", () => {
  const events = withCategories(randomSeries({ N: 6, F: 1 }));
  const model = untrainedAutoencoder(engine, events, { recipe: "masked", units: 2 });
  expect(reconstructedCases(engine, model, events, { ...told, labels: labelsOf(events) })).toBeUndefined();
  const none = randomSeries({ N: 6, F: 1, lengths: () => 0 });
  const numbers = untrainedAutoencoder(engine, randomSeries({ N: 6, F: 1 }), { recipe: "masked", units: 2 });
  expect(reconstructedCases(engine, numbers, none, { ...told, labels: labelsOf(none) })).toBeUndefined();
});
