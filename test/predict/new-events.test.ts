import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { DataError, OptionError } from "../../src/errors.js";
import { fitPredictorFile } from "../../src/predict/fit-predictor-file.js";
import { type PredictFileOptions, predictFile } from "../../src/predict/predict-file.js";
import { loadPredictor } from "../../src/predict/predictor-file.js";
import { fileOf } from "../read/temporary.js";
import { eventsCsv } from "./events.js";

const engine = await loadEngine();
const reading = { entity: "customer", time: "time", label: "fraud", window: 5, secondEntity: "terminal" };
const fit = { units: 4, threads: 0, train: { updates: 20, batchSize: 16 } };
const DAY = 86_400;
const [head, ...rows] = eventsCsv().trim().split("\n");
const table = (lines: readonly string[], columns = head) => fileOf("part.csv", [columns, ...lines].join("\n"));
const between = (from: number, to: number) =>
  rows.filter((row) => Number(row.split(",")[0]) > from * DAY && Number(row.split(",")[0]) <= to * DAY);
const unlabelled = (lines: readonly string[]) =>
  table(
    lines.map((line) => line.slice(0, line.lastIndexOf(","))),
    head.slice(0, head.lastIndexOf(",")),
  );

const fitted = async (features: string, path: string) => {
  const output = fileOf("p.undertone", "");
  await fitPredictorFile(engine, path, output, { reading, features: [features], classifier: "logistic", fit });
  return loadPredictor(engine, output);
};
const byPast = await fitted("aggregates", table(rows));
const byWindows = await fitted("window+latent", table(rows));
const both = [
  ["aggregates", byPast],
  ["windows", byWindows],
] as const;

const scored = async (predictor: typeof byPast, input: string, options: PredictFileOptions = {}) => {
  const output = fileOf("scores.csv", "");
  const { notes } = await predictFile(predictor, input, output, options);
  const [names, ...lines] = readFileSync(output, "utf8").trim().split("\n");
  return { names, lines: lines.map((line) => line.split(",")), notes: notes.join("\n") };
};

test.each(both)(
  "by %s, unlabelled events are scored after a labelled history as the labelled ones are",
  async (...of) => {
    const [, predictor] = of;
    const history = table(between(0, 40));
    const known = await scored(predictor, table(between(40, 60)), { history });
    const bare = await scored(predictor, unlabelled(between(40, 60)), { history });
    expect(bare.names).toBe("id,time,decision,score,p_0,p_1");
    // fraud is known a week late, so labels of the new events are seen by later ones alone
    const first = (lines: string[][]) =>
      lines.filter((line) => Number(line.at(-5)) <= 47 * DAY).map((l) => l.slice(-5));
    expect(first(bare.lines).length).toBeGreaterThan(30);
    expect(first(bare.lines)).toEqual(first(known.lines));
    expect(bare.notes).toMatch(/no column "fraud", the label in training/);
  },
);

test.each(both)(
  "by %s, a time that fits no event is refused: a date among numbers, one after all of them",
  async (...of) => {
    const [, predictor] = of;
    await expect(scored(predictor, table(rows), { after: "2024-03-01" })).rejects.toThrow(/expected both alike/);
    await expect(scored(predictor, table(rows), { after: 99 * DAY })).rejects.toThrow(/got no event after/);
  },
);

test("a predictor learns up to a time that is written as those of the data", async () => {
  const options = { reading, features: ["window"], classifier: "ridge", fit, until: "2024-03-01" };
  await expect(fitPredictorFile(engine, table(rows), fileOf("p.undertone", ""), options)).rejects.toThrow(
    /`until` is a date, expected both alike/,
  );
});

test("no event that is wanted is left out where the history ends later than the data begin", async () => {
  const [history, data] = [table(between(0, 45)), table(between(42, 60))];
  await expect(scored(byPast, data, { history, after: 43 * DAY })).rejects.toThrow(DataError);
  const late = await scored(byPast, data, { history, after: 45 * DAY });
  expect(late.lines.length).toBe(between(45, 60).length);
});

test.each(both)("by %s, windows without their past and unknown categories are told", async (...of) => {
  const [, predictor] = of;
  const changed = between(40, 60).map((row) => row.replace(",a,", ",zz,"));
  const { notes } = await scored(predictor, table(changed));
  expect(notes).toMatch(/have fewer than 4 events of their entity before them/);
  expect(notes).toMatch(/column "kind" .*the model does not know.*zz/s);
});

test.each(both)("by %s, a column is what it was in training, even if each new cell is a number", async (...of) => {
  const [, predictor] = of;
  const { lines } = await scored(predictor, table(between(40, 60).map((row) => row.replace(/,[ab],/, ",7,"))));
  expect(lines.length).toBe(between(40, 60).length);
});

test.each([
  ["aggregates", "amount", "score"],
  ["window", "kind", "p_1"],
])("by %s, a kept column may not have the name of one that is added", async (features, column, name) => {
  const named = fileOf("named.csv", [head.replace(column, name), ...rows].join("\n"));
  const output = fileOf("p.undertone", "");
  const renamed = { ...reading, ...(column === "amount" && { amount: name }) };
  await fitPredictorFile(engine, named, output, { reading: renamed, features: [features], classifier: "ridge", fit });
  const predictor = await loadPredictor(engine, output);
  const kept = { reading: { keep: [name] } };
  await expect(scored(predictor, named, kept)).rejects.toThrow(OptionError);
  await expect(scored(predictor, named, kept)).rejects.toThrow(/Two columns of one name/);
});

test("a time before all cases is refused with the first one's, and a choice without held-out cases is told", async () => {
  const output = fileOf("p.undertone", "");
  const options = { reading, features: ["window"], classifier: "ridge", fit };
  await expect(fitPredictorFile(engine, table(rows), output, { ...options, until: 1 })).rejects.toThrow(
    /before all cases, expected some to learn from; the first one ends at \d+ s/,
  );
  const three = fileOf("three.csv", "label,t0,t1,t2\na,1,2,3\nb,3,2,1\na,1,3,3\n");
  const few = { reading: { label: "label" }, features: ["raw"], classifiers: ["ridge", "knn"] as const, fit };
  const { about } = await fitPredictorFile(engine, three, output, { ...few, classifiers: [...few.classifiers] });
  expect(about.training.notes.join()).toMatch(/the first one was taken, not the best one/);
});

test("an output of another ending is refused with those of scores alone", async () => {
  const wrong = predictFile(byWindows, table(rows), fileOf("scores.txt", ""));
  await expect(wrong).rejects.toThrow(/expected \.parquet, \.csv\. Rename it/);
});
