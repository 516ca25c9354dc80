import type { Engine } from "../engine/engine.js";
import { type Model, networkModel } from "../model/model.js";
import { inputChannels, prepareSequences } from "../model/prepare.js";
import type { SequenceSet } from "../sequences/set/sequence-set.js";
import { rowsOnThreads } from "./encode-rows.js";

/** What the decoder missed at every step, in scaled units. */
export interface StepErrors {
  /** As the model read them: on its grid, with the differences where it adds them. */
  prepared: SequenceSet;
  /** Channels as the model reads them. */
  channels: number;
  /** Whether steps are predicted, too. */
  predicts: boolean;
  /**
   * [steps, width]: the error of rebuilding each channel, then, with a head that predicts the next step, that of predicting
   * it from the steps before. NaN where a value is missing, and of a first step, which nothing predicts.
   */
  errors: Float32Array;
  width: number;
}

/**
 * Squared error of numbers and cross-entropy of categories at every step.
 * @param set as it was read
 * @param threads that work, or 0 for the calling one alone; numbers do not depend on it
 * @throws {OptionError} if a channel of the model is missing
 */
export async function stepErrors(
  engine: Engine,
  model: Model,
  set: SequenceSet,
  threads?: number,
): Promise<StepErrors> {
  const { preparation, spec } = model.metadata;
  const prepared = prepareSequences(set, preparation);
  const channels = inputChannels(preparation).length;
  const predicts = spec.nextStep !== undefined;
  const width = predicts ? 2 * channels : channels;
  const work = { model: networkModel(model), set: prepared, readOut: "step errors" as const, width };
  return { prepared, channels, predicts, errors: await rowsOnThreads(engine, work, { threads }), width };
}
