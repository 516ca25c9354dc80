import type { Engine } from "../engine/engine.js";
import { OptionError } from "../errors.js";
import { withHooks } from "../hooks.js";
import type { Model } from "../model/model.js";
import { prepareSequences } from "../model/prepare.js";
import { expectOptions, expectSwitch, expectWhole } from "../options.js";
import { randomStream, STREAMS } from "../random.js";
import { sampleSequences } from "../sequences/set/sample-sequences.js";
import { countOf, longestOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { checkSequences, cutSequences, type Sequences } from "../sequences/set/windowed-set.js";
import { fitPca } from "../table/pca.js";
import { encode } from "./encode.js";
import { ENCODE_SHARD } from "./encoder.js";
import { fitParts } from "./read-outs/fit.js";
import { partNames } from "./read-outs/parts.js";
import { componentsOf, keepParts, keepPca, readOuts } from "./read-outs/read-outs.js";
import { lagsFor } from "./read-outs/shares.js";
import type { States } from "./read-outs/states.js";
import { runBatches } from "./run-batches.js";

/** States from which parts are fitted, at most. Of more, whole sequences are drawn. */
const MOST_STATES = 60_000;
/** Shares of the work, as measured with the recipe default: before the cases are encoded, and before their components. */
const [AT_CASES, AT_COMPONENTS] = [0.06, 0.09];
/** Sequences from which principal components of a read-out are fitted, at most. */
const MOST_CASES = 1500;
const NO_INFORMATION =
  "All training cases have the same features: the model carries no information. Are the right columns read, and do they vary?";

export interface FitReadOutsOptions {
  compact?: boolean;
  threads?: number;
  seed?: number;
  onProgress?(share: number): void;
}

/**
 * Fits what the read-outs `levels`, `wide` and `compact` need on the training part, and keeps it with the model.
 * @param train as it was read; labels are ignored
 * @param options.compact default true; false: only what `wide` needs
 * @param options.onProgress called with the share of the work that is done, 0 to 1
 * @throws {OptionError} for a training part without a step
 */
export async function fitReadOuts(
  engine: Engine,
  model: Model,
  train: Sequences,
  options: FitReadOutsOptions = {},
): Promise<Model> {
  expectOptions("fitReadOuts", options, ["compact", "threads", "seed", "onProgress"]);
  return withHooks("fitReadOuts", options, ["onProgress"], (guarded) => fitAll(engine, model, train, guarded));
}

async function fitAll(engine: Engine, model: Model, train: Sequences, options: FitReadOutsOptions): Promise<Model> {
  const { compact = true, threads, seed = 1, onProgress } = options;
  const from = (begin: number, end: number) => (share: number) => onProgress?.(begin + share * (end - begin));
  expectSwitch("fitReadOuts", "compact", compact);
  expectWhole("fitReadOuts", "threads", threads, 0);
  expectWhole("fitReadOuts", "seed", seed);
  checkSequences(train, "fitReadOuts");
  const drawn = sampleSequences(train, randomStream(seed, STREAMS.readOutSequences), { steps: MOST_STATES });
  const sample = cutSequences(train, drawn);
  if (countOf(sample) === 0)
    throw new OptionError("fitReadOuts: the training part has no sequence with a step in it, expected one.");
  const lags = lagsFor(longestOf(train));
  let fitted = keepParts(
    model,
    fitParts(partNames, batchesOf(engine, model, sample, from(0, AT_CASES)), { seed, lags }),
  );
  if (!compact || countOf(train) < 2) return fitted;
  const cases = randomStream(seed, STREAMS.readOutCases).shuffle(
    Int32Array.from({ length: countOf(train) }, (_, n) => n),
  );
  const some = cutSequences(train, cases.subarray(0, MOST_CASES).sort());
  for (const readOut of readOuts) {
    const { of, components } = componentsOf(readOut) ?? {};
    if (!of) continue;
    const table = await encode(engine, fitted, some, {
      readOut: of,
      threads,
      onProgress: from(AT_CASES, AT_COMPONENTS),
    });
    const pca = fitPca(table, components!, {
      ...{ standardise: true, whiten: "half" },
      onProgress: from(AT_COMPONENTS, 1),
    });
    fitted = keepPca(fitted, readOut, pca);
    if (pca.totalVariance === 0) fitted = withWarning(fitted, NO_INFORMATION);
  }
  return fitted;
}

function withWarning({ metadata, ...model }: Model, warning: string): Model {
  const { training } = metadata;
  return { ...model, metadata: { ...metadata, training: { ...training, warnings: [...training.warnings, warning] } } };
}

function* batchesOf(
  engine: Engine,
  model: Model,
  set: SequenceSet,
  onProgress: (share: number) => void,
): Generator<States> {
  const prepared = prepareSequences(set, model.metadata.preparation);
  let done = 0;
  for (const { states, indices } of runBatches(engine, model, prepared, "encode", { batch: ENCODE_SHARD })) {
    yield states;
    done += indices.length;
    onProgress(done / countOf(prepared));
  }
}
