import { type Crew, createControl, leadCrew, type Phase } from "./crew.js";

/** A worker, in Node or in a browser. */
export interface Thread {
  post(message: unknown): void;
  /** One listener at a time. */
  onMessage(listener: ((message: never) => void) | undefined): void;
  onError(listener: ((error: Error) => void) | undefined): void;
  /** A thread at work keeps the process alive, an idle one does not. */
  busy(yes: boolean): void;
  /** For good. */
  end(): void;
  /** Tasks it was hired for. */
  tasks: number;
}

/** The entry of every worker; the same way from src/engine and from dist/engine. */
const ENTRY = new URL("../../../dist/worker.js", import.meta.url);
const MOST_THREADS = 16;
/** Then a thread is replaced: its small heap is hardly ever collected, and keeps the shared memory of its tasks alive. */
const MOST_TASKS = 8;

const idle: Thread[] = [];

/** The default number of threads: one per core, 16 at most; 1 where memory cannot be shared. */
export async function defaultThreads(): Promise<number> {
  if (typeof SharedArrayBuffer === "undefined") return 1;
  if (typeof process === "undefined" || !process.versions?.node)
    return Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1);
  const { availableParallelism } = await import("node:os");
  return Math.min(MOST_THREADS, availableParallelism());
}

/** A thread that waits for messages: an idle one, or a new one. */
export async function hireThread(): Promise<Thread> {
  const thread = idle.pop() ?? (await startThread());
  thread.busy(true);
  thread.tasks++;
  return thread;
}

/** Hands a thread back; it may still be about to finish. */
export function returnThread(thread: Thread): void {
  thread.onMessage(undefined);
  thread.onError(undefined);
  thread.busy(false);
  if (thread.tasks < MOST_TASKS) idle.push(thread);
  else thread.end();
}

/**
 * Leads followers, hired for one task.
 * @param introduce the message that gives a follower its task, the control block and its thread number
 */
export async function musterCrew(
  threads: number,
  phases: readonly Phase[],
  introduce: (control: Int32Array, thread: number) => unknown,
): Promise<Crew> {
  const control = createControl();
  const followers = await Promise.all(Array.from({ length: threads - 1 }, hireThread));
  followers.forEach((follower, k) => {
    follower.post(introduce(control, k + 1));
  });
  const crew = leadCrew(control, phases);
  return {
    run: crew.run,
    dismiss() {
      crew.dismiss();
      followers.forEach(returnThread);
    },
  };
}

async function startThread(): Promise<Thread> {
  if (typeof process === "undefined" || !process.versions?.node) return startWebWorker();
  const { Worker } = await import("node:worker_threads");
  const worker = new Worker(ENTRY);
  let listener: ((message: never) => void) | undefined;
  let failed: ((error: Error) => void) | undefined;
  worker.on("message", (message) => listener?.(message as never));
  worker.on("error", (error: Error) => (failed ? failed(error) : console.error(error)));
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (next) => {
      listener = next;
    },
    onError: (next) => {
      failed = next;
    },
    busy: (yes) => (yes ? worker.ref() : worker.unref()),
    end: () => void worker.terminate(),
    tasks: 0,
  };
}

function startWebWorker(): Thread {
  const worker = new Worker(ENTRY, { type: "module" });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (next) => {
      worker.onmessage = next ? ({ data }) => next(data as never) : null;
    },
    onError: (next) => {
      worker.onerror = next ? ({ message }) => next(new Error(message)) : null;
    },
    busy() {},
    end: () => worker.terminate(),
    tasks: 0,
  };
}
