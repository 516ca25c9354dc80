import { availableParallelism } from "node:os";
import { openBatcher } from "./batcher.js";
import { type Auth, expectTokens, openAuth } from "./http/auth.js";
import { type BodyRoom, openBodyRoom } from "./http/body.js";
import type { Logs } from "./http/logs.js";
import { type Metrics, openMetrics } from "./http/metrics.js";
import { openRateLimit } from "./http/rate-limit.js";
import { type ModelPlace, type Models, openModels, type Reloaded } from "./models.js";
import type { ServeOptions } from "./options.js";
import { RequestError } from "./problems.js";
import type { Operation } from "./schemas.js";
import type { BatchAnswer, BatchRequest } from "./score/batch.js";
import { openScorers } from "./scorers.js";

/** Everything behind the addresses of a server. */
export interface Service {
  readonly options: ServeOptions;
  readonly models: Models;
  readonly auth: Auth;
  readonly metrics: Metrics;
  readonly logs: Logs;
  readonly room: BodyRoom;
  state: "ready" | "stopping";
  /** Whether a request would be answered. */
  isReady(): boolean;
  /** @throws {RequestError} if the client asks too often */
  limit(client: string): void;
  /** @throws {RequestError} if too many requests wait */
  answer(name: string, operation: Operation, request: BatchRequest): Promise<BatchAnswer>;
  reload(all: boolean): Promise<Reloaded[]>;
  /** Waits for what is being scored, and ends the threads. */
  close(): Promise<void>;
}

/** Bodies of that many bytes together may be in memory, or one of the largest. */
const ROOM = 256 << 20;
/** Requests that may wait. */
const MOST_WAITING = 10_000;
/** Bytes that go to a thread at once, unless one body has more. */
const MOST_BATCH_BYTES = 1 << 20;

/**
 * Starts the threads and loads the models.
 * @param tokens as UNDERTONE_TOKENS has them
 * @throws {OptionError} for an address that others reach without a token, {ArtefactError} for a file that is no model, {EngineError} if a thread cannot start
 */
export async function openService(
  places: readonly ModelPlace[],
  options: ServeOptions,
  tokens: string | undefined,
  logs: Logs,
): Promise<Service> {
  const auth = openAuth(tokens);
  expectTokens(auth, options);
  const room = openBodyRoom(Math.max(ROOM, 2 * options.maxBody));
  let opened: Models | undefined;
  const metrics = openMetrics({
    models: () => opened?.names().map((name) => opened!.info(name)) ?? [],
    waiting: () => batcher.waiting,
    bodyBytes: () => room.held,
    threads: () => scorers.all().length,
  });
  const scorers = await openScorers(options.threads ?? availableParallelism(), {
    loadInto: async (scorer) => opened?.loadInto(scorer),
    onEnd(error) {
      metrics.threadEnded();
      logs.threadEnded(error);
    },
    onReady: () => batcher.look(),
  });
  const models = await openModels(places, scorers.all, options).catch((error) => {
    scorers.end();
    throw error;
  });
  opened = models;
  const batcher = openBatcher(
    scorers.all,
    models.keyOf,
    { mostRequests: options.batch, mostBytes: MOST_BATCH_BYTES, wait: options.batchWait },
    (waits) => metrics.batch(waits),
  );
  const service: Service = {
    ...{ options, models, auth, metrics, logs, room },
    state: "ready",
    isReady: () => service.state === "ready" && scorers.all().length > 0,
    limit: openRateLimit(options.rateLimit),
    async answer(name, operation, request) {
      if (batcher.waiting >= MOST_WAITING)
        throw new RequestError("busy", `requests: ${MOST_WAITING} wait already. Ask again soon.`, {
          "retry-after": "1",
        });
      return batcher.answer(name, operation, request);
    },
    async reload(all) {
      const reloaded = await scorers.alone(() => models.reload(all));
      for (const each of reloaded) metrics.reload(each.failed === undefined ? "new" : "failed");
      logs.reloaded(reloaded);
      return reloaded;
    },
    async close() {
      await batcher.idle();
      scorers.end();
    },
  };
  return service;
}
