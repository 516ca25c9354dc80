import { errorFrom } from "../../errors.js";
import { hireThread, returnThread } from "./threads.js";

/** What a worker sends back while it leads a task. */
export type Reply<Result, Progress> =
  | { kind: "progress"; progress: Progress }
  /** Waits for "answered". */
  | { kind: "ask"; question: unknown }
  | { kind: "done"; result: Result }
  | { kind: "aborted" }
  | { kind: "failed"; name: string; message: string };

export interface BackgroundHooks<Progress> {
  onProgress?(progress: Progress): void;
  onAsk?(question: never): void | Promise<void>;
  /** Aborting asks the worker to stop. */
  signal?: AbortSignal;
}

/**
 * Has a worker lead a task, so that the calling thread stays free.
 * @param message what src/worker.ts knows how to handle
 * @throws whatever the task throws; the signal's reason where it was aborted
 */
export async function runInBackground<Result, Progress>(
  message: unknown,
  { onProgress, onAsk, signal }: BackgroundHooks<Progress> = {},
): Promise<Result> {
  const thread = await hireThread();
  const abort = () => thread.post({ kind: "abort" });
  try {
    return await new Promise<Result>((resolve, reject) => {
      thread.onError(reject);
      thread.onMessage((reply: Reply<Result, Progress>) => {
        if (reply.kind === "progress") onProgress?.(reply.progress);
        else if (reply.kind === "ask")
          Promise.resolve(onAsk?.(reply.question as never)).then(() => thread.post({ kind: "answered" }), reject);
        else if (reply.kind === "aborted") reject(signal?.reason);
        else if (reply.kind === "failed") reject(errorFrom(reply.name, reply.message));
        else resolve(reply.result);
      });
      signal?.addEventListener("abort", abort);
      thread.post(message);
      if (signal?.aborted) abort();
    });
  } finally {
    signal?.removeEventListener("abort", abort);
    returnThread(thread);
  }
}
