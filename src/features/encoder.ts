import type { Engine, WorkspaceMemory } from "../engine/engine.js";
import { type Phase, sharedRoom } from "../engine/threads/crew.js";
import { type NetworkModel, openNetwork } from "../model/model.js";
import { fillBatch } from "../network/batch/fill-batch.js";
import { type ColumnGroup, oneHotColumns } from "../network/batch/one-hot-columns.js";
import type { Network } from "../network/network.js";
import type { SequenceSet } from "../sequences/set/sequence-set.js";
import { type ReadOutParts, readOutWriter } from "./read-outs/parts.js";
import { pooledWriter, readsLastAlone } from "./read-outs/pooled.js";
import { statesOf } from "./read-outs/states.js";

/** Sequences that share a pass: enough for weights in cache to be used often. */
export const ENCODE_SHARD = 48;
/** Shards that are handed out at once. */
export const ROUND = 1024;

/** What a thread must know to take part in encoding. */
export interface EncodeJob {
  model: NetworkModel;
  /** prepared */
  set: SequenceSet;
  /** Sequences by length, so that neighbours share a pass. */
  order: Int32Array;
  readOut: ReadOutParts;
  /** Numbers a sequence gets. */
  width: number;
  steps: number;
  threads: number;
}

/** What the threads share. */
export interface SharedEncoding {
  /** [N, width] */
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
  { model, set, order, readOut, width, steps, threads }: EncodeJob,
  attach?: { memory: WorkspaceMemory; shared: SharedEncoding; thread: number },
): Encoder {
  const size = {
    batch: Math.min(ENCODE_SHARD, order.length),
    steps,
    slots: threads,
    threads,
    states: !readsLastAlone(readOut),
  };
  const network = openNetwork(engine, model, size, "encode", attach);
  const slot = network.slots[attach?.thread ?? 0];
  const groups: readonly ColumnGroup[] = oneHotColumns(model.channels).groups;
  const room = sharedRoom(threads);
  const shared = attach?.shared ?? {
    rows: new Float32Array(room(4 * order.length * width)),
    first: new Int32Array(room(4)),
  };
  const pool = pooledWriter(readOut);
  const write = pool ? undefined : readOutWriter(readOut);

  const encodeShard = (shard: number) => {
    const from = (shared.first[0] + shard) * ENCODE_SHARD;
    const indices = order.subarray(from, from + ENCODE_SHARD);
    const batch = fillBatch(slot, set, groups, indices);
    slot.forward(batch);
    const rowOf = (b: number) => indices[batch.order[b]];
    pool?.(slot, batch, shared.rows, rowOf);
    write?.(statesOf(slot, batch, readOut.lastLayer ? "last" : "all"), shared.rows, rowOf);
  };
  const items = () => Math.min(ROUND, Math.ceil(order.length / ENCODE_SHARD) - shared.first[0]);
  return { network, shared, phases: [{ items, work: encodeShard }] };
}
