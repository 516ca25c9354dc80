import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromArrays, tableToIPC } from "@uwdata/flechette";
import { beforeAll, describe, expect, test } from "vitest";
import { encode } from "../../src/features/encode.js";
import { parseNumpy } from "../../src/read/formats/numpy/numpy-array.js";
import { readSource } from "../../src/read/read.js";
import { answerBatch, type BatchRequest } from "../../src/serve/score/batch.js";
import { openServed } from "../../src/serve/score/open-served.js";
import type { Served } from "../../src/serve/score/served.js";
import { fitModels } from "./fixtures.js";

type Models = Awaited<ReturnType<typeof fitModels>>;
let models: Models;
const served: Record<string, Served> = {};
beforeAll(async () => {
  models = await fitModels();
  for (const name of ["waves", "cards", "runs"] as const)
    served[name] = openServed(models.engine, readFileSync(models[name].path), name);
});

const json = (body: unknown): BatchRequest => ({
  id: "test",
  bytes: new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body)),
  type: "application/json",
  accept: "application/json",
  query: {},
});
const ask = async (
  name: string,
  requests: BatchRequest[],
  maxSteps = 1000,
  operation: "encode" | "predict" = "encode",
) =>
  (await answerBatch(served[name], { name, version: "v", maxSteps, maxCases: 99 }, operation, requests)).map(
    (answer) => ({
      ...answer,
      body: JSON.parse(new TextDecoder().decode(answer.bytes)),
    }),
  );
const featuresOf = (answer: { body: { cases: { features: number[] }[] } }) =>
  Float32Array.from(answer.body.cases.flatMap(({ features }) => features));

/** Rows of the file that cards was trained on, as JSON. */
function cardRows(): Record<string, string | number>[] {
  const [header, ...lines] = readFileSync(join(models.folder, "cards.csv"), "utf8").trim().split("\n");
  const names = header.split(",");
  return lines.map((line) =>
    Object.fromEntries(
      line.split(",").map((cell, c) => [names[c], ["amount", "fraud"].includes(names[c]) ? Number(cell) : cell]),
    ),
  );
}

describe("answers are those of encode, bit for bit", () => {
  const sequences = [[0.1, 0.8, null, 0.7], [0.9, -0.2], [1], [0.3, 0.3, 0.3, 0.3, 0.3, 0.1, 0.5]];

  test("alone, among others, and with every read-out", async () => {
    const { engine, waves } = models;
    const { train } = await readSource(join(models.folder, "waves.csv"), { label: "label" });
    const rows = Array.from({ length: 24 }, (_, n) =>
      Array.from(train.values.subarray(train.offsets[n], train.offsets[n + 1])),
    );
    for (const readOut of ["last", "wide", "compact"] as const) {
      const table = await encode(engine, waves.model, train, { readOut, threads: 0 });
      const [whole] = await ask("waves", [json({ sequences: rows, readOut })]);
      expect(whole.body.names).toEqual(table.names);
      expect(featuresOf(whole)).toEqual(table.values);
      const apart = await ask("waves", [
        ...rows.map((row) => json({ sequences: [row], readOut })),
        json({ sequences }),
      ]);
      expect(Float32Array.from(apart.slice(0, 24).flatMap((answer) => Array.from(featuresOf(answer))))).toEqual(
        table.values,
      );
    }
  });

  test("requests of several read-outs share a batch", async () => {
    const [last, pooled, again] = await ask("waves", [
      json({ sequences, readOut: "last" }),
      json({ sequences, readOut: "pooled" }),
      json({ sequences: sequences.slice(1) }),
    ]);
    const width = last.body.names.length;
    expect(pooled.body.names).toHaveLength(3 * width);
    expect(featuresOf(again)).toEqual(featuresOf(last).slice(width));
  });

  test("few steps at a time give the same", async () => {
    const [whole] = await ask("waves", [json({ sequences })]);
    const [sliced] = await ask("waves", [json({ sequences })], 8);
    expect(featuresOf(sliced)).toEqual(featuresOf(whole));
  });
});

