import { rm } from "node:fs/promises";
import type { Engine } from "../engine/engine.js";
import { OptionError, UndertoneError } from "../errors.js";
import { checkOutputs, type PlannedOutput } from "../files/check-outputs.js";
import { behindLinks, placeOf } from "../files/place.js";
import { withHooks } from "../hooks.js";
import type { Model } from "../model/model.js";
import { expectSwitch, expectWhole, parseOptions } from "../options.js";
import { filesRead, type Input, lastingReading } from "../read/read.js";
import { type DataOptions, rejectOptions } from "../read/source/options.js";
import type { ReadProgress } from "../read/source/watch.js";
import { hashJson } from "../sequences/set/hash.js";
import { checkpointUpdate, loadCheckpoint, saveCheckpoint } from "../train/checkpoint.js";
import { fitOptionsSchema, resolveFitOptions } from "../train/options.js";
import { type FitAutoencoderOptions, fitAutoencoder } from "./fit-autoencoder.js";
import { saveModel } from "./model-file.js";
import { openTrainingSource, type TrainingSource } from "./training-source.js";

export interface FitFileOptions extends Omit<FitAutoencoderOptions, "origin" | "more" | "onCheckpoint" | "resume"> {
  /** how the data is read: label, entity, window ... */
  reading?: DataOptions;
  /** continue from OUTPUT.checkpoint, if present; default false */
  resume?: boolean;
  /**
   * Of a table: at most so many steps are in memory at a time, as blocks of whole entities in files beside the output;
   * default: all of it
   */
  blockSteps?: number;
  /** With `blockSteps`: sort the rows of a long table by entity first, in a file, so that they may be scattered; default false */
  sort?: boolean;
  /** replace an output that is no model of undertone, or a checkpoint that is none or of an unfinished training; default false */
  force?: boolean;
  /** Called with the update at which training continues; undefined: no checkpoint, it begins. */
  onResume?(update: number | undefined): void;
  /** Called while the data are read, with each chunk of rows of a table. */
  onReading?(progress: ReadProgress): void;
  /** Called with the number of sequences that were dealt to blocks. */
  onRead?(sequences: number): void;
  /** What reading changed or noticed, in plain sentences for the user. */
  onNote?(note: string): void;
}

const HOOKS = ["onReading", "onRead", "onResume", "onNote", "onProgress", "onReadOuts", "onReadOutProgress"] as const;

/**
 * Reads sequences, trains an autoencoder on the training part, fits its read-outs and writes the model, whole or not at
 * all. The state of training is saved in OUTPUT.checkpoint, unless OUTPUT is a pipe or a device. After an abort or a crash
 * the same call with `resume` goes on from there and ends in the same weights.
 * @param input a file, a folder with NAME_TRAIN and NAME_TEST, or files of rows
 * @param output the model file
 * @throws {UndertoneError} if the output cannot be written: before anything is read, or at the end, and then the
 * checkpoint stays
 * @throws {OptionError} for options that do not fit the data, a checkpoint of other options or data, or an output that
 * would destroy a file: one that is read, or, without `force`, one that undertone did not write
 * @throws as fitAutoencoder; an abort throws the signal's reason
 */
export async function fitFile(
  engine: Engine,
  input: Input,
  output: string,
  options: FitFileOptions = {},
): Promise<Model> {
  return withHooks("fitFile", options, HOOKS, (guarded) => fitToFile(engine, input, output, guarded));
}

