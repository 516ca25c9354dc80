import { type Command, type Crew, soloCrew } from "../engine/crew.js";
import type { Engine, WorkspaceMemory } from "../engine/engine.js";
import { loadEngine } from "../engine/load.js";
import { musterCrew } from "../engine/threads.js";
import { columnsOf } from "../model/columns.js";
import { fillPass } from "../model/fill-pass.js";
import { createNetwork } from "../model/network.js";
import { byLength, SHARD, shardCount } from "../model/trainer.js";
import { countOf, longestOf, shareSequences } from "../sequences/sequence-set.js";
import type { SpeedWorkload } from "./speed-workload.js";

/** Sent to a worker: take part in encoding the batch of a workload, again and again. */
export interface EncodeFollowMessage {
  kind: "speed-encode-follow";
  engine: string;
  workload: SpeedWorkload;
  threads: number;
  control: Int32Array;
  attach: { memory: WorkspaceMemory; latents: Float32Array; thread: number };
}

const SEED = 1;

export interface EncodeRun {
  encode(): void;
  /** [N, Z], of the last `encode`. */
  latents(): Float32Array;
  dismiss(): void;
}

/**
 * The encoder alone, without saved activations, over the batch in shards of 16: filling them, the layers, copying the latents
 * out.
 * @param threads at least 1; more than there are shards are not used
 * @throws {EngineError} if the engine cannot get the memory
 */
export async function createEncodeRun(
  engine: Engine,
  workload: SpeedWorkload,
  threads = 1,
): Promise<EncodeRun> {
  const shards = shardCount(countOf(workload.set));
  const most = Math.min(threads, shards);
  const shared = { ...workload, set: most > 1 ? shareSequences(workload.set) : workload.set };
  const { network, latents, commands } = createEncodeCommands(engine, shared, most);
  network.pack();
  let crew: Crew = soloCrew(commands);
  if (most > 1)
    crew = await musterCrew(most, commands, (control, thread): EncodeFollowMessage => {
      const attach = { memory: network.ws.memory, latents, thread };
      const message = { engine: engine.name, workload: shared, threads: most, control, attach };
      return { kind: "speed-encode-follow", ...message };
    });
  return { encode: () => crew.run(0, shards), latents: () => latents.slice(), dismiss: crew.dismiss };
}

/** In a worker: what a follower can do. */
export async function followEncode({ engine, workload, threads, attach }: EncodeFollowMessage) {
  return createEncodeCommands(await loadEngine(engine), workload, threads, attach).commands;
}

function createEncodeCommands(
  engine: Engine,
  { spec, set }: SpeedWorkload,
  threads: number,
  attach?: EncodeFollowMessage["attach"],
) {
  const { groups: columns } = columnsOf(set.channels);
  const N = countOf(set);
  const size = { batch: Math.min(SHARD, N), steps: longestOf(set), slots: threads, states: false };
  const options = { spec, columns, ...size, purpose: "encode" as const };
  const network = createNetwork(engine, options, attach ? undefined : SEED, attach);
  const slot = network.slots[attach?.thread ?? 0];
  const order = byLength(
    set,
    Int32Array.from({ length: N }, (_, n) => n),
  );
  const { ws, latent } = slot;
  const Z = latent.width;
  const room = threads > 1 ? new SharedArrayBuffer(4 * N * Z) : new ArrayBuffer(4 * N * Z);
  const latents = attach?.latents ?? new Float32Array(room);
  const encodeShard: Command = (shard) => {
    const own = order.subarray(shard * SHARD, (shard + 1) * SHARD);
    const pass = fillPass(slot, set, columns, own);
    slot.forward(pass);
    const from = latent.offset(pass);
    pass.order.forEach((k, b) => {
      const row = from + b * latent.stride;
      latents.set(ws.data.subarray(row, row + Z), own[k] * Z);
    });
  };
  return { network, latents, commands: [encodeShard] };
}
