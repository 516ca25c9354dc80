import type { Engine } from "../engine/engine.js";
import { type Crew, soloCrew } from "../engine/threads/crew.js";
import { DataError } from "../errors.js";
import type { HistoryEntry, TrainState } from "../model/training-state.js";
import type { AutoencoderSpec } from "../network/spec/spec.js";
import { randomStream } from "../random.js";
import { countOf, lengthOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { fitMeanPredictor, meanPredictorLoss } from "./baseline-loss.js";
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
import { learningRateAt } from "./optimizer.js";
import type { ResolvedTrainOptions } from "./options.js";
import { batchShards } from "./shards.js";
import { createTrainer, type Trainer, type TrainJob } from "./trainer.js";
import { createUpdates } from "./update.js";

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

const DEFAULT_UPDATES = 600;

/** Brings a crew of `job.threads` together for a trainer; the default is the calling thread alone. */
export type Muster = (engine: Engine, job: TrainJob, trainer: Trainer) => Crew | Promise<Crew>;

/**
 * Trains an autoencoder to rebuild `train`; stops early on `validation`, whose best weights are kept. The best are
 * those that rebuild it best or, where the spec looks at labels, tell its classes apart best.
 * @param train prepared (scaled, interpolated); labels are looked at only where the spec says so
 * @param threads that may help, where the batch has as many shards; weights do not depend on it
 * @throws {DataError} if there is nothing to learn from
 * @throws {TrainingError} if the loss stays not finite after every retry
 */
export async function trainAutoencoder(
  engine: Engine,
  spec: AutoencoderSpec,
  train: SequenceSet,
  validation: SequenceSet | undefined,
  options: ResolvedTrainOptions,
  hooks: TrainHooks = {},
  {
    threads = 1,
    muster = (_engine, _job, trainer) => soloCrew(trainer.commands),
  }: { threads?: number; muster?: Muster } = {},
): Promise<TrainResult> {
  const usable = Int32Array.from({ length: countOf(train) }, (_, n) => n).filter(
    (n) => lengthOf(train, n) > 0,
  );
  if (usable.length === 0)
    throw new DataError(
      `Training: got ${countOf(train)} sequences and no sequence with a step in it, expected at least one. Are the cells of the data empty? "undertone inspect" tells what was read.`,
    );
  const batchSize = Math.min(options.batchSize, usable.length);
  const batchesPerEpoch = Math.ceil(usable.length / batchSize);
  const total = options.updates ?? (options.epochs ? options.epochs * batchesPerEpoch : DEFAULT_UPDATES);
  const evaluateEvery = options.epochs ? batchesPerEpoch : Math.max(SNAPSHOT_EVERY, Math.ceil(total / 20));
  const relu = [...spec.encoder, ...spec.decoder].some(
    (layer) => layer.type === "lstm" && layer.activation === "relu",
  );
  const peak = options.learningRate ?? (relu ? 1e-3 : 3e-3);
  const helping = Math.min(threads, batchShards(spec, batchSize));
  const job: TrainJob = { spec, train, validation, options, batchSize, threads: helping };
  const trainer = createTrainer(engine, job);
  const { network, groups } = trainer;
  const initial = network.weights.slice();
  const predictor = fitMeanPredictor(train, groups);
  const baseline = {
    train: meanPredictorLoss(train, groups, predictor),
    validation: validation && meanPredictorLoss(validation, groups, predictor),
  };
  const explained = (loss: number, base: number | undefined) => (base ? 1 - loss / base : 0);

  const { checkpointSeconds = 10 } = hooks;
  const state = hooks.resume ?? freshState(network);
  if (hooks.resume) putWeights(network, state);
  let order: Int32Array | undefined;
  let orderEpoch = -1;
  const started = performance.now();
  const startUpdate = state.update;
  let lastYield = started;
  let lastCheckpoint = started;
  let stopped: TrainResult["stopped"] = "finished";
  network.pack();
  const crew = await muster(engine, job, trainer);
  const updates = createUpdates(trainer, crew, job);

  try {
    await walk();
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

  async function walk() {
    while (state.update < total) {
      const epoch = Math.floor(state.update / batchesPerEpoch);
      if (epoch !== orderEpoch) {
        order = randomStream(options.seed, 5, epoch).shuffle(usable.slice());
        orderEpoch = epoch;
      }
      const from = (state.update % batchesPerEpoch) * batchSize;
      const {
        loss,
        norm,
        count,
        judged = 0,
      } = updates.gradient(order!.subarray(from, from + batchSize), state.update);
      const rate = learningRateAt(options, peak, state.update, total) * state.rateScale;
      state.update++;
      if (hasDiverged(state, loss + judged, norm)) {
        rollBack(network, state, loss, norm, initial);
        network.pack();
      } else {
        updates.apply(rate, ++state.adamSteps, norm);
        state.lossSum += loss * count;
        state.lossCount += count;
        if (state.update % SNAPSHOT_EVERY === 0) keepGood(network, state);
      }

      if (state.update % evaluateEvery === 0 || state.update === total) {
        const trainLoss = state.lossCount > 0 ? state.lossSum / state.lossCount : Number.NaN;
        const evaluation = validation && updates.evaluate();
        const { loss: validationLoss, classes: classLoss } = evaluation ?? {};
        const explainedVariance =
          validationLoss === undefined
            ? explained(trainLoss, baseline.train)
            : explained(validationLoss, baseline.validation);
        state.history.push({
          update: state.update,
          trainLoss,
          validationLoss,
          ...(classLoss !== undefined && { classLoss }),
          explainedVariance,
          learningRate: rate,
        });
        state.lossSum = state.lossCount = 0;
        hooks.onProgress?.({ update: state.update, total, loss: trainLoss, explainedVariance, ...pace() });
        const judged = classLoss ?? validationLoss;
        if (judged !== undefined && noteBest(network, state, judged, options.patience)) {
          stopped = "early";
          break;
        }
      }

      const now = performance.now();
      if (hooks.onCheckpoint && now - lastCheckpoint > checkpointSeconds * 1000) {
        lastCheckpoint = now;
        await hooks.onCheckpoint(currentState(network, state));
      }
      if (now - lastYield > 50) {
        await new Promise((resolve) => setTimeout(resolve, 0)); // lets Ctrl-C and servers have their turn
        lastYield = performance.now();
      }
      if (hooks.signal?.aborted) {
        await hooks.onCheckpoint?.(currentState(network, state));
        throw hooks.signal.reason;
      }
    }
  }

  function pace() {
    const seconds = (performance.now() - started) / 1000;
    const updatesPerSecond = (state.update - startUpdate) / Math.max(seconds, 1e-9);
    return { updatesPerSecond, secondsLeft: (total - state.update) / updatesPerSecond };
  }
}