async function fitToFile(engine: Engine, input: Input, output: string, options: FitFileOptions): Promise<Model> {
  const { reading = {}, resume: resuming = false, force, blockSteps, sort, onRead, onReading, ...rest } = options;
  const { onResume, onNote, ...fitting } = rest;
  const { onProgress, checkpointSeconds, readOuts, onReadOuts, onReadOutProgress, signal, threads, ...deciding } =
    fitting;
  parseOptions(fitOptionsSchema, deciding, "Fit options"); // before the data is read
  rejectOptions("fitFile", "training, which writes no rows", reading, ["keep"]);
  expectSwitch("fitFile", "resume", resuming);
  expectWhole("fitFile", "blockSteps", blockSteps, 1);
  expectSwitch("fitFile", "sort", sort);
  const checkpoint = await checkpointBeside(output, resuming);
  const outputs: PlannedOutput[] = [{ path: output, kind: "model" }];
  if (checkpoint) outputs.push({ path: checkpoint, kind: "checkpoint" });
  await checkOutputs(outputs, { inputs: await filesRead(input, reading), force });
  if (checkpoint && !resuming && !force) await expectNoTraining(checkpoint);
  const source = await openTrainingSource(input, reading, output, {
    ...{ blockSteps, sort, onRead, onReading, signal },
    outputs: outputs.map(({ path }) => path),
  });
  try {
    return await fitSource(source);
  } finally {
    await source.release();
  }

  async function fitSource({ name, files, train, more, notes }: TrainingSource): Promise<Model> {
    const kept = await lastingReading(input, reading);
    signal?.throwIfAborted();
    for (const note of notes) onNote?.(note);
    if (!checkpoint)
      onNote?.(`${output} is a pipe or a device, so training is not saved on the way. A stopped training is lost.`);
    // What decides the weights, with its defaults. The number of threads does not decide them.
    const resolved = resolveFitOptions(deciding, train.windows);
    const identity = await hashJson([
      engine.name,
      resolved,
      kept,
      files.map(({ sha256 }) => sha256),
      ...(more && more.count > 1 ? [blockSteps] : []),
    ]);
    const resume = resuming && checkpoint ? await loadCheckpoint(checkpoint, identity) : undefined;
    if (resuming) onResume?.(resume?.update);
    let saved = resume !== undefined;
    const orPointTo = (work: Promise<void>) =>
      work.catch((cause: Error) => {
        if (!saved) throw cause;
        throw new UndertoneError(
          `${cause.message} ${checkpoint} has the training up to its last save. Run the same again with \`resume\` to go on from there.`,
          { cause },
        );
      });
    const model = await fitAutoencoder(engine, train, {
      ...fitting,
      origin: { name, files, reading: kept, labelsBeside: train.labels && labelsBeside(reading, kept) },
      more,
      resume,
      onCheckpoint: checkpoint
        ? async (state) => {
            await orPointTo(saveCheckpoint(checkpoint, state, identity));
            saved = true;
          }
        : undefined,
    });
    await orPointTo(saveModel(output, model));
    if (!checkpoint) return model;
    await rm(await behindLinks(checkpoint), { force: true }).catch(({ message }: Error) =>
      onNote?.(`${checkpoint} is no longer needed and could not be removed: ${message}.`),
    );
    return model;
  }
}

/** The path of the checkpoint; undefined: a pipe or a device has none. */
async function checkpointBeside(output: string, resuming: boolean): Promise<string | undefined> {
  const { stream } = await placeOf(output);
  if (resuming && stream)
    throw new OptionError(
      `\`resume\`: ${output} is a pipe or a device, so no checkpoint lies beside it. Train afresh, or write the model to a file.`,
    );
  return stream ? undefined : `${output}.checkpoint`;
}

/** Whether labels are of no column of the data, but of a file of theirs, a manifest or the names of files. */
export function labelsBeside({ labels, manifest, labelFrom }: DataOptions, kept: DataOptions): boolean {
  return (labels ?? manifest ?? labelFrom) !== undefined && kept.label === undefined;
}

/** An unfinished training is not lost because `resume` was forgotten. */
async function expectNoTraining(checkpoint: string): Promise<void> {
  const what = await checkpointUpdate(checkpoint).then(
    (update) => update !== undefined && `up to update ${update}`,
    () => "damaged",
  );
  if (!what) return;
  throw new OptionError(
    `${checkpoint} holds an unfinished training (${what}), which would be lost. Nothing was written. Give \`resume\` to go on from there, \`force\` to train afresh and replace it, or choose another file for the output.`,
  );
}
