import type { Engine } from "../engine/engine.js";
import { loadEngine } from "../engine/load.js";
import { runInBackground } from "../engine/threads/background.js";
import { soloCrew } from "../engine/threads/crew.js";
import type { Line } from "../engine/threads/serve.js";
import { defaultThreads, musterCrew } from "../engine/threads/threads.js";
import { withHooks } from "../hooks.js";
import { type Model, networkModel } from "../model/model.js";
import { prepareSequences } from "../model/prepare.js";
import { expectOptions, expectWhole } from "../options.js";
import { countOf, lengthOf, longestOf, type SequenceSet, shareSequences } from "../sequences/set/sequence-set.js";
import { checkSequences, isWindowed, piecesOf, type Sequences } from "../sequences/set/windowed-set.js";
import type { FeatureTable } from "../table/feature-table.js";
import { finiteFeatures } from "../table/finite.js";
import { createEncoder, ENCODE_SHARD, type EncodeJob, type Encoder, ROUND, type SharedEncoding } from "./encoder.js";
import { type ReadOut, resolveReadOut } from "./read-outs/read-outs.js";

export interface EncodeOptions {
  /** default "last" */
  readOut?: ReadOut;
  /**
   * threads that encode, beside the calling one; 0: the calling thread alone. Default: one for each core, or 0 for
   * little work. Numbers do not depend on it
   */
  threads?: number;
  onProgress?(done: number): void;
}

/** Steps below which starting threads takes longer than the work. */
const LITTLE = 50_000;

/**
 * The features of every sequence, [N, columns]. A sequence without a single observed step has zeros. Numbers of a
 * sequence do not depend on what else is in the set.
 * @param set as it was read: the model brings its own scaling and interpolation
 * @throws {DataError} for a set that is not sound, or a case whose features are not finite
 * @throws {OptionError} if a channel of the model is missing, or the model has no fitted read-out of that name
 */
export async function encode(
  engine: Engine,
  model: Model,
  set: Sequences,
  options: EncodeOptions = {},
): Promise<FeatureTable> {
  expectOptions("encode", options, ["readOut", "threads", "onProgress"]);
  expectWhole("encode", "threads", options.threads, 0);
  return withHooks("encode", options, ["onProgress"], (guarded) => encodeSet(engine, model, set, guarded));
}

/** Windows are cut piece by piece. */
async function encodeSet(engine: Engine, model: Model, set: Sequences, options: EncodeOptions): Promise<FeatureTable> {
  checkSequences(set, "encode");
  if (!isWindowed(set)) return encodePiece(engine, model, set, options);
  const rows = countOf(set);
  let names: readonly string[] = [];
  let values = new Float32Array();
  let done = 0;
  for (const piece of piecesOf(set)) {
    const N = countOf(piece);
    const onProgress = (share: number) => options.onProgress?.((done + share * N) / Math.max(1, rows));
    const table = await encodePiece(engine, model, piece, { ...options, onProgress });
    if (done === 0) values = new Float32Array(rows * table.names.length);
    names = table.names;
    values.set(table.values, done * names.length);
    done += N;
  }
  return { names, rows, values };
}

async function encodePiece(
  engine: Engine,
  model: Model,
  set: SequenceSet,
  { readOut = "last", threads, onProgress }: EncodeOptions,
): Promise<FeatureTable> {
  const prepared = prepareSequences(set, model.metadata.preparation);
  const { request, names, project } = resolveReadOut(model.metadata.spec, readOut, model.readOut);
  const N = countOf(prepared);
  const order = Int32Array.from({ length: N }, (_, n) => n).sort(
    (a, b) => lengthOf(prepared, a) - lengthOf(prepared, b) || a - b,
  );
  const job: EncodeJob = {
    model: networkModel(model),
    set: prepared,
    order,
    readOut: request,
    width: names.length,
    steps: Math.max(1, longestOf(prepared)),
    threads: 1,
  };
  const wanted = threads ?? (prepared.offsets[N] < LITTLE ? 0 : await defaultThreads());
  const rows =
    wanted === 0
      ? await encodeRows(engine, job, { progress: onProgress })
      : await encodeInBackground(engine, { ...job, threads: wanted }, onProgress);
  return finiteFeatures("encode", project({ values: rows, names, rows: N }), set);
}

/** Leads a crew through all shards, in rounds. */
async function encodeRows(engine: Engine, job: EncodeJob, { progress, muster, pause }: Partial<Line>) {
  const shards = Math.ceil(job.order.length / ENCODE_SHARD);
  if (shards === 0) return new Float32Array();
  const { network, shared, phases } = createEncoder(engine, job);
  const follow = (thread: number) => encodeFollow(engine, job, { network, shared }, thread);
  const crew = muster && job.threads > 1 ? await musterCrew(job.threads, phases, follow, muster) : soloCrew();
  try {
    for (let first = 0; first < shards; first += ROUND) {
      shared.first[0] = first;
      crew.run(...phases);
      progress?.(Math.min(1, (first + ROUND) / shards));
      await pause?.();
    }
  } finally {
    crew.dismiss();
  }
  return shared.rows;
}

/** Sent to a worker: lead an encoding, or follow in one. */
export type EncodeMessage =
  | { kind: "encode"; engine: string; job: EncodeJob }
  | ({ kind: "encode-follow"; engine: string; job: EncodeJob } & {
      attach: { memory: Parameters<Engine["attachWorkspace"]>[0]; shared: SharedEncoding; thread: number };
    });

function encodeInBackground(engine: Engine, job: EncodeJob, onProgress?: (done: number) => void) {
  const threads = Math.max(1, Math.min(job.threads, Math.ceil(job.order.length / ENCODE_SHARD)));
  const set = shareSequences(job.set);
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
