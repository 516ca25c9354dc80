import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { classifierNames } from "../../src/classify/classifiers.js";
import { loadEngine } from "../../src/engine/load.js";
import { ArtefactError, DataError, OptionError } from "../../src/errors.js";
import { compare } from "../../src/evaluate/compare.js";
import { averagePrecision } from "../../src/evaluate/metrics/ranking.js";
import { decodeModel } from "../../src/features/model-bytes.js";
import { fitPredictor } from "../../src/predict/fit-predictor.js";
import type { PredictorOptions } from "../../src/predict/options.js";
import { decide, decodePredictor } from "../../src/predict/predictor.js";
import { randomStream } from "../../src/random.js";
import { readSource } from "../../src/read/read.js";
import { type SequenceSet, selectSequences } from "../../src/sequences/set/sequence-set.js";
import { fileOf } from "../read/temporary.js";
import { cellsOf, makeSet, withStatics } from "../sequences/set/make-set.js";
import { randomSeries } from "../series.js";
import { eventsCsv } from "./events.js";

const engine = await loadEngine();
const reading = { entity: "customer", time: "time", label: "fraud", window: 5, secondEntity: "terminal" };
const source = await readSource(fileOf("events.csv", eventsCsv()), reading);
const fit = { units: 4, threads: 0, train: { updates: 20, batchSize: 16 } };

/** Series of three classes with numbers and categories beside them, and one channel of tokens. */
const random = randomSeries({ N: 61, F: 2, lengths: (n) => 5 + (n % 7), missing: 0.1 });
const labels = Int32Array.from(random.ids, (_, n) => n % 3);
const numbers = withStatics(makeSet(cellsOf(random), { labels, classNames: ["a", "b", "c"] }));
const tokens: SequenceSet = {
  ...makeSet(
    cellsOf(random).map((steps, n) => steps.map(([cell]) => [(Math.abs(Math.round(2 * (cell ?? 1))) + n) % 5])),
    { F: 1, labels, classNames: ["a", "b", "c"] },
  ),
  channels: [{ name: "token", kind: "categorical", vocabulary: [..."abcde"] }],
};
const sourceOf = (train: SequenceSet) => ({ name: "some", train, files: [], notes: [] });
const fitOn = (set: SequenceSet, options: PredictorOptions) => fitPredictor(engine, sourceOf(set), { fit, ...options });

describe("a predictor of events", () => {
  test.each([
    ["aggregates", "boosting"],
    ["aggregates+surprise", "logistic"],
    ["average(statistics, aggregates+latent)", "logistic"],
    ["fields+select(latent, untrained)", "forest"],
    ["window+residuals", "ridge"],
  ])("scores and decides as the comparison does, by %s, %s", async (features, classifier) => {
    const compared = await compare(engine, source, {
      ...{ plan: "forward", features: [features], classifiers: [classifier as "logistic"], fit, labelDelay: 86_400 },
    });
    const { trainUntil, testFrom } = compared.resamples[0];
    const predictor = await fitPredictor(engine, source, {
      ...{ features: [features], classifier, fit, until: trainUntil },
      ...(features.includes("aggregates") && { labelDelay: 86_400 }),
    });
    const { times } = source.events!;
    const positive = source.train.classNames!.indexOf(predictor.about.classNames[1]);
    const rows = Int32Array.from(times.keys()).filter((n) => times[n] >= testFrom!);
    const truth = Array.from(rows, (n) => source.train.labels![n] === positive);
    const { scores, decisions } = await predictor.score({ set: source.train, events: source.events, rows });
    const [{ metrics, thresholds }] = compared.rows;
    const ofPositive = Array.from(rows, (_, k) => scores[2 * k + 1]);
    expect(averagePrecision(ofPositive, truth)).toBe(metrics.averagePrecision);
    expect(predictor.about.threshold?.value).toBe(thresholds?.values[0]);
    const called = [false, true].map((is) =>
      [0, 1].map((c) => truth.filter((t, k) => t === is && decisions[k] === c).length),
    );
    expect(called).toEqual(metrics.confusion);
  });

  test("learns nothing from what is later, and one of the whole learns from it", async () => {
    const until = 40 * 86_400;
    const options = { features: ["aggregates+latent"], classifier: "logistic", fit };
    const { times } = source.events!;
    const early = Int32Array.from(times.keys()).filter((n) => times[n] <= until);
    const cut = await readSource(fileOf("early.csv", eventsCsv({ until })), reading);
    const alone = await fitPredictor(engine, cut, options);
    const held = await fitPredictor(engine, source, { ...options, until });
    const whole = await fitPredictor(engine, source, options);
    const scoreOf = async ({ score }: typeof held) =>
      (await score({ set: source.train, events: source.events, rows: early })).scores;
    expect(held.about.training.cases).toBe(early.length);
    expect(await scoreOf(held)).toEqual(await scoreOf(alone));
    expect(await scoreOf(whole)).not.toEqual(await scoreOf(held));
  });

  test("a case's score is the same whichever others are scored, and of unlabelled data it knows no past label", async () => {
    const predictor = await fitPredictor(engine, source, { features: ["aggregates"], classifier: "boosting", fit });
    const all = await predictor.predictProba({ set: source.train, events: source.events });
    const rows = Int32Array.of(471, 3, 200);
    const some = await predictor.predictProba({ set: source.train, events: source.events, rows });
    expect(Array.from(some)).toEqual(Array.from(rows).flatMap((n) => [all[2 * n], all[2 * n + 1]]));
    const unlabelled = { ...source.train, labels: undefined, classNames: undefined };
    const blind = await predictor.predictProba({ set: unlabelled, events: { ...source.events! } });
    expect(blind.length).toBe(all.length);
    expect(blind).not.toEqual(all);
    const other = { ...source.train, classNames: ["0", "2"] };
    await expect(predictor.score({ set: other, events: { ...source.events! } })).rejects.toThrow(DataError);
    await expect(predictor.score({ set: source.train })).rejects.toThrow(OptionError);
  });
});

