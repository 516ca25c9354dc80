import type { Engine } from "../engine/engine.js";
import { type Model, networkModel, openNetwork } from "../model/model.js";
import { fillBatch } from "../network/batch/fill-batch.js";
import { type ColumnGroup, oneHotColumns } from "../network/batch/one-hot-columns.js";
import type { PackedBatch } from "../network/batch/packed-batch.js";
import type { Slot } from "../network/network.js";
import { countOf, lengthOf, longestOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { type States, statesOf } from "./read-outs/states.js";

/** A batch that went forward; all of it lies in the slot until the next one does. */
export interface RunBatch {
  slot: Slot;
  batch: PackedBatch;
  /** The encoder's states. */
  states: States;
  /** Sequences of the batch; packed, they stand in `batch.order`. */
  indices: Int32Array;
  groups: readonly ColumnGroup[];
}

/**
 * Runs a set through a model on the calling thread, batch after batch.
 * @param prepared by the preparation of the model
 * @param batch few where series may be long: every step of a batch has its room
 * @param shortestFirst else in the order of the set
 */
export function* runBatches(
  engine: Engine,
  model: Model,
  prepared: SequenceSet,
  purpose: "autoencode" | "encode",
  { batch: cases, shortestFirst = false }: { batch: number; shortestFirst?: boolean },
): Generator<RunBatch> {
  const { groups } = oneHotColumns(prepared.channels);
  const size = { batch: cases, steps: Math.max(1, longestOf(prepared)) };
  const [slot] = openNetwork(engine, networkModel(model), size, purpose).slots;
  const order = Int32Array.from({ length: countOf(prepared) }, (_, n) => n);
  if (shortestFirst) order.sort((a, b) => lengthOf(prepared, a) - lengthOf(prepared, b) || a - b);
  for (let from = 0; from < order.length; from += cases) {
    const indices = order.subarray(from, from + cases);
    const batch = fillBatch(slot, prepared, groups, indices);
    slot.forward(batch);
    yield { slot, batch, states: statesOf(slot, batch), indices, groups };
  }
}
