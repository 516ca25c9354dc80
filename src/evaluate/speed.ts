import { soloCrew } from "../engine/crew.js";
import type { Engine } from "../engine/engine.js";
import { EngineError } from "../errors.js";
import { columnsOf } from "../model/columns.js";
import { fillPass } from "../model/fill-pass.js";
import { createNetwork } from "../model/network.js";
import { resolveTrainOptions } from "../model/options.js";
import { findRecipe } from "../model/spec.js";
import { createTrainer, type TrainJob } from "../model/trainer.js";
import { createUpdates } from "../model/update.js";
import { randomStream } from "../random.js";
import type { SequenceSet } from "../sequences/sequence-set.js";

/** Steps, sequences in a batch, features, and units of both LSTMs of the recipe `simple`. */
export interface SpeedShape {
  T: number;
  B: number;
  F: number;
  H: number;
}

export interface StepSpeed {
  /** Median of the timed steps. */
  milliseconds: number;
  fastest: number;
  /** Useful operations over the median. */
  usefulGflops: number;
}

const SEED = 1;
/** V8 compiles kernels again, and better, while they run for the first time. */
const WARM_UP_MS = 300;

/**
 * Operations that the mathematics of one training step of `simple` needs, a multiply-add counted as two. Only
 * products count, not activations, biases, the optimiser or padding. For each of the T B rows:
 *
 *   encoder   forward 8H (F + H); weights 8H (F + H); back through time 8HH; nothing back to the data
 *   decoder   forward, weights and back through time 8HH each
 *   dense     forward, weights and back to its input 2HF each
 *
 * and for each of the B sequences, since the repeated vector is projected once: forward, weights and back, 8HH
 * each.
 */
export function usefulFlops({ T, B, F, H }: SpeedShape): number {
  const encoder = 2 * 8 * H * (F + H) + 8 * H * H;
  const decoder = 3 * 8 * H * H;
  const dense = 3 * 2 * H * F;
  const projection = 3 * 8 * H * H;
  return T * B * (encoder + decoder + dense) + B * projection;
}

/**
 * Everything that one update of training does, ready to be run again and again: fill the batch, forward, loss,
 * backward, gradient norm, clip, Adam, packing.
 * @returns the step, which returns the loss before it
 * @throws {EngineError} if the engine cannot get the memory; from the step: if the loss is not finite
 */
export function createTrainingStep(engine: Engine, shape: SpeedShape): () => number {
  const set = randomSequences(shape);
  const job: TrainJob = {
    spec: findRecipe("simple").build({ units: shape.H }),
    train: set,
    validation: undefined,
    options: resolveTrainOptions({ seed: SEED, clipNorm: 1 }),
    batchSize: shape.B,
    threads: 1,
  };
  const trainer = createTrainer(engine, job);
  trainer.network.pack();
  const updates = createUpdates(trainer, soloCrew(trainer.commands), job);
  const batch = Int32Array.from({ length: shape.B }, (_, b) => b);
  let step = 0;
  return () => {
    const { loss, norm } = updates.gradient(batch, step);
    if (!Number.isFinite(loss))
      throw new EngineError(
        `${engine.name}: the loss of timed step ${step} is ${loss}, so its time means nothing.`,
      );
    updates.apply(1e-3, ++step, norm);
    return loss;
  };
}

/**
 * Times training steps of the recipe `simple` on random sequences, after a warm-up.
 * @param repeats timed steps
 */
export function measureTrainingStep(
  engine: Engine,
  shape: SpeedShape,
  { repeats }: { repeats: number },
): StepSpeed {
  const step = createTrainingStep(engine, shape);
  warmUp(step);
  return summarise(repeat(step, repeats), shape);
}

/**
 * Sequences encoded in a second, in batches of B; from the median batch, filling it included.
 * @param repeats timed batches
 */
export function measureEncode(engine: Engine, shape: SpeedShape, { repeats }: { repeats: number }): number {
  const { T, B, H } = shape;
  const set = randomSequences(shape);
  const { groups: columns } = columnsOf(set.channels);
  const spec = findRecipe("simple").build({ units: H });
  const size = { batch: B, steps: T, purpose: "encode", states: false } as const;
  const network = createNetwork(engine, { spec, columns, ...size }, SEED);
  network.pack();
  const [slot] = network.slots;
  const indices = Int32Array.from({ length: B }, (_, b) => b);
  const encode = () => slot.forward(fillPass(slot, set, columns, indices));
  warmUp(encode);
  return (shape.B / median(repeat(encode, repeats))) * 1000;
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

/** B sequences of T steps of standard normal numbers. */
function randomSequences({ T, B, F }: SpeedShape): SequenceSet {
  const stream = randomStream(SEED);
  return {
    channels: Array.from({ length: F }, (_, f) => ({ name: `x${f}`, kind: "numeric" as const })),
    values: Float32Array.from({ length: B * T * F }, () => stream.normal()),
    offsets: Int32Array.from({ length: B + 1 }, (_, b) => b * T),
    ids: Array.from({ length: B }, (_, b) => `${b}`),
  };
}
