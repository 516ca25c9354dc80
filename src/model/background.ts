import { soloCrew } from "../engine/crew.js";
import type { Engine, WorkspaceMemory } from "../engine/engine.js";
import { loadEngine } from "../engine/load.js";
import { hireThread, musterCrew, returnThread } from "../engine/threads.js";
import { errorFrom } from "../errors.js";
import { type SequenceSet, shareSequences } from "../sequences/sequence-set.js";
import type { ResolvedTrainOptions } from "./options.js";
import type { AutoencoderSpec } from "./spec.js";
import { type TrainHooks, type TrainProgress, type TrainResult, trainAutoencoder } from "./train.js";
import type { TrainState } from "./train-state.js";
import { createTrainer, shardCount, type TrainBoard, type TrainJob } from "./trainer.js";

/** Sent to a worker: lead a training, or follow in one. */
export type TrainMessage =
  | { kind: "train"; engine: string; threads: number; checkpoints: boolean; task: TrainTask }
  | ({ kind: "train-follow"; engine: string; job: TrainJob; control: Int32Array } & {
      attach: { memory: WorkspaceMemory; board: TrainBoard; thread: number };
    })
  | { kind: "saved" }
  | { kind: "abort" };

interface TrainTask {
  spec: AutoencoderSpec;
  train: SequenceSet;
  validation: SequenceSet | undefined;
  options: ResolvedTrainOptions;
  checkpointSeconds?: number;
  resume?: TrainState;
}

/** Sent back by the worker that leads. */
export type TrainReply =
  | { kind: "progress"; progress: TrainProgress }
  | { kind: "checkpoint"; state: TrainState }
  | { kind: "aborted" }
  | { kind: "done"; result: TrainResult }
  | { kind: "failed"; name: string; message: string };

/**
 * `trainAutoencoder` on threads of its own, so that the calling one stays free. Weights do not depend on how many.
 * @param threads at least 1
 */
export async function trainInBackground(
  engine: Engine,
  task: TrainTask,
  hooks: TrainHooks,
  threads: number,
): Promise<TrainResult> {
  const { train, validation } = task;
  const shared = {
    ...task,
    train: shareSequences(train),
    validation: validation && shareSequences(validation),
    checkpointSeconds: hooks.checkpointSeconds,
    resume: hooks.resume,
  };
  const thread = await hireThread();
  const abort = () => thread.post({ kind: "abort" });
  try {
    return await new Promise<TrainResult>((resolve, reject) => {
      thread.onError(reject);
      thread.onMessage((reply: TrainReply) => {
        if (reply.kind === "progress") hooks.onProgress?.(reply.progress);
        else if (reply.kind === "checkpoint")
          Promise.resolve(hooks.onCheckpoint?.(reply.state)).then(
            () => thread.post({ kind: "saved" }),
            reject,
          );
        else if (reply.kind === "aborted") reject(hooks.signal?.reason);
        else if (reply.kind === "failed") reject(errorFrom(reply.name, reply.message));
        else resolve(reply.result);
      });
      hooks.signal?.addEventListener("abort", abort);
      const checkpoints = hooks.onCheckpoint !== undefined;
      thread.post({ kind: "train", engine: engine.name, threads, checkpoints, task: shared });
      if (hooks.signal?.aborted) abort();
    });
  } finally {
    hooks.signal?.removeEventListener("abort", abort);
    returnThread(thread);
  }
}

/** In a worker: leads the training that a message asks for. `receive` resolves with the next message of a kind. */
export async function leadTraining(
  message: Extract<TrainMessage, { kind: "train" }>,
  reply: (reply: TrainReply) => void,
  receive: (kind: TrainMessage["kind"]) => Promise<unknown>,
): Promise<void> {
  const { threads, checkpoints, task } = message;
  const { spec, train, validation, options, resume, checkpointSeconds } = task;
  const controller = new AbortController();
  receive("abort").then(() => controller.abort());
  const engine = await loadEngine(message.engine);
  const hooks: TrainHooks = {
    resume,
    checkpointSeconds,
    signal: controller.signal,
    onProgress: (progress) => reply({ kind: "progress", progress }),
    onCheckpoint: checkpoints
      ? async (state) => {
          const saved = receive("saved");
          reply({ kind: "checkpoint", state });
          await saved;
        }
      : undefined,
  };
  const most = Math.min(threads, shardCount(options.batchSize));
  const crew = {
    threads: most,
    muster: (engine: Engine, job: TrainJob, trainer: ReturnType<typeof createTrainer>) =>
      most === 1
        ? soloCrew(trainer.commands)
        : musterCrew(most, trainer.commands, (control, thread): TrainMessage => {
            const attach = { memory: trainer.network.ws.memory, board: trainer.board, thread };
            return { kind: "train-follow", engine: engine.name, job, control, attach };
          }),
  };
  try {
    const result = await trainAutoencoder(engine, spec, train, validation, options, hooks, crew);
    reply({ kind: "done", result });
  } catch (error) {
    if (controller.signal.aborted) reply({ kind: "aborted" });
    else reply({ kind: "failed", name: (error as Error).name, message: (error as Error).message });
  }
}

/** In a worker: what a follower of a training can do. */
export async function followTraining({
  engine,
  job,
  attach,
}: Extract<TrainMessage, { kind: "train-follow" }>) {
  return createTrainer(await loadEngine(engine), job, attach).commands;
}
