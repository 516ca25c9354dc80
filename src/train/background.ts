import type { Engine, WorkspaceMemory } from "../engine/engine.js";
import { loadEngine } from "../engine/load.js";
import { runInBackground } from "../engine/threads/background.js";
import { soloCrew } from "../engine/threads/crew.js";
import type { Line } from "../engine/threads/serve.js";
import { musterCrew } from "../engine/threads/threads.js";
import { type PreparedSet, sharePrepared } from "../model/prepared-windows.js";
import type { TrainState } from "../model/training-state.js";
import type { AutoencoderSpec } from "../network/spec/spec.js";
import { type SequenceSet, shareSequences } from "../sequences/set/sequence-set.js";
import type { BlockPlan } from "./blocks/block-file.js";
import { fromBlocks } from "./blocks/training-sequences.js";
import type { ResolvedTrainOptions } from "./options.js";
import type { SharedTraining } from "./step/shared-training.js";
import type { TrainJob } from "./step/step.js";
import { createTrainer, type Trainer } from "./step/trainer.js";
import { type Muster, type TrainHooks, type TrainProgress, type TrainResult, trainAutoencoder } from "./train.js";

/** Sent to a worker: lead a training, or follow in one. */
export type TrainMessage =
  | { kind: "train"; engine: string; threads: number; checkpoints: boolean; task: TrainTask }
  | ({ kind: "train-follow"; engine: string; job: TrainJob } & {
      attach: { memory: WorkspaceMemory; shared: SharedTraining; thread: number };
    });

interface TrainTask {
  spec: AutoencoderSpec;
  train: PreparedSet | BlockPlan;
  validation: SequenceSet | undefined;
  options: ResolvedTrainOptions;
  checkpointSeconds?: number;
  resume?: TrainState;
}

/**
 * `trainAutoencoder` on threads of its own, so that the calling one stays free. Weights do not depend on how many.
 * @param threads at least 1
 * @param whenFree resolves when one more of them may help; default: at once
 */
export function trainInBackground(
  engine: Engine,
  task: TrainTask,
  { checkpointSeconds, resume, onProgress, onCheckpoint, signal }: TrainHooks,
  threads: number,
  whenFree?: () => Promise<void>,
): Promise<TrainResult> {
  const { train, validation } = task;
  const labelled = task.spec.readOutLoss?.crossEntropy !== undefined;
  const message: TrainMessage = {
    kind: "train",
    engine: engine.name,
    threads,
    checkpoints: onCheckpoint !== undefined,
    task: {
      ...task,
      train: "blocks" in train ? train : sharePrepared(train, labelled),
      validation: validation && shareSequences(validation, labelled),
      checkpointSeconds,
      resume,
    },
  };
  const onAsk = (state: TrainState) => onCheckpoint?.(state);
  return runInBackground<TrainResult, TrainProgress>(message, { onProgress, onAsk, signal, whenFree });
}

/** In a worker: leads the training that a message asks for. */
export async function leadTraining(
  { engine: name, threads, checkpoints, task }: Extract<TrainMessage, { kind: "train" }>,
  line: Line,
): Promise<TrainResult> {
  const { spec, train, validation, options, resume, checkpointSeconds } = task;
  const hooks: TrainHooks = {
    resume,
    checkpointSeconds,
    signal: line.signal,
    onProgress: (progress) => line.progress(progress),
    onCheckpoint: checkpoints ? (state) => line.ask(state) : undefined,
  };
  const muster: Muster = (_, job, trainer) =>
    job.threads === 1
      ? soloCrew()
      : musterCrew(job.threads, trainer.phases, (thread) => trainFollow(trainer, thread), line.muster);
  const engine = await loadEngine(name);
  const sequences = "blocks" in train ? await fromBlocks(train) : train;
  return trainAutoencoder(engine, spec, sequences, validation, options, hooks, { threads, muster });
}

/** What a follower of a training is told. @param thread its number */
export function trainFollow({ engine, job, network, shared }: Trainer, thread: number): TrainMessage {
  return { kind: "train-follow", engine: engine.name, job, attach: { memory: network.ws.memory, shared, thread } };
}

/** In a worker: what a follower of a training can do. */
export async function followTraining({ engine, job, attach }: Extract<TrainMessage, { kind: "train-follow" }>) {
  return createTrainer(await loadEngine(engine), job, attach).phases;
}
