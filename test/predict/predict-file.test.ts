import { readFileSync } from "node:fs";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { DataError, OptionError } from "../../src/errors.js";
import { fitPredictorFile } from "../../src/predict/fit-predictor-file.js";
import { eachKnownCase } from "../../src/predict/known-cases.js";
import { predictFile } from "../../src/predict/predict-file.js";
import { loadPredictor } from "../../src/predict/predictor-file.js";
import { alertsPerDay } from "../../src/predict/score-columns.js";
import { readSource } from "../../src/read/read.js";
import { fileOf } from "../read/temporary.js";
import { eventsCsv } from "./events.js";

const engine = await loadEngine();
const reading = { entity: "customer", time: "time", label: "fraud", window: 5, secondEntity: "terminal" };
const fit = { units: 4, threads: 0, train: { updates: 20, batchSize: 16 } };
const DAY = 86_400;
const csv = eventsCsv();
const path = fileOf("events.csv", csv);
const source = await readSource(path, reading);
const fitted = async (features: string, more = {}) => {
  const output = fileOf(`${features}.undertone`, "");
  await fitPredictorFile(engine, path, output, { reading, features: [features], classifier: "logistic", fit, ...more });
  return loadPredictor(engine, output);
};
const byWindows = await fitted("window+latent");
const byPast = await fitted("aggregates");

const rowsOf = (file: string) => {
  const [head, ...rows] = readFileSync(file, "utf8").trim().split("\n");
  return { head: head.split(","), rows: rows.map((row) => row.split(",")) };
};
const output = (name: string) => fileOf(name, "");

