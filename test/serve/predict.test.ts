import { beforeAll, describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { fitPredictor } from "../../src/predict/fit-predictor.js";
import type { Predictor } from "../../src/predict/predictor.js";
import { readSource } from "../../src/read/read.js";
import { answerBatch, type BatchRequest } from "../../src/serve/score/batch.js";
import { openServed } from "../../src/serve/score/open-served.js";
import type { Served } from "../../src/serve/score/served.js";
import { wideCsv } from "../cli/run.js";
import { eventsCsv } from "../predict/events.js";
import { fileOf } from "../read/temporary.js";

const engine = await loadEngine();
const reading = { entity: "customer", time: "time", label: "fraud", window: 5, secondEntity: "terminal" };
const csv = eventsCsv();
const source = await readSource(fileOf("events.csv", csv), reading);
const origin = { name: "events", files: [], reading };
const fit = { units: 3, threads: 0, train: { updates: 10, batchSize: 16 } };
const FILE = { name: "m", version: "v", maxSteps: 1000, maxCases: 5000 };

const json = (body: unknown): BatchRequest => ({
  id: "test",
  bytes: new TextEncoder().encode(JSON.stringify(body)),
  type: "application/json",
  accept: "application/json",
  query: {},
});
type Body = {
  cases: { id: string; probabilities: Record<string, number>; score?: number; decision: string }[];
} & Record<string, unknown>;
const ask = async (served: Served, requests: BatchRequest[], file = FILE) =>
  (await answerBatch(served, file, "predict", requests)).map((answer) => ({
    status: answer.status,
    body: JSON.parse(new TextDecoder().decode(answer.bytes)) as Body,
  }));

/** Rows of the file as JSON: numbers as numbers, texts as texts. */
const rows = (() => {
  const [header, ...lines] = csv.trim().split("\n");
  const names = header.split(",");
  return lines.map((line) =>
    Object.fromEntries(
      line.split(",").map((cell, c) => [names[c], cell !== "" && names[c] === "amount" ? Number(cell) : cell]),
    ),
  );
})();

describe.each([
  ["aggregates+surprise", "logistic"],
  ["average(statistics, aggregates+latent)", "boosting"],
])("a predictor of events by %s, %s", (features, classifier) => {
  let predictor: Predictor;
  let served: Served;
  beforeAll(async () => {
    const options = { features: [features], classifier, fit, labelDelay: 86_400 };
    predictor = await fitPredictor(engine, source, options, origin);
    served = openServed(engine, predictor.toBytes(), "m");
  });
  const expected = async () => predictor.score({ set: source.train, events: source.events });
  const plain = (all: Awaited<ReturnType<Predictor["score"]>>, n: number, id: string) => ({
    id,
    probabilities: { 0: all.probabilities[2 * n], 1: all.probabilities[2 * n + 1] },
    score: all.scores[2 * n + 1],
    decision: predictor.about.classNames[all.decisions[n]],
  });

  test("answers with the bits of the library, late labels and second entities included", async () => {
    const all = await expected();
    const [{ status, body }] = await ask(served, [json({ events: rows, score: "all" })]);
    expect([status, body.detail]).toEqual([200, undefined]);
    expect(body.cases).toEqual(source.train.ids.map((id, n) => plain(all, n, id)));
    expect(body.threshold).toBe(predictor.about.threshold?.value);
    expect(body.positive).toBe(predictor.about.threshold && "1");
  });

  test("an answer does not depend on the batch: entities of the same name stay apart, each sees its own past", async () => {
    const customers = [...new Set(rows.map(({ customer }) => customer))].slice(0, 5);
    const own = (customer: unknown) => rows.filter((row) => row.customer === customer);
    const requests = [
      ...customers.map((customer) => json({ events: own(customer) })),
      json({ events: own(customers[0]).slice(0, 3), score: "all" }),
      json({ events: rows.slice(0, 100), score: "all" }),
      json({ events: own(customers[1]).map(({ fraud, ...row }) => row) }),
      json({ events: [{ ...own(customers[2])[0], amount: "x" }] }),
    ];
    const together = await ask(served, requests);
    const alone = [];
    for (const request of requests) alone.push(...(await ask(served, [request])));
    expect(together).toEqual(alone);
    expect(together.map(({ status }) => status)).toEqual([...Array.from({ length: 8 }, () => 200), 422]);
    const sliced = await ask(served, requests, { ...FILE, maxSteps: 5 });
    expect(sliced).toEqual(alone);
  });

  test("reasons are those of the library, in batches too", async () => {
    const wanted = Int32Array.of(7, 100, 3);
    const { reasons: expected } = await predictor.explain(
      { set: source.train, events: source.events, rows: wanted },
      3,
    );
    const score = Array.from(wanted, (n) => source.train.ids[n]);
    const asked = (ids: string[], top: number) => json({ events: rows, score: ids, top });
    const requests = [asked(score, 3), ...score.map((id) => asked([id], 3)), asked(score, 1)];
    const answers = (await answerBatch(served, FILE, "explain", requests)).map(({ bytes }) =>
      JSON.parse(new TextDecoder().decode(bytes)),
    );
    const reasonsIn = (answer: { cases: { reasons: { contributions: object[] } }[] }) =>
      answer.cases.map(({ reasons }) => reasons);
    expect(reasonsIn(answers[0])).toEqual(
      expected.map(({ classIndex, unit, base, contributions }) => ({
        ...{ class: predictor.about.classNames[classIndex], unit, base },
        contributions: contributions.map(({ name, contribution }) => ({ column: name, contribution })),
      })),
    );
    expect(answers.slice(1, 4).flatMap(reasonsIn)).toEqual(reasonsIn(answers[0]));
    expect(reasonsIn(answers[4]).map(({ contributions }) => contributions.length)).toEqual([1, 1, 1]);
    expect(answers[0].cases[0]).toMatchObject({ id: score[0], decision: expect.any(String) });
    const { threshold, classNames } = predictor.about;
    expect(answers[0].threshold).toBe(threshold?.value);
    expect(answers[0].positive).toBe(threshold && classNames[1]);
  });

  test("it says what it is, and what it does not do", async () => {
    expect(served.about).toMatchObject({
      ...{
        kind: "predictor",
        can: ["predict", "explain"],
        classNames: ["0", "1"],
        features,
        classifiers: [classifier],
      },
      derived: ["time_gap"],
    });
    const [answer] = await answerBatch(served, FILE, "encode", [json({ events: rows })]);
    expect(answer).toMatchObject({ status: 404, problem: "not-found" });
  });

  test("more cases than the server takes are refused", async () => {
    const [{ status, body }] = await ask(served, [json({ events: rows, score: "all" })], { ...FILE, maxCases: 10 });
    expect(status).toBe(422);
    expect(body.detail).toContain("expected at most 10 per request");
  });
});

test("a predictor of series, by average and convolutions, in batches and as a matrix", async () => {
  const waves = await readSource(fileOf("waves.csv", wideCsv(40, 23)), { label: "label" });
  const options = { features: ["average(raw, convolutions)"], classifier: "ridge", fit };
  const predictor = await fitPredictor(engine, waves, options, { name: "w", files: [], reading: { label: "label" } });
  const served = openServed(engine, predictor.toBytes(), "w");
  const all = await predictor.score({ set: waves.train });
  const sequences = Array.from({ length: 40 }, (_, n) => Array.from(waves.train.values.slice(23 * n, 23 * n + 23)));
  const [{ body }] = await ask(served, [json({ sequences })]);
  expect(body.cases.flatMap(({ probabilities }) => [probabilities.a, probabilities.b])).toEqual([...all.probabilities]);
  const apart = await ask(
    served,
    sequences.map((sequence) => json({ sequences: [sequence] })),
  );
  expect(apart.map(({ body: { cases } }) => ({ ...cases[0], id: "" }))).toEqual(
    body.cases.map((each) => ({ ...each, id: "" })),
  );
  const [matrix] = await answerBatch(served, FILE, "predict", [
    { ...json({ sequences }), accept: "application/x-npy" },
  ]);
  const values = new Float64Array(matrix.bytes.slice(128).buffer);
  expect(values).toEqual(all.probabilities);
});

test("static columns come with rows, or beside the steps of a sequence", async () => {
  const lines = ["run,heat,age,site,label"];
  for (let n = 0; n < 40; n++)
    for (let t = 0; t < 3 + (n % 4); t++)
      lines.push(
        `r${n},${(Math.sin(n) + t / 5).toFixed(3)},${n % 7 === 3 ? "" : 20 + (n % 30)},${["north", "south"][n % 2]},${n % 3 === 0 ? "yes" : "no"}`,
      );
  const own = { entity: "run", label: "label", static: ["age", "site"] };
  const runs = await readSource(fileOf("runs.csv", `${lines.join("\n")}\n`), own);
  const options = { features: ["statistics+statics"], classifier: "logistic", fit };
  const predictor = await fitPredictor(engine, runs, options, { name: "runs", files: [], reading: own });
  const served = openServed(engine, predictor.toBytes(), "runs");
  const all = await predictor.score({ set: runs.train });
  const [header, ...cells] = lines.map((line) => line.split(","));
  const events = cells.map((row) =>
    Object.fromEntries(
      row.map((cell, c) => [header[c], cell === "" ? null : c === 1 || c === 2 ? Number(cell) : cell]),
    ),
  );
  const sequences = runs.train.ids.map((id) => {
    const mine = events.filter(({ run }) => run === id);
    return { id, steps: mine.map(({ heat }) => heat), static: { age: mine[0].age, site: mine[0].site } };
  });
  const [byRows, bySteps, ...apart] = await ask(served, [
    json({ events }),
    json({ sequences }),
    ...sequences.map((sequence) => json({ sequences: [sequence] })),
  ]);
  const expected = runs.train.ids.map((id, n) => [id, all.scores[2 * n + 1]]);
  const scoresOf = ({ body }: { body: Body }) => body.cases.map(({ id, score }) => [id, score]);
  expect(byRows.body.detail).toBeUndefined();
  expect(scoresOf(byRows)).toEqual(expected);
  expect(scoresOf(bySteps)).toEqual(expected);
  expect(apart.flatMap(scoresOf)).toEqual(expected);
  const [refused] = await ask(served, [json({ sequences: [{ steps: [1], static: { agee: 3 } }] })]);
  expect(refused.body.detail).toContain('there is no static column "agee". Did you mean "age"?');
});
