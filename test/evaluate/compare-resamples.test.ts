import { describe, expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.js";
import { compare } from "../../src/evaluate/compare.js";
import type { CompareOptions } from "../../src/evaluate/comparison/compare-options.js";
import type { SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { cellsOf, makeSet } from "../sequences/set/make-set.js";
import { randomSeries } from "../series.js";
import { engine, four, given, halves, quick, sourceOf, timeless } from "./compare-cases.js";

describe("plans", () => {
  const set = randomSeries({ N: 60, F: 1, lengths: () => 8 });

  test("the given split is the default where there is one, and scores the test part", async () => {
    const { plan, train, test, rows } = await compare(engine, halves(set, 40), given);
    expect([plan, train, test]).toEqual(["the given split", 40, 20]);
    expect(rows.map(({ features, classifier }) => `${features} ${classifier}`)).toEqual(
      ["raw", "statistics", "untrained", "latent"].flatMap((name) => [`${name} ridge`, `${name} logistic`]),
    );
    expect(rows.every(({ metrics }) => metrics.cases === 20)).toBe(true);
  });

  test("a small given split is redrawn by default: it is the first of five, with the same figures as alone", async () => {
    const source = halves(set, 40);
    const options = { ...quick, features: ["raw", "latent"] };
    const alone = await compare(engine, source, { ...options, plan: "given" });
    const five = await compare(engine, source, options);
    expect([five.plan, five.train, five.test]).toEqual([
      "the given split and 4 redrawn ones of its sizes (seed 1)",
      40,
      100,
    ]);
    expect(five.rows.map(({ byResample }) => byResample[0])).toEqual(alone.rows.map(({ byResample }) => byResample[0]));
    expect(five.resamples[0]).toEqual(alone.resamples[0]);
    expect(new Set(five.resamples.map(({ splitSha256 }) => splitSha256)).size).toBe(5);
    expect(five.map).toEqual(alone.map);
    expect(five.learning[0].history).toEqual(alone.learning[0].history);
  });

  test("stratified folds test every case once, pooling a given split where asked", async () => {
    const { plan, test } = await compare(engine, sourceOf(set), quick);
    expect([plan, test]).toEqual(["5 folds of cases, stratified by class (seed 1)", 60]);
    const pooled = await compare(engine, halves(set, 40), { ...quick, plan: "stratified", folds: 3 });
    expect([pooled.plan, pooled.train, pooled.test]).toEqual([
      "3 folds of cases, stratified by class (seed 1)",
      40,
      60,
    ]);
    expect(pooled.rows[0].metrics.cases).toBe(60);
  });

  test("grouped is the default where there are entities: whole ones are held out, or folded", async () => {
    const entities = set.ids.map((_, n) => `e${Math.floor(n / 6)}`);
    const { plan, train, test } = await compare(engine, sourceOf({ ...set, entities }), quick);
    expect([plan, test % 6, train + test]).toEqual(["30 % of whole entities held out (seed 1)", 0, 60]);
    const folded = await compare(engine, sourceOf({ ...set, entities }), { ...quick, folds: 2 });
    expect([folded.plan, folded.test]).toEqual(["2 folds of whole entities (seed 1)", 60]);
  });

  test("what cannot be is refused", async () => {
    await expect(compare(engine, sourceOf(set), { ...quick, plan: "given" })).rejects.toThrow(OptionError);
    await expect(compare(engine, halves(set, 40), { ...quick, folds: 3 })).rejects.toThrow(/`plan: "stratified"`/);
    await expect(compare(engine, sourceOf(set), { ...quick, plan: "grouped" })).rejects.toThrow(DataError);
  });

  test("an entity on both sides of a given split fails the run", async () => {
    const entities = set.ids.map((_, n) => `e${n % 7}`);
    await expect(compare(engine, halves({ ...set, entities }, 40), given)).rejects.toThrow(
      /entities are on both sides/,
    );
  });
});

test("test sequences that were trained on are counted in a note", async () => {
  const set = randomSeries({ N: 60, F: 1, lengths: () => 8 });
  const cells = cellsOf(set);
  for (const n of [50, 55]) cells[n] = cells[n - 40];
  const twins = makeSet(cells, { labels: set.labels, classNames: set.classNames });
  const { notes } = await compare(engine, halves(twins, 40), given);
  expect(notes).toContain(
    "2 test sequences are also in the training part (resample 1); scores are that much too good.",
  );
  const clean = await compare(engine, halves(set, 40), given);
  expect(clean.notes.join()).not.toMatch(/also in the training part/);
});

test("notes of reading and warnings of training are handed on, each once", async () => {
  const set = randomSeries({ N: 40, F: 1, lengths: () => 6 });
  const cells = cellsOf(set).map((steps) => steps.map(([a]) => [a, 4]));
  const source = sourceOf(makeSet(cells, { labels: set.labels, classNames: set.classNames }));
  const { notes } = await compare(engine, { ...source, notes: ["read with care"] }, { ...quick, folds: 3 });
  expect(notes[0]).toBe("read with care");
  expect(notes.filter((note) => note.includes('"c1" is constant'))).toHaveLength(1);
});

test("the same seed gives the same comparison; progress is told and never falls; a signal stops it", async () => {
  const source = sourceOf(randomSeries({ N: 40, F: 1, lengths: () => 6 }));
  const shares: number[] = [];
  const run = (seed: number) =>
    compare(engine, source, {
      ...four,
      fit: { recipe: "masked", units: 4, train: { updates: 20, seed } },
      folds: 2,
      hooks: { onProgress: (_, done) => shares.push(done) },
    });
  const first = timeless(await run(3));
  const told = shares.splice(0);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect([told[0], told.at(-1)]).toEqual([0, 1]);
  expect(timeless(await run(3))).toEqual(first);
  expect(timeless(await run(4)).rows).not.toEqual(first.rows);
  const stopped = compare(engine, source, {
    ...quick,
    hooks: { signal: AbortSignal.abort(new Error("enough")) },
  });
  await expect(stopped).rejects.toThrow("enough");
});

describe("network seeds", () => {
  const source = halves(randomSeries({ N: 80, F: 1, lengths: () => 8 }), 50);
  const seeded = (seed: number, networkSeeds: number) =>
    compare(engine, source, {
      ...four,
      plan: "given",
      networkSeeds,
      fit: { recipe: "masked", units: 4, train: { updates: 20, seed } },
    });

  test("figures are means over networks, each of which is as if it were alone", async () => {
    const both = await seeded(5, 2);
    const alone = [await seeded(5, 1), await seeded(6, 1)];
    expect(both.networkSeeds).toEqual([5, 6]);
    both.rows.forEach((row, r) => {
      const single = alone.map(({ rows }) => rows[r].metrics.accuracy!);
      const network = row.features === "latent" || row.features === "untrained";
      expect(row.bySeed).toEqual(network ? single : [single[0]]);
      expect(row.metrics.accuracy).toBeCloseTo(network ? (single[0] + single[1]) / 2 : single[0], 12);
      const counted = row.metrics.confusion.flat().reduce((a, b) => a + b);
      expect(counted).toBe(network ? 60 : 30);
      expect(row.intervals.accuracy.low).toBeLessThanOrEqual(row.metrics.accuracy!);
      expect(row.intervals.accuracy.high).toBeGreaterThanOrEqual(row.metrics.accuracy!);
    });
    expect(both.learning.map(({ seed }) => seed)).toEqual([5, 6]);
    expect(both.learning[1].history).toEqual(alone[1].learning[0].history);
    const [difference] = both.differences;
    const [one, two] = alone.map(({ differences }) => differences[0].difference);
    expect(difference.against).toEqual(alone[0].differences[0].against);
    expect(difference.difference).toBeCloseTo((one + two) / 2, 12);
  });
});

test("the networks of each resample have a seed of their own, which trains the same network alone", async () => {
  const set = randomSeries({ N: 60, F: 1, lengths: () => 8 });
  const options = { ...given, features: ["latent"], classifiers: ["ridge"] } as const;
  const same = halves(set, 40);
  const { learning } = await compare(engine, same, { ...options, plan: "redrawn", repeats: 3, networkSeeds: 2 });
  expect(learning.map(({ resample, seed }) => [resample, seed])).toEqual([
    [1, 1],
    [2, 1001],
    [3, 2001],
    [1, 2],
    [2, 1002],
    [3, 2002],
  ]);
  expect(new Set(learning.map(({ history }) => JSON.stringify(history))).size).toBe(6);
  const first = await compare(engine, same, options);
  expect(learning[0].history).toEqual(first.learning[0].history);
});

test("several resamples: the corrected test is there, and figures of each resample", async () => {
  const source = sourceOf(randomSeries({ N: 60, F: 1, lengths: () => 8 }));
  const {
    rows,
    differences,
    test: tested,
    plan,
  } = await compare(engine, source, {
    ...quick,
    plan: "stratified",
    folds: 3,
    repeats: 2,
  });
  expect([plan, tested]).toEqual(["2 times 3 folds of cases, stratified by class (seed 1)", 120]);
  for (const { byResample, metrics } of rows) {
    expect(byResample).toHaveLength(6);
    expect(byResample.reduce((a, b) => a + b) / 6).toBeCloseTo(metrics.accuracy!, 12); // folds of equal size
  }
  for (const { corrected, difference } of differences) {
    expect(corrected!.difference).toBeCloseTo(difference, 12);
    expect(corrected!.low).toBeLessThanOrEqual(corrected!.difference);
  }
});

describe("what a report is made of", () => {
  test("a map of the test cases, with rare classes whole", async () => {
    const set = randomSeries({ N: 90, F: 1, lengths: () => 8 });
    const { map } = await compare(engine, halves(set, 60), given);
    expect(map!.features).toBe("latent");
    expect(map!.points.map(({ id }) => id)).toEqual(set.ids.slice(60));
    expect(map!.points.map(({ label }) => label)).toEqual(Array.from(set.labels!.slice(60)));
    const [first, second] = map!.explained;
    expect(first).toBeGreaterThanOrEqual(second);
    expect(first + second).toBeLessThanOrEqual(1 + 1e-9);
  });

  test("hashes, settings, machine; the same for the same data, others for others", async () => {
    const set = randomSeries({ N: 60, F: 1, lengths: () => 6 });
    const run = (changed: SequenceSet, more: Partial<CompareOptions> = {}) =>
      compare(engine, halves(changed, 40), { ...given, features: ["raw", "latent"], ...more });
    const first = await run(set);
    const { hashes, settings, environment, data, resamples } = first;
    expect(settings).toMatchObject({
      features: ["raw", "latent"],
      classifiers: ["ridge", "logistic"],
      readOut: "pooled",
    });
    expect(environment).toMatchObject({ engine: engine.name, runtime: `node ${process.versions.node}` });
    expect(data.sequences).toBe(60);
    expect(resamples[0]).toMatchObject({ train: 40, test: 20, skipped: 0, trainClasses: [20, 20] });
    expect((await run(set)).hashes).toEqual(hashes);
    const other = await run({ ...set, values: set.values.map((value, k) => (k === 7 ? 0 : value)) });
    expect([other.hashes.data === hashes.data, other.hashes.settings === hashes.settings]).toEqual([false, true]);
    const changed = await run(set, { readOut: "last" });
    expect([changed.hashes.data === hashes.data, changed.hashes.settings === hashes.settings]).toEqual([true, false]);
    JSON.parse(JSON.stringify(first)); // plain
    expect(JSON.stringify(first)).not.toContain("null,null,null");
  });
});
