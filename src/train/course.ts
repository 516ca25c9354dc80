import { DataError } from "../errors.js";
import type { AutoencoderSpec } from "../network/spec/spec.js";
import { randomStream, STREAMS } from "../random.js";
import { countOf, lengthOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { SNAPSHOT_EVERY } from "./divergence.js";
import { type ResolvedTrainOptions, USUAL } from "./options.js";

/** How long a training is and what it takes at a time, from its options and its data. */
export interface Course {
  /** Sequences that have a step. */
  usable: Int32Array;
  batchSize: number;
  batchesPerEpoch: number;
  /** Updates in all. */
  total: number;
  /** Updates from one evaluation to the next. */
  evaluateEvery: number;
  /** The highest learning rate. */
  peak: number;
}

/** @throws {DataError} if no sequence has a step */
export function plotCourse(spec: AutoencoderSpec, train: SequenceSet, options: ResolvedTrainOptions): Course {
  const usable = Int32Array.from({ length: countOf(train) }, (_, n) => n).filter((n) => lengthOf(train, n) > 0);
  if (usable.length === 0)
    throw new DataError(
      `Training: got ${countOf(train)} sequences and no sequence with a step in it, expected at least one. Are the cells of the data empty? "undertone inspect" shows what was read.`,
    );
  const batchSize = Math.min(options.batchSize, usable.length);
  const batchesPerEpoch = Math.ceil(usable.length / batchSize);
  const { epochs } = options;
  const total = options.updates ?? (epochs ? epochs * batchesPerEpoch : USUAL.updates);
  const relu = [...spec.encoder, ...spec.decoder].some((layer) => layer.type === "lstm" && layer.activation === "relu");
  return {
    usable,
    batchSize,
    batchesPerEpoch,
    total,
    evaluateEvery: epochs ? batchesPerEpoch : Math.max(SNAPSHOT_EVERY, Math.ceil(total / 20)),
    peak: options.learningRate ?? (relu ? USUAL.reluLearningRate : USUAL.learningRate),
  };
}

/** The sequences of each update; every epoch has an order of its own. */
export function batches({ usable, batchSize, batchesPerEpoch }: Course, seed: number): (update: number) => Int32Array {
  let order = usable;
  let orderEpoch = -1;
  return (update) => {
    const epoch = Math.floor(update / batchesPerEpoch);
    if (epoch !== orderEpoch) {
      order = randomStream(seed, STREAMS.batchOrder, epoch).shuffle(usable.slice());
      orderEpoch = epoch;
    }
    const from = (update % batchesPerEpoch) * batchSize;
    return order.subarray(from, from + batchSize);
  };
}
