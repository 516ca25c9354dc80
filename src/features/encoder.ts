import type { Engine, WorkspaceMemory } from "../engine/engine.js";
import type { Command } from "../engine/threads/crew.js";
import { type NetworkModel, openNetwork } from "../model/model.js";
import { type ColumnGroup, oneHotColumns } from "../network/batch/one-hot-columns.js";
import { fillBatch } from "../network/fill-batch.js";
import type { Network } from "../network/network.js";
import type { SequenceSet } from "../sequences/set/sequence-set.js";
import { applyReadOut } from "./read-outs/apply.js";
import { type PlainReadOut, plainWriter } from "./read-outs/plain-read-out.js";
import type { ReadOutState } from "./read-outs/readout.js";
import { statesOf } from "./states-of.js";

/** Sequences that share a pass: enough for weights in cache to be used often. */
export const ENCODE_SHARD = 48;
/** Shards that are handed out at once. */
export const ROUND = 1024;

/** All that a thread needs to know to take part in encoding. */
export interface EncodeJob {
  model: NetworkModel;
  /** prepared */
  set: SequenceSet;
  /** Sequences by length, so that neighbours share a pass. */
  order: Int32Array;
  readOut: PlainReadOut | ReadOutState;
  /** Numbers a sequence gets. */
  width: number;
  steps: number;
  threads: number;
}

export interface EncodeBoard {
  /** [N, width] */
  rows: Float32Array;
  /** [1], the first shard of this round */
  first: Int32Array;
}

export interface Encoder {
  readonly network: Network;
  readonly board: EncodeBoard;
  /** One: encodes a shard of the round. */
  readonly commands: readonly Command[];
}

/** @param attach in a follower: the leader's memory and board, and which thread this is (from 1) */
export function createEncoder(
  engine: Engine,
  { model, set, order, readOut, width, steps, threads }: EncodeJob,
  attach?: { memory: WorkspaceMemory; board: EncodeBoard; thread: number },
): Encoder {
  const size = {
    batch: Math.min(ENCODE_SHARD, order.length),
    steps,
    slots: threads,
    threads,
    states: readOut !== "last",
  };
  const network = openNetwork(engine, model, size, "encode", attach);
  const slot = network.slots[attach?.thread ?? 0];
  const groups: readonly ColumnGroup[] = oneHotColumns(model.channels).groups;
  const room = (bytes: number) => (threads > 1 ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  const board = attach?.board ?? {
    rows: new Float32Array(room(4 * order.length * width)),
    first: new Int32Array(room(4)),
  };
  const write = typeof readOut === "string" ? plainWriter(readOut) : undefined;

  const encodeShard: Command = (shard) => {
    const from = (board.first[0] + shard) * ENCODE_SHARD;
    const indices = order.subarray(from, from + ENCODE_SHARD);
    const pass = fillBatch(slot, set, groups, indices);
    slot.forward(pass);
    if (write) {
      write(slot, pass, indices, board.rows, width);
      return;
    }
    const rows = applyReadOut(readOut as ReadOutState, statesOf(slot, pass));
    pass.order.forEach((n, b) => {
      board.rows.set(rows.subarray(b * width, (b + 1) * width), indices[n] * width);
    });
  };
  return { network, board, commands: [encodeShard] };
}
