import { describe, expect, test } from "vitest";
import { compare } from "../../src/evaluate/compare.js";
import type { CompareOptions } from "../../src/evaluate/comparison/compare-options.js";
import type { ComparisonRow } from "../../src/evaluate/comparison/comparison.js";
import { randomStream } from "../../src/random.js";
import type { DataSource } from "../../src/sequences/set/sequence-set.js";
import { randomSeries } from "../series.js";
import {
  differenceTo,
  engine,
  four,
  given,
  halves,
  hiddenOrder,
  labelledSet,
  oneStep,
  quick,
  range,
  sourceOf,
  timeless,
} from "./compare-cases.js";

describe("the verdict of a case that is known", () => {
  test("waves of two speeds and any phase, drowned in noise: training pays, use the latents", async () => {
    const set = randomSeries({ N: 500, F: 1, lengths: () => 24 });
    const random = randomStream(9);
    const noisy = { ...set, values: set.values.map((value) => value + 0.8 * random.normal()) };
    const options: CompareOptions = {
      ...four,
      plan: "given",
      readOut: "last",
      fit: { recipe: "masked", units: 10, train: { updates: 500, learningRate: 0.01 } },
    };
    const { verdict, differences, measure } = await compare(engine, halves(noisy, 250), options);
    expect([measure, verdict.decision]).toEqual(["accuracy", "use"]);
    const ours = differences.filter(({ features }) => features === "latent");
    expect(ours.map(({ against }) => against.features).sort()).toEqual(["raw", "statistics", "untrained"]);
    for (const { low } of ours) expect(low).toBeGreaterThan(0.05);
    // a forest reads as much out of the raw values: with it nothing is claimed any more
    const strong: CompareOptions = { ...options, classifiers: ["ridge", "logistic", "forest"] };
    expect((await compare(engine, halves(noisy, 250), strong)).verdict).toMatchObject({
      decision: "keep the baseline",
      choice: { features: "raw", classifier: "forest" },
    });
  });

  test("order alone tells the class: random weights do as well as trained ones", async () => {
    const found = await compare(engine, halves(hiddenOrder(300, 24), 150), {
      ...four,
      plan: "given",
      fit: { recipe: "masked", units: 24, train: { updates: 200, learningRate: 0.01 } },
    });
    expect(found.verdict.decision).toBe("use untrained");
    for (const name of ["raw", "statistics"]) expect(differenceTo(found, name, "untrained")!.low).toBeGreaterThan(0.1);
  });

  test("a single step tells the class: the raw values are kept", async () => {
    const found = await compare(engine, halves(oneStep(240), 120), given);
    const { verdict } = found;
    expect(verdict.decision).toBe("keep the baseline");
    expect(differenceTo(found, "raw")!.high).toBeLessThan(-0.2);
    expect(verdict.answer).toMatch(/^Keep the raw values/);
  });

  test("labels drawn by lot: nothing is shown to help", async () => {
    const random = randomStream(13);
    const set = { ...randomSeries({ N: 240, F: 1 }), classNames: ["no", "yes"] };
    set.labels = Int32Array.from(set.ids, () => random.integer(2));
    const { verdict, rows } = await compare(engine, halves(set, 120), given);
    expect(verdict.decision).toBe("keep the baseline");
    expect(verdict.small).toBeUndefined();
    for (const { metrics } of rows) expect(Math.abs(metrics.accuracy! - 0.5)).toBeLessThan(0.15);
  });
});

