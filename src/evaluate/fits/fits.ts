import type { FeaturePair } from "../../features/sets/feature-set.js";
import { joinBlocks, type NamedPairs } from "../../features/sets/join-blocks.js";
import type { Beside } from "../../features/sets/networks.js";
import { shareArray } from "../../sequences/set/sequence-set.js";
import type { FeatureTable } from "../../table/feature-table.js";
import type { SparseRows } from "../../table/sparse-rows.js";
import type { Prediction } from "../comparison/predictions.js";
import { fitAndPredict } from "./fit-and-predict.js";
import { bytesOf, openFitQueue } from "./fit-queue.js";
import type { BlockedFit } from "./lead-fit.js";

/** Fits of classifiers on threads, while the calling thread makes the next tables. */
export interface Fits {
  /**
   * Plans a fit. On threads it begins when one is free, else at once.
   * @param seconds it may take
   * @param ended called when it has ended, whatever others do
   * @param keep gets what it predicts, in the order in which fits were planned
   */
  add(
    fit: BlockedFit,
    seconds: number,
    { ended, keep }: { ended(): void; keep(prediction: Prediction): Promise<void> },
  ): Promise<void>;
  /** Whether threads fit on such blocks, and join them; else the calling thread does, at once. */
  spreads(blocks: NamedPairs): boolean;
  /** Waits until more tables may be made: those of the fits that are planned are small. */
  room(): Promise<void>;
  /** Waits until the last fits run and leave a core free. */
  lastOnes(): Promise<void>;
  /** Lets results arrive and be kept. @throws the first failure */
  pause(): Promise<void>;
  /** Waits until all is done and kept. */
  idle(): Promise<void>;
  /** Has a thread lead other work while the calling thread waits. It gets more threads when no fit wants them. */
  beside: Beside;
  /** Does something in the order of the fits, behind those that were planned. */
  inOrder(work: () => Promise<void>): void;
  /** Ends what still runs, keeps what is done, and returns when no thread works any more. */
  close(): Promise<void>;
}

/** Bytes of the tables of a fit, above which it stays with the calling thread; of all that run, above which none is made. */
export const MOST_BYTES = 2 ** 28;
/** The same where fits still wait for a thread. */
const AHEAD = 2 ** 27;

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

  const tell = (ended: () => void) => {
    try {
      ended();
    } catch (error) {
      queue.fail(error);
    }
  };
  const spreads = ({ pairs }: NamedPairs) => threads > 1 && bytesOf(pairs) <= MOST_BYTES;
  const pause = async () => {
    await new Promise((go) => setTimeout(go, 0)); // a signal, and what threads send, can arrive
    queue.expectNone();
  };
  const idle = async () => {
    await queue.until(() => queue.waiting === 0 && queue.running === 0, true);
    await order.done();
    queue.expectNone();
  };
  return {
    spreads,
    async add(fit, seconds, { ended, keep }) {
      await pause();
      const { blocks, balanced, ...task } = fit;
      if (spreads(blocks)) {
        for (const pair of blocks.pairs) share(pair);
        const fitted = queue.add(fit, seconds).then((prediction) => {
          if (prediction) tell(ended);
          return prediction;
        });
        return order.add(async () => {
          const prediction = await fitted;
          if (prediction) await keep(prediction);
        });
      }
      await idle();
      const pair = joinBlocks(blocks, balanced);
      const stopIfAsked = async () => signal?.throwIfAborted();
      const prediction = await fitAndPredict({ ...task, pair }, { alone: true, pause: stopIfAsked });
      tell(ended);
      order.add(() => keep(prediction));
      await idle();
    },
    room: () => queue.until(() => queue.bytes() <= (queue.waiting > 0 ? AHEAD : MOST_BYTES)),
    lastOnes: () => queue.until(() => queue.waiting === 0 && queue.running < Math.max(1, threads), true),
    pause,
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
