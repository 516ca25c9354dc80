import { startThread, type Thread } from "../engine/threads/thread.js";
import { EngineError, errorFrom } from "../errors.js";
import type { Operation } from "./schemas.js";
import type { BatchAnswer, BatchRequest } from "./score/batch.js";
import { type FromScorer, type LoadedFile, pack, type ToScorer, unpack } from "./score/messages.js";
import type { ModelAbout } from "./score/served.js";

/** The program of the threads that score. */
export const SCORER = new URL("../../dist/threads/score.js", import.meta.url);

/** A thread that scores. */
export interface Scorer {
  /** Whether a batch is on its way. */
  readonly busy: boolean;
  readonly ended: boolean;
  /** @throws {ArtefactError} for a file that is no model */
  load(file: LoadedFile): Promise<ModelAbout>;
  drop(key: string): void;
  /** @throws {EngineError} if the thread ends meanwhile */
  score(key: string, operation: Operation, requests: readonly BatchRequest[]): Promise<BatchAnswer[]>;
  /** Lets it end when all that it was asked is done. */
  end(): void;
}

interface Call {
  resolve(reply: never): void;
  reject(error: Error): void;
}

/** @param onEnd called when the thread is gone, for whatever reason */
export async function startScorer(onEnd: (error: EngineError) => void, entry = SCORER): Promise<Scorer> {
  const thread: Thread = await startThread(entry);
  const calls = new Map<number, Call>();
  let last = 0;
  let batches = 0;
  thread.listen({
    message(reply: FromScorer) {
      if (reply.kind === "ready") return;
      const call = calls.get(reply.call)!;
      calls.delete(reply.call);
      if (reply.kind === "failed") call.reject(errorFrom(reply.name, reply.message));
      else call.resolve(reply as never);
    },
    ended(error) {
      for (const { reject } of calls.values()) reject(error);
      calls.clear();
      onEnd(error);
    },
  });
  const ask = <Reply>(message: (call: number) => ToScorer, transfer: Transferable[] = []) =>
    new Promise<Reply>((resolve, reject) => {
      if (thread.ended) return reject(new EngineError("A thread that scores has ended."));
      calls.set(++last, { resolve, reject });
      thread.post(message(last), transfer);
    });
  return {
    get busy() {
      return batches > 0;
    },
    get ended() {
      return thread.ended;
    },
    async load(file) {
      return (await ask<Extract<FromScorer, { kind: "loaded" }>>((call) => ({ kind: "load", call, file }))).about;
    },
    drop: (key) => thread.post({ kind: "drop", key } satisfies ToScorer),
    async score(key, operation, requests) {
      batches++;
      try {
        const bodies = pack(requests.map(({ bytes }) => bytes));
        const heads = requests.map(({ bytes, ...head }) => head);
        const { answers, heads: told } = await ask<Extract<FromScorer, { kind: "scored" }>>(
          (call) => ({ kind: "score", call, key, operation, bodies, heads }),
          [bodies.bytes],
        );
        return unpack(answers).map((bytes, k) => ({ ...told[k], bytes }));
      } finally {
        batches--;
      }
    },
    end: () => thread.post({ kind: "end" } satisfies ToScorer),
  };
}

/** The threads that score. */
export interface Scorers {
  /** Those that have every model. */
  all(): readonly Scorer[];
  /** Does work while no thread starts, so that all threads get the same models. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>;
  end(): void;
}

interface ScorersHooks {
  /** Loads all models into a thread that replaces another. */
  loadInto(scorer: Scorer): Promise<void>;
  /** A thread ended that was not asked to. */
  onEnd(error: Error): void;
  /** Another one stands in its place. */
  onReady(): void;
}

/** Milliseconds before a thread is started again, doubled while that fails. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;

/**
 * Starts threads, and another one for each that ends.
 * @throws {EngineError} if one cannot start
 */
export async function openScorers(
  count: number,
  { loadInto, onEnd, onReady }: ScorersHooks,
  entry = SCORER,
): Promise<Scorers> {
  const scorers = new Set<Scorer>();
  let ending = false;
  let before: Promise<unknown> = Promise.resolve();
  const alone = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = before.then(work);
    before = result.catch(() => {});
    return result;
  };
  const start = async (): Promise<Scorer> => {
    const scorer: Scorer = await startScorer((error) => {
      scorers.delete(scorer);
      if (ending) return;
      onEnd(error);
      replace(FIRST_PAUSE);
    }, entry);
    return scorer;
  };
  const replace = (pause: number): void => {
    setTimeout(
      () =>
        alone(async () => {
          if (ending) return;
          try {
            const scorer = await start();
            await loadInto(scorer);
            scorers.add(scorer);
            onReady();
          } catch (error) {
            onEnd(error as Error);
            replace(Math.min(LONGEST_PAUSE, 2 * pause));
          }
        }),
      pause,
    ).unref();
  };
  for (const scorer of await Promise.all(Array.from({ length: count }, start))) scorers.add(scorer);
  return {
    all: () => [...scorers],
    alone,
    end() {
      ending = true;
      for (const scorer of scorers) scorer.end();
    },
  };
}
