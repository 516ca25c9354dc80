import type { Engine } from "../engine/engine.js";
import type { FittedSet } from "../features/sets/feature-set.js";
import { stepErrors } from "../features/step-errors.js";
import type { Model } from "../model/model.js";
import { inputChannels } from "../model/prepare.js";
import { countOf, lengthOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { piecesOf, type Sequences } from "../sequences/set/windowed-set.js";

/** A value that the network did not expect from the steps before it. */
export interface Surprise {
  channel: string;
  /** Counted back from the last step of the case, which is 0. */
  step: number;
  /** Squared error of a number in scaled units, cross-entropy of a category in nats: of predicting it from the steps before. */
  error: number;
}

/** A network among fitted sets that predicts the next step; undefined: none does. */
export function predictingModel(sets: ReadonlyMap<string, FittedSet>): Model | undefined {
  return [...sets.values()].find(({ model }) => model?.metadata.spec.nextStep !== undefined)?.model;
}

/**
 * The values of each case that surprised the network most, the largest error first.
 * @param set with the channels of the model
 * @param k most values per case
 */
export async function surprisesOf(
  engine: Engine,
  model: Model,
  set: Sequences,
  k: number,
  threads?: number,
): Promise<Surprise[][]> {
  const names = inputChannels(model.metadata.preparation).map(({ name }) => name);
  const found: Surprise[][] = [];
  for (const piece of piecesOf(set)) {
    const { prepared, errors, channels, width } = await stepErrors(engine, model, piece, threads);
    for (let n = 0; n < countOf(prepared); n++) found.push(largest({ prepared, errors, channels, width, names }, n, k));
  }
  return found;
}

interface Errors {
  prepared: SequenceSet;
  /** [steps, width], those of predicting from column `channels` on. */
  errors: Float32Array;
  channels: number;
  width: number;
  names: readonly string[];
}

function largest({ prepared, errors, channels, width, names }: Errors, n: number, k: number): Surprise[] {
  const all: Surprise[] = [];
  const last = lengthOf(prepared, n) - 1;
  for (let t = 0; t <= last; t++)
    for (let f = 0; f < channels; f++) {
      const error = errors[(prepared.offsets[n] + t) * width + channels + f];
      if (!Number.isNaN(error)) all.push({ channel: names[f], step: last - t, error });
    }
  return all.sort((a, b) => b.error - a.error || a.step - b.step).slice(0, k);
}
