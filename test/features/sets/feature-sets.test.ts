import { expect, test } from "vitest";
import { loadEngine } from "../../../src/engine/load.js";
import { rawFeatures } from "../../../src/features/baselines/raw.js";
import { statisticsFeatures } from "../../../src/features/baselines/statistics.js";
import { encode } from "../../../src/features/encode.js";
import { residualFeatures } from "../../../src/features/residual-features.js";
import { eventAggregates } from "../../../src/features/sets/event-aggregates.js";
import type { FitContext, FittedSet } from "../../../src/features/sets/feature-set.js";
import { featureSets } from "../../../src/features/sets/feature-sets.js";
import { shareNetworks } from "../../../src/features/sets/networks.js";
import { selectSequences } from "../../../src/sequences/set/sequence-set.js";
import { randomSeries } from "../../series.js";

const engine = await loadEngine();
const all = randomSeries({ N: 70, F: 2, lengths: (n) => 4 + (n % 6), missing: 0.1 });
const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, k) => from + k);
const train = selectSequences(all, range(0, 60));
const test_ = selectSequences(all, range(60, 70));
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
const aggregates = () => eventAggregates(all, events, undefined, 0);
const parts = {
  train: { set: train, rows: range(0, 60), aggregates },
  test: { set: test_, rows: range(60, 70), aggregates },
};
const build = async (name: string, more: Partial<FitContext> = {}) => {
  const context = { engine, train, cases: parts.train, ...options, seed: 1, hooks: {}, ...more };
  const set = featureSets[name];
  const network = set.network && (await shareNetworks(context)(set.network));
  const fitted = await (set.network ? set.fit(context, network!) : set.fit(context));
  const tableOf = async (part: "train" | "test") => (await set.features(fitted, parts[part], { engine })).table;
  return { train: await tableOf("train"), test: await tableOf("test"), model: network?.model };
};

test("each is what its name says", async () => {
  expect((await build("raw")).train).toEqual(rawFeatures(train, 9, "stretch"));
  const ended = await build("raw", { align: "end" });
  expect(ended.test).toEqual(rawFeatures(test_, 9, "end"));
  expect((await build("statistics")).test).toEqual(statisticsFeatures(test_));
  const latent = await build("latent", { readOut: "last" });
  expect(latent.test).toEqual(await encode(engine, latent.model!, test_, { readOut: "last" }));
  expect(latent.model!.metadata.training).toMatchObject({ updates: 30, stopped: "finished" });
  const ends = (await build("fields")).test;
  expect(ends).toEqual(rawFeatures(test_, 1, "end"));
  expect((await build("window")).test).toEqual(rawFeatures(test_, 9, "end"));
  const aggregated = (await build("aggregates")).test;
  const C = aggregated.names.length;
  expect(aggregated.names.slice(0, 3)).toEqual([...ends.names, "customer_since_last"]);
  // case 62: the customer's event before it was 5,000 s ago
  expect(aggregated.values[2 * C + 2]).toBeCloseTo(Math.log1p(5000), 6);
  expect((await build("convolutions")).train.names).toHaveLength(9996);
  const pca = await build("pca");
  expect(pca.train.names).toHaveLength(18); // nine steps of two channels
  const surprise = await build("surprise");
  expect(surprise.model!.metadata.recipe).toBe("composite");
  const errors = residualFeatures(engine, surprise.model!, test_);
  const wanted = ["unexpected_c0", "unexpected_c1", "surprise_c0", "surprise_c1"];
  expect(surprise.test.names).toEqual([...wanted, ...[3, 5, 9].map((span) => `surprise_last_${span}`)]);
  expect(surprise.test.values[1]).toBe(errors.values[errors.names.indexOf("unexpected_c1")]);
  const residuals = await build("residuals", { fit: { recipe: "masked", ...options.fit } });
  expect(residuals.test.names).toEqual(["error", "residual_c0", "residual_c1"]);
  const aware = await build("label-aware", { readOut: "narrow" });
  expect(aware.model!.metadata.recipe).toBe("label-aware");
  const control = await build("untrained");
  expect(control.model!.metadata.training).toMatchObject({ updates: 0, sequences: 60 });
  expect(control.train.names).toEqual((await build("latent")).train.names);
});

test("aggregates of other columns than those of the training part are refused", async () => {
  const set = featureSets.aggregates;
  const fitted = { state: { columns: [...aggregates().names] } };
  const labels = Int32Array.from(all.ids, (_, n) => n % 2);
  const more = () => eventAggregates(all, events, labels, 0);
  await expect(async () => set.features(fitted, { ...parts.test, aggregates: more }, { engine })).rejects.toThrow(
    /got \d+ columns, expected the \d+ of the training part; .* is customer_known_1h/,
  );
  await expect(async () =>
    set.features({ state: { columns: [...more().names] } }, parts.test, { engine }),
  ).rejects.toThrow(/is customer_known_1h/);
});

test("statics: a missing number is the mean of the training part, and a column tells it", async () => {
  const withAge = (set: typeof train, ages: number[]) => ({
    ...set,
    statics: { names: ["age"], values: Float32Array.from(set.ids, (_, n) => ages[n % ages.length]) },
  });
  const set = featureSets.statics;
  const fit = async (ages: number[]) => {
    const context = { engine, train: withAge(train, ages), cases: parts.train, ...options, seed: 1, hooks: {} };
    const fitted = await (set as { fit(context: FitContext): FittedSet }).fit(context);
    const cases = { ...parts.test, set: withAge(test_, [7, Number.NaN]) };
    const { names, values } = (await set.features(fitted, cases, { engine })).table;
    return { names, first: [...values.subarray(0, 2 * names.length)] };
  };
  expect(await fit([1, Number.NaN, 5])).toEqual({ names: ["age", "age_missing"], first: [7, 0, 3, 1] });
  expect(await fit([1, 5])).toEqual({ names: ["age"], first: [7, 3] });
});
