import { existsSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { TrainingError } from "../../src/errors.js";
import { readSource } from "../../src/read/read.js";
import { selectSequences } from "../../src/sequences/set/sequence-set.js";
import { trainModel } from "../../src/train/fit.js";
import type { FitOptions } from "../../src/train/options.js";

const DATA = "../shared/data";
const SETS = [
  "ucr/Adiac",
  "ucr/ArrowHead",
  "ucr/CBF",
  "ucr/ECG200",
  "ucr/ECG5000",
  "ucr/GestureMidAirD1",
  "ucr/GunPoint",
  "ucr/Lightning7",
  "ucr/SwedishLeaf",
  "ucr/Trace",
  "uea/BasicMotions",
  "uea/JapaneseVowels",
];

/** As tutorials have it: a constant rate, no clipping, no warm-up. Without the guard two sets end in NaN. */
const options: FitOptions = {
  recipe: "simple",
  activation: "relu",
  train: { updates: 60, batchSize: 8, learningRate: 1e-3, schedule: "constant", clipNorm: 0, warmUp: 0 },
};

describe.skipIf(!existsSync(DATA))("a relu LSTM never ends in weights that are not finite", () => {
  let rescued = 0;

  test.each(SETS)("%s", async (name) => {
    const { train } = await readSource(`${DATA}/${name}`);
    const few = selectSequences(
      train,
      Array.from({ length: 8 }, (_, n) => n),
    );
    const ended = await trainModel(await loadEngine(), few, options).catch((error: Error) => error);
    if (ended instanceof Error) {
      rescued++;
      expect(ended).toBeInstanceOf(TrainingError);
      expect(ended.message).toMatch(/^Training stopped at update \d+: .*`activation: "tanh"`/);
    } else {
      if (ended.metadata.training.warnings.some((text) => text.includes("halved the learning rate"))) rescued++;
      expect(ended.weights.findIndex((weight) => !Number.isFinite(weight))).toBe(-1);
    }
  });

  afterAll(() => {
    expect(rescued).toBeGreaterThan(0); // else these series no longer show anything
  });
});
