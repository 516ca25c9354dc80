import { runInBackground } from "../../engine/threads/background.js";
import type { Prediction } from "../comparison/predictions.js";
import type { Beside } from "../sets/networks.js";
import type { FitTask } from "./fit-and-predict.js";
import type { FitMessage } from "./lead-fit.js";

/** Fits that wait for a thread, and those that have one. */
export interface FitQueue {
  /** Resolves with what the fit predicts, or with nothing where it failed or was stopped. */
  add(task: FitTask, bytes: number): Promise<Prediction | undefined>;
  /** Waits, and gives the core of the calling thread to a fit meanwhile. @throws the first failure */
  until(holds: () => boolean): Promise<void>;
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
  /** Of the tables of all of them. */
  readonly bytes: number;
}

interface Entry {
  task: FitTask;
  bytes: number;
  over(prediction?: Prediction): void;
}

/** Bytes of tables from which on a thread is replaced afterwards: that takes a tenth of a second. */
const LARGE = 2 ** 24;

/** @param threads at most so many fits at once; one fewer while the calling thread does not wait, which works itself */
export function openFitQueue(threads: number): FitQueue {
  const queue: Entry[] = [];
  const controller = new AbortController();
  const { signal } = controller;
  const bell = openBell();
  /** Threads at work, and how often other work is done beside fits. */
  const at = { running: 0, besides: 0 };
  let bytes = 0;
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
      const message: FitMessage = { kind: "classify", task: entry.task };
      entry.over(await runInBackground<Prediction, never>(message, { signal, once: entry.bytes > LARGE }));
    } catch (error) {
      entry.over();
      fail(error);
    }
    at.running--;
    bytes -= entry.bytes;
    begin();
    bell.ring();
  };
  const begin = () => {
    const most = bell.waits || at.besides > 0 ? threads : threads - 1;
    while (at.running < most && queue.length > 0) run(queue.shift()!);
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
    add: (task, size) =>
      new Promise((over) => {
        bytes += size;
        queue.push({ task, bytes: size, over });
        begin();
      }),
    async until(holds) {
      while (!failure && !holds()) await sleep();
      expectNone();
    },
    async beside(work) {
      expectNone();
      const isFree = () => queue.length === 0 && at.running < threads;
      try {
        return await besideFits(at, isFree, sleep, (whenFree) => work(whenFree, signal));
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
    get bytes() {
      return bytes;
    },
  };
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
