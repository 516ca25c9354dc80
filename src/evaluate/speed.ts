import { type Crew, soloCrew } from "../engine/crew.js";
import type { Engine } from "../engine/engine.js";
import { musterCrew } from "../engine/threads.js";
import { EngineError } from "../errors.js";
import type { TrainMessage } from "../model/background.js";
import { resolveTrainOptions } from "../model/options.js";
import { createTrainer, shardCount, type TrainJob } from "../model/trainer.js";
import { createUpdates } from "../model/update.js";
import { countOf, shareSequences } from "../sequences/sequence-set.js";
import { createEncodeRun } from "./speed-encode.js";
import { plainWorkload, type SpeedShape, type SpeedWorkload, usefulFlops } from "./speed-workload.js";

export interface StepSpeed {
  /** Median of the timed steps. */
  milliseconds: number;
  fastest: number;
  /** Useful operations over the median. */
  usefulGflops: number;
}

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
/** V8 compiles kernels again, and better, while they run for the first time. */
const WARM_UP_MS = 300;

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
  const most = Math.min(threads, shardCount(B));
  const train = most > 1 ? shareSequences(set) : set;
  const job: TrainJob = {
    spec,
    train,
    validation: train,
    options: resolveTrainOptions({ seed: SEED, clipNorm }),
    batchSize: B,
    threads: most,
  };
  const trainer = createTrainer(engine, job);
  const { network, board } = trainer;
  network.pack();
  let crew: Crew = soloCrew(trainer.commands);
  if (most > 1)
    crew = await musterCrew(most, trainer.commands, (control, thread): TrainMessage => {
      const attach = { memory: network.ws.memory, board, thread };
      return { kind: "train-follow", engine: engine.name, job, control, attach };
    });
  const updates = createUpdates(trainer, crew, job);
  const batch = Int32Array.from({ length: B }, (_, b) => b);
  let step = 0;
  return {
    step() {
      const { loss, norm } = updates.gradient(batch, step);
      if (!Number.isFinite(loss))
        throw new EngineError(
          `${engine.name}: the loss of timed step ${step} is ${loss}, so its time means nothing.`,
        );
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

/**
 * Times training steps of the recipe `simple` on random sequences, one thread, after a warm-up.
 * @param repeats timed steps
 */
export async function measureTrainingStep(
  engine: Engine,
  shape: SpeedShape,
  { repeats }: { repeats: number },
): Promise<StepSpeed> {
  const { step } = await createTrainingRun(engine, plainWorkload(shape));
  warmUp(step);
  return summarise(repeat(step, repeats), shape);
}

/**
 * Sequences encoded in a second on one thread, filling batches included; from the median run over 192 or more.
 * @param repeats timed runs
 */
export async function measureEncode(
  engine: Engine,
  shape: SpeedShape,
  { repeats }: { repeats: number },
): Promise<number> {
  const { encode, sequences } = await createEncodeRun(engine, plainWorkload(shape));
  warmUp(encode);
  return (sequences / median(repeat(encode, repeats))) * 1000;
}

/** @param times milliseconds of each step */
export function summarise(times: readonly number[], shape: SpeedShape): StepSpeed {
  const milliseconds = median(times);
  return { milliseconds, fastest: Math.min(...times), usefulGflops: usefulFlops(shape) / milliseconds / 1e6 };
}

/** Runs twice or more, for 300 ms or more; returns the milliseconds of the last run. */
export function warmUp(work: () => unknown): number {
  const end = performance.now() + WARM_UP_MS;
  let [last] = repeat(work, 1);
  do [last] = repeat(work, 1);
  while (performance.now() < end);
  return last;
}

/** Milliseconds of each run. */
export function repeat(work: () => unknown, times: number): number[] {
  return Array.from({ length: times }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
