import { WORKER } from "../built-file.js";
import { type Crew, createControl, leadCrew, type Phase } from "./crew.js";
import { createPool } from "./pool.js";
import { countShared } from "./shared-bytes.js";
import { startThread } from "./thread.js";

const MOST_THREADS = 16;

/** The threads of this process, or of this page. */
export const pool = createPool(() => startThread(WORKER));

/** The default number of threads: one per core, 16 at most; 1 where memory cannot be shared. */
export async function defaultThreads(): Promise<number> {
  if (typeof SharedArrayBuffer === "undefined") return 1;
  if (typeof process === "undefined" || !process.versions?.node)
    return Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1);
  const { availableParallelism } = await import("node:os");
  return Math.min(MOST_THREADS, availableParallelism());
}

/**
 * Hires the followers of a crew. Each gets one of the ports, on which the message that gives it its task already waits:
 * so the memory of a task never passes through the heap of the thread that hires, which would keep it alive.
 */
export type HireFollowers = (control: Int32Array, ports: MessagePort[]) => void | Promise<void>;

/**
 * Leads followers. They come when they come: whoever is there takes the next item.
 * @param introduce the message that gives a follower its task, by its thread number
 * @param hire of a leading worker that of its line; of any other thread `hireBeside`
 */
export async function musterCrew(
  threads: number,
  phases: readonly Phase[],
  introduce: (thread: number) => unknown,
  hire: HireFollowers,
): Promise<Crew> {
  const control = createControl();
  const tasks = Array.from({ length: threads - 1 }, (_, k) => introduce(k + 1));
  countShared(tasks);
  await hire(
    control,
    tasks.map((task) => {
      const { port1, port2 } = new MessageChannel();
      port1.postMessage(task);
      port1.close(); // what was posted still arrives
      return port2;
    }),
  );
  return leadCrew(control, phases);
}
