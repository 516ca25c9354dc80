import { shareArray } from "../../sequences/set/sequence-set.js";
import type { FeatureTable } from "../../table/feature-table.js";
import type { SparseRows } from "../../table/sparse-rows.js";
import type { Prediction } from "../comparison/predictions.js";
import type { FeaturePair } from "../sets/feature-set.js";
import type { Beside } from "../sets/networks.js";
import { type FitTask, fitAndPredict } from "./fit-and-predict.js";
import { openFitQueue } from "./fit-queue.js";

/** Fits of classifiers on threads, while the calling thread makes the next tables. */
export interface Fits {
  /**
   * Plans a fit. On threads it begins when one is free, else at once.
   * @param keep gets what it predicts, in the order in which fits were planned
   */
  add(task: FitTask, keep: (prediction: Prediction) => Promise<void>): Promise<void>;
  /** Waits until more tables may be made: all fits have begun, and their tables are small. */
  room(): Promise<void>;
  /** Waits until all is done and kept. */
  idle(): Promise<void>;
  /** Has a thread lead other work while the calling thread waits. It gets more threads when no fit wants them. */
  beside: Beside;
  /** Does something in the order of the fits, behind those that were planned. */
  inOrder(work: () => Promise<void>): void;
  /** Ends what still runs, keeps what is done, and returns when no thread works any more. */
  close(): Promise<void>;
}

/** Bytes of tables that threads read, above which no more are made; a larger one stays with the calling thread. */
export const MOST_BYTES = 2 ** 28;

/**
 * The first failure of a fit, of what keeps its result, or of the signal ends all; the next call throws it.
 * @param threads fits at once; 0 or 1: the calling thread alone
 */
export function openFits(threads: number, signal?: AbortSignal): Fits {
  const queue = openFitQueue(threads);
  const order = openOrder(queue.fail);
  const stop = () => queue.fail(signal!.reason);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();

  const idle = async () => {
    await queue.until(() => queue.running === 0 && queue.waiting === 0);
    await order.done();
    queue.expectNone();
  };
  return {
    async add(task, keep) {
      await new Promise((go) => setTimeout(go, 0)); // a signal, and what threads send, can arrive
      queue.expectNone();
      const bytes = bytesOf(task.pair);
      if (threads > 1 && bytes <= MOST_BYTES) {
        share(task.pair);
        const fitted = queue.add(task, bytes);
        return order.add(async () => {
          const prediction = await fitted;
          if (prediction) await keep(prediction);
        });
      }
      await idle();
      const prediction = await fitAndPredict(task, { alone: true, pause: async () => signal?.throwIfAborted() });
      order.add(() => keep(prediction));
      await idle();
    },
    room: () => queue.until(() => queue.waiting === 0 && queue.bytes <= MOST_BYTES),
    idle,
    beside: (work) => (threads > 1 ? queue.beside(work) : work()),
    inOrder: order.add,
    async close() {
      signal?.removeEventListener("abort", stop);
      queue.fail(new Error("The comparison has ended."));
      await queue.settled();
      await order.done();
    },
  };
}

/** Does one thing after another, in the order in which they were asked for, until one fails. */
function openOrder(failed: (error: unknown) => void) {
  let last = Promise.resolve();
  let holds = true;
  return {
    add(work: () => Promise<void>) {
      last = last.then(async () => {
        if (!holds) return;
        try {
          await work();
        } catch (error) {
          holds = false;
          failed(error);
        }
      });
    },
    /** All that was asked for so far. */
    done: () => last,
  };
}

function bytesOf({ train, test, sparse }: FeaturePair): number {
  const sizeOf = (rows: SparseRows) => rows.columns.byteLength + rows.values.byteLength;
  const rows = sparse ? sizeOf(sparse.train) + sizeOf(sparse.test) : 0;
  return train.values.byteLength + test.values.byteLength + rows;
}

/** Puts the numbers where threads can read them; whoever else has this pair sees them there too. */
function share(pair: FeaturePair): void {
  const table = (x: FeatureTable): FeatureTable => ({ ...x, values: shareArray(x.values) });
  const sparse = (x: SparseRows): SparseRows => ({
    ...x,
    starts: shareArray(x.starts),
    columns: shareArray(x.columns),
    values: shareArray(x.values),
  });
  pair.train = table(pair.train);
  pair.test = table(pair.test);
  if (pair.sparse) pair.sparse = { train: sparse(pair.sparse.train), test: sparse(pair.sparse.test) };
}
