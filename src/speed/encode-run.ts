import type { Engine } from "../engine/engine.js";
import { soloCrew } from "../engine/threads/crew.js";
import { hireBeside } from "../engine/threads/hire.js";
import { musterCrew } from "../engine/threads/threads.js";
import { encodeFollow } from "../features/encode-rows.js";
import { createEncoder, ENCODE_SHARD, type EncodeJob, ROUND } from "../features/encoder.js";
import { resolveReadOut } from "../features/read-outs/read-outs.js";
import { oneHotColumns } from "../network/batch/one-hot-columns.js";
import { createNetwork } from "../network/network.js";
import { countOf, longestOf, selectSequences, shareSequences } from "../sequences/set/sequence-set.js";
import { byLength } from "../train/step/shards.js";
import { encodeCopies, type SpeedWorkload } from "./workload.js";

export interface EncodeRun {
  encode(): void;
  /** How many sequences one `encode` takes. */
  readonly sequences: number;
  /** [sequences, Z], of the last `encode`: copy it. */
  readonly latents: Float32Array;
  dismiss(): void;
}

const SEED = 1;

/**
 * What `encode` of the library does with a prepared set, ready to be run again and again: fill shards, encoder,
 * last states out. The set is the batch of the workload, several times over.
 * @param threads at least 1; more than there are shards are not used
 * @throws {EngineError} if the engine cannot get the memory
 */
export async function createEncodeRun(
  engine: Engine,
  { spec, set: batch }: SpeedWorkload,
  threads = 1,
): Promise<EncodeRun> {
  const B = countOf(batch);
  const N = B * encodeCopies(B);
  const set = selectSequences(
    batch,
    Array.from({ length: N }, (_, n) => n % B),
  );
  const shards = Math.ceil(N / ENCODE_SHARD);
  const most = Math.min(threads, shards);
  const { channels } = set;
  const size = { batch: 1, steps: 1, purpose: "encode" } as const;
  const { weights, slots } = createNetwork(engine, { spec, columns: oneHotColumns(channels).groups, ...size }, SEED);
  const job: EncodeJob = {
    model: { spec, channels, weights: Float32Array.from(weights) },
    set: most > 1 ? shareSequences(set) : set,
    order: byLength(
      set,
      Int32Array.from({ length: N }, (_, n) => n),
    ),
    readOut: resolveReadOut(spec, "last").request,
    width: slots[0].latent.width,
    steps: longestOf(set),
    threads: most,
    round: ROUND,
  };
  const { network, shared, phases } = createEncoder(engine, job);
  const follow = (thread: number) => encodeFollow(engine, job, { network, shared }, thread);
  const crew = most > 1 ? await musterCrew(most, phases, follow, hireBeside) : soloCrew();
  return { encode: () => crew.run(...phases), sequences: N, latents: shared.rows, dismiss: crew.dismiss };
}
