import type { Engine } from "../engine/engine.js";
import { withHooks } from "../hooks.js";
import type { Model } from "../model/model.js";
import { expectFunctions, expectSwitch } from "../options.js";
import type { Sequences } from "../sequences/set/windowed-set.js";
import { type TrainRun, trainModel } from "../train/fit.js";
import type { FitOptions } from "../train/options.js";
import { fitReadOuts } from "./fit-read-outs.js";

/** Options of the model and its training, and callbacks. */
export interface FitAutoencoderOptions extends FitOptions, TrainRun {
  /** whether the read-outs `levels`, `wide` and `compact` are fitted, too; default true */
  readOuts?: boolean;
  /** Called when the training is over and the read-outs are next. */
  onReadOuts?(): void;
  /** Called while the read-outs are fitted. @param share of the work, 0 to 1 */
  onReadOutProgress?(share: number): void;
}

/**
 * Trains an autoencoder on a training set and fits its read-outs: the model can encode with each of them. Labels are
 * ignored, except by a spec that learns from them (label-aware). The same seed on the same engine gives the same model.
 * @param train as it was read: the model brings its own scaling
 * @throws {DataError} if no sequence has a step
 * @throws {OptionError} for an option that would have no effect
 * @throws {TrainingError} if the loss stays not finite after every retry
 */
export async function fitAutoencoder(
  engine: Engine,
  train: Sequences,
  options: FitAutoencoderOptions = {},
): Promise<Model> {
  const { onCheckpoint } = options; // waited for by the training
  expectFunctions("fitAutoencoder", { onCheckpoint });
  return withHooks("fitAutoencoder", options, ["onReadOuts", "onReadOutProgress", "onProgress"], (guarded) =>
    fitWithReadOuts(engine, train, guarded),
  );
}

async function fitWithReadOuts(engine: Engine, train: Sequences, all: FitAutoencoderOptions): Promise<Model> {
  const { readOuts = true, onReadOuts, onReadOutProgress, origin, more, ...some } = all;
  const { onProgress, onCheckpoint, checkpointSeconds, signal, resume, ...options } = some;
  expectSwitch("fitAutoencoder", "readOuts", readOuts);
  const run = { origin, more, onProgress, onCheckpoint, checkpointSeconds, signal, resume };
  const model = await trainModel(engine, train, options, run);
  if (!readOuts) return model;
  onReadOuts?.();
  return fitReadOuts(engine, model, train, { threads: options.threads, onProgress: onReadOutProgress });
}
