import type { Engine, WorkspaceMemory } from "../engine/engine.js";
import { type Phase, sharedRoom } from "../engine/threads/crew.js";
import { type NetworkModel, openNetwork } from "../model/model.js";
import { fillBatch } from "../network/batch/fill-batch.js";
import { type ColumnGroup, oneHotColumns } from "../network/batch/one-hot-columns.js";
import type { PackedBatch } from "../network/batch/packed-batch.js";
import type { Network, Slot } from "../network/network.js";
import type { SequenceSet } from "../sequences/set/sequence-set.js";
import { type ReadOutParts, readOutWriter } from "./read-outs/parts.js";
import { pooledWriter, readsLastAlone } from "./read-outs/pooled.js";
import { statesOf } from "./read-outs/states.js";
import { writeResiduals } from "./residual-columns.js";
import { writeStepErrors } from "./step-errors-of-batch.js";

/** Sequences that share a pass: enough for weights in cache to be used often. */
export const ENCODE_SHARD = 48;
/** Shards that are handed out at once: by a worker, and by the calling thread, which lets others have their turn sooner. */
export const ROUND = 1024;
export const SHORT_ROUND = 16;

/** What a thread must know to take part in encoding. */
export interface EncodeJob {
  model: NetworkModel;
  /** prepared */
  set: SequenceSet;
  /** Sequences by length, so that neighbours share a pass. */
  order: Int32Array;
  /** What is read out of the encoder's states; or what the decoder missed, in columns of a sequence or of each step. */
  readOut: ReadOutParts | "residuals" | "step errors";
  /** Numbers that a sequence gets; of step errors, that a step gets. */
  width: number;
  steps: number;
  threads: number;
  /** Shards that are handed out at once. */
  round: number;
}

/** What the threads share. */
export interface SharedEncoding {
  /** [N, width]; of step errors [steps of all sequences, width] */
  rows: Float32Array;
  /** [1], the first shard of this round */
  first: Int32Array;
}

export interface Encoder {
  readonly network: Network;
  readonly shared: SharedEncoding;
  /** One: encodes the shards of the round. */
  readonly phases: readonly [Phase];
}

/** @param attach in a follower: the leader's memory and shared arrays, and which thread this is (from 1) */
export function createEncoder(
  engine: Engine,
  { model, set, order, readOut, width, steps, threads, round }: EncodeJob,
  attach?: { memory: WorkspaceMemory; shared: SharedEncoding; thread: number },
): Encoder {
  const missed = readOut === "residuals" || readOut === "step errors";
  const size = {
    batch: Math.min(ENCODE_SHARD, order.length),
    steps,
    slots: threads,
    threads,
    states: missed || !readsLastAlone(readOut),
  };
  const network = openNetwork(engine, model, size, missed ? "autoencode" : "encode", attach);
  const slot = network.slots[attach?.thread ?? 0];
  const groups: readonly ColumnGroup[] = oneHotColumns(model.channels).groups;
  const room = sharedRoom(threads);
  const rows = readOut === "step errors" ? set.offsets[order.length] : order.length;
  const shared = attach?.shared ?? {
    rows: new Float32Array(room(4 * rows * width)),
    first: new Int32Array(room(4)),
  };
  const write = missed ? undefined : writerOf(readOut, slot, shared.rows);
  const writeMissed = readOut === "residuals" ? writeResiduals : writeStepErrors;

  const encodeShard = (shard: number) => {
    const from = (shared.first[0] + shard) * ENCODE_SHARD;
    const indices = order.subarray(from, from + ENCODE_SHARD);
    const batch = fillBatch(slot, set, groups, indices);
    slot.forward(batch);
    if (write) write(batch, (b) => indices[batch.order[b]]);
    else
      writeMissed({ slot, batch, states: statesOf(slot, batch), indices }, groups, set, { rows: shared.rows, width });
  };
  const items = () => Math.min(round, Math.ceil(order.length / ENCODE_SHARD) - shared.first[0]);
  return { network, shared, phases: [{ items, work: encodeShard }] };
}

/** Writes what is read out of a batch. */
function writerOf(readOut: ReadOutParts, slot: Slot, rows: Float32Array) {
  const pool = pooledWriter(readOut);
  if (pool) return (batch: PackedBatch, rowOf: (b: number) => number) => pool(slot, batch, rows, rowOf);
  const write = readOutWriter(readOut);
  const layers = readOut.lastLayer ? "last" : "all";
  return (batch: PackedBatch, rowOf: (b: number) => number) => write(statesOf(slot, batch, layers), rows, rowOf);
}