describe("the file of a predictor", () => {
  test.each(classifierNames.map((name) => [name]))(
    "gives the same bits, for %s of three classes",
    async (classifier) => {
      const features = ["average(latent+statics, pca)"];
      const predictor = await fitOn(numbers, { features, classifier, calibration: "platt" });
      const loaded = decodePredictor(engine, predictor.toBytes(), "its file");
      const asked = { set: numbers };
      const scored = await predictor.score(asked);
      expect(await loaded.score(asked)).toEqual(scored);
      expect(scored.probabilities).not.toEqual(scored.scores);
      expect(loaded.about).toEqual(predictor.about);
      const again = decodePredictor(engine, loaded.toBytes(), "written once more");
      expect(await again.score(asked)).toEqual(scored);
    },
  );

  test.each([
    ["average(ngrams, latent)", "logistic"],
    ["convolutions", "ridge"],
    ["raw", "average(knn, forest)"],
  ])("gives the same bits, for %s, %s", async (features, classifier) => {
    const set = features.includes("ngrams") ? tokens : numbers;
    const predictor = await fitOn(set, { features: [features], classifier });
    const loaded = decodePredictor(engine, predictor.toBytes(), "its file");
    const few = { set: selectSequences({ ...set, statics: undefined }, [5, 60, 2]) };
    const asked = features.includes("ngrams") ? few : { set: selectSequences(set, [5, 60, 2]) };
    expect(await loaded.score(asked)).toEqual(await predictor.score(asked));
  });

  test("no byte of it can change unseen", async () => {
    const bytes = (await fitOn(numbers, { features: ["latent+raw"], classifier: "boosting" })).toBytes();
    const dice = randomStream(7);
    for (let k = 0; k < 300; k++) {
      const copy = bytes.slice();
      copy[dice.integer(copy.length)] ^= 1 << dice.integer(8);
      expect(() => decodePredictor(engine, copy, "its file")).toThrow(ArtefactError);
    }
    for (const length of [0, 7, 200, bytes.length >> 1, bytes.length - 1])
      expect(() => decodePredictor(engine, bytes.slice(0, length), "its file")).toThrow(ArtefactError);
    expect(() => decodeModel(bytes, "its file")).toThrow(/is a predictor, expected an encoder/);
  });

  test("the same seed gives the same file", async () => {
    const printOf = async () => {
      const predictor = await fitOn(numbers, { features: ["latent", "raw"], classifiers: ["ridge", "logistic"] });
      return createHash("sha256").update(predictor.toBytes()).digest("hex");
    };
    expect(await printOf()).toBe(await printOf());
  });
});