test("every set has the classifier that does better on a part of the training part, ours too", async () => {
  const random = randomStream(15);
  const set = randomSeries({ N: 160, F: 1, lengths: () => 12 });
  const noisy = { ...set, values: set.values.map((value) => value + 0.4 * random.normal()) };
  const source = halves(noisy, 80);
  const { rows, differences } = await compare(engine, source, given);
  const better = new Set<string>();
  for (const features of four.features) {
    const own = rows.filter((row) => row.features === features);
    const [chosen, other] = [...own].sort((a, b) => b.validated! - a.validated!);
    expect(own.map((row) => row.chosen)).toEqual(own.map((row) => row === chosen));
    expect(chosen.validated! > other.validated! || chosen === own[0]).toBe(true);
    better.add(chosen.classifier);
    for (const each of differences.filter((one) => one.features === features))
      expect(each.classifier).toBe(chosen.classifier);
  }
  expect([...better].sort()).toEqual(["logistic", "ridge"]); // else this shows too little
  const turned = { ...source.test!, labels: source.test!.labels!.map((label) => 1 - label) };
  const again = await compare(engine, { ...source, test: turned }, given);
  expect(again.rows.map(({ validated, chosen }) => [validated, chosen])).toEqual(
    rows.map(({ validated, chosen }) => [validated, chosen]),
  );
});

test("without names there are strong classifiers, too, but not on many columns", async () => {
  const source = halves(randomSeries({ N: 40, F: 1, lengths: () => 12 }), 30);
  const { rows } = await compare(engine, source, {
    ...given,
    classifiers: undefined,
    features: ["raw", "convolutions", "average(raw, convolutions)"],
  });
  const of = (name: string) => rows.filter(({ features }) => features === name).map(({ classifier }) => classifier);
  expect(of("raw")).toEqual(["ridge", "logistic", "forest", "boosting"]);
  expect(of("convolutions")).toEqual(["ridge", "logistic"]);
  expect(of("average(raw, convolutions)")).toEqual(["ridge", "logistic"]);
});

describe("labels", () => {
  const set = randomSeries({ N: 90, F: 2, lengths: (n) => 6 + (n % 5) });

  /** What the classifiers answered, however the cases are really labelled. */
  const answered = async (source: DataSource) => {
    const { rows, learning, differences } = await compare(engine, source, given);
    return {
      said: rows.map(({ metrics }) => metrics.confusion.reduce((sum, row) => sum.map((s, k) => s + row[k]))),
      confusion: rows.map(({ metrics }) => metrics.confusion),
      history: learning.map(({ history }) => history),
      differences,
      calibrated: rows.map(({ calibrated }) =>
        calibrated!.reliability.map(({ cases, probability }) => [cases, probability]),
      ),
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
    expect(turned.calibrated).toEqual(honest.calibrated);
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
    expect(misled.calibrated).not.toEqual(honest.calibrated);
    expect(misled.history).toEqual(honest.history); // the autoencoder does not see labels at all
  });

  test("cases without one are left out on both sides", async () => {
    const labels = set.labels!.map((label, n) => (n % 3 === 0 ? -1 : label));
    const { train, test, rows } = await compare(engine, halves({ ...set, labels }, 60), given);
    expect([train, test, rows[0].metrics.cases]).toEqual([40, 20, 20]);
  });

  test("none, and of one class only: said in words", async () => {
    const bare = { ...set, labels: undefined, classNames: undefined };
    await expect(compare(engine, sourceOf(bare), quick)).rejects.toThrow(/have no labels.*`label`/);
    const one = { ...set, labels: set.labels!.map(() => 1) };
    await expect(compare(engine, sourceOf(one), quick)).rejects.toThrow(/one class only \("fast"\)/);
    const unknown = { ...set, labels: set.labels!.map(() => -1) };
    await expect(compare(engine, sourceOf(unknown), quick)).rejects.toThrow(/no labelled sequence/);
    const { train, test } = halves(set, 60);
    const lopsided = sourceOf({ ...train, labels: train.labels!.map(() => 0) }, test);
    await expect(compare(engine, lopsided, given)).rejects.toThrow(/class/);
  });
});

const withoutChoice = ({ chosen: _, ...row }: ComparisonRow) => row;