describe("rows of events", () => {
  test("are read as the file: all of them, the last of each entity, or those that are named", async () => {
    const { engine, cards, folder } = models;
    const { reading } = cards.model.metadata.data;
    const { train } = await readSource(join(folder, "cards.csv"), reading);
    const table = await encode(engine, cards.model, train, { threads: 0 });
    const width = table.names.length;
    const rowsOf = (rows: number[]) =>
      Float32Array.from(rows.flatMap((n) => Array.from(table.values.subarray(n * width, (n + 1) * width))));
    const events = cardRows().map(({ fraud, ...row }) => row);
    const [all, last, named] = await ask("cards", [
      json({ events, score: "all" }),
      json({ events: [...events].reverse() }),
      json({ events, score: ["c3#5", "c0#1"] }),
    ]);
    expect(all.body.cases.map(({ id }: { id: string }) => id)).toEqual(train.ids);
    expect(featuresOf(all)).toEqual(table.values);
    const lasts = train.ids.flatMap((id, n) => (id.endsWith("#8") ? [n] : []));
    const byId = new Map(last.body.cases.map((each: { id: string; features: number[] }) => [each.id, each.features]));
    expect(byId.size).toBe(12);
    expect(Float32Array.from(lasts.flatMap((n) => byId.get(train.ids[n]) as number[]))).toEqual(rowsOf(lasts));
    expect(featuresOf(named)).toEqual(rowsOf([train.ids.indexOf("c3#5"), train.ids.indexOf("c0#1")]));
  });

  test("a history as a sequence gives what its rows give", async () => {
    const rows = cardRows().filter(({ customer }) => customer === "c4");
    const steps = rows.map(({ amount, kind }) => ({ amount, kind }));
    const [byRows, bySteps] = await ask("cards", [
      json({ events: rows }),
      json({ sequences: [{ id: "c4", steps, times: rows.map(({ time }) => `${time}Z`) }] }),
    ]);
    expect(featuresOf(bySteps)).toEqual(featuresOf(byRows));
  });

  test("a category that training did not see is told", async () => {
    const [row] = cardRows();
    const [answer] = await ask("cards", [json({ events: [{ ...row, kind: "boat" }] })]);
    expect(answer.status).toBe(200);
    expect(answer.body.notes.join()).toContain("boat");
  });

  test("long numbers stay apart: names of entities keep their digits", async () => {
    const [row] = cardRows();
    const events = `[${["9007199254740993", "9007199254740992"]
      .map((customer) => JSON.stringify({ ...row, customer: 0 }).replace('"customer":0', `"customer":${customer}`))
      .join(",")}]`;
    const [answer] = await ask("cards", [json(`{"events": ${events}}`)]);
    expect(answer.body.cases.map(({ id }: { id: string }) => id)).toEqual(["9007199254740993#1", "9007199254740992#1"]);
  });

  test("an Arrow stream gives what JSON gives", async () => {
    const rows = cardRows();
    const columns = Object.fromEntries(Object.keys(rows[0]).map((name) => [name, rows.map((row) => row[name])]));
    const bytes = tableToIPC(tableFromArrays(columns as never), { format: "stream" }) as Uint8Array;
    const request = { ...json({}), bytes, type: "application/vnd.apache.arrow.stream", query: { score: "all" } };
    const [arrow, rowsInJson] = await ask("cards", [request, json({ events: rows, score: "all" })]);
    expect(arrow.body.detail).toBeUndefined();
    expect(featuresOf(arrow)).toEqual(featuresOf(rowsInJson));
    const damaged = { ...request, bytes: bytes.slice(0, bytes.length - 40) };
    expect((await ask("cards", [damaged]))[0]).toMatchObject({ status: 422 });
  });

  test.each<[string, string, object, string]>([
    ["of a model of whole sequences", "waves", { events: [{ a: 1 }] }, "events: the model reads whole sequences"],
    ["with a list in a cell", "cards", { events: [{ customer: [1] }] }, 'events, row 1, column "customer": got a list'],
    ["that are no objects", "cards", { events: [[1]] }, "events, row 1: got [1], expected an object"],
    ["without a channel", "cards", { events: [{ customer: "a", time: 1, amount: 3 }] }, 'no channel "kind"'],
    ["with an id that is not there", "cards", { score: ["c9#9"] }, 'score: there is no case "c9#9" among the events.'],
    ["with an empty score", "cards", { score: [] }, "score"],
    [
      "of entities, with the last one",
      "runs",
      { events: [{ run: "a", heat: 1, mode: "on" }], score: "last" },
      'got "last"',
    ],
  ])("%s are refused", async (_, name, body, message) => {
    const [answer] = await ask(name, [
      json("score" in body && !("events" in body) ? { events: cardRows(), ...body } : body),
    ]);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body.detail).toContain(message);
  });
});