describe.each([
  ["windows", byWindows],
  ["aggregates", byPast],
])("a file scored by %s", (_, predictor) => {
  test("has the scores of the library, to the last digit, and what stands beside them", async () => {
    const file = output("scores.csv");
    const told = await predictFile(predictor, path, file, { reading: { keep: ["amount"] } });
    const { scores, probabilities, decisions } = await predictor.score({ set: source.train, events: source.events });
    const { head, rows } = rowsOf(file);
    expect(head).toEqual(["id", "label", "amount", "time", "decision", "score", "p_0", "p_1"]);
    expect(rows.length).toBe(480);
    const byId = new Map(rows.map((row) => [row[0], row]));
    source.train.ids.forEach((id, n) => {
      const [, label, amount, time, decision, score, no, yes] = byId.get(id)!;
      expect([label, decision]).toEqual([source.train.classNames![source.train.labels![n]], String(decisions[n])]);
      expect([Number(time), Number(amount)]).toEqual([source.events!.times[n], source.events!.amounts![n]]);
      expect([Number(score), Number(no), Number(yes)]).toEqual([
        scores[2 * n + 1],
        ...probabilities.slice(2 * n, 2 * n + 2),
      ]);
    });
    expect(told).toMatchObject({ rows: 480, decided: [0, 1].map((c) => decisions.filter((d) => d === c).length) });
  });

  test("is the same as Parquet, with numbers of 64 bits", async () => {
    const [text, binary] = [output("scores.csv"), output("scores.parquet")];
    await predictFile(predictor, path, text);
    await predictFile(predictor, path, binary);
    const bytes = readFileSync(binary);
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    });
    const { head, rows: texts } = rowsOf(text);
    expect(rows.map((row) => head.map((name) => String(row[name])))).toEqual(texts);
  });

  test("may be of later events alone, also with the earlier ones as a history of their own", async () => {
    const after = 40 * DAY;
    const [whole, later, split] = ["whole.csv", "later.csv", "split.csv"].map(output);
    await predictFile(predictor, path, whole);
    await predictFile(predictor, path, later, { after });
    const [head, ...rows] = csv.trim().split("\n");
    const part = (late: boolean) =>
      fileOf("part.csv", [head, ...rows.filter((row) => Number(row.split(",")[0]) > after === late)].join("\n"));
    await predictFile(predictor, part(true), split, { history: part(false) });
    const scoreOf = (file: string) => rowsOf(file).rows.map((row) => row.slice(-4).join());
    const late = rowsOf(whole).rows.filter((row) => Number(row[2]) > after);
    expect(late.length).toBeGreaterThan(100);
    expect(scoreOf(later)).toEqual(late.map((row) => row.slice(-4).join()));
    expect(scoreOf(split).sort()).toEqual(late.map((row) => row.slice(-4).join()).sort());
  });

  test("has as many alerts on each day as can be looked at, those of the largest scores", async () => {
    const file = output("alerts.csv");
    const told = await predictFile(predictor, path, file, { alertsPerDay: 2 });
    const byDay = new Map<number, { score: number; decision: string }[]>();
    for (const [, , time, decision, score] of rowsOf(file).rows) {
      const day = Math.floor(Number(time) / DAY);
      byDay.set(day, [...(byDay.get(day) ?? []), { score: Number(score), decision }]);
    }
    for (const cases of byDay.values()) {
      const alerts = cases.filter(({ decision }) => decision === "1");
      expect(alerts.length).toBe(Math.min(2, cases.length));
      const others = cases.filter(({ decision }) => decision === "0").map(({ score }) => score);
      for (const { score } of alerts) expect(score).toBeGreaterThanOrEqual(Math.max(0, ...others));
    }
    expect(told.decided[1]).toBe([...byDay.values()].reduce((sum, { length }) => sum + Math.min(2, length), 0));
  });

  test("is decided by another threshold where one is given", async () => {
    const file = output("low.csv");
    await predictFile(predictor, path, file, { threshold: 0.01 });
    const rows = rowsOf(file).rows.map((row) => row.slice(3));
    expect(rows.map(([decision]) => decision)).toEqual(rows.map(([, score]) => (Number(score) >= 0.01 ? "1" : "0")));
    expect(new Set(rows.map(([decision]) => decision)).size).toBe(2);
  });

  test("needs no label, and never replaces what is read or is not its own", async () => {
    const lines = csv
      .trim()
      .split("\n")
      .map((line) => line.slice(0, line.lastIndexOf(",")));
    const file = output("unlabelled.csv");
    await predictFile(predictor, fileOf("new.csv", lines.join("\n")), file);
    expect(rowsOf(file).head).toEqual(["id", "time", "decision", "score", "p_0", "p_1"]);
    await expect(predictFile(predictor, path, path)).rejects.toThrow(OptionError);
    await expect(predictFile(predictor, path, fileOf("mine.csv", "a,b\n1,2\n"))).rejects.toThrow(/expected scores/);
    await predictFile(predictor, path, file); // its own
    await expect(predictFile(predictor, path, output("scores.npy"))).rejects.toThrow(OptionError);
  });
});

test("cases that are scored some at a time have the scores, and the past, of all together", async () => {
  const ids: string[] = [];
  const scores: number[] = [];
  const taker = {
    begin: async () => {},
    count: () => ids.length,
    append: async (set: { ids: readonly string[] }, _: unknown, { scored }: { scored: { scores: Float64Array } }) => {
      ids.push(...set.ids);
      scores.push(...scored.scores);
    },
  };
  await eachKnownCase(byPast, path, [], {}, taker, 7);
  expect(ids).toEqual(source.train.ids);
  expect(scores).toEqual(Array.from((await byPast.score({ set: source.train, events: source.events })).scores));
});

test("a history that does not end before the data begin is refused where all of the past is looked at", async () => {
  await expect(predictFile(byPast, path, output("scores.csv"), { history: path })).rejects.toThrow(DataError);
});

test("alerts of equal scores are the first ones", () => {
  const alerts = alertsPerDay(Float64Array.of(0.5, 0.7, 0.5, 0.5, 0.1), Float64Array.of(1, 1, 1, 1, 2), 2);
  expect(Array.from(alerts)).toEqual([1, 1, 0, 0, 1]);
});
