import { runInBackground } from "../../engine/threads/background.js";
import type { Line } from "../../engine/threads/serve.js";
import { countOf, type SequenceSet, selectSequences, shareSequences } from "../../sequences/set/sequence-set.js";
import type { FeatureTable } from "../../table/feature-table.js";
import { namesOfConvolutions, type RandomConvolutions, transformRandomConvolutions } from "./random-convolutions.js";

/** Cases of a task at least, and tasks per thread: a thread that also has other work does fewer of them. */
const LEAST = 32;
const TASKS = 4;

/** Sent to a worker: transform the cases from `from` up to `to`. */
export interface ConvolveMessage {
  kind: "convolve";
  state: RandomConvolutions;
  set: SequenceSet;
  from: number;
  to: number;
  /** [N, features], shared; the task writes its own rows. */
  values: Float32Array;
}

/**
 * `transformRandomConvolutions` with the calling thread free meanwhile; the same bits on any number of threads.
 * @param threads that work; 0 or 1, or memory that cannot be shared: the calling one alone
 */
export async function convolveOnThreads(
  state: RandomConvolutions,
  set: SequenceSet,
  threads: number,
): Promise<FeatureTable> {
  const N = countOf(set);
  const size = Math.max(LEAST, Math.ceil(N / (TASKS * threads)));
  if (threads < 2 || N <= size || typeof SharedArrayBuffer === "undefined")
    return transformRandomConvolutions(state, set);
  const names = namesOfConvolutions(state);
  const values = new Float32Array(new SharedArrayBuffer(4 * N * names.length));
  const shared = { ...shareSequences(set), ids: set.ids };
  let next = 0;
  const work = async () => {
    try {
      while (next < N) {
        const from = next;
        next = Math.min(N, from + size);
        const message: ConvolveMessage = { kind: "convolve", state, set: shared, from, to: next, values };
        await runInBackground(message);
      }
    } finally {
      next = N; // after a failure nobody begins another task
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: threads }, work));
  for (const each of ended) if (each.status === "rejected") throw each.reason;
  return { values, names, rows: N };
}

/** In a worker: the cases that a message asks for. */
export async function leadConvolving({ state, set, from, to, values }: ConvolveMessage, _: Line): Promise<void> {
  const rows = Int32Array.from({ length: to - from }, (_, k) => from + k);
  const table = transformRandomConvolutions(state, selectSequences(set, rows));
  values.set(table.values, from * table.names.length);
}
