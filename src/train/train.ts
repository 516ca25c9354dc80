import type { Engine } from "../engine/engine.js";
import { type Crew, soloCrew } from "../engine/threads/crew.js";
import { ArtefactError } from "../errors.js";
import type { HistoryEntry } from "../model/history.js";
import type { PreparedSet } from "../model/prepared-windows.js";
import type { TrainState } from "../model/training-state.js";
import type { Network } from "../network/network.js";
import type { AutoencoderSpec } from "../network/spec/spec.js";
import type { SequenceSet } from "../sequences/set/sequence-set.js";
import { varianceExplained } from "./baseline-loss.js";
import { oneBlock, type TrainingSequences } from "./blocks/training-sequences.js";
import { batches, type Course, plotCourse } from "./course.js";
import {
  currentState,
  freshState,
  hasDiverged,
  keepGood,
  noteBest,
  putWeights,
  rollBack,
  SNAPSHOT_EVERY,
} from "./divergence.js";
import type { ResolvedTrainOptions } from "./options.js";
import { learningRateAt } from "./step/optimizer.js";
import { batchShards } from "./step/shards.js";
import type { TrainJob } from "./step/step.js";
import { createTrainer, type Trainer } from "./step/trainer.js";
import { createUpdates, type Updates } from "./step/update.js";

export interface TrainProgress {
  update: number;
  total: number;
  /** Mean loss since the last report. */
  loss: number;
  explainedVariance: number;
  updatesPerSecond: number;
  secondsLeft: number;
}

export interface TrainHooks {
  onProgress?(progress: TrainProgress): void;
  /** Called with a state worth keeping; what it points to is reused, so copy or write it at once. */
  onCheckpoint?(state: TrainState): void | Promise<void>;
  /** Aborting makes training save a checkpoint and throw the signal's reason. */
  signal?: AbortSignal;
  /** Seconds between checkpoints; default 10. */
  checkpointSeconds?: number;
  /** Goes on from here. */
  resume?: TrainState;
}

export interface TrainResult {
  /** Rounded to float32 whatever the engine, which is what a model file keeps. */
  weights: Float32Array;
  history: HistoryEntry[];
  warnings: string[];
  updates: number;
  /** The update whose weights were kept. */
  bestUpdate: number;
  stopped: "finished" | "early";
}

/** Brings a crew of `job.threads` together for a trainer; the default is the calling thread alone. */
export type Muster = (engine: Engine, job: TrainJob, trainer: Trainer) => Crew | Promise<Crew>;

/**
 * Trains an autoencoder to rebuild sequences; stops early on `validation`, whose best weights are kept. The best are
 * those that rebuild it best or, where the spec looks at labels, separate its classes best.
 * @param data prepared (scaled, interpolated); labels are used only if the spec requires them
 * @param threads that may help, where the batch has as many shards; weights do not depend on it
 * @throws {DataError} if no sequence has a step
 * @throws {ArtefactError} if the state to resume is of another network, or beyond the last update
 * @throws {TrainingError} if the loss stays not finite after every retry
 */
export async function trainAutoencoder(
  engine: Engine,
  spec: AutoencoderSpec,
  data: PreparedSet | TrainingSequences,
  validation: SequenceSet | undefined,
  options: ResolvedTrainOptions,
  hooks: TrainHooks = {},
  { threads = 1, muster = soloCrew }: { threads?: number; muster?: Muster } = {},
): Promise<TrainResult> {
  const sequences = "enter" in data ? data : oneBlock(data);
  const course = plotCourse(spec, sequences, options);
  const { batchSize } = course;
  const helping = Math.min(threads, batchShards(spec, batchSize));
  const { set: train, longest } = sequences;
  const job: TrainJob = { spec, train, longest, validation, options, batchSize, threads: helping };
  const trainer = createTrainer(engine, job);
  const { network } = trainer;
  const initial = network.weights.slice();
  const explained = varianceExplained(trainer);
  const state = hooks.resume ?? freshState(network);
  if (hooks.resume) {
    expectFits(state, network, course);
    putWeights(network, state);
  }
  network.pack();
  const crew = await muster(engine, job, trainer);
  const updates = createUpdates(trainer, crew);
  let stopped: TrainResult["stopped"];
  try {
    stopped = await untilDone({ course, sequences, trainer, updates, state, initial, explained, hooks });
  } finally {
    crew.dismiss();
  }

  if (state.best) network.weights.set(state.best.weights);
  return {
    weights: Float32Array.from(network.weights),
    history: state.history,
    warnings: state.warnings,
    updates: state.update,
    bestUpdate: state.best?.update ?? state.update,
    stopped,
  };
}