describe("rare positives", () => {
  const N = 300;
  const random = randomStream(14);
  const cases = range(0, N).map((n) => range(0, 6).map(() => [random.normal() + (n % 15 === 0 ? 0.8 : 0)]));
  const rare = (n: number) => (n % 15 === 0 ? 1 : 0);
  const named = labelledSet(cases, rare, ["0", "1"]);

  test("average precision decides, by logistic regression without weights; other classifiers balance the classes", async () => {
    const { measure, verdict, rows } = await compare(engine, halves(named, 150), given);
    expect(measure).toBe("average-precision");
    expect(verdict.answer).toMatch(/^Only 10 positive test cases/);
    const rowOf = (all: typeof rows, classifier: string) =>
      timeless(all.filter((row) => row.features === "raw" && row.classifier === classifier).map(withoutChoice));
    const told = { ...given, features: ["raw", "latent"] };
    const plain = (await compare(engine, halves(named, 150), { ...told, classWeight: "none" })).rows;
    const balanced = (await compare(engine, halves(named, 150), { ...told, classWeight: "balanced" })).rows;
    for (const classifier of ["logistic", "ridge"])
      expect(rowOf(plain, classifier)).not.toEqual(rowOf(balanced, classifier));
    expect(rowOf(rows, "logistic")).toEqual(rowOf(plain, "logistic"));
    expect(rowOf(rows, "ridge")).toEqual(rowOf(balanced, "ridge"));
  });

  test("C sets the strength of logistic regression alone; without it, it is not taken", async () => {
    const told: CompareOptions = { ...given, features: ["raw", "statistics"], fit: { train: { updates: 1 } } };
    const many = halves(randomSeries({ N: 400, F: 1, lengths: () => 8 }), 240);
    const of = (all: readonly ComparisonRow[], classifier: string) =>
      timeless(all.filter((row) => row.classifier === classifier).map(withoutChoice));
    const chosen = await compare(engine, many, told);
    const strong = await compare(engine, many, { ...told, C: 1e-4 });
    expect(of(strong.rows, "ridge")).toEqual(of(chosen.rows, "ridge"));
    for (const [k, row] of of(strong.rows, "logistic").entries()) {
      expect(row.metrics).not.toEqual(of(chosen.rows, "logistic")[k].metrics);
      expect(row.notes.join()).not.toMatch(/chose C/);
    }
    expect(of(chosen.rows, "logistic")[0].notes.join()).toMatch(/Logistic regression chose C = [\d.]+ on folds/);
    const few = await compare(engine, halves(named, 150), told); // too few positives to choose on
    expect(few.rows.flatMap(({ notes }) => notes).join()).not.toMatch(/chose C/);
    expect(strong.hashes.settings).not.toBe(chosen.hashes.settings);
    await expect(compare(engine, many, { ...told, C: 1, classifiers: ["ridge"] })).rejects.toThrow(
      /`C`\), which is not among `classifiers`/,
    );
    await expect(compare(engine, many, { ...told, C: 0 })).rejects.toThrow(/`C`: got 0, expected .*0/);
  });

  test("the rarer class is the positive one, whatever the order of the names", async () => {
    const straight = await compare(engine, halves(named, 150), given);
    const turned = labelledSet(cases, (n) => 1 - rare(n), ["fraud", "honest"]);
    const reversed = await compare(engine, halves(turned, 150), given);
    expect(reversed.classNames).toEqual(["honest", "fraud"]);
    expect(timeless(reversed.rows)).toEqual(timeless(straight.rows));
    expect(reversed.differences).toEqual(straight.differences);
    expect(reversed.verdict).toEqual(straight.verdict);
  });
});

test("few cases: ridge leaves components their scale where standardising would drown what they say", async () => {
  const random = randomStream(5);
  const cases = range(0, 216).map((n) => {
    const height = (n % 5 < 2 ? 1 : -1) * (1 + random.uniform());
    return range(0, 40).map((t) => [height * Math.sin(t / 6) + 0.5 * random.normal()]);
  });
  const source = halves(
    labelledSet(cases, (n) => Number(n % 5 < 2)),
    16,
  );
  const { rows } = await compare(engine, source, {
    ...given,
    features: ["pca", "untrained:compact", "untrained:wide"],
    classifiers: ["ridge"],
  });
  const [pca, compact, wide] = rows.map(({ metrics }) => metrics.accuracy!);
  expect(pca).toBeGreaterThan(0.95);
  expect(compact).toBeGreaterThan(wide - 0.02);
});