describe("what it is asked", () => {
  test("an average of classifiers has the mean of their scores", async () => {
    const one = async (classifier: string) =>
      (await (await fitOn(numbers, { features: ["raw"], classifier })).score({ set: numbers })).scores;
    const [ridge, forest, both] = await Promise.all(["ridge", "forest", "average(ridge, forest)"].map(one));
    expect(both).toEqual(ridge.map((score, k) => (score + forest[k]) / 2));
  });

  test("channels in another order, more of them, and other categories are read by their names", async () => {
    const predictor = await fitOn(numbers, { features: ["raw+statics"], classifier: "logistic" });
    const expected = await predictor.score({ set: numbers });
    const swapped = makeSet(
      cellsOf(random).map((steps) => steps.map(([a, b]) => [b, 7, a])),
      { F: 3 },
    );
    const [a, b] = numbers.channels;
    const { statics } = numbers;
    const shuffled: SequenceSet = {
      ...swapped,
      channels: [b, { name: "more", kind: "numeric" }, a],
      statics: {
        names: ["site", "age"],
        values: statics!.values.map((_, k, all) => (k % 2 === 0 ? 3 - all[k + 1] : all[k - 1])),
        vocabularies: [["east", "west", "south", "north"], undefined],
      },
    };
    expect(await predictor.score({ set: shuffled })).toEqual(expected);
    await expect(predictor.score({ set: { ...shuffled, statics: undefined } })).rejects.toThrow(
      /no static column "age"/,
    );
    const numeric = { ...statics!, vocabularies: undefined };
    await expect(predictor.score({ set: { ...numbers, statics: numeric } })).rejects.toThrow(/has numbers here/);
    await expect(predictor.score({ set: { ...numbers, channels: [a, { ...b, name: "x" }] } })).rejects.toThrow(
      OptionError,
    );
  });

  test("auto takes what did best on held-out training cases, and tells all that it tried", async () => {
    const features = ["raw", "statistics"];
    const { about } = await fitOn(numbers, { features, classifiers: ["ridge", "forest"] });
    const { tried, at } = about.choice;
    expect(tried.map(({ features, classifier }) => `${features} ${classifier}`)).toEqual(
      features.flatMap((name) => [`${name} ridge`, `${name} forest`]),
    );
    expect(tried[at].validated).toBe(Math.max(...tried.map(({ validated }) => validated!)));
    expect([about.features, about.classifiers[0]]).toEqual([tried[at].features, tried[at].classifier]);
  });

  test("of a split source only the training part is looked at", async () => {
    const [train, held] = [selectSequences(numbers, [...Array(40).keys()]), selectSequences(numbers, [50, 51])];
    const options = { features: ["latent"], classifier: "ridge", fit };
    const split = await fitPredictor(engine, { ...sourceOf(train), test: held }, options);
    const alone = await fitPredictor(engine, sourceOf(train), options);
    expect(await split.score({ set: held })).toEqual(await alone.score({ set: held }));
  });

  test("without labels it points to a detector", async () => {
    const { labels, classNames, ...bare } = numbers;
    await expect(fitOn(bare, {})).rejects.toThrow(/fit a detector of anomalies/);
  });

  test("a time is for cases with times, a delay for aggregates of events", async () => {
    await expect(fitOn(numbers, { until: 5 })).rejects.toThrow(/no times/);
    await expect(fitOn(numbers, { labelDelay: 5 })).rejects.toThrow(/no effect/);
  });
});

test("decided is the second class of two from the threshold on, else the class of the largest score", () => {
  const scores = Float64Array.of(0.8, 0.2, 0.7, 0.3, 0.4, 0.6);
  const of = (value?: number | null) =>
    Array.from(
      decide(
        {
          classNames: ["no", "yes"],
          ...(value !== undefined && {
            threshold: { value, rule: "F1" as const, chosenOn: { cases: 3, alerts: 1, positives: 1 } },
          }),
        },
        scores,
      ),
    );
  expect([of(), of(0.3), of(null)]).toEqual([
    [0, 0, 1],
    [0, 1, 1],
    [0, 0, 0],
  ]);
  expect(Array.from(decide({ classNames: ["a", "b", "c"] }, Float64Array.of(0.3, 0.3, 0.4, 0.5, 0.5, 0)))).toEqual([
    2, 0,
  ]);
});
