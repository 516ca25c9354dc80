import { isComplete, type PreparedSet, preparedPieces, takePrepared } from "../../model/prepared-windows.js";
import { drawsFor } from "../../network/batch/draws.js";
import { fillBatch } from "../../network/batch/fill-batch.js";
import { countOf, isObserved, lengthOf } from "../../sequences/set/sequence-set.js";
import { dealt, shardCount } from "./shards.js";
import type { GradientStep, TrainingThread } from "./step.js";

/** The gradient of a batch whose loss is a sum over its shards: one phase, each shard forward and back. */
export function plainStep({ job, network, slot, groups, shared, numbers }: TrainingThread): GradientStep {
  const { train, options } = job;
  const { ws, blocks } = network;
  const shards = () => shardCount(numbers.cases);
  let observed: Int32Array | undefined;
  let count = 0;

  const work = (shard: number) => {
    const own = dealt(shared.indices.subarray(0, numbers.cases), shard, shards());
    const taken = takePrepared(train, own);
    const batch = fillBatch(slot, taken.set, groups, taken.indices);
    batch.gradients = blocks.shards + shard * blocks.blockSize;
    ws.data.fill(0, batch.gradients, batch.gradients + blocks.blockSize);
    slot.forward(batch, drawsFor(ws, { seed: options.seed, update: numbers.update, shard }));
    shared.losses[shard] = slot.loss(batch, numbers.scale);
  };

  return {
    begin(batch) {
      observed ??= observedCounts(train);
      count = batch.reduce((total, n) => total + observed![n], 0);
      numbers.scale = 1 / Math.max(count, 1);
    },
    renew() {
      observed = undefined;
    },
    phases: [{ items: shards, work }],
    gradients: shards,
    result() {
      const sum = shared.losses.subarray(0, shards()).reduce((total, loss) => total + loss, 0);
      return { loss: sum * numbers.scale, count, readOutLoss: 0 };
    },
  };
}

/** How many values of each sequence were observed. */
export function observedCounts(all: PreparedSet): Int32Array {
  const C = all.channels.length;
  if (isComplete(all)) return Int32Array.from({ length: countOf(all) }, (_, n) => lengthOf(all, n) * C);
  const counts = new Int32Array(countOf(all));
  let at = 0;
  for (const set of preparedPieces(all))
    for (let n = 0; n < countOf(set); n++, at++)
      for (let k = set.offsets[n] * C; k < set.offsets[n + 1] * C; k++) if (isObserved(set, k)) counts[at]++;
  return counts;
}
