import type { Engine } from "../engine/engine.js";
import { OptionError } from "../errors.js";
import { columnsOf } from "../model/columns.js";
import { fillPass } from "../model/fill-pass.js";
import { type Model, networkModel, openNetwork } from "../model/model.js";
import { prepare } from "../model/prepare.js";
import type { States } from "../model/states.js";
import { randomStream } from "../random.js";
import {
  countOf,
  lengthOf,
  longestOf,
  type SequenceSet,
  selectSequences,
} from "../sequences/sequence-set.js";
import { encode } from "./encode.js";
import { ENCODE_SHARD } from "./encoder.js";
import { fitPca } from "./pca.js";
import { keepPca } from "./read-outs.js";
import { fitReadOut } from "./readout/fit.js";
import { lagsFor } from "./readout/proportion.js";
import { statesOf } from "./states-of.js";

/** Numbers of the read-out `compact`. */
export const COMPACT = 64;
/** States that quantiles and components are taken from, at most; then whole sequences are drawn. */
const MOST_STATES = 60_000;
/** Sequences that the components of `compact` are taken from, at most. */
const MOST_CASES = 1500;

/**
 * Fits what the read-outs `levels`, `wide`, `full` and `compact` need on the training part, and keeps it with the model.
 * @param train as it was read; labels are not looked at
 * @param options.compact default true; false: not what `compact` needs
 * @throws {OptionError} for a training part without a step
 */
export async function fitReadOuts(
  engine: Engine,
  model: Model,
  train: SequenceSet,
  { compact = true, threads, seed = 1 }: { compact?: boolean; threads?: number; seed?: number } = {},
): Promise<Model> {
  const sample = drawSequences(train, seed);
  if (countOf(sample) === 0)
    throw new OptionError("fitReadOuts: the training part has no sequence with a step in it, expected one.");
  const state = fitReadOut(
    { parts: "full", seed, lags: lagsFor(longestOf(train)) },
    batchesOf(engine, model, sample),
  );
  const fitted: Model = { ...model, readOut: { state: { wide: state }, tensors: {} } };
  if (!compact || countOf(train) < 2) return fitted;
  const cases = randomStream(seed, 11).shuffle(Int32Array.from({ length: countOf(train) }, (_, n) => n));
  const some = selectSequences(train, cases.subarray(0, MOST_CASES).sort());
  const wide = await encode(engine, fitted, some, { readOut: "wide", threads });
  return keepPca(fitted, fitPca(wide, COMPACT, { standardise: true, whiten: "half" }));
}

/** Whole sequences with a step, in random order, until their states are enough. */
function drawSequences(set: SequenceSet, seed: number): SequenceSet {
  const order = randomStream(seed, 10).shuffle(Int32Array.from({ length: countOf(set) }, (_, n) => n));
  const drawn: number[] = [];
  let steps = 0;
  for (const n of order) {
    if (steps >= MOST_STATES) break;
    if (lengthOf(set, n) === 0) continue;
    drawn.push(n);
    steps += lengthOf(set, n);
  }
  return selectSequences(
    set,
    drawn.sort((a, b) => a - b),
  );
}

function* batchesOf(engine: Engine, model: Model, set: SequenceSet): Generator<States> {
  const prepared = prepare(set, model.metadata.preparation);
  const { groups } = columnsOf(prepared.channels);
  const size = { batch: ENCODE_SHARD, steps: Math.max(1, longestOf(prepared)) };
  const [slot] = openNetwork(engine, networkModel(model), size, "encode").slots;
  for (let from = 0; from < countOf(set); from += ENCODE_SHARD) {
    const count = Math.min(ENCODE_SHARD, countOf(set) - from);
    const pass = fillPass(
      slot,
      prepared,
      groups,
      Int32Array.from({ length: count }, (_, k) => from + k),
    );
    slot.forward(pass);
    yield statesOf(slot, pass);
  }
}
