import type { Engine } from "../engine/engine.js";
import { soloCrew } from "../engine/threads/crew.js";
import { hireBeside } from "../engine/threads/hire.js";
import { musterCrew } from "../engine/threads/threads.js";
import { EngineError } from "../errors.js";
import { countOf, longestOf, shareSequences } from "../sequences/set/sequence-set.js";
import { trainFollow } from "../train/background.js";
import { resolveTrainOptions } from "../train/options.js";
import { batchShards } from "../train/step/shards.js";
import type { TrainJob } from "../train/step/step.js";
import { createTrainer } from "../train/step/trainer.js";
import { createUpdates } from "../train/step/update.js";
import type { SpeedWorkload } from "./workload.js";

export interface TrainingRun {
  /** One update of training; returns the loss before it. */
  step(): number;
  /** Mean squared error over the batch, without noise or dropout. */
  evaluate(): number;
  /** The weights, by name, as they are now. */
  weights(): Record<string, { shape: readonly number[]; data: Float32Array }>;
  /** Lets its threads go. */
  dismiss(): void;
}

const SEED = 1;
const RATE = 1e-3;

/**
 * Everything that one update of training does, ready to be run again and again: fill the batch, forward, loss,
 * backward, gradient norm, clip, Adam, packing.
 * @param threads at least 1; more than the batch has shards are not used
 * @param clipNorm 0: no clipping
 * @throws {EngineError} if the engine cannot get the memory; from the step: if the loss is not finite
 */
export async function createTrainingRun(
  engine: Engine,
  { spec, set }: SpeedWorkload,
  { threads = 1, clipNorm = 1 }: { threads?: number; clipNorm?: number } = {},
): Promise<TrainingRun> {
  const B = countOf(set);
  const most = Math.min(threads, batchShards(spec, B));
  const train = most > 1 ? shareSequences(set) : set;
  const job: TrainJob = {
    spec,
    train,
    longest: longestOf(train),
    validation: train,
    options: resolveTrainOptions({ seed: SEED, clipNorm }),
    batchSize: B,
    threads: most,
  };
  const trainer = createTrainer(engine, job);
  const { network } = trainer;
  network.pack();
  const crew =
    most > 1
      ? await musterCrew(most, trainer.phases, (thread) => trainFollow(trainer, thread), hireBeside)
      : soloCrew();
  const updates = createUpdates(trainer, crew);
  const batch = Int32Array.from({ length: B }, (_, b) => b);
  let step = 0;
  return {
    step() {
      const { loss, norm } = updates.gradient(batch, step);
      if (!Number.isFinite(loss))
        throw new EngineError(`${engine.name}: the loss of timed step ${step} is ${loss}, so its time means nothing.`);
      updates.apply(RATE, ++step, norm);
      return loss;
    },
    evaluate: () => updates.evaluate().loss,
    weights: () =>
      Object.fromEntries(
        network.parameters.map(({ name, shape, start, size }) => [
          name,
          { shape, data: Float32Array.from(network.weights.subarray(start, start + size)) },
        ]),
      ),
    dismiss: crew.dismiss,
  };
}
