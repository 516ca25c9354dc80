import type { Engine, WorkspaceMemory } from "../engine/engine.js";
import type { Command } from "../engine/threads/crew.js";
import { type ColumnGroup, oneHotColumns } from "../network/batch/one-hot-columns.js";
import { drawsFor } from "../network/draws.js";
import { fillBatch } from "../network/fill-batch.js";
import { createNetwork, type Network } from "../network/network.js";
import type { AutoencoderSpec } from "../network/spec/spec.js";
import { countOf, lengthOf, longestOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { adamStep, blockCount, sumGradients } from "./optimizer.js";
import type { ResolvedTrainOptions } from "./options.js";
import { createJudgedStep, type JudgedStep } from "./read-out-step.js";
import { readOutRows } from "./read-out-validation.js";
import { batchShards, dealt, SHARD, shardCount, VIEWED_SHARD } from "./shards.js";
import { sharedPassSize } from "./shared-passes.js";

/** All that a thread needs to know to take part in a training. */
export interface TrainJob {
  spec: AutoencoderSpec;
  /** prepared */
  train: SequenceSet;
  validation: SequenceSet | undefined;
  options: ResolvedTrainOptions;
  batchSize: number;
  /** As many as the batch has shards, at most. */
  threads: number;
}

/** What leader and followers tell one another, in shared memory where there are followers. */
export interface SharedTraining {
  /** [batchSize], the sequences of the batch, longest first */
  indices: Int32Array;
  /** Of this update: its number, what gradients are scaled with, rate and step of Adam, scale of clipping. */
  numbers: Float64Array;
  /** Loss of each shard; sum of squares of each block of the gradient. */
  losses: Float64Array;
  norms: Float64Array;
  /** Passes of all slots, where a loss looks at read-outs of the whole batch. */
  passes: Float64Array;
  /** [validation cases, R], training read-outs of the validation part, where a loss looks at labels. */
  readOuts: Float64Array;
}

export const BOARD = { cases: 0, update: 1, scale: 2, rate: 3, step: 4, clip: 5 } as const;
export const COMMANDS = {
  step: 0,
  sum: 1,
  adam: 2,
  pack: 3,
  evaluate: 4,
  forward: 5,
  readOut: 6,
  backward: 7,
} as const;

export interface Trainer {
  readonly network: Network;
  readonly groups: readonly ColumnGroup[];
  readonly board: SharedTraining;
  /** In the order of COMMANDS; the last three are there with `judged`. */
  readonly commands: readonly Command[];
  /** Where a loss looks at read-outs: what takes the place of the command `step`. */
  readonly judged: JudgedStep | undefined;
}

/**
 * Lays out the network of a training and what can be done with it piece by piece.
 * @param attach in a follower: the leader's memory and board, and which thread this is (from 1)
 */
export function createTrainer(
  engine: Engine,
  job: TrainJob,
  attach?: { memory: WorkspaceMemory; board: SharedTraining; thread: number },
): Trainer {
  const { spec, train, validation, options, batchSize, threads } = job;
  const { groups } = oneHotColumns(train.channels);
  const steps = Math.max(longestOf(train), validation ? longestOf(validation) : 0, 1);
  const most = Math.max(batchSize, validation ? countOf(validation) : 0);
  // A loss on read-outs needs all shards of the batch at once.
  const viewed = spec.readOutLoss ? batchShards(spec, batchSize) : 0;
  const sizes = {
    batch: viewed > 0 ? SHARD : Math.min(SHARD, most),
    steps,
    slots: Math.max(threads, viewed),
    threads,
    shards: Math.max(shardCount(batchSize), viewed + 1),
    classes: train.classNames?.length,
  };
  const network = createNetwork(
    engine,
    { spec, columns: groups, ...sizes, purpose: "training", states: false },
    attach ? undefined : options.seed,
    attach,
  );
  const slot = network.slots[attach?.thread ?? 0];
  const { ws, blocks } = network;
  const validationOrder =
    validation &&
    byLength(
      validation,
      Int32Array.from({ length: countOf(validation) }, (_, n) => n),
    );
  const board =
    attach?.board ??
    createBoard(batchSize, validation ? countOf(validation) : 0, blockCount(network), threads, {
      viewed,
      readOut: network.head?.crossEntropy ? network.head.width : 0,
    });
  const { indices, numbers, losses, norms } = board;
  const judged =
    viewed > 0
      ? createJudgedStep(
          engine,
          network,
          groups,
          { spec, train, seed: options.seed },
          { numbers: board.passes, losses, scale: numbers.subarray(BOARD.scale, BOARD.scale + 1) },
          () => ({
            indices: indices.subarray(0, numbers[BOARD.cases]),
            update: numbers[BOARD.update],
          }),
        )
      : undefined;

  const step: Command = (shard) => {
    const [cases, update, scale] = numbers;
    const own = dealt(indices.subarray(0, cases), shard, shardCount(cases));
    const pass = fillBatch(slot, train, groups, own);
    pass.gradients = blocks.shards + shard * blocks.blockSize;
    ws.data.fill(0, pass.gradients, pass.gradients + blocks.blockSize);
    const draws = drawsFor(ws, { seed: options.seed, update, shard });
    slot.forward(pass, draws);
    losses[shard] = slot.loss(pass, scale);
  };
  const sum: Command = (block) => {
    const count = judged ? judged.gradientBlocks() : shardCount(numbers[BOARD.cases]);
    norms[block] = sumGradients(network, count, block);
  };
  const adam: Command = (block) =>
    adamStep(network, numbers[BOARD.rate], numbers[BOARD.step], numbers[BOARD.clip], block);
  const pack: Command = (layer) => network.packed[layer].pack!();
  const evaluate: Command = (shard) => {
    const own = dealt(validationOrder!, shard, shardCount(validationOrder!.length));
    const pass = fillBatch(slot, validation!, groups, own);
    slot.forward(pass);
    losses[shard] = slot.loss(pass);
    if (board.readOuts.length > 0) readOutRows(network, slot, pass, network.head!, board.readOuts, own);
  };
  const further = judged ? [judged.commands.forward, judged.commands.readOut, judged.commands.backward] : [];
  return { network, groups, board, judged, commands: [step, sum, adam, pack, evaluate, ...further] };
}

function createBoard(
  batchSize: number,
  validation: number,
  blocks: number,
  threads: number,
  { viewed, readOut }: { viewed: number; readOut: number },
): SharedTraining {
  const room = (bytes: number) => (threads > 1 ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  return {
    indices: new Int32Array(room(4 * batchSize)),
    numbers: new Float64Array(room(8 * 6)),
    losses: new Float64Array(room(8 * Math.max(viewed, shardCount(Math.max(batchSize, validation))))),
    passes: new Float64Array(room(8 * viewed * sharedPassSize(2 * VIEWED_SHARD))),
    norms: new Float64Array(room(8 * blocks)),
    readOuts: new Float64Array(room(8 * readOut * validation)),
  };
}

/** Sequences by length, the longest first, neighbours in `indices` staying in order. */
export function byLength(set: SequenceSet, indices: Int32Array): Int32Array {
  return indices.sort((a, b) => lengthOf(set, b) - lengthOf(set, a) || a - b);
}
