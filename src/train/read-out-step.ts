import { type Engine, NONE } from "../engine/engine.js";
import type { Command, Crew } from "../engine/threads/crew.js";
import type { ColumnGroup } from "../network/batch/one-hot-columns.js";
import type { Draws } from "../network/batch/packed-batch.js";
import { drawsFor } from "../network/draws.js";
import { fillBatch } from "../network/fill-batch.js";
import { engineProducts } from "../network/losses/read-out/products.js";
import { judgeReadOuts, PER_UNIT, type ReadOutRows } from "../network/losses/read-out/read-out-loss.js";
import type { Network } from "../network/network.js";
import type { AutoencoderSpec } from "../network/spec/spec.js";
import { randomStream } from "../random.js";
import { concatSequences } from "../sequences/set/concat.js";
import type { SequenceSet } from "../sequences/set/sequence-set.js";
import { augmentedView } from "../sequences/transform/augment.js";
import { dealt, shardCount, VIEWED_SHARD } from "./shards.js";
import { sharedPasses } from "./shared-passes.js";

const VARIANCE_FLOOR = 1e-8;
/** Width of the smooth shares' sigmoids, in standard deviations. */
const SOFTNESS = 0.5;
/** Layers only ask whether there are draws; what was drawn lies in the arena. */
const DRAWN: Draws = { gaussian() {}, dropout() {} };

/** What the pieces of an update with a loss on the read-out know of the update. */
export interface JudgedUpdate {
  /** Sequences of the batch, the longest first. */
  indices: Int32Array;
  update: number;
}

export interface JudgedStep {
  /** Two views of a shard's cases forward; its read-outs; its way back. */
  readonly commands: { forward: Command; readOut: Command; backward: Command };
  /** The leader's part of an update: everything but the sum over shards. */
  run(crew: Crew, places: { forward: number; readOut: number; backward: number }): JudgedLoss;
  /** Shards of the batch, and one more for the head's own gradient. */
  gradientBlocks(): number;
}

export interface JudgedLoss {
  /** Mean reconstruction loss over the observed values. */
  loss: number;
  count: number;
  /** The terms on the read-out, weighted. */
  judged: number;
}

/**
 * An update whose loss looks at the read-outs of the whole batch, in pieces: every shard forward, the read-outs, the
 * judgement of all of them by the leader, every shard backward.
 * @param numbers shared, for the passes of all slots
 * @param losses shared, one for each shard
 */
