import { DataError } from "../errors.js";
import type { AutoencoderSpec } from "../network/spec/spec.js";
import { randomStream, STREAMS } from "../random.js";
import type { TrainingSequences } from "./blocks/training-sequences.js";
import { SNAPSHOT_EVERY } from "./divergence.js";
import { type ResolvedTrainOptions, USUAL } from "./options.js";

/** How long a training is and what it takes at a time, from its options and its data. */
export interface Course {
  batchSize: number;
  /** Batches of each block in a pass over it. */
  batchesOfBlock: readonly number[];
  /** Updates in all. */
  total: number;
  /** Updates from one evaluation to the next. */
  evaluateEvery: number;
  /** The highest learning rate. */
  peak: number;
}

/** @throws {DataError} if no sequence has a step */
export function plotCourse(
  spec: AutoencoderSpec,
  { count, usable }: Pick<TrainingSequences, "count" | "usable">,
  options: ResolvedTrainOptions,
): Course {
  const most = Math.max(...usable);
  if (most === 0)
    throw new DataError(
      `Training: got ${count} sequences and no sequence with a step in it, expected at least one. Are the cells of the data empty? "undertone inspect" shows what was read.`,
    );
  const batchSize = Math.min(options.batchSize, most);
  const batchesOfBlock = usable.map((own) => Math.ceil(own / batchSize));
  const batchesPerEpoch = batchesOfBlock.reduce((sum, own) => sum + own, 0);
  const { epochs } = options;
  const total = options.updates ?? (epochs ? epochs * batchesPerEpoch : USUAL.updates);
  const relu = [...spec.encoder, ...spec.decoder].some((layer) => layer.type === "lstm" && layer.activation === "relu");
  return {
    batchSize,
    batchesOfBlock,
    total,
    evaluateEvery: epochs ? batchesPerEpoch : Math.max(SNAPSHOT_EVERY, Math.ceil(total / 20)),
    peak: options.learningRate ?? (relu ? USUAL.reluLearningRate : USUAL.learningRate),
  };
}

/**
 * The sequences of each update. Every epoch has an order of its own: of the blocks, and of the sequences inside each.
 * The block of the update is brought into memory.
 * @param onBlock called when another block was
 */
export function batches(
  { batchSize, batchesOfBlock }: Course,
  seed: number,
  sequences: TrainingSequences,
  onBlock: () => void = () => {},
): (update: number) => Int32Array {
  const perEpoch = batchesOfBlock.reduce((sum, count) => sum + count, 0);
  const K = batchesOfBlock.length;
  let present = { epoch: -1, block: -1, order: new Int32Array() };
  let blocks = Int32Array.of(0);
  return (update) => {
    const epoch = Math.floor(update / perEpoch);
    let batch = update % perEpoch;
    if (epoch !== present.epoch && K > 1)
      blocks = randomStream(seed, STREAMS.blockOrder, epoch).shuffle(Int32Array.from({ length: K }, (_, k) => k));
    let place = 0;
    while (batch >= batchesOfBlock[blocks[place]]) batch -= batchesOfBlock[blocks[place++]];
    const block = blocks[place];
    if (epoch !== present.epoch || block !== present.block) {
      const usable = sequences.enter(block);
      if (K > 1) onBlock();
      const stream = randomStream(seed, STREAMS.batchOrder, epoch, ...(block > 0 ? [block] : []));
      present = { epoch, block, order: stream.shuffle(usable.slice()) };
    }
    return present.order.subarray(batch * batchSize, (batch + 1) * batchSize);
  };
}
