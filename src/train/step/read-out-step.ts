import { isComplete, takePrepared, weightsOf } from "../../model/prepared-windows.js";
import { drawsFor } from "../../network/batch/draws.js";
import { fillBatch } from "../../network/batch/fill-batch.js";
import type { PackedBatch } from "../../network/batch/packed-batch.js";
import { engineProducts, type Products } from "../../network/losses/read-out/products.js";
import { type ReadOutLoss, type ReadOutRows, readOutLoss } from "../../network/losses/read-out/read-out-loss.js";
import { type ShardReadOut, takeMoments } from "../../network/losses/read-out/training-read-out.js";
import { randomStream, STREAMS } from "../../random.js";
import { concatSequences } from "../../sequences/set/concat.js";
import { augmentedView } from "../../sequences/transform/augment.js";
import { dealt, shardCount, VIEWED_SHARD } from "./shards.js";
import { sharedBatches } from "./shared-training.js";
import type { GradientStep, TrainingThread } from "./step.js";

/**
 * The gradient of a batch whose loss looks at the read-outs of all its cases at once, two views of each. Every shard
 * stays in its slot meanwhile. Phases: every shard forward, then the moments of all states; every read-out, then the
 * loss of the batch; every shard backward.
 */
export function readOutStep(part: TrainingThread): GradientStep {
  const { job, network, groups, shared, numbers } = part;
  const { spec, options } = job;
  const { ws, blocks, slots } = network;
  const { seed } = options;
  const { reconstruction = 0.5, views = {} } = spec.readOutLoss!;
  const batches = sharedBatches(shared.batches, 2 * VIEWED_SHARD);
  const lossOf = batchLoss(part);
  const shards = () => shardCount(numbers.cases, VIEWED_SHARD);
  const gradientsOf = (shard: number) => blocks.shards + shard * blocks.blockSize;
  const drawsOf = (shard: number) => drawsFor(ws, { seed, update: numbers.update, shard });
  const forwarded = (): ShardReadOut[] =>
    Array.from({ length: shards() }, (_, s) => ({ readOut: slots[s].readOut!, batch: batches.get(s, gradientsOf(s)) }));
  let ofReadOuts = 0;
  let count = 0;

  const forward = (shard: number) => {
    const own = dealt(shared.indices.subarray(0, numbers.cases), shard, shards());
    const taken = takePrepared(job.train, own);
    const both = concatSequences(
      augmentedView(taken.set, taken.indices, { seed, update: numbers.update, view: 0 }, views, own),
      augmentedView(taken.set, taken.indices, { seed, update: numbers.update, view: 1 }, views, own),
    );
    if (isComplete(job.train) && groups.every(({ kind }) => kind === "numeric")) both.observed = undefined;
    const all = Int32Array.from({ length: 2 * own.length }, (_, k) => k);
    const batch = fillBatch(slots[shard], both, groups, all);
    slots[shard].forward(batch, drawsOf(shard));
    batches.put(shard, batch);
  };
  const backward = (shard: number) => {
    const batch: PackedBatch = { ...batches.get(shard, gradientsOf(shard)), draws: drawsOf(shard) };
    ws.data.fill(0, batch.gradients, batch.gradients + blocks.blockSize);
    shared.losses[shard] = slots[shard].loss(batch, numbers.scale);
  };

  return {
    begin() {},
    phases: [
      { items: shards, work: forward, after: () => takeMoments(ws.data, forwarded()) },
      {
        items: shards,
        work: (shard) => slots[shard].readOut!.read(batches.get(shard, gradientsOf(shard))),
        after() {
          const all = forwarded();
          ofReadOuts = lossOf(all, gradientsOf(all.length));
          count = all.reduce((sum, { batch }) => sum + batch.count, 0);
          numbers.scale = reconstruction / Math.max(count, 1);
        },
      },
      { items: shards, work: backward },
    ],
    gradients: () => shards() + 1, // the head has one of its own
    result() {
      const sum = shared.losses.subarray(0, shards()).reduce((total, loss) => total + loss, 0);
      return { loss: sum / Math.max(count, 1), count, readOutLoss: ofReadOuts };
    },
  };
}

/** The leader's: the loss of all read-outs of a batch; their gradients go to the slots, the head's to `gradients`. */
function batchLoss({ engine, job, network, shared, numbers }: TrainingThread) {
  const { train, options } = job;
  const { ws, blocks, slots } = network;
  const head = network.head!;
  let products: Products | undefined;

  return (all: readonly ShardReadOut[], gradients: number): number => {
    const n = numbers.cases;
    const table = new Float64Array(2 * n * head.width);
    all.forEach(({ readOut, batch }, s) => {
      readOut.copyRows(batch, table, rowOf(batch, s));
    });
    products ??= engineProducts(engine, largestProducts(2 * slots.length * VIEWED_SHARD, head));
    const block = (at: number) => ws.data.subarray(at, at + blocks.blockSize);
    ws.data.fill(0, gradients, gradients + blocks.blockSize);
    const { loss, dRows } = readOutLoss(head, table, rowsOf(n), block(blocks.weights), block(gradients), products);
    all.forEach(({ readOut, batch }, s) => {
      readOut.putGradients(batch, dRows, rowOf(batch, s));
    });
    return loss;

    /** First views of the whole batch, then second ones; the first half of a shard's cases are first views. */
    function rowOf({ B }: PackedBatch, shard: number) {
      return (k: number) => (k < B / 2 ? 0 : n) + shard + (k % (B / 2)) * all.length;
    }
  };

  /** What the rows of the table are. */
  function rowsOf(n: number): ReadOutRows {
    const { labels } = train;
    const weights = weightsOf(train);
    const ofRows = (values: ArrayLike<number>) =>
      Array.from({ length: 2 * n }, (_, r) => values[shared.indices[r % n]]);
    return {
      labels: head.crossEntropy && ofRows(labels!),
      weights: weights && ofRows(weights),
      drop(kept, rate) {
        const random = randomStream(options.seed, STREAMS.readOutDropout, numbers.update);
        for (let k = 0; k < kept.length; k++) kept[k] = random.uniform() < rate ? 0 : 1 / (1 - rate);
      },
    };
  }
}

/** The largest products that the head makes. */
function largestProducts(M: number, { width, contrastive, crossEntropy }: ReadOutLoss) {
  const layers = [...(contrastive?.projection ?? []), ...(crossEntropy ? [crossEntropy.output] : [])];
  const most = (axis: number) => Math.max(...layers.map(({ kernel }) => kernel.shape[axis]));
  return { M, K: Math.max(width, most(0)), N: most(1) };
}
