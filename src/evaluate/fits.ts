import { runInBackground } from "../engine/threads/background.js";
import { shareArray } from "../sequences/set/sequence-set.js";
import type { FeatureTable } from "../table/feature-table.js";
import type { SparseRows } from "../table/sparse-rows.js";
import type { Prediction } from "./comparison/predictions.js";
import { type FitTask, fitAndPredict } from "./fit-and-predict.js";
import type { FitMessage } from "./lead-fit.js";
import type { FeaturePair } from "./sets/feature-set.js";

/** Fits of classifiers on threads, while the calling thread makes the next tables. */
export interface Fits {
  /**
   * Plans a fit. On threads it begins when one is free, else at once.
   * @param keep gets what it predicts, in the order in which fits were planned
   */
  add(task: FitTask, keep: (prediction: Prediction) => Promise<void>): Promise<void>;
  /** Waits until more tables may be made: all fits have begun, and their tables are small. */
  room(): Promise<void>;
  /** Waits until all is done and kept, so that others have the processor. */
  idle(): Promise<void>;
  /** Does something in the order of the fits, behind those that were planned. */
  inOrder(work: () => Promise<void>): void;
  /** Ends what still runs, keeps what is done, and returns when no thread works any more. */
  close(): Promise<void>;
}

/** Bytes of tables that threads read, above which no more are made; a larger one stays with the calling thread. */
const MOST_BYTES = 2 ** 28;

interface PlannedFit {
  task: FitTask;
  bytes: number;
  done(prediction: Prediction): void;
  failed(error: unknown): void;
}

/**
 * The first failure of a fit, of what keeps its result, or of the signal ends all; the next call throws it.
 * @param threads fits at once; 0 or 1: the calling thread alone
 */
export function openFits(threads: number, signal?: AbortSignal): Fits {
  const queue: PlannedFit[] = [];
  const controller = new AbortController();
  let running = 0;
  let bytesHeld = 0;
  const waiting: (() => void)[] = [];
  let failure: { error: unknown } | undefined;
  let kept = Promise.resolve();
  let keeps = true;

  const wake = () => {
    for (const go of waiting.splice(0)) go();
  };
  const fail = (error: unknown) => {
    failure ??= { error };
    for (const { failed } of queue.splice(0)) failed(error);
    if (!controller.signal.aborted) controller.abort(failure.error);
    wake();
  };
  const expectNone = () => {
    signal?.throwIfAborted();
    if (failure) throw failure.error;
  };
  const start = async ({ task, bytes, done, failed }: PlannedFit) => {
    running++;
    try {
      const message: FitMessage = { kind: "classify", task };
      done(await runInBackground<Prediction, never>(message, { signal: controller.signal }));
    } catch (error) {
      failed(error);
      fail(error);
    }
    running--;
    bytesHeld -= bytes;
    begin();
    wake();
  };
  /** While the calling thread makes tables it needs a core of its own. */
  const begin = () => {
    const most = waiting.length > 0 ? threads : threads - 1;
    while (running < most && queue.length > 0) start(queue.shift()!);
  };
  const until = async (holds: () => boolean) => {
    while (!failure && !holds()) {
      const woken = new Promise<void>((go) => waiting.push(go));
      begin();
      await woken;
    }
    expectNone();
  };
  const inOrder = (work: () => Promise<void>) => {
    kept = kept.then(async () => {
      if (!keeps) return;
      try {
        await work();
      } catch (error) {
        keeps = false;
        fail(error);
      }
    });
  };
  const idle = async () => {
    await until(() => running === 0 && queue.length === 0);
    await kept;
    expectNone();
  };
  const stopOnSignal = () => fail(signal!.reason);
  signal?.addEventListener("abort", stopOnSignal);

  return {
    async add(task, keep) {
      await new Promise((go) => setTimeout(go, 0)); // a signal, and results of threads, can arrive
      expectNone();
      const bytes = bytesOf(task.pair);
      if (threads <= 1 || bytes > MOST_BYTES) {
        await idle();
        const prediction = await fitAndPredict(task, { alone: true, pause: async () => signal?.throwIfAborted() });
        inOrder(() => keep(prediction));
        return idle();
      }
      share(task.pair);
      const fitted = new Promise<Prediction | undefined>((done) => {
        queue.push({ task, bytes, done, failed: () => done(undefined) });
      });
      bytesHeld += bytes;
      inOrder(async () => {
        const prediction = await fitted;
        if (prediction) await keep(prediction);
      });
      begin();
    },
    room: () => until(() => queue.length === 0 && bytesHeld <= MOST_BYTES),
    idle,
    inOrder,
    async close() {
      signal?.removeEventListener("abort", stopOnSignal);
      fail(new Error("The comparison has ended."));
      while (running > 0) await new Promise<void>((go) => waiting.push(go));
      await kept;
    },
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
