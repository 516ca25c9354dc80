import { join } from "node:path";
import { tableFromArrays, tableToIPC } from "@uwdata/flechette";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fitPredictorFile } from "../../src/predict/fit-predictor-file.js";
import { type Random, randomStream } from "../../src/random.js";
import { longCsv } from "../cli/run.js";
import { fitModels, startServer } from "../serve/fixtures.js";
import { mutations } from "./mutations.js";
import { report, size } from "./size.js";

const TRIES = size(300, 10_000);
const SEED = 20;
const GOOD = JSON.stringify({ sequences: [[0.5, 1, null, 2], { id: "b", steps: [0.25] }], readOut: "pooled" });

let server: Awaited<ReturnType<typeof startServer>>;
let folder: string;
beforeAll(async () => {
  const models = await fitModels();
  ({ folder } = models);
  const predictor = join(folder, "frauds.undertone");
  await fitPredictorFile(models.engine, join(folder, "cards.csv"), predictor, {
    reading: { entity: "customer", time: "time", label: "fraud", window: 5 },
    ...{ features: ["aggregates+statistics"], classifier: "logistic", fit: { threads: 0 } },
  });
  const paths = [models.waves.path, models.cards.path, models.runs.path, predictor];
  server = await startServer(paths, { threads: 1, maxBody: 100_000 });
});
afterAll(() => server.stop());

interface Body {
  path: string;
  type: string;
  bytes: Buffer;
}

/** Sound bodies of every kind. */
function soundBodies(): Body[] {
  const [header, ...lines] = longCsv({ customers: 3 }).trim().split("\n");
  const names = header.split(",");
  const rows = lines.map((line) =>
    Object.fromEntries(line.split(",").map((cell, c) => [names[c], c === 2 ? Number(cell) : cell])),
  );
  const columns = Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]));
  const arrow = Buffer.from(tableToIPC(tableFromArrays(columns as never), { format: "stream" }) as Uint8Array);
  const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117);
  const npy = Buffer.concat([
    Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, 118, 0]),
    Buffer.from(`${text}\n`),
    Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer),
  ]);
  const json = (path: string, body: unknown) => ({
    path,
    type: "application/json",
    bytes: Buffer.from(JSON.stringify(body)),
  });
  const steps = [{ heat: 1.5, mode: "on" }, [null, "off"], { mode: null }];
  const times = ["2024-01-01", "2024-01-02T03:04:05Z"];
  return [
    { path: "waves/encode", type: "application/json", bytes: Buffer.from(GOOD) },
    json("runs/encode", { sequences: [{ id: 7, steps }, steps], readOut: "wide" }),
    json("cards/encode", { sequences: [{ steps: [{ amount: 3 }, [4, "fuel"]], times }] }),
    json("cards/encode", { events: rows, score: "all" }),
    json("frauds/predict", { events: rows, score: ["c1#3", "c0#1"] }),
    json("frauds/predict", { events: rows.slice(0, 9) }),
    { path: "cards/encode?score=all", type: "application/vnd.apache.arrow.stream", bytes: arrow },
    { path: "frauds/predict", type: "application/vnd.apache.arrow.stream", bytes: arrow },
    { path: "waves/encode?readOut=levels", type: "application/x-npy", bytes: npy },
  ];
}

const STRANGE: unknown[] = [
  ...[null, true, false, 0, -1, 1e308, -1e-320, 2 ** 53, "", "x", "\u0000", "\ud800", "__proto__", "2024-13-40"],
  ...[[], {}, [[]], [null], { steps: [] }, { id: {} }, { length: 5 }, { toString: 1 }, "1e400", "NaN"],
];

/** One value somewhere in a JSON body becomes another, moves, or gets a key more. */
function changeJson(bytes: Buffer, random: Random): Buffer {
  const places: { of: Record<string, unknown>; key: string }[] = [];
  const visit = (value: unknown) => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      places.push({ of: value as Record<string, unknown>, key });
      visit(inner);
    }
  };
  const body = JSON.parse(bytes.toString()) as Record<string, unknown>;
  visit(body);
  for (let k = random.integer(3); k >= 0; k--) {
    const { of, key } = places[random.integer(places.length)];
    const kind = random.integer(4);
    if (kind === 0) delete of[key];
    else if (kind === 1) of[`${key}${random.integer(3)}`] = STRANGE[random.integer(STRANGE.length)];
    else if (kind === 2) of[key] = places[random.integer(places.length)].of[places[random.integer(places.length)].key];
    else of[key] = STRANGE[random.integer(STRANGE.length)];
  }
  try {
    return Buffer.from(JSON.stringify(body));
  } catch {
    return bytes; // what was moved holds itself
  }
}

const NESTED = Buffer.from(`{"sequences": ${"[".repeat(40_000)}${"]".repeat(40_000)}}`);

function damaged(sound: Body, random: Random): Body {
  const { bytes, type } = sound;
  const way = random.integer(10);
  if (way === 0) return { ...sound, bytes: NESTED };
  if (way === 1)
    return {
      ...sound,
      type: ["text/plain", "application/json; charset=latin1", "application/x-npy"][random.integer(3)],
    };
  if (way < 6 && type === "application/json") return { ...sound, bytes: changeJson(bytes, random) };
  const names = Object.keys(mutations);
  return { ...sound, bytes: mutations[names[random.integer(names.length)]](bytes, random) };
}

test(`${TRIES} bodies that were damaged are answered, or refused in words, and touch no other request`, {
  timeout: size(120_000, 900_000),
}, async () => {
  const sound = soundBodies();
  const post = ({ path, type, bytes }: Body) => server.post(`/v1/models/${path}`, bytes, { "content-type": type });
  const good = await Promise.all(sound.map(async (body) => (await post(body)).text()));
  for (const [k, body] of sound.entries())
    expect([body.path, (await post(body)).status, good[k].slice(0, 200)]).toMatchObject([body.path, 200, /./]);
  const statuses = new Map<number, number>();
  const strange: string[] = [];
  let wrong = 0;
  let slowest = 0;
  const one = async (k: number) => {
    const random = randomStream(SEED, k);
    const body = damaged(sound[random.integer(sound.length)], random);
    const started = performance.now();
    const response = await post(body);
    const text = await response.text();
    slowest = Math.max(slowest, performance.now() - started);
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    if (response.status === 200) return;
    const problem = JSON.parse(text);
    const told = problem.type?.startsWith("urn:undertone:problem:") && problem.detail?.length > 15;
    if (response.status < 400 || response.status >= 500 || !told)
      strange.push(`${k}: ${response.status} ${text.slice(0, 300)}`);
    if (k % 10 !== 0) return;
    const at = random.integer(sound.length);
    if ((await (await post(sound[at])).text()) !== good[at]) wrong++;
  };
  const BESIDE = 8;
  for (let k = 0; k < TRIES; k += BESIDE)
    await Promise.all(Array.from({ length: Math.min(BESIDE, TRIES - k) }, (_, j) => one(k + j)));
  report("bodies", { tries: TRIES, ...Object.fromEntries(statuses), wrong, "slowest ms": Math.round(slowest) });
  const failures = server.lines.filter(({ failure }) => failure).map(({ failure }) => String(failure).slice(0, 600));
  expect({ strange: strange.slice(0, 5), failures: failures.slice(0, 5) }).toEqual({ strange: [], failures: [] });
  expect(wrong).toBe(0);
  expect(server.service.room.held).toBe(0);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain("undertone_scoring_threads_ended_total 0");
});
