import { describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { compare } from "../../src/evaluate/compare.js";
import { averagePrecision } from "../../src/evaluate/metrics/ranking.js";
import { fitPredictor } from "../../src/predict/fit-predictor.js";
import { decodePredictor } from "../../src/predict/predictor.js";
import { readSource } from "../../src/read/read.js";
import { fileOf } from "../read/temporary.js";
import { eventsCsv } from "./events.js";

const engine = await loadEngine();
const reading = { entity: "customer", time: "time", label: "fraud", window: 5, secondEntity: "terminal" };
const source = await readSource(fileOf("events.csv", eventsCsv()), reading);
const fit = { units: 4, train: { updates: 20, batchSize: 16 } };

describe("a predictor of events", () => {
  test.each([
    ["aggregates", "boosting"],
    ["aggregates+surprise", "logistic"],
    ["average(statistics, aggregates+latent)", "logistic"],
    ["fields+select(latent, untrained)", "forest"],
  ])("gives the figure of the comparison for %s, %s, also from its file", async (features, classifier) => {
    const compared = await compare(engine, source, {
      ...{ plan: "forward", features: [features], classifiers: [classifier as "logistic"], fit },
    });
    const { trainUntil, testFrom } = compared.resamples[0];
    const predictor = await fitPredictor(engine, source, { features: [features], classifier, fit, until: trainUntil });
    const { times } = source.events!;
    const labels = source.train.labels!;
    const positive = source.train.classNames!.indexOf(predictor.about.classNames[1]);
    const rows = Int32Array.from(times.keys()).filter((n) => times[n] >= testFrom!);
    const asked = { set: source.train, events: source.events, rows };
    const { scores, decisions } = await predictor.score(asked);
    const found = averagePrecision(
      Array.from(rows, (_, k) => scores[2 * k + 1]),
      Array.from(rows, (n) => labels[n] === positive),
    );
    expect(found).toBe(compared.rows[0].metrics.averagePrecision);
    const loaded = decodePredictor(engine, predictor.toBytes(), "its file");
    const again = await loaded.score(asked);
    expect(again).toEqual({ scores, probabilities: again.probabilities, decisions });
    expect(loaded.about).toEqual(predictor.about);
  });
});
