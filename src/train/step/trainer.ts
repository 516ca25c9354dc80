import type { Engine, WorkspaceMemory } from "../../engine/engine.js";
import type { Phase } from "../../engine/threads/crew.js";
import { type ColumnGroup, oneHotColumns } from "../../network/batch/one-hot-columns.js";
import { createNetwork, type Network } from "../../network/network.js";
import { countOf, longestOf } from "../../sequences/set/sequence-set.js";
import { adamStep, blockCount, sumGradients } from "./optimizer.js";
import { plainStep } from "./plain-step.js";
import { readOutStep } from "./read-out-step.js";
import { batchShards, SHARD, shardCount, VIEWED_SHARD } from "./shards.js";
import { createSharedTraining, type SharedTraining, sharedBatchSize, updateNumbers } from "./shared-training.js";
import type { GradientStep, TrainingThread, TrainJob } from "./step.js";
import { validationPass } from "./validation.js";

/** The phases of a training: those of its step, then sum, Adam and packing; and the validation part. */
export interface Trainer extends TrainingThread {
  readonly step: GradientStep;
  readonly sum: Phase;
  readonly adam: Phase;
  readonly pack: Phase;
  readonly validation: ReturnType<typeof validationPass>;
  /** All of them, in the same order on every thread. */
  readonly phases: readonly Phase[];
}

/**
 * Lays out the network of a training and its phases.
 * @param attach in a follower: the leader's memory, and which thread this is (from 1)
 */
export function createTrainer(
  engine: Engine,
  job: TrainJob,
  attach?: { memory: WorkspaceMemory; shared: SharedTraining; thread: number },
): Trainer {
  const { groups } = oneHotColumns(job.train.channels);
  const network = createTrainingNetwork(engine, job, groups, attach);
  const shared = attach?.shared ?? createSharedTraining(sharedSizes(job, network), job.threads);
  const numbers = updateNumbers(shared);
  const slot = network.slots[attach?.thread ?? 0];
  const part: TrainingThread = { engine, job, network, slot, groups, shared, numbers };
  const step = network.head ? readOutStep(part) : plainStep(part);
  const blocks = () => blockCount(network);
  const sum: Phase = {
    items: blocks,
    work(block) {
      shared.norms[block] = sumGradients(network, step.gradients(), block);
    },
  };
  const adam: Phase = {
    items: blocks,
    work: (block) => adamStep(network, numbers.rate, numbers.step, numbers.clip, block),
  };
  const pack: Phase = { items: () => network.packed.length, work: (layer) => network.packed[layer].pack!() };
  const validation = validationPass(part);
  const phases = [...step.phases, sum, adam, pack, validation.phase];
  return { ...part, step, sum, adam, pack, validation, phases };
}

/** With a loss on read-outs every shard of the batch has a slot, and the head a gradient of its own. */
function createTrainingNetwork(
  engine: Engine,
  { spec, train, longest, validation, options, batchSize, threads }: TrainJob,
  groups: readonly ColumnGroup[],
  attach: { memory: WorkspaceMemory; thread: number } | undefined,
): Network {
  const shards = batchShards(spec, batchSize);
  const most = Math.max(batchSize, validation ? countOf(validation) : 0);
  const room = spec.readOutLoss
    ? { batch: SHARD, slots: Math.max(threads, shards), shards: shards + 1 }
    : { batch: Math.min(SHARD, most), slots: threads, shards };
  const steps = Math.max(longest, validation ? longestOf(validation) : 0, 1);
  const layout = { spec, columns: groups, ...room, steps, threads, classes: train.classNames?.length };
  return createNetwork(
    engine,
    { ...layout, purpose: "training", states: false },
    attach ? undefined : options.seed,
    attach,
  );
}

function sharedSizes({ spec, validation, batchSize }: TrainJob, network: Network) {
  const { head } = network;
  const held = validation ? countOf(validation) : 0;
  const shards = batchShards(spec, batchSize);
  return {
    indices: batchSize,
    losses: Math.max(shards, shardCount(held)),
    norms: blockCount(network),
    batches: head ? shards * sharedBatchSize(2 * VIEWED_SHARD) : 0,
    readOuts: head?.crossEntropy ? head.width * held : 0,
  };
}
