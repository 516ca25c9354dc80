import { rm } from "node:fs/promises";
import type { Engine } from "../engine/engine.js";
import { checkWritable } from "../files/write-file.js";
import type { Model } from "../model/model.js";
import { readSource } from "../read/read.js";
import type { DataOptions } from "../read/source/options.js";
import { hashJson } from "../sequences/set/hash.js";
import { loadCheckpoint, saveCheckpoint } from "../train/checkpoint.js";
import { resolveFitOptions } from "../train/options.js";
import { type FitAutoencoderOptions, fitAutoencoder } from "./fit-autoencoder.js";
import { saveModel } from "./model-file.js";

export interface FitFileOptions extends Omit<FitAutoencoderOptions, "origin" | "onCheckpoint" | "resume"> {
  /** how the data is read: label, entity, window ... */
  reading?: DataOptions;
  /** continue from OUTPUT.checkpoint, if present; default false */
  resume?: boolean;
  /** Called with the update at which training continues; undefined: no checkpoint, it begins. */
  onResume?(update: number | undefined): void;
  /** What reading changed or noticed, in plain sentences for the user. */
  onNote?(note: string): void;
}

/**
 * Reads sequences, trains an autoencoder on the training part, fits its read-outs and writes the model, whole or not at
 * all. The state of training is saved in OUTPUT.checkpoint. After an abort or a crash the same call with `resume` goes
 * on from there and ends in the same weights.
 * @param input a file, or a folder with NAME_TRAIN and NAME_TEST
 * @param output the model file
 * @throws {UndertoneError} if the output cannot be written, before anything is read
 * @throws {OptionError} for options that do not fit the data, or a checkpoint of other options or data
 * @throws as fitAutoencoder; an abort throws the signal's reason
 */
export async function fitFile(
  engine: Engine,
  input: string,
  output: string,
  options: FitFileOptions = {},
): Promise<Model> {
  const { reading = {}, resume: resuming = false, onResume, onNote, ...fitting } = options;
  const { onProgress, checkpointSeconds, readOuts, onReadOuts, signal, threads, ...deciding } = fitting;
  const checkpoint = `${output}.checkpoint`;
  await checkWritable(output);
  await checkWritable(checkpoint);
  const { name, files, train, notes } = await readSource(input, reading);
  signal?.throwIfAborted();
  for (const note of notes) onNote?.(note);
  // What decides the weights, with its defaults. The number of threads does not decide them.
  const resolved = resolveFitOptions(deciding, train.windows);
  const identity = await hashJson([engine.name, resolved, reading, files.map(({ sha256 }) => sha256)]);
  const resume = resuming ? await loadCheckpoint(checkpoint, identity) : undefined;
  if (resuming) onResume?.(resume?.update);
  const model = await fitAutoencoder(engine, train, {
    ...fitting,
    origin: { name, files, reading },
    resume,
    onCheckpoint: (state) => saveCheckpoint(checkpoint, state, identity),
  });
  await saveModel(output, model);
  await rm(checkpoint, { force: true });
  return model;
}
