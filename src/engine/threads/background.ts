import { type Followers, hireFollowers } from "./followers.js";
import type { Pool } from "./pool.js";
import { errorOf, type Failure } from "./thread.js";
import { pool as ownPool } from "./threads.js";

/** What a worker sends back while it leads a task. */
export type Reply<Result, Progress> =
  | { kind: "progress"; progress: Progress }
  /** Waits for "answered". */
  | { kind: "ask"; question: unknown }
  /** Wants followers. */
  | { kind: "muster"; control: Int32Array; ports: MessagePort[] }
  /** One of these is the last. */
  | { kind: "done"; result: Result; held: number }
  | { kind: "aborted"; held: number }
  | ({ kind: "failed"; held: number } & Failure);

export interface BackgroundHooks<Progress> {
  onProgress?(progress: Progress): void;
  onAsk?(question: never): void | Promise<void>;
  /** Aborting asks the worker to stop. */
  signal?: AbortSignal;
  /** What of the message moves to the worker. */
  transfer?: MessagePort[];
  /** The thread ends with the task: idle, it would keep the large arrays that it read. */
  once?: boolean;
  /** Resolves when one more thread may follow; default: at once. */
  whenFree?(): Promise<void>;
}

/**
 * Has a worker lead a task, so that the calling thread stays free. Rejects only when the task has stopped and no
 * follower works on it any more.
 * @param message what the entry of the workers knows how to lead
 * @throws whatever the task or a hook throws; the signal's reason where it was aborted
 * @throws {EngineError} if a thread cannot start, or ends
 */
export async function runInBackground<Result, Progress>(
  message: unknown,
  { onProgress, onAsk, signal, transfer, once, whenFree }: BackgroundHooks<Progress> = {},
  pool: Pool = ownPool,
): Promise<Result> {
  const leader = await pool.request().thread;
  const crews: Followers[] = [];
  const abort = () => leader.post({ kind: "abort" });
  let over = false;
  /** The first error of a hook or of a follower: the cause of all that follows. */
  let first: { error: unknown } | undefined;
  const fail = (error: unknown) => {
    first ??= { error };
    if (!leader.ended) abort();
  };

  const answer = async (question: unknown) => {
    try {
      if (!first) await onAsk?.(question as never);
    } catch (error) {
      fail(error);
    }
    if (!leader.ended) leader.post({ kind: "answered" });
  };
  /** Hires followers one after another. One that comes too late finds its crew dismissed. */
  const hire = async (control: Int32Array, ports: MessagePort[]) => {
    if (!whenFree) return void crews.push(hireFollowers(pool, control, ports, fail));
    for (const port of ports) {
      await whenFree();
      if (over) port.close();
      else crews.push(hireFollowers(pool, control, [port], fail));
    }
  };
  const progressed = (progress: Progress) => {
    try {
      if (!first) onProgress?.(progress);
    } catch (error) {
      fail(error);
    }
  };

  try {
    return await new Promise<Result>((resolve, reject) => {
      const stopped = async (error: unknown) => {
        await Promise.all(crews.map((crew) => crew.dismiss()));
        reject(first ? first.error : error);
      };
      leader.listen({
        message(reply: Reply<Result, Progress>) {
          if ("held" in reply) leader.held = reply.held;
          if (reply.kind === "progress") progressed(reply.progress);
          else if (reply.kind === "ask") answer(reply.question);
          else if (reply.kind === "muster") hire(reply.control, reply.ports);
          else if (reply.kind === "aborted") stopped(signal?.reason);
          else if (reply.kind === "failed") stopped(errorOf(reply));
          else if (first) stopped(undefined);
          else resolve(reply.result);
        },
        ended: stopped,
      });
      signal?.addEventListener("abort", abort);
      leader.post(message, transfer);
      if (signal?.aborted) abort();
    });
  } finally {
    over = true;
    signal?.removeEventListener("abort", abort);
    for (const crew of crews) crew.dismiss();
    if (once) pool.retire(leader);
    else pool.giveBack(leader);
  }
}
