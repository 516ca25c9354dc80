import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ArtefactError, OptionError } from "../../src/errors.js";
import { encodeSafetensors } from "../../src/files/safetensors.js";
import { loadEngine } from "../../src/index.js";
import type { TrainState } from "../../src/model/training-state.js";
import { loadCheckpoint, saveCheckpoint } from "../../src/train/checkpoint.js";
import { trainModel } from "../../src/train/fit.js";
import type { FitOptions } from "../../src/train/options.js";
import { folderWith } from "../cli/run.js";
import { randomSeries } from "../series.js";

const data = randomSeries({ N: 12 });
const engine = await loadEngine("reference");
const options: FitOptions = { recipe: "simple", units: 3, threads: 0, train: { updates: 6, batchSize: 4 } };
const path = join(folderWith(), "m.checkpoint");
await trainModel(engine, data, options, {
  onCheckpoint: (state) => (state.update === 4 ? saveCheckpoint(path, state, "mine") : undefined),
  checkpointSeconds: -1,
});
const state = () => loadCheckpoint(path, "mine") as Promise<TrainState>;
const resume = (resumed: TrainState, more: FitOptions = {}) =>
  trainModel(engine, data, { ...options, ...more }, { resume: resumed });

test("a checkpoint goes on where it was", async () => {
  expect((await resume(await state())).weights).toEqual((await trainModel(engine, data, options)).weights);
});

test("a checkpoint of another network, another engine, or from beyond the end: remove it and train afresh", async () => {
  const cases: [TrainState, FitOptions][] = [
    [await state(), { units: 4 }],
    [{ ...(await state()), weights: Float32Array.from((await state()).weights) }, {}],
    [await state(), { train: { updates: 3, batchSize: 4 } }],
  ];
  for (const [resumed, more] of cases) {
    const error = await resume(resumed, more).catch((error) => error);
    expect(error).toBeInstanceOf(ArtefactError);
    expect(error.message).toMatch(/at update 4.*Remove its checkpoint and train afresh\.$/);
  }
});

test("other options are an OptionError; a checkpoint of an earlier version, and any other file, an ArtefactError", async () => {
  await expect(loadCheckpoint(path, "yours")).rejects.toThrow(OptionError);
  const other = join(folderWith(), "o.checkpoint");
  const metadata = { format: "undertone-checkpoint", version: "2", identity: "mine", state: "{}" };
  for (const content of [encodeSafetensors({}, metadata), Buffer.from("id,label\n1,2\n3,4\n5,6\n")]) {
    writeFileSync(other, content);
    const error = await loadCheckpoint(other, "mine").catch((error) => error);
    expect(error).toBeInstanceOf(ArtefactError);
    expect(error.message).toMatch(/o\.checkpoint: .*Remove the file and train afresh\.$/);
  }
  expect(await loadCheckpoint(`${path}.not`, "mine")).toBeUndefined();
});

test("what could not be read from the model file again is refused before training", async () => {
  const origin = { name: "d", files: [], reading: { lable: "x" } as never };
  await expect(trainModel(engine, data, options, { origin })).rejects.toThrow(/there is no option "lable"/);
  await expect(trainModel(engine, data, { ...options, prepare: { scale: "bogus" as never } })).rejects.toThrow(
    OptionError,
  );
  await expect(trainModel(engine, data, { ...options, unit: 3 } as never)).rejects.toThrow(/no option "unit"/);
});
