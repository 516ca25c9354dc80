import { describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { DataError, OptionError } from "../../src/errors.js";
import { compare } from "../../src/evaluate/compare.js";
import type { CompareOptions } from "../../src/evaluate/compare-options.js";
import type { Comparison } from "../../src/evaluate/comparison.js";
import { randomStream } from "../../src/random.js";
import { type DataSource, type SequenceSet, selectSequences } from "../../src/sequences/sequence-set.js";
import { cellsOf, makeSet } from "../sequences/make-set.js";
import { randomSeries } from "../series.js";

const engine = await loadEngine();
/** A plain baseline, a summary, the control and ours: what the cases below are made for. */
const four = { features: ["raw", "statistics", "untrained", "latent"], readOut: "pooled" } as const;
const quick: CompareOptions = {
  ...four,
  fit: { recipe: "masked", units: 6, train: { updates: 30, batchSize: 16 } },
};
/** Without what depends on the clock. */
const timeless = <T>(told: T): T =>
  JSON.parse(
    JSON.stringify(told, (key, value) => (["seconds", "started"].includes(key) ? undefined : value)),
  );
/** The differences of the latents to each other set, by its name. */
const byOpponent = ({ differences }: Comparison) =>
  Object.fromEntries(
    differences.filter(({ features }) => features === "latent").map((each) => [each.against.features, each]),
  );
const sourceOf = (train: SequenceSet, test?: SequenceSet): DataSource => ({
  name: "made up",
  train,
  test,
  files: [],
  notes: [],
});
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
const halves = (set: SequenceSet, train: number) =>
  sourceOf(selectSequences(set, range(0, train)), selectSequences(set, range(train, set.ids.length)));

/** Class 1 where `of` says so; labels and names of two classes. */
function labelledSet(cases: number[][][], of: (n: number) => number, classNames = ["no", "yes"]) {
  return makeSet(cases, { labels: Int32Array.from(cases, (_, n) => of(n)), classNames });
}

/**
 * A short wave at a random place of a flat series: up, down, down, up, or the same upside down. Mean, deviation,
 * extremes, slope and changes are equal, and no step tells the class: only the order does.
 */
function hiddenOrder(N: number, T: number): SequenceSet {
  const random = randomStream(11);
  const cases = range(0, N).map((n) => {
    const at = 1 + random.integer(T - 6);
    const sign = n % 2 ? 1 : -1;
    return range(0, T).map((t) => [sign * ([1, -1, -1, 1][t - at] ?? 0) + 0.05 * random.normal()]);
  });
  return labelledSet(cases, (n) => n % 2);
}

/** Noise, and the class in the third of 40 steps: the raw values need one column for it. */
function oneStep(N: number): SequenceSet {
  const random = randomStream(12);
  const cases = range(0, N).map((n) =>
    range(0, 40).map((t) => [random.normal() * (t === 2 ? 0.2 : 1) + (t === 2 ? (n % 2) * 2 - 1 : 0)]),
  );
  return labelledSet(cases, (n) => n % 2);
}

describe("the verdict of a case that is known", () => {
  test("waves of two speeds and any phase, drowned in noise: training pays, use the latents", async () => {
    const set = randomSeries({ N: 500, F: 1, lengths: () => 24 });
    const random = randomStream(9);
    const noisy = { ...set, values: set.values.map((value) => value + 0.8 * random.normal()) };
    const { verdict, differences, measure } = await compare(engine, halves(noisy, 250), {
      ...four,
      readOut: "last",
      fit: { recipe: "masked", units: 10, train: { updates: 500, learningRate: 0.01 } },
    });
    expect([measure, verdict.decision]).toEqual(["accuracy", "use the latents"]);
    const ours = differences.filter(({ features }) => features === "latent");
    expect(ours.map(({ against }) => against.features)).toEqual(["raw", "statistics", "untrained"]);
    for (const { low } of ours) expect(low).toBeGreaterThan(0.05);
  });

  test("order alone tells the class: random weights do as well as trained ones", async () => {
    const found = await compare(engine, halves(hiddenOrder(300, 24), 150), {
      ...four,
      fit: { recipe: "masked", units: 24, train: { updates: 200, learningRate: 0.01 } },
    });
    expect(found.verdict.decision).toBe("use the untrained encoder");
    for (const name of ["raw", "statistics"]) expect(byOpponent(found)[name].low).toBeGreaterThan(0.1);
  });

  test("a single step tells the class: the raw values are kept", async () => {
    const found = await compare(engine, halves(oneStep(240), 120), quick);
    const { verdict } = found;
    expect(verdict.decision).toBe("keep the baseline");
    expect(byOpponent(found).raw.high).toBeLessThan(-0.2);
    expect(verdict.sentences.join(" ")).toMatch(/Keep the raw values/);
  });

  test("labels drawn by lot: no difference is shown", async () => {
    const random = randomStream(13);
    const set = { ...randomSeries({ N: 240, F: 1 }), classNames: ["no", "yes"] };
    set.labels = Int32Array.from(set.ids, () => random.integer(2));
    const { verdict, rows } = await compare(engine, halves(set, 120), quick);
    expect(verdict.decision).toBe("no difference shown");
    for (const { metrics } of rows) expect(Math.abs(metrics.accuracy! - 0.5)).toBeLessThan(0.15);
  });
});

test("the latents have ridge alone, every other set the better of both classifiers", async () => {
  const random = randomStream(15);
  const set = randomSeries({ N: 160, F: 1, lengths: () => 12 });
  const noisy = { ...set, values: set.values.map((value) => value + 0.4 * random.normal()) };
  const found = await compare(engine, halves(noisy, 80), quick);
  const { rows } = found;
  const accuracy = (features: string, classifier: string) =>
    rows.find((row) => row.features === features && row.classifier === classifier)!.metrics.accuracy!;
  const better = new Set<string>();
  for (const [features, { difference, against }] of Object.entries(byOpponent(found))) {
    const { classifier } = against;
    const best = Math.max(accuracy(features, "ridge"), accuracy(features, "logistic"));
    expect(accuracy(features, classifier)).toBe(best);
    expect(difference).toBeCloseTo(accuracy("latent", "ridge") - best, 12);
    better.add(classifier);
  }
  expect([...better].sort()).toEqual(["logistic", "ridge"]); // else this shows too little
});

describe("plans", () => {
  const set = randomSeries({ N: 60, F: 1, lengths: () => 8 });

  test("the given split is the default where there is one, and judges the test part", async () => {
    const { plan, train, test, rows } = await compare(engine, halves(set, 40), quick);
    expect([plan, train, test]).toEqual(["the given split", 40, 20]);
    expect(rows.map(({ features, classifier }) => `${features} ${classifier}`)).toEqual(
      ["raw", "statistics", "untrained", "latent"].flatMap((name) => [`${name} ridge`, `${name} logistic`]),
    );
    expect(rows.every(({ metrics }) => metrics.cases === 20)).toBe(true);
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
    await expect(compare(engine, halves(set, 40), { ...quick, folds: 3 })).rejects.toThrow(
      /--resamples stratified/,
    );
    await expect(compare(engine, sourceOf(set), { ...quick, plan: "grouped" })).rejects.toThrow(DataError);
  });

  test("an entity on both sides of a given split fails the run", async () => {
    const entities = set.ids.map((_, n) => `e${n % 7}`);
    await expect(compare(engine, halves({ ...set, entities }, 40), quick)).rejects.toThrow(
      /entities are on both sides/,
    );
  });
});

describe("labels", () => {
  const set = randomSeries({ N: 90, F: 2, lengths: (n) => 6 + (n % 5) });

  /** What the classifiers answered, however the cases are really labelled. */
  const answered = async (source: DataSource) => {
    const { rows, learning, differences } = await compare(engine, source, quick);
    return {
      said: rows.map(({ metrics }) => metrics.confusion.reduce((sum, row) => sum.map((s, k) => s + row[k]))),
      confusion: rows.map(({ metrics }) => metrics.confusion),
      history: learning.map(({ history }) => history),
      differences,
    };
  };

  test("of the test part never touch training: other test labels, the same model and the same answers", async () => {
    const { train, test } = halves(set, 60);
    const relabelled = (labels: Int32Array) => answered(sourceOf(train, { ...test!, labels }));
    const honest = await relabelled(test!.labels!);
    const turned = await relabelled(test!.labels!.map((label) => 1 - label));
    expect(turned.history).toEqual(honest.history);
    // every single answer is the same: with all labels turned the rows of each table change places
    expect(turned.confusion).toEqual(honest.confusion.map((table) => table.toReversed()));
    const shuffled = randomStream(1).shuffle(test!.labels!.slice());
    expect(shuffled).not.toEqual(test!.labels);
    const permuted = await relabelled(shuffled);
    expect([permuted.said, permuted.history]).toEqual([honest.said, honest.history]);
    expect(permuted.confusion).not.toEqual(honest.confusion);
    // nearly all of one class: that positives are rare in the test part is no business of training either
    const rareTest = await relabelled(test!.labels!.map((_, n) => (n === 0 ? 1 : 0)));
    expect(rareTest.said).toEqual(honest.said);
  });

  test("of the training part matter", async () => {
    const { train, test } = halves(set, 60);
    const honest = await answered(sourceOf(train, test));
    const other = { ...train, labels: randomStream(2).shuffle(train.labels!.slice()) };
    const misled = await answered(sourceOf(other, test));
    expect(misled.said).not.toEqual(honest.said);
    expect(misled.history).toEqual(honest.history); // the autoencoder does not see labels at all
  });

  test("cases without one are left out on both sides", async () => {
    const labels = set.labels!.map((label, n) => (n % 3 === 0 ? -1 : label));
    const { train, test, rows } = await compare(engine, halves({ ...set, labels }, 60), quick);
    expect([train, test, rows[0].metrics.cases]).toEqual([40, 20, 20]);
  });

  test("none, and of one class only: said in words", async () => {
    const bare = { ...set, labels: undefined, classNames: undefined };
    await expect(compare(engine, sourceOf(bare), quick)).rejects.toThrow(/have no labels.*--label/);
    const one = { ...set, labels: set.labels!.map(() => 1) };
    await expect(compare(engine, sourceOf(one), quick)).rejects.toThrow(/one class only \("fast"\)/);
    const unknown = { ...set, labels: set.labels!.map(() => -1) };
    await expect(compare(engine, sourceOf(unknown), quick)).rejects.toThrow(/no labelled sequence/);
    const { train, test } = halves(set, 60);
    const lopsided = sourceOf({ ...train, labels: train.labels!.map(() => 0) }, test);
    await expect(compare(engine, lopsided, quick)).rejects.toThrow(/class/);
  });
});

describe("rare positives", () => {
  const N = 300;
  const random = randomStream(14);
  const cases = range(0, N).map((n) => range(0, 6).map(() => [random.normal() + (n % 15 === 0 ? 0.8 : 0)]));
  const rare = (n: number) => (n % 15 === 0 ? 1 : 0);
  const named = labelledSet(cases, rare, ["0", "1"]);

  test("average precision decides, by logistic regression without weights; other classifiers balance the classes", async () => {
    const { measure, verdict, rows } = await compare(engine, halves(named, 150), quick);
    expect(measure).toBe("averagePrecision");
    expect(verdict.sentences[0]).toMatch(/^The latents \((logistic|ridge)\).*average precision/);
    expect(verdict.sentences.at(-1)).toMatch(/Only 10 positive test cases/);
    const rowOf = (all: typeof rows, classifier: string) =>
      timeless(all.filter((row) => row.features === "raw" && row.classifier === classifier));
    const told = { ...quick, features: ["raw", "latent"] };
    const plain = (await compare(engine, halves(named, 150), { ...told, classWeight: "none" })).rows;
    const balanced = (await compare(engine, halves(named, 150), { ...told, classWeight: "balanced" })).rows;
    for (const classifier of ["logistic", "ridge"])
      expect(rowOf(plain, classifier)).not.toEqual(rowOf(balanced, classifier));
    expect(rowOf(rows, "logistic")).toEqual(rowOf(plain, "logistic"));
    expect(rowOf(rows, "ridge")).toEqual(rowOf(balanced, "ridge"));
  });

  test("the rarer class is the positive one, whatever the order of the names", async () => {
    const straight = await compare(engine, halves(named, 150), quick);
    const turned = labelledSet(cases, (n) => 1 - rare(n), ["fraud", "honest"]);
    const reversed = await compare(engine, halves(turned, 150), quick);
    expect(reversed.classNames).toEqual(["honest", "fraud"]);
    expect(timeless(reversed.rows)).toEqual(timeless(straight.rows));
    expect(reversed.differences).toEqual(straight.differences);
    expect(reversed.verdict).toEqual(straight.verdict);
  });
});

test("test sequences that were trained on are counted in a note", async () => {
  const set = randomSeries({ N: 60, F: 1, lengths: () => 8 });
  const cells = cellsOf(set);
  for (const n of [50, 55]) cells[n] = cells[n - 40];
  const twins = makeSet(cells, { labels: set.labels, classNames: set.classNames });
  const { notes } = await compare(engine, halves(twins, 40), quick);
  expect(notes).toContain(
    "2 test sequences are also in the training part (resample 1); scores are that much too good.",
  );
  const clean = await compare(engine, halves(set, 40), quick);
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

test("only the feature sets that were asked for; without latents there is nothing to judge", async () => {
  const source = halves(randomSeries({ N: 60, F: 1 }), 40);
  const { rows, differences } = await compare(engine, source, { ...quick, features: ["raw", "latent"] });
  expect(rows.map(({ features }) => features)).toEqual(["raw", "raw", "latent", "latent"]);
  expect(differences.map(({ against }) => against.features)).toEqual(["raw"]);
  const bare = await compare(engine, source, { ...quick, features: ["raw"] });
  expect([bare.differences, bare.verdict.decision]).toEqual([[], "no difference shown"]);
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

describe("feature sets put together", () => {
  const source = halves(randomSeries({ N: 90, F: 2, lengths: (n) => 6 + (n % 5) }), 60);
  const run = (features: string[], more: Partial<CompareOptions> = {}) =>
    compare(engine, source, { ...quick, classifiers: ["ridge"], features, ...more });

  test("an average of the same scores twice is the set itself, and blocks have the columns of both", async () => {
    const { rows } = await run(["raw", "statistics", "average(raw, raw)", "raw+statistics"]);
    const [raw, statistics, average, blocks] = rows;
    expect(timeless(average.metrics)).toEqual(timeless(raw.metrics));
    expect(blocks.columns).toBe(raw.columns + statistics.columns);
    expect(rows.map(({ role }) => role)).toEqual(["baseline", "baseline", "baseline", "baseline"]);
  });

  test("an average lies between: its scores are the means of the two", async () => {
    const { rows } = await run(["raw", "latent", "average(raw, latent)"]);
    expect(rows[2].role).toBe("combination");
    expect(rows[2].metrics).not.toEqual(rows[0].metrics);
    const alone = await run(["average(raw, latent)"]); // parts that have no row of their own are made all the same
    expect(alone.rows[0].metrics).toEqual(rows[2].metrics);
  });

  test("additions are judged together: with two, each at 97.5 %", async () => {
    const { differences } = await run([
      "raw",
      "statistics",
      "latent",
      "latent+raw",
      "average(latent, statistics)",
    ]);
    const added = differences.filter(({ question }) => question === "addition");
    expect(added.map(({ features, against, level }) => [features, against.features, level])).toEqual([
      ["latent+raw", "raw", 0.975],
      ["average(latent, statistics)", "statistics", 0.975],
    ]);
  });

  test("where the baseline does better with another classifier, both differences are there", async () => {
    // a single step tells the class: neighbours in forty columns do far worse than logistic regression
    const { rows, differences } = await compare(engine, halves(oneStep(120), 60), {
      ...quick,
      classifiers: ["knn", "logistic"],
      features: ["raw", "latent", "latent+raw"],
    });
    const accuracy = (features: string, classifier: string) =>
      rows.find((row) => row.features === features && row.classifier === classifier)!.metrics.accuracy!;
    const found = (question: string) => differences.find((each) => each.question === question)!;
    expect(found("addition").against).toEqual({ features: "raw", classifier: "logistic" });
    expect(found("alike").against).toEqual({ features: "raw", classifier: "knn" });
    for (const question of ["addition", "alike"]) {
      const { classifier, against, difference } = found(question);
      expect(classifier).toBe("knn");
      const apart = accuracy("latent+raw", "knn") - accuracy("raw", against.classifier);
      expect(difference).toBeCloseTo(apart, 12);
    }
  });

  test("a choice is made by the training part alone, and told", async () => {
    const { rows, notes } = await run(["raw", "statistics", "select(raw, statistics)"]);
    const told = rows[2].notes.find((note) => note.includes("chose"))!;
    const chosen = / chose (raw|statistics) \(leave-one-out error/.exec(told)![1];
    expect(rows[2].metrics).toEqual(rows.find(({ features }) => features === chosen)!.metrics);
    expect(notes.join(" ")).not.toContain("chose"); // it belongs to its row
    const { train, test } = source;
    const spoiled = {
      ...test!,
      values: test!.values.map((value) => 50 - value),
      labels: test!.labels!.toReversed(),
    };
    const other = await compare(
      engine,
      { ...source, train, test: spoiled },
      {
        ...quick,
        classifiers: ["ridge"],
        features: ["select(raw, statistics)"],
      },
    );
    expect(other.rows[0].notes).toContain(told);
  });

  test("read-outs of one network: trained once, read twice", async () => {
    let trained = 0;
    const { learning, rows } = await run(["latent:last", "latent:narrow", "untrained:narrow"], {
      hooks: {
        onProgress: (step) => {
          if (step.includes("update 30 of 30")) trained++;
        },
      },
    });
    expect(trained).toBe(1);
    expect(rows.map(({ columns }) => columns)).toEqual([6, 30, 30]);
    expect(learning[0].history).toEqual(learning[1].history);
  });
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
    const { map } = await compare(engine, halves(set, 60), quick);
    expect(map!.features).toBe("latent");
    expect(map!.points.map(({ id }) => id)).toEqual(set.ids.slice(60));
    expect(map!.points.map(({ label }) => label)).toEqual(Array.from(set.labels!.slice(60)));
    const [first, second] = map!.explained;
    expect(first).toBeGreaterThanOrEqual(second);
    expect(first + second).toBeLessThanOrEqual(1 + 1e-9);
  });

  test("hashes, settings, machine; the same for the same data, others for others", async () => {
    const set = randomSeries({ N: 60, F: 1, lengths: () => 6 });
    const run = (given: SequenceSet, more: Partial<CompareOptions> = {}) =>
      compare(engine, halves(given, 40), { ...quick, features: ["raw", "latent"], ...more });
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
    expect([other.hashes.data === hashes.data, other.hashes.settings === hashes.settings]).toEqual([
      false,
      true,
    ]);
    const changed = await run(set, { readOut: "last" });
    expect([changed.hashes.data === hashes.data, changed.hashes.settings === hashes.settings]).toEqual([
      true,
      false,
    ]);
    JSON.parse(JSON.stringify(first)); // plain
    expect(JSON.stringify(first)).not.toContain("null,null,null");
  });
});