describe("arrays of NumPy", () => {
  const npy = (shape: number[], values: number[]) => {
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`.padEnd(117) + "\n";
    const head = Buffer.concat([
      Buffer.from([0x93]),
      Buffer.from("NUMPY"),
      Buffer.from([1, 0, 118, 0]),
      Buffer.from(header),
    ]);
    return Buffer.concat([head, Buffer.from(Float32Array.from(values).buffer)]);
  };
  const asked = (bytes: Uint8Array, query = {}) => ({ ...json({}), bytes, type: "application/x-npy", query });

  test("are cases, in and out", async () => {
    const [inJson] = await ask("waves", [
      json({
        sequences: [
          [0.5, 0.25, -1],
          [1, 2],
        ],
        readOut: "pooled",
      }),
    ]);
    const request = asked(npy([2, 3], [0.5, 0.25, -1, 1, 2, Number.NaN]), { readOut: "pooled" });
    const [answer] = await ask("waves", [request]);
    expect(featuresOf(answer)).toEqual(featuresOf(inJson));
    const [matrix] = await answerBatch(
      served.waves,
      { name: "waves", version: "v", maxSteps: 9, maxCases: 99 },
      "encode",
      [{ ...request, accept: "application/x-npy" }],
    );
    expect(matrix.type).toBe("application/x-npy");
    const { shape, type, cell } = parseNumpy("answer", matrix.bytes);
    expect([shape, type]).toEqual([[2, inJson.body.names.length], "<f4"]);
    expect(Float32Array.from({ length: shape[0] * shape[1] }, (_, k) => Number(cell(k)))).toEqual(featuresOf(inJson));
  });

  test.each([
    [
      "of another number of channels",
      "waves",
      npy([1, 2, 2], [1, 2, 3, 4]),
      "body: got 2 channels, expected 1: value.",
    ],
    ["for categories", "runs", npy([1, 2, 2], [1, 2, 3, 4]), 'the model has categories (channel "mode")'],
    ["cut off", "waves", npy([2, 3], [1, 2]), "body: got 2 numbers, expected 2 x 3."],
    ["that are none", "waves", Buffer.from("hello"), "body: not a readable NumPy file"],
  ])("%s are refused", async (_, name, bytes, message) => {
    const [answer] = await ask(name, [asked(bytes)]);
    expect(answer).toMatchObject({ status: answer.body.detail.includes("categories") ? 400 : 422 });
    expect(answer.body.detail).toContain(message);
  });
});

describe("what is wrong with one request does not touch the others", () => {
  test("bad ones are refused, good ones answered as alone", async () => {
    const good = json({ sequences: [[0.5, 1, 2]] });
    const bad = [
      json("{"),
      json("[]"),
      json('{"sequences": [[1]], "sequences": [[2]]}'),
      json('{"sequences": [{"steps": [1], "id": "a:", "steps": [2]}]}'),
      json({ sequences: [["x"]] }),
      json({ sequences: [Array.from({ length: 1001 }, () => 1)] }),
      json({ sequence: [[1]] }),
      json({ sequences: [[1]], readOut: "widest" }),
      json({ sequences: [[3e38, -3e38]], readOut: "wide" }),
      { ...json({}), bytes: Uint8Array.of(0x7b, 0xff, 0x7d) },
    ];
    const [alone] = await ask("waves", [good]);
    const answers = await ask("waves", [good, ...bad, good]);
    expect(answers.slice(1, -1).map(({ status }) => status)).toEqual([
      400, 400, 422, 422, 422, 422, 400, 400, 422, 400,
    ]);
    for (const { body } of answers.slice(1, -1)) {
      expect(body).toMatchObject({ type: expect.stringMatching(/^urn:undertone:problem:/), requestId: "test" });
      expect(body.detail.length).toBeGreaterThan(20);
    }
    for (const answer of [answers[0], answers[answers.length - 1]]) expect(answer.bytes).toEqual(alone.bytes);
  });

  test("a feature that is not finite is refused by name, and those who share its call of the engine are answered", async () => {
    const wide = (sequences: unknown[]) => json({ sequences, readOut: "wide" });
    const [alone] = await ask("waves", [wide([[0.5, 1, 2]])]);
    const [good, bad, again] = await ask("waves", [
      wide([[0.5, 1, 2]]),
      wide([[1], { id: "large", steps: [3e38, -3e38] }]),
      wide([[0.5, 1, 2]]),
    ]);
    expect(bad).toMatchObject({ status: 422, problem: "bad-data" });
    expect(bad.body.detail).toContain('case "large"');
    for (const answer of [good, again]) expect(answer.bytes).toEqual(alone.bytes);
  });

  test("a model without a classifier says what it can do", async () => {
    const [answer] = await ask("waves", [json({ sequences: [[1]] })], 9, "predict");
    expect(answer).toMatchObject({ status: 404, problem: "not-found" });
    expect(answer.body.detail).toBe(
      'predict: the model "waves" has no classifier, so it only encodes. Ask it for one of these: encode.',
    );
  });
});
