import { RequestError } from "./problems.js";
import type { Operation } from "./schemas.js";
import type { BatchAnswer, BatchRequest } from "./score/batch.js";
import type { Scorer } from "./scorers.js";

export interface BatchLimits {
  /** Requests of a batch; 1: no batches. */
  mostRequests: number;
  /** Bytes of a batch, unless one request has more. */
  mostBytes: number;
  /** Milliseconds that a request may wait for others while a thread is free. */
  wait: number;
}

/** A request that waits, or is scored. */
interface Waiting {
  name: string;
  operation: Operation;
  request: BatchRequest;
  since: number;
  tries: number;
  resolve(answer: BatchAnswer): void;
  reject(error: unknown): void;
}

/** Requests on their way to the threads. */
export interface Batcher {
  /** @throws {RequestError} if the thread that scored it ended, twice */
  answer(name: string, operation: Operation, request: BatchRequest): Promise<BatchAnswer>;
  /** Call when a thread is free that was not before. */
  look(): void;
  readonly waiting: number;
  /** Resolves when nothing waits and nothing is scored. */
  idle(): Promise<void>;
}

/**
 * Gathers requests while all threads are busy, and hands those of one model and operation to the next free one: the more
 * there is to do, the larger the batches. Where a thread is free, a request waits for the others of its turn of the event
 * loop, and for `wait`.
 * @param scorers those that are there, in any order
 * @param keyOf the present version of a model, asked when a batch leaves
 * @param onBatch told of each batch: its requests, and milliseconds that each waited
 */
export function openBatcher(
  scorers: () => readonly Scorer[],
  keyOf: (name: string) => string,
  { mostRequests, mostBytes, wait }: BatchLimits,
  onBatch: (waits: readonly number[]) => void = () => {},
): Batcher {
  const waiting: Waiting[] = [];
  let scoring = 0;
  let planned = false;
  let ends: (() => void)[] = [];

  const plan = (after: number) => {
    if (planned) return;
    planned = true;
    const run = () => {
      planned = false;
      dispatch();
    };
    if (after > 0) setTimeout(run, after);
    else setImmediate(run);
  };

  const dispatch = () => {
    while (waiting.length > 0) {
      const free = scorers().find(({ busy, ended }) => !busy && !ended);
      if (!free) return;
      score(free, takeBatch(waiting, mostRequests, mostBytes));
    }
  };

  const score = async (scorer: Scorer, batch: readonly Waiting[]) => {
    scoring += batch.length;
    const now = performance.now();
    onBatch(batch.map(({ since }) => now - since));
    const [{ name, operation }] = batch;
    try {
      const answers = await scorer.score(
        keyOf(name),
        operation,
        batch.map(({ request }) => request),
      );
      batch.forEach(({ resolve }, k) => {
        resolve(answers[k]);
      });
    } catch (error) {
      for (const each of batch) retry(each, error);
    }
    scoring -= batch.length;
    if (waiting.length > 0) plan(0);
    else if (scoring === 0) {
      for (const end of ends) end();
      ends = [];
    }
  };

  /** The thread ended. Each goes to another one, alone, in case it was its fault. */
  const retry = (each: Waiting, error: unknown) => {
    if (each.tries > 0)
      return each.reject(
        new RequestError("our-fault", `A thread ended twice while it scored this request.`, {}, { cause: error }),
      );
    each.tries++;
    waiting.unshift(each);
  };

  return {
    answer: (name, operation, request) =>
      new Promise((resolve, reject) => {
        waiting.push({ name, operation, request, since: performance.now(), tries: 0, resolve, reject });
        plan(wait);
      }),
    look: () => plan(0),
    get waiting() {
      return waiting.length;
    },
    idle: () => (waiting.length + scoring === 0 ? Promise.resolve() : new Promise((end) => ends.push(end))),
  };
}

/**
 * Takes those of the model and operation of the first, in their order. One that a thread ended with goes alone.
 * @param waiting loses what is taken
 */
function takeBatch(waiting: Waiting[], mostRequests: number, mostBytes: number): Waiting[] {
  const [{ name, operation, tries }] = waiting;
  const batch: Waiting[] = [];
  let bytes = 0;
  const most = tries > 0 ? 1 : mostRequests;
  for (let k = 0; k < waiting.length && batch.length < most; ) {
    const each = waiting[k];
    const first = batch.length === 0;
    const alike = each.name === name && each.operation === operation;
    if (alike && (first || (each.tries === 0 && bytes + each.request.bytes.length <= mostBytes))) {
      waiting.splice(k, 1);
      batch.push(each);
      bytes += each.request.bytes.length;
    } else k++;
  }
  return batch;
}