/** A state is of one network on one engine, and of a training that goes further. */
function expectFits({ update, weights }: TrainState, network: Network, { total }: Course): void {
  const of = (some: Float32Array | Float64Array) => `${some.length} weights (${some.constructor.name})`;
  if (of(weights) === of(network.weights) && update <= total) return;
  throw new ArtefactError(
    `The state of training to resume is at update ${update} and has ${of(weights)}, expected at most ${total} and ${of(network.weights)}. ` +
      "It belongs to another training. Remove its checkpoint and train afresh.",
  );
}

/** A training under way. */
interface Training {
  course: Course;
  sequences: TrainingSequences;
  trainer: Trainer;
  updates: Updates;
  state: TrainState;
  /** The weights before the first update. */
  initial: Float32Array | Float64Array;
  explained: ReturnType<typeof varianceExplained>;
  hooks: TrainHooks;
}

/** Takes update after update, with an evaluation now and then. */
async function untilDone(training: Training): Promise<TrainResult["stopped"]> {
  const { course, state, hooks } = training;
  const { network, job, step } = training.trainer;
  const batchOf = batches(course, job.options.seed, training.sequences, () => step.renew?.());
  const pause = pauses(training);
  const started = performance.now();
  const startUpdate = state.update;
  while (state.update < course.total) {
    const learningRate = takeUpdate(training, batchOf(state.update));
    if (state.update % course.evaluateEvery === 0 || state.update === course.total) {
      const { loss, entry } = evaluate(training, learningRate);
      const { trainLoss, explainedVariance } = entry;
      const seconds = (performance.now() - started) / 1000;
      const updatesPerSecond = (state.update - startUpdate) / Math.max(seconds, 1e-9);
      const secondsLeft = (course.total - state.update) / updatesPerSecond;
      const pace = { update: state.update, total: course.total, updatesPerSecond, secondsLeft };
      hooks.onProgress?.({ loss: trainLoss, explainedVariance, ...pace });
      if (loss !== undefined && noteBest(network, state, loss, job.options.patience)) return "early";
    }
    await pause();
  }
  return "finished";
}

/** One update, or the way back if its loss or gradient has diverged; returns its learning rate. */
function takeUpdate(
  { course, trainer: { job, network }, updates, state, initial }: Training,
  batch: Int32Array,
): number {
  const { loss, norm, count, readOutLoss } = updates.gradient(batch, state.update);
  const rate = learningRateAt(job.options, course.peak, state.update, course.total) * state.rateScale;
  state.update++;
  if (hasDiverged(state, loss + readOutLoss, norm)) {
    rollBack(network, state, loss, norm, initial);
    network.pack();
    return rate;
  }
  updates.apply(rate, ++state.adamSteps, norm);
  state.lossSum += loss * count;
  state.lossCount += count;
  if (state.update % SNAPSHOT_EVERY === 0) keepGood(network, state);
  return rate;
}

/** Writes an entry of the history; returns it, and the loss that decides which weights are the best. */
function evaluate({ trainer: { job }, updates, state, explained }: Training, learningRate: number) {
  const trainLoss = state.lossCount > 0 ? state.lossSum / state.lossCount : Number.NaN;
  const { loss: validationLoss, classes: classLoss } = (job.validation && updates.evaluate()) ?? {};
  const entry: HistoryEntry = {
    update: state.update,
    trainLoss,
    validationLoss,
    ...(classLoss !== undefined && { classLoss }),
    explainedVariance: explained(trainLoss, validationLoss),
    learningRate,
  };
  state.history.push(entry);
  state.lossSum = state.lossCount = 0;
  return { entry, loss: classLoss ?? validationLoss };
}

/** Between two updates: saves, lets other tasks run, and stops on a signal. */
function pauses({ trainer: { network }, state, hooks }: Training): () => Promise<void> {
  const { checkpointSeconds = 10, onCheckpoint, signal } = hooks;
  let lastYield = performance.now();
  let lastCheckpoint = lastYield;
  return async () => {
    const now = performance.now();
    if (onCheckpoint && now - lastCheckpoint > checkpointSeconds * 1000) {
      lastCheckpoint = now;
      await onCheckpoint(currentState(network, state));
    }
    if (now - lastYield > 50) {
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets Ctrl-C and servers have their turn
      lastYield = performance.now();
    }
    if (signal?.aborted) {
      await onCheckpoint?.(currentState(network, state));
      throw signal.reason;
    }
  };
}
