import type { Engine } from "../engine/engine.js";
import { loadEngine } from "../engine/load.js";
import { runInBackground } from "../engine/threads/background.js";
import { type Crew, soloCrew } from "../engine/threads/crew.js";
import type { Line } from "../engine/threads/serve.js";
import { defaultThreads, musterCrew } from "../engine/threads/threads.js";
import { countOf, lengthOf, longestOf, shareArray, shareSequences } from "../sequences/set/sequence-set.js";
import {
  createEncoder,
  ENCODE_SHARD,
  type EncodeJob,
  type Encoder,
  ROUND,
  SHORT_ROUND,
  type SharedEncoding,
} from "./encoder.js";

/** Steps below which starting threads takes longer than the work. */
const LITTLE = 50_000;

/** What rows are made of; the set is prepared. */
export type EncodeWork = Pick<EncodeJob, "model" | "set" | "readOut" | "width">;

/** [N, width], or of step errors [steps, width], on the calling thread. */
export function rowsAlone(engine: Engine, work: EncodeWork): Float32Array {
  const job = jobOf(work);
  if (job.order.length === 0) return new Float32Array();
  const encoder = createEncoder(engine, job);
  for (const _ of rounds(encoder, job, soloCrew()));
  return encoder.shared.rows;
}

/**
 * [N, width], the same numbers on any number of threads.
 * @param threads that work, beside the calling one; 0: the calling thread alone; default: one for each core, or 0 for
 * little work
 */
export async function rowsOnThreads(
  engine: Engine,
  work: EncodeWork,
  { threads, onProgress }: { threads?: number; onProgress?(done: number): void },
): Promise<Float32Array> {
  const job = jobOf(work);
  const { offsets } = work.set;
  const wanted = threads ?? (offsets[countOf(work.set)] < LITTLE ? 0 : await defaultThreads());
  return wanted === 0
    ? encodeRows(engine, job, { progress: onProgress, pause: letOthers })
    : encodeInBackground(engine, { ...job, threads: wanted, round: ROUND }, onProgress);
}

/** Lets whatever waits for the calling thread run: a signal, a timer. */
function letOthers(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function jobOf(work: EncodeWork): EncodeJob {
  const { set } = work;
  const order = Int32Array.from({ length: countOf(set) }, (_, n) => n).sort(
    (a, b) => lengthOf(set, a) - lengthOf(set, b) || a - b,
  );
  return { ...work, order, steps: Math.max(1, longestOf(set)), threads: 1, round: SHORT_ROUND };
}

/** All shards, some at a time; yields the share that is done. */
function* rounds({ shared, phases }: Encoder, { order, round }: EncodeJob, crew: Crew): Generator<number> {
  const shards = Math.ceil(order.length / ENCODE_SHARD);
  for (let first = 0; first < shards; first += round) {
    shared.first[0] = first;
    crew.run(...phases);
    yield Math.min(1, (first + round) / shards);
  }
}

/** Leads a crew through all shards. */
async function encodeRows(engine: Engine, job: EncodeJob, { progress, muster, pause }: Partial<Line>) {
  if (job.order.length === 0) return new Float32Array();
  const encoder = createEncoder(engine, job);
  const follow = (thread: number) => encodeFollow(engine, job, encoder, thread);
  const crew = muster && job.threads > 1 ? await musterCrew(job.threads, encoder.phases, follow, muster) : soloCrew();
  try {
    for (const share of rounds(encoder, job, crew)) {
      progress?.(share);
      if (share < 1) await pause?.();
    }
  } finally {
    crew.dismiss();
  }
  return encoder.shared.rows;
}

/** Sent to a worker: lead an encoding, or follow in one. */
export type EncodeMessage =
  | { kind: "encode"; engine: string; job: EncodeJob }
  | ({ kind: "encode-follow"; engine: string; job: EncodeJob } & {
      attach: { memory: Parameters<Engine["attachWorkspace"]>[0]; shared: SharedEncoding; thread: number };
    });

function encodeInBackground(engine: Engine, job: EncodeJob, onProgress?: (done: number) => void) {
  const threads = Math.max(1, Math.min(job.threads, Math.ceil(job.order.length / ENCODE_SHARD)));
  const { times } = job.set;
  const set = { ...shareSequences(job.set), ...(job.readOut === "residuals" && times && { times: shareArray(times) }) };
  return runInBackground<Float32Array, number>(
    { kind: "encode", engine: engine.name, job: { ...job, set, threads } } satisfies EncodeMessage,
    { onProgress },
  );
}

/** In a worker: leads the encoding that a message asks for. */
export async function leadEncoding(
  { engine, job }: Extract<EncodeMessage, { kind: "encode" }>,
  line: Line,
): Promise<Float32Array> {
  return encodeRows(await loadEngine(engine), job, line);
}

/** What a follower of an encoding is told. @param thread its number */
export function encodeFollow(
  engine: Engine,
  job: EncodeJob,
  { network, shared }: Pick<Encoder, "network" | "shared">,
  thread: number,
): EncodeMessage {
  return { kind: "encode-follow", engine: engine.name, job, attach: { memory: network.ws.memory, shared, thread } };
}

/** In a worker: what a follower of an encoding can do. */
export async function followEncoding({ engine, job, attach }: Extract<EncodeMessage, { kind: "encode-follow" }>) {
  return createEncoder(await loadEngine(engine), job, attach).phases;
}
