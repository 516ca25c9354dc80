import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  compare,
  compareAnomaly,
  encode,
  fitAnomaly,
  fitAutoencoder,
  loadEngine,
  type Model,
  OptionError,
} from "../../src/index.js";
import { encodeFile, fitFile } from "../../src/node.js";
import { folderWith } from "../cli/run.js";
import { randomSeries } from "../series.js";

const engine = await loadEngine();
const set = randomSeries({ N: 40, F: 1, lengths: () => 6 });
const fitting = { recipe: "masked", units: 3, train: { updates: 6 } };
const csv = join(folderWith(), "wide.csv");
writeFileSync(csv, Array.from({ length: 30 }, (_, n) => [0, 1, 2, 3].map((t) => Math.sin(n + t)).join()).join("\n"));
const output = (name: string) => join(folderWith(), name);
let model: Model;
let fileModel: Model;

const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);
beforeAll(async () => {
  process.on("unhandledRejection", note);
  model = await fitAutoencoder(engine, set, { ...fitting, threads: 0 });
  fileModel = await fitFile(engine, csv, output("m.undertone"), { ...fitting, threads: 0 });
});
afterAll(() => void process.off("unhandledRejection", note));

const source = { name: "s", train: set, files: [], notes: [] };
const comparing = { features: ["statistics"], folds: 2, classifiers: ["logistic"] };

/** Every hook of every call, by name: calls it with a hook. */
const CALLS: Record<string, (hook: () => void, threads: number) => Promise<unknown>> = {
  "fitAutoencoder onProgress": (onProgress, threads) =>
    fitAutoencoder(engine, set, { ...fitting, threads, onProgress }),
  "fitAutoencoder onReadOuts": (onReadOuts, threads) =>
    fitAutoencoder(engine, set, { ...fitting, threads, onReadOuts }),
  "fitAutoencoder onCheckpoint": (onCheckpoint, threads) =>
    fitAutoencoder(engine, set, { ...fitting, threads, onCheckpoint, checkpointSeconds: 0 }),
  "encode onProgress": (onProgress, threads) => encode(engine, model, set, { threads, onProgress }),
  "encodeFile onProgress": (onProgress, threads) =>
    encodeFile(engine, fileModel, csv, output("f.csv"), { threads, onProgress }),
  "fitFile onResume": (onResume, threads) =>
    fitFile(engine, csv, output("m.undertone"), { ...fitting, threads, resume: true, onResume }),
  "fitFile onProgress": (onProgress, threads) =>
    fitFile(engine, csv, output("m.undertone"), { ...fitting, threads, onProgress }),
  "fitFile onReadOuts": (onReadOuts, threads) =>
    fitFile(engine, csv, output("m.undertone"), { ...fitting, threads, onReadOuts }),
  "fitAnomaly onProgress": (onProgress, threads) =>
    fitAnomaly(engine, set, { fit: { ...fitting, threads }, folds: 2, onProgress }),
  "compareAnomaly onProgress": (onProgress) =>
    compareAnomaly(engine, source, { detectors: ["z-score"], folds: 2, hooks: { onProgress } }),
  "compare onProgress": (onProgress) => compare(engine, source, { ...comparing, hooks: { onProgress } } as never),
};

const mine = new Error("mine");
const HOOKS: Record<string, () => unknown> = {
  throws: () => {
    throw mine;
  },
  rejects: () => Promise.reject(mine),
  "rejects later": () => new Promise((_, reject) => setTimeout(() => reject(mine), 30)),
};

test.each(
  Object.keys(CALLS).flatMap((call) =>
    Object.keys(HOOKS).flatMap((hook) => [0, 1].map((threads) => [call, hook, threads] as const)),
  ),
)("%s that %s, %i threads: the call rejects with its error", async (call, hook, threads) => {
  const outcome = await CALLS[call](HOOKS[hook] as () => void, threads).then(
    () => "resolved",
    (error) => error.message,
  );
  expect(outcome).toBe("mine");
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(unhandled).toEqual([]);
});

test("hooks that take their time are waited for, and a signal that is none is refused", async () => {
  let ended = 0;
  const onProgress = () => new Promise<void>((resolve) => setTimeout(() => resolve(void ended++), 30));
  await encode(engine, model, set, { threads: 0, onProgress });
  expect(ended).toBeGreaterThan(0);
  for (const signal of [{}, { aborted: true }, "x", null])
    await expect(fitAutoencoder(engine, set, { ...fitting, signal: signal as never })).rejects.toThrow(OptionError);
  await expect(encodeFile(engine, fileModel, csv, output("f.csv"), { signal: {} as never })).rejects.toThrow(
    /AbortSignal/,
  );
});
