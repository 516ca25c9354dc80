import type { Engine } from "../../engine/engine.js";
import type { Phase } from "../../engine/threads/crew.js";
import type { PreparedSet } from "../../model/prepared-windows.js";
import type { ColumnGroup } from "../../network/batch/one-hot-columns.js";
import type { Network, Slot } from "../../network/network.js";
import type { AutoencoderSpec } from "../../network/spec/spec.js";
import type { SequenceSet } from "../../sequences/set/sequence-set.js";
import type { ResolvedTrainOptions } from "../options.js";
import type { SharedTraining, UpdateNumbers } from "./shared-training.js";

/** All that a thread needs to know to take part in a training. */
export interface TrainJob {
  spec: AutoencoderSpec;
  /** prepared; of several blocks the one that is in memory */
  train: PreparedSet;
  /** Steps of the longest sequence of all blocks. */
  longest: number;
  validation: SequenceSet | undefined;
  options: ResolvedTrainOptions;
  batchSize: number;
  /** As many as the batch has shards, at most. */
  threads: number;
}

/** What one thread works with. */
export interface TrainingThread {
  readonly engine: Engine;
  readonly job: TrainJob;
  readonly network: Network;
  /** Of this thread. */
  readonly slot: Slot;
  readonly groups: readonly ColumnGroup[];
  readonly shared: SharedTraining;
  /** Of the present update. */
  readonly numbers: UpdateNumbers;
}

export interface BatchGradient {
  /** Mean reconstruction loss over the observed values. */
  loss: number;
  /** How many values were observed. */
  count: number;
  /** Terms on read-outs, weighted; 0 without. */
  readOutLoss: number;
}

/** How the gradient of a batch comes about: phases that leave gradients side by side. */
export interface GradientStep {
  /** The leader's, before the phases. */
  begin(batch: Int32Array): void;
  /** The leader's: `train` holds other sequences now. */
  renew?(): void;
  readonly phases: readonly Phase[];
  /** How many gradients they leave. */
  gradients(): number;
  /** The leader's, after them. */
  result(): BatchGradient;
}
