import { describe, expect, test } from "vitest";
import { loadEngine } from "../../../src/engine/load.js";
import { eventAggregates } from "../../../src/evaluate/sets/event-aggregates.js";
import { type FeatureContext, featureSets } from "../../../src/evaluate/sets/feature-sets.js";
import { rawFeatures } from "../../../src/features/baselines/raw.js";
import { statisticsFeatures } from "../../../src/features/baselines/statistics.js";
import { encode } from "../../../src/features/encode.js";
import { residualFeatures } from "../../../src/features/residual-features.js";
import { type SequenceSet, selectSequences } from "../../../src/sequences/set/sequence-set.js";
import { randomSeries } from "../../series.js";

const engine = await loadEngine();
const all = randomSeries({ N: 70, F: 2, lengths: (n) => 4 + (n % 6), missing: 0.1 });
const pick = (from: number, to: number) =>
  selectSequences(
    all,
    Array.from({ length: to - from }, (_, n) => from + n),
  );
const train = pick(0, 60);
const test_ = pick(60, 70);
const options = {
  fit: { units: 5, train: { updates: 30 } },
  readOut: "pooled" as const,
  align: "stretch" as const,
};
/** Whose event each case is and what it cost: for aggregates, of the cases of both parts. */
const events = {
  times: Float64Array.from(all.ids, (_, n) => 1000 * n),
  entities: all.ids.map((_, n) => `e${n % 5}`),
  entityName: "customer",
  amounts: Float64Array.from(all.ids, (_, n) => 1 + ((7 * n) % 11)),
  amountName: "amount",
};
const build = (name: string, first: SequenceSet, second: SequenceSet, more: Partial<FeatureContext> = {}) => {
  const kept = new Map<string, Promise<unknown>>();
  const at = (set: SequenceSet) => Int32Array.from(set.ids, (id) => Math.max(0, all.ids.indexOf(id)));
  return featureSets[name].build({
    engine,
    train: first,
    test: { ...second, labels: undefined, classNames: undefined },
    rows: { train: at(first), test: at(second) },
    aggregates: () => eventAggregates(all, events, undefined, 0),
    ...options,
    seed: 1,
    hooks: {},
    remember: <T>(key: string, make: () => Promise<T>) => {
      if (!kept.has(key)) kept.set(key, make());
      return kept.get(key) as Promise<T>;
    },
    ...more,
  });
};

describe.each(Object.keys(featureSets))("%s", async (name) => {
  test("both parts have the same named columns, one row per sequence", async () => {
    const pair = await build(name, train, test_);
    expect(pair.test.names).toEqual(pair.train.names);
    expect([pair.train.rows, pair.test.rows]).toEqual([60, 10]);
    expect(pair.train.values.length).toBe(60 * pair.train.names.length);
    expect(new Set(pair.train.names).size).toBe(pair.train.names.length);
  });

  test("nothing of the training features depends on the test part", async () => {
    const spoiled = { ...test_, values: test_.values.map((value) => 1000 * value) };
    const honest = await build(name, train, test_);
    const other = await build(name, train, spoiled);
    expect(other.train).toEqual(honest.train);
    expect(other.test).not.toEqual(honest.test);
    expect(other.model?.weights).toEqual(honest.model?.weights);
  });

  test("a test row depends on its own sequence alone", async () => {
    const whole = await build(name, train, test_);
    const alone = await build(name, train, selectSequences(test_, [4]));
    const C = whole.test.names.length;
    expect(alone.test.values).toEqual(whole.test.values.slice(4 * C, 5 * C));
  });

  test("a longer test sequence is no wider", async () => {
    const long = randomSeries({ N: 2, F: 2, lengths: () => 40 });
    const pair = await build(name, train, long);
    expect(pair.test.values.length).toBe(2 * pair.train.names.length);
  });
});

test("each is what its name says", async () => {
  expect((await build("raw", train, test_)).train).toEqual(rawFeatures(train, 9, "stretch"));
  const ended = await build("raw", train, test_, { align: "end" });
  expect(ended.test).toEqual(rawFeatures(test_, 9, "end"));
  expect((await build("statistics", train, test_)).test).toEqual(statisticsFeatures(test_));
  const latent = await build("latent", train, test_, { readOut: "last" });
  expect(latent.test).toEqual(await encode(engine, latent.model!, test_, { readOut: "last" }));
  expect(latent.model!.metadata.training).toMatchObject({ updates: 30, stopped: "finished" });
  const ends = (await build("fields", train, test_)).test;
  expect(ends).toEqual(rawFeatures(test_, 1, "end"));
  expect((await build("window", train, test_)).test).toEqual(rawFeatures(test_, 9, "end"));
  const aggregated = (await build("aggregates", train, test_)).test;
  const C = aggregated.names.length;
  expect(aggregated.names.slice(0, 3)).toEqual([...ends.names, "customer_since_last"]);
  // case 62: the customer's event before it was 5,000 s ago
  expect(aggregated.values[2 * C + 2]).toBeCloseTo(Math.log1p(5000), 6);
  expect((await build("convolutions", train, test_)).train.names).toHaveLength(9996);
  const pca = await build("pca", train, test_);
  expect(pca.train.names).toHaveLength(18); // nine steps of two channels
  const surprise = await build("surprise", train, test_);
  expect(surprise.model!.metadata.recipe).toBe("composite");
  const errors = residualFeatures(engine, surprise.model!, test_);
  const wanted = ["unexpected_c0", "unexpected_c1", "surprise_c0", "surprise_c1"];
  expect(surprise.test.names).toEqual([...wanted, ...[3, 5, 9].map((span) => `surprise_last_${span}`)]);
  expect(surprise.test.values[1]).toBe(errors.values[errors.names.indexOf("unexpected_c1")]);
  const residuals = await build("residuals", train, test_, { fit: { recipe: "masked", ...options.fit } });
  expect(residuals.test.names).toEqual(["error", "residual_c0", "residual_c1"]);
  const aware = await build("label-aware", train, test_, { readOut: "narrow" });
  expect(aware.model!.metadata.recipe).toBe("label-aware");
  const control = await build("untrained", train, test_);
  expect(control.model!.metadata.training).toMatchObject({ updates: 0, sequences: 60 });
  expect(control.train.names).toEqual((await build("latent", train, test_)).train.names);
});