export function createJudgedStep(
  engine: Engine,
  network: Network,
  groups: readonly ColumnGroup[],
  { spec, train, seed }: { spec: AutoencoderSpec; train: SequenceSet; seed: number },
  shared: { numbers: Float64Array; losses: Float64Array; scale: Float64Array },
  current: () => JudgedUpdate,
): JudgedStep {
  const { ws, blocks, slots, moments } = network;
  const head = network.head!;
  const { reconstruction = 0.5, views = {} } = spec.readOutLoss!;
  const board = sharedPasses(shared.numbers, 2 * VIEWED_SHARD);
  const shardsOf = (n: number) => shardCount(n, VIEWED_SHARD);
  const gradientsOf = (shard: number) => blocks.shards + shard * blocks.blockSize;
  let products: ReturnType<typeof engineProducts> | undefined;

  const forward: Command = (shard) => {
    const { indices, update } = current();
    const own = dealt(indices, shard, shardsOf(indices.length));
    const both = concatSequences(
      augmentedView(train, own, { seed, update, view: 0 }, views),
      augmentedView(train, own, { seed, update, view: 1 }, views),
    );
    if (!train.observed && groups.every(({ kind }) => kind === "numeric")) both.observed = undefined;
    const slot = slots[shard];
    const count = 2 * own.length;
    const pass = fillBatch(
      slot,
      both,
      groups,
      Int32Array.from({ length: count }, (_, k) => k),
    );
    slot.forward(pass, drawsFor(ws, { seed, update, shard }));
    let there = pass.rows;
    if (pass.mask !== NONE) for (let r = 0; r < pass.rows; r++) if (ws.data[pass.mask + r] === 0) there--;
    const { T, B, mask, active } = pass;
    for (const { sums, states } of slot.readOuts) {
      const { every } = states;
      ws.stateSums({ sums, states: every.offset(pass), mask, active, T, B, H: every.width });
    }
    board.put(shard, pass, there);
  };

  const readOut: Command = (shard) => {
    const pass = board.get(shard, 0, DRAWN);
    const { T, B, mask, active } = pass;
    slots[shard].readOuts.forEach(({ states, rows, places }, d) => {
      const { every, reverse } = states;
      ws.readOutForward({
        rows,
        argmax: places,
        states: every.offset(pass),
        centre: moments[d].middle,
        sharpness: moments[d].slope,
        mask,
        active,
        T,
        B,
        H: every.width,
        reverse,
      });
    });
  };

  const backward: Command = (shard) => {
    const slot = slots[shard];
    const pass = board.get(shard, gradientsOf(shard), DRAWN);
    const { T, B, mask, active } = pass;
    ws.data.fill(0, pass.gradients, pass.gradients + blocks.blockSize);
    slot.readOuts.forEach(({ states, gradient, drows, rows, places }, d) => {
      const { every, reverse } = states;
      ws.readOutBackward({
        dstates: gradient.offset,
        drows,
        rows,
        argmax: places,
        states: every.offset(pass),
        centre: moments[d].middle,
        sharpness: moments[d].slope,
        mask,
        active,
        T,
        B,
        H: every.width,
        reverse,
      });
    });
    shared.losses[shard] = slot.loss(pass, shared.scale[0]);
  };

  /** Mean and spread of every unit over the batch, from the sums of its cases, in their order. */
  const takeMoments = (shards: number) => {
    let there = 0;
    for (let s = 0; s < shards; s++) there += board.stepsThere(s);
    moments.forEach(({ middle, slope, stride }, d) => {
      for (let j = 0; j < stride; j++) {
        let sum = 0;
        let squares = 0;
        for (let s = 0; s < shards; s++) {
          const { B } = board.get(s, 0, undefined);
          for (let b = 0; b < B; b++) {
            sum += ws.data[slots[s].readOuts[d].sums + 2 * b * stride + j];
            squares += ws.data[slots[s].readOuts[d].sums + (2 * b + 1) * stride + j];
          }
        }
        const mean = there > 0 ? sum / there : 0;
        const variance = there > 0 ? squares / there - mean * mean : 0;
        ws.data[middle + j] = mean;
        ws.data[slope + j] = 1 / (SOFTNESS * Math.sqrt(Math.max(variance, 0) + VARIANCE_FLOOR));
      }
    });
  };

  /** Calls `visit` with every number of the read-outs: its place in the arena (of `rows` or `drows`) and in the table. */
  const eachNumber = (n: number, of: "rows" | "drows", visit: (arena: number, table: number) => void) => {
    const S = shardsOf(n);
    const widths = slots[0].readOuts.map(({ states }) => states.every.width);
    const R = head.width;
    const Z = R / PER_UNIT;
    for (let s = 0; s < S; s++) {
      const { B, order } = board.get(s, 0, undefined);
      for (let b = 0; b < B; b++) {
        // Positions: the first half of a shard's cases are first views, the others second ones.
        const k = order[b];
        const own = B / 2;
        const position = s + (k % own) * S;
        const row = (k < own ? position : n + position) * R;
        let column = 0;
        widths.forEach((width, d) => {
          const { stride } = moments[d];
          const from = slots[s].readOuts[d][of] + b * PER_UNIT * stride;
          for (let part = 0; part < PER_UNIT; part++)
            for (let j = 0; j < width; j++) visit(from + part * stride + j, row + part * Z + column + j);
          column += width;
        });
      }
    }
  };

  return {
    commands: { forward, readOut, backward },
    gradientBlocks: () => shardsOf(current().indices.length) + 1,

    run(crew, places) {
      const { indices, update } = current();
      const n = indices.length;
      const shards = shardsOf(n);
      crew.run(places.forward, shards);
      takeMoments(shards);
      crew.run(places.readOut, shards);

      const table = new Float64Array(2 * n * head.width);
      const { data } = ws;
      eachNumber(n, "rows", (arena, at) => {
        table[at] = data[arena];
      });
      const caseOf = (row: number) => indices[row % n];
      const rows: ReadOutRows = {
        labels: head.crossEntropy && Int32Array.from({ length: 2 * n }, (_, r) => train.labels![caseOf(r)]),
        weights: train.weights && Float32Array.from({ length: 2 * n }, (_, r) => train.weights![caseOf(r)]),
        drop(kept, rate) {
          const random = randomStream(seed, 12, update);
          for (let k = 0; k < kept.length; k++) kept[k] = random.uniform() < rate ? 0 : 1 / (1 - rate);
        },
      };
      products ??= engineProducts(engine, headSizes(2 * slots.length * VIEWED_SHARD, head));
      const block = (at: number) => data.subarray(at, at + blocks.blockSize);
      const own = gradientsOf(shards);
      data.fill(0, own, own + blocks.blockSize);
      const { loss: judged, dRows } = judgeReadOuts(
        head,
        table,
        rows,
        block(blocks.weights),
        block(own),
        products,
      );
      for (let s = 0; s < shards; s++)
        slots[s].readOuts.forEach(({ drows, states }) => {
          data.fill(0, drows, drows + 2 * VIEWED_SHARD * PER_UNIT * states.every.stride);
        });
      eachNumber(n, "drows", (arena, at) => {
        data[arena] = dRows[at];
      });

      let count = 0;
      for (let s = 0; s < shards; s++) count += board.valuesSeen(s);
      shared.scale[0] = reconstruction / Math.max(count, 1);
      crew.run(places.backward, shards);
      let loss = 0;
      for (let s = 0; s < shards; s++) loss += shared.losses[s];
      return { loss: loss / Math.max(count, 1), count, judged };
    },
  };
}

/** The largest products that the head makes. */
function headSizes(M: number, { width, contrastive, crossEntropy }: NonNullable<Network["head"]>) {
  const layers = [...(contrastive?.projection ?? []), ...(crossEntropy ? [crossEntropy.output] : [])];
  const most = (axis: number) => Math.max(...layers.map(({ kernel }) => kernel.shape[axis]));
  return { M, K: Math.max(width, most(0)), N: most(1) };
}
