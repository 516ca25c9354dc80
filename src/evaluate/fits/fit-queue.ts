import { runInBackground } from "../../engine/threads/background.js";
import type { FeaturePair } from "../../features/sets/feature-set.js";
import type { Beside } from "../../features/sets/networks.js";
import type { Prediction } from "../comparison/predictions.js";
import type { BlockedFit, FitMessage } from "./lead-fit.js";

/** Fits that wait for a thread, and those that have one. */
export interface FitQueue {
  /**
   * Resolves with what the fit predicts, or with nothing where it failed or was stopped.
   * @param seconds it may take
   */
  add(fit: BlockedFit, seconds: number): Promise<Prediction | undefined>;
  /**
   * Waits, and gives the core of the calling thread to a fit meanwhile.
   * @param last no more fits will come: the longest begin first, so that none of them runs on when no other is left
   * @throws the first failure
   */
  until(holds: () => boolean, last?: boolean): Promise<void>;
  /** Other work has a thread of its own, and those that no fit wants. The calling thread waits. */
  beside: Beside;
  /** @throws the first failure */
  expectNone(): void;
  /** Stops: what waits never begins, what runs ends as soon as it can. */
  fail(error: unknown): void;
  /** Resolves when no thread works any more; never rejects. */
  settled(): Promise<void>;
  readonly waiting: number;
  readonly running: number;
  /** Of the blocks of all of them; one that several read counts once. */
  bytes(): number;
}

interface Entry {
  fit: BlockedFit;
  seconds: number;
  over(prediction?: Prediction): void;
}

/** Bytes of blocks from which on a thread is replaced afterwards: that takes a tenth of a second. */
const LARGE = 2 ** 24;

/** @param threads at most so many fits at once; one fewer while the calling thread does not wait, which works itself */
export function openFitQueue(threads: number): FitQueue {
  const queue: Entry[] = [];
  const present = new Set<BlockedFit>(); // that wait or run
  const controller = new AbortController();
  const bell = openBell();
  /** Threads at work, how often other work is done beside fits, and whether more fits may come. */
  const at = { running: 0, besides: 0, more: true };
  let failure: { error: unknown } | undefined;
  const fail = (error: unknown) => {
    if (failure) return;
    failure = { error };
    controller.abort(error);
    for (const { over } of queue.splice(0)) over();
    bell.ring();
  };
  const run = async (entry: Entry) => {
    at.running++;
    try {
      entry.over(await fitOnThread(entry.fit, controller.signal));
    } catch (error) {
      entry.over();
      fail(error);
    }
    at.running--;
    begin();
    bell.ring();
  };
  const begin = () => {
    const most = bell.waits || at.besides > 0 ? threads : threads - 1;
    while (at.running < most && queue.length > 0) run(takeFrom(queue, at.more));
  };
  const sleep = () => {
    const rung = bell.rung();
    begin();
    return rung;
  };
  const expectNone = () => {
    if (failure) throw failure.error;
  };
  return {
    add: (fit, seconds) =>
      new Promise((resolve) => {
        const over = (prediction?: Prediction) => {
          present.delete(fit);
          resolve(prediction);
        };
        present.add(fit);
        queue.push({ fit, seconds, over });
        begin();
      }),
    async until(holds, last = false) {
      at.more = !last;
      while (!failure && !holds()) await sleep();
      at.more = true;
      expectNone();
    },
    async beside(work) {
      expectNone();
      const isFree = () => queue.length === 0 && at.running < threads;
      try {
        return await besideFits(at, isFree, sleep, (whenFree) => work(whenFree, controller.signal));
      } finally {
        begin();
        bell.ring();
      }
    },
    expectNone,
    fail,
    async settled() {
      while (at.running > 0) await sleep();
    },
    get waiting() {
      return queue.length;
    },
    get running() {
      return at.running;
    },
    bytes: () => bytesOf(new Set(Array.from(present, ({ blocks }) => blocks.pairs).flat())),
  };
}

function fitOnThread(fit: BlockedFit, signal: AbortSignal): Promise<Prediction> {
  const message: FitMessage = { kind: "classify", fit };
  return runInBackground(message, { signal, once: bytesOf(fit.blocks.pairs) > LARGE });
}

/** Of the numbers of both parts. */
export function bytesOf(pairs: Iterable<FeaturePair>): number {
  let bytes = 0;
  for (const { train, test, sparse } of pairs) {
    bytes += train.values.byteLength + test.values.byteLength;
    if (sparse)
      for (const { columns, values } of [sparse.train, sparse.test]) bytes += columns.byteLength + values.byteLength;
  }
  return bytes;
}

/** The first fit, or the longest where no more will come. */
function takeFrom(queue: Entry[], more: boolean): Entry {
  const at = more ? 0 : queue.reduce((best, { seconds }, k) => (seconds > queue[best].seconds ? k : best), 0);
  return queue.splice(at, 1)[0];
}

/** Counts the threads of other work as fits. It has the first at once: others come to wait for what it makes. */
async function besideFits<T>(
  at: { running: number; besides: number },
  isFree: () => boolean,
  sleep: () => Promise<void>,
  work: (whenFree: () => Promise<void>) => Promise<T>,
): Promise<T> {
  let own = 1;
  let over = false;
  at.running++;
  at.besides++;
  try {
    return await work(async () => {
      while (!over && !isFree()) await sleep();
      if (over) return;
      own++;
      at.running++;
    });
  } finally {
    over = true;
    at.besides--;
    at.running -= own;
  }
}

/** Who waits until something has changed. */
function openBell() {
  let sleepers: (() => void)[] = [];
  return {
    rung: () => new Promise<void>((go) => sleepers.push(go)),
    ring() {
      const woken = sleepers;
      sleepers = [];
      for (const go of woken) go();
    },
    get waits() {
      return sleepers.length > 0;
    },
  };
}
