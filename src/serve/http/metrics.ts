import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ModelInfo } from "../../client/answers.js";
import { VERSION } from "../../version.js";

/** What a request was, for counters: no more values than routes, models and statuses. */
export interface Ended {
  route: string;
  /** Of those that are served; "" for none. */
  model: string;
  status: number;
  seconds: number;
  cases: number;
}

/** Counters and times, as Prometheus reads them. */
export interface Metrics {
  ended(request: Ended): void;
  /** @param waits milliseconds that each request of a batch waited */
  batch(waits: readonly number[]): void;
  problem(kind: string): void;
  reload(outcome: "new" | "failed"): void;
  threadEnded(): void;
  readonly type: string;
  text(): Promise<string>;
}

/** What is looked at when somebody asks. */
export interface Gauges {
  models(): readonly ModelInfo[];
  waiting(): number;
  bodyBytes(): number;
  threads(): number;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function openMetrics({ models, waiting, bodyBytes, threads }: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `undertone_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `undertone_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const requests = counter("requests_total", "Requests, by what was asked and what was answered.", [
    "route",
    "model",
    "status",
  ]);
  const cases = counter("cases_total", "Cases that were answered.", ["route", "model"]);
  const problems = counter("problems_total", "Refusals and failures, by kind.", ["kind"]);
  const reloads = counter("reloads_total", "Files that were replaced: new ones served, and failed ones.", ["outcome"]);
  const ends = counter("scoring_threads_ended_total", "Threads that ended without being asked to.");
  const seconds = new Histogram({
    name: "undertone_request_seconds",
    help: "From the head of a request to the last byte of its answer.",
    labelNames: ["route"],
    buckets: SECONDS,
    registers,
  });
  const batches = new Histogram({
    name: "undertone_batch_requests",
    help: "Requests that were scored in one call.",
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  const waits = new Histogram({
    name: "undertone_batch_wait_seconds",
    help: "Time from the last byte of a body to its batch.",
    buckets: SECONDS,
    registers,
  });
  gauge("requests_waiting", "Requests that wait for a thread.", waiting);
  gauge("body_bytes", "Bytes of bodies in memory.", bodyBytes);
  gauge("scoring_threads", "Threads that score.", threads);
  new Gauge({
    name: "undertone_model_info",
    help: "1 for each model that is served.",
    labelNames: ["model", "kind", "version"],
    registers,
    collect() {
      this.reset();
      for (const { name, kind, version } of models()) this.set({ model: name, kind, version }, 1);
    },
  });
  new Gauge({ name: "undertone_info", help: "1.", labelNames: ["version"], registers }).set({ version: VERSION }, 1);
  return {
    type: registry.contentType,
    text: () => registry.metrics(),
    ended(request) {
      const { route, model, status } = request;
      requests.inc({ route, model, status });
      seconds.observe({ route }, request.seconds);
      if (request.cases > 0) cases.inc({ route, model }, request.cases);
    },
    batch(own) {
      batches.observe(own.length);
      for (const wait of own) waits.observe(wait / 1000);
    },
    problem: (kind) => problems.inc({ kind }),
    reload: (outcome) => reloads.inc({ outcome }),
    threadEnded: () => ends.inc(),
  };
}
