import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { OptionError } from "../../src/errors.js";
import { fitPredictor } from "../../src/predict/fit-predictor.js";
import { predictFile } from "../../src/predict/predict-file.js";
import { decodePredictor, type Predictor } from "../../src/predict/predictor.js";
import { readSource } from "../../src/read/read.js";
import { selectSequences } from "../../src/sequences/set/sequence-set.js";
import { fileOf } from "../read/temporary.js";
import { cellsOf, makeSet } from "../sequences/set/make-set.js";
import { randomSeries } from "../series.js";
import { eventsCsv } from "./events.js";

const engine = await loadEngine();
const reading = { entity: "customer", time: "time", label: "fraud", window: 5, secondEntity: "terminal" };
const path = fileOf("events.csv", eventsCsv());
const source = await readSource(path, reading);
const fit = { units: 4, threads: 0, train: { updates: 10, batchSize: 16 } };
const all = { set: source.train, events: source.events };
const MANY = 1000;
const fitted = (features: string, classifier: string) =>
  fitPredictor(engine, source, { features: [features], classifier, fit });
/** base and all contributions of each case. */
const sums = async ({ explain }: Predictor) =>
  (await explain(all, MANY)).reasons.map(({ base, contributions }) =>
    contributions.reduce((sum, { contribution }) => sum + contribution, base),
  );
const logits = async ({ score }: Predictor) =>
  Array.from((await score(all)).scores).flatMap((p, k) => (k % 2 === 1 ? Math.log(p / (1 - p)) : []));
const expectNear = (got: readonly number[], wanted: readonly number[], digits = 6) =>
  got.forEach((value, n) => void expect(value).toBeCloseTo(wanted[n], digits));

describe("reasons add up to the score", () => {
  test.each([
    ["aggregates", "logistic"],
    ["fields+latent", "boosting"],
  ])("of %s, %s, also from the file", async (features, classifier) => {
    const predictor = await fitted(features, classifier);
    expectNear(await sums(predictor), await logits(predictor));
    const loaded = decodePredictor(engine, predictor.toBytes(), "it");
    expect(await loaded.explain(all, 3)).toEqual(await predictor.explain(all, 3));
  });

  test("of an average they are the mean of its parts', a column of two parts told once", async () => {
    const parts = await Promise.all(["fields", "fields+statistics"].map((each) => fitted(each, "logistic")));
    const average = await fitted("average(fields, fields+statistics)", "logistic");
    const [one, two] = await Promise.all(parts.map(logits));
    expectNear(
      await sums(average),
      one.map((value, n) => (value + two[n]) / 2),
    );
    const [{ contributions, unit, classIndex }] = (await average.explain(all, MANY)).reasons;
    const names = contributions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => /^(fields|statistics):/.test(name))).toBe(true);
    expect([unit, classIndex]).toEqual(["log-odds", 1]);
  });

  test("of three classes they are of the class of the largest score", async () => {
    const random = randomSeries({ N: 40, F: 2, lengths: () => 6 });
    const labels = Int32Array.from(random.ids, (_, n) => n % 3);
    const set = makeSet(cellsOf(random), { labels, classNames: ["a", "b", "c"] });
    const three = await fitPredictor(
      engine,
      { name: "three", train: set, files: [], notes: [] },
      { features: ["raw"], classifier: "forest", fit },
    );
    const some = { set: selectSequences(set, [7, 30, 2]) };
    const { scores, decisions } = await three.score(some);
    const { reasons, ...again } = await three.explain(some, MANY);
    expect(again.scores).toEqual(scores);
    expect(reasons.map(({ classIndex }) => classIndex)).toEqual(Array.from(decisions));
    expectNear(
      reasons.map(({ base, contributions }) => contributions.reduce((sum, each) => sum + each.contribution, base)),
      Array.from(decisions, (c, n) => scores[3 * n + c]),
    );
  });
});

test("neighbours, and an average of several units, have no reasons", async () => {
  await expect((await fitted("fields", "knn")).explain(all, 2)).rejects.toThrow(OptionError);
  await expect((await fitted("fields", "average(forest, logistic)")).explain(all, 2)).rejects.toThrow(/several units/);
});

test.each(["aggregates", "window"])("a file has them, the largest first (%s)", async (features) => {
  const predictor = await fitted(features, "boosting");
  const output = fileOf("scores.csv", "");
  await predictFile(predictor, path, output, { explain: 2, reading, alertsPerDay: 3 });
  const [head, ...rows] = readFileSync(output, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  expect(head.slice(-4)).toEqual(["reason_1", "reason_1_by", "reason_2", "reason_2_by"]);
  const byId = new Map(rows.map((row) => [row[0], row.slice(-4)]));
  const { reasons: expected } = await predictor.explain(all, 2);
  source.train.ids.forEach((id, n) => {
    const { contributions } = expected[n];
    expect(byId.get(id)).toEqual(contributions.flatMap(({ name, contribution }) => [name, String(contribution)]));
  });
});

test("of events with surprise, the values that the network expected least: a strange one comes first", async () => {
  const predictor = await fitted("aggregates+surprise", "logistic");
  const set = source.train;
  const F = set.channels.length;
  const values = set.values.slice();
  const n = 205;
  const step = set.offsets[n + 1] - 2; // the one before the event
  values[step * F] = 1e6;
  const strange = { set: { ...set, values }, events: source.events, rows: Int32Array.of(n) };
  const [[first, second]] = (await predictor.surprises(strange, 2))!;
  expect(first).toMatchObject({ channel: "amount", step: 1 });
  expect(first.error).toBeGreaterThan(second.error);
  const output = fileOf("scores.csv", "");
  await predictFile(predictor, path, output, { explain: 1, reading });
  const [head, row] = readFileSync(output, "utf8")
    .split("\n", 2)
    .map((line) => line.split(","));
  expect(head.slice(-2)).toEqual(["surprise_1", "surprise_1_by"]);
  const at = set.ids.indexOf(row[0]);
  const [[own]] = (await predictor.surprises({ ...all, rows: Int32Array.of(at) }, 1))!;
  const [place, error] = row.slice(-2);
  expect(own ? [`${own.channel}@${own.step === 0 ? 0 : -own.step}`, String(own.error)] : ["", ""]).toEqual([
    place,
    error,
  ]);
  expect(await (await fitted("aggregates", "logistic")).surprises(all, 2)).toBeUndefined();
});
