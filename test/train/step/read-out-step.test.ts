import { expect, test } from "vitest";
import type { Engine } from "../../../src/engine/engine.js";
import { reference } from "../../../src/engine/reference/reference.js";
import { type Phase, soloCrew } from "../../../src/engine/threads/crew.js";
import { engineProducts } from "../../../src/network/losses/read-out/products.js";
import { readOutLoss } from "../../../src/network/losses/read-out/read-out-loss.js";
import type { AutoencoderSpec } from "../../../src/network/spec/spec.js";
import { longestOf } from "../../../src/sequences/set/sequence-set.js";
import { resolveTrainOptions } from "../../../src/train/options.js";
import { VIEWED_SHARD } from "../../../src/train/step/shards.js";
import { sharedBatches } from "../../../src/train/step/shared-training.js";
import { createTrainer } from "../../../src/train/step/trainer.js";
import { createUpdates } from "../../../src/train/step/update.js";
import { expectClose } from "../../close.js";
import { engines, tolerance } from "../../engines.js";
import { meanOf, readOutByHand, spreadOf } from "../../network/losses/read-out-by-hand.js";
import { randomSeries, withCategories } from "../../series.js";

const N = 11; // two shards, of six and of five
const UPDATE = 4;
const set = {
  ...withCategories(randomSeries({ N, F: 3, lengths: (n) => 3 + ((n * 5) % 7), missing: 0.15 })),
  labels: Int32Array.from({ length: N }, (_, n) => (n % 5 === 4 ? -1 : n % 3)),
  classNames: ["a", "b", "c"],
  weights: Float32Array.from({ length: N }, (_, n) => [1, 2, 0.5, 3][n % 4]),
};

const specWith = (dropout: number): AutoencoderSpec => ({
  encoder: [
    { type: "gaussianNoise", stddev: 0.1 },
    { type: "lstm", units: 2, bidirectional: true, returnSequences: true },
    { type: "dropout", rate: 0.2 },
    { type: "lstm", units: 3 },
  ],
  decoder: [
    { type: "repeatVector" },
    { type: "lstm", units: 2, returnSequences: true },
    { type: "timeDistributedDense" },
  ],
  readOutLoss: {
    reconstruction: 0.7,
    contrastive: { weight: 0.5, hidden: 5, size: 3 },
    crossEntropy: { weight: 1.5, dropout },
  },
});

/** One update over the whole set, with weights that are not special; `before` sees every phase first. */
function prepared(engine: Engine, spec: AutoencoderSpec, before: (phase: Phase) => void = () => {}) {
  const options = resolveTrainOptions({ seed: 3, batchSize: N });
  const job = { spec, train: set, longest: longestOf(set), validation: undefined, options, batchSize: N, threads: 1 };
  const trainer = createTrainer(engine, job);
  const { network } = trainer;
  network.weights.forEach((weight, k) => {
    network.weights[k] = Math.fround(weight + 0.05 * Math.sin(7 * k));
  });
  const solo = soloCrew();
  const run = (...phases: readonly Phase[]) => {
    for (const phase of phases) {
      before(phase);
      solo.run(phase);
    }
  };
  const updates = createUpdates(trainer, { ...solo, run });
  const update = () => {
    network.pack();
    const { loss, readOutLoss: ofReadOuts } = updates.gradient(
      Int32Array.from({ length: N }, (_, n) => n),
      UPDATE,
    );
    return { loss, ofReadOuts, sum: spec.readOutLoss!.reconstruction! * loss + ofReadOuts };
  };
  return { trainer, network, update };
}

/** Two of five weights of each parameter are looked at: 5 divides no size of a layer, so each row and column is met. */
const isLookedAt = (k: number) => k % 5 === 0 || k % 5 === 3;

test("gradients of the whole update agree with central differences, moments being constants", () => {
  let held: Float64Array[] | undefined;
  const { trainer, network, update } = prepared(reference, specWith(0.2), (phase) => {
    const [, readOut] = trainer.step.phases;
    if (phase === readOut && held)
      network.moments.forEach(({ centre, sharpness }, d) => {
        network.ws.data.set(held![2 * d], centre);
        network.ws.data.set(held![2 * d + 1], sharpness);
      });
  });
  update();
  held = network.moments.flatMap(({ centre, sharpness, stride }) =>
    [centre, sharpness].map((at) => Float64Array.from(network.ws.data.subarray(at, at + stride))),
  );
  const gradients = network.gradients.slice();
  const step = 1e-5;
  for (const { name, start, size } of network.parameters) {
    const some = Int32Array.from({ length: size }, (_, k) => k).filter(isLookedAt);
    const numeric = Float64Array.from(some, (k) => {
      const kept = network.weights[start + k];
      network.weights[start + k] = kept + step;
      const up = update().sum;
      network.weights[start + k] = kept - step;
      const slope = (up - update().sum) / (2 * step);
      network.weights[start + k] = kept;
      return slope;
    });
    expect(numeric.some((value) => value !== 0)).toBe(true);
    // Central differences err by step^2 and by rounding / step, both near 1e-10.
    expectClose(
      Float64Array.from(some, (k) => gradients[start + k]),
      numeric,
      { rtol: 1e-6, atol: 1e-9, name },
    );
  }
});

test("the loss is that of every case's read-out, beside its label and its other view", () => {
  const { trainer, network, update } = prepared(reference, specWith(0));
  const { ofReadOuts } = update();
  const head = network.head!;
  const { data } = network.ws;
  const batches = sharedBatches(trainer.shared.batches, 2 * VIEWED_SHARD);
  const shards = Math.ceil(N / VIEWED_SHARD);
  /** Of view v of case n, at v N + n: each unit's values at the steps that are there. */
  const series: number[][][] = [];
  const reverse: boolean[] = [];
  for (let s = 0; s < shards; s++) {
    const batch = batches.get(s, 0);
    const units = network.slots[s].readOut!.states.flatMap((states) =>
      Array.from({ length: states.every.width }, (_, j) => {
        if (s === 0) reverse.push(states.reverse);
        return (row: number) => data[states.every.offset(batch) + row * states.every.stride + j];
      }),
    );
    for (let b = 0; b < batch.B; b++) {
      const rows: number[] = [];
      for (let t = 0, start = 0; t < batch.T; t++) {
        const n = batch.active < 0 ? batch.B : data[batch.active + t];
        if (b < n && (batch.mask < 0 || data[batch.mask + start + b] !== 0)) rows.push(start + b);
        start += n;
      }
      const [view, place] = [Math.floor(batch.order[b] / (batch.B / 2)), batch.order[b] % (batch.B / 2)];
      series[view * N + trainer.shared.indices[s + place * shards]] = units.map((read) => rows.map(read));
    }
  }
  const moments = reverse.map((_, z) => {
    const all = series.flatMap((units) => units[z]);
    return { mean: meanOf(all), spread: spreadOf(all) };
  });
  const table = series.flatMap((units) => {
    const numbers = units.map((values, z) => readOutByHand(values, moments[z], reverse[z]));
    return Array.from({ length: 9 }, (_, k) => numbers.map((own) => own[k])).flat();
  });
  const twice = <Value>(values: ArrayLike<Value>) => [...Array.from(values), ...Array.from(values)];
  const { weights, blockSize } = network.blocks;
  const { loss } = readOutLoss(
    head,
    Float64Array.from(table),
    { labels: twice(set.labels), weights: twice(set.weights) },
    data.subarray(weights, weights + blockSize),
    new Float64Array(blockSize),
    engineProducts(reference, { M: 2 * N, K: head.width, N: head.width }),
  );
  expect(loss).toBeGreaterThan(0.5);
  expect(ofReadOuts).toBeCloseTo(loss, 12);
});

test.each(engines.filter(({ engine }) => engine !== reference))(
  "$name: loss and gradients are those of the reference",
  ({ engine }) => {
    const [expected, got] = [reference, engine].map((each) => {
      const { network, update } = prepared(each, specWith(0.2));
      return { ...update(), network };
    });
    expectClose([got.sum], [expected.sum], { rtol: 1e-5, name: "loss" });
    for (const { name, start, size } of expected.network.parameters) {
      const of = ({ network }: typeof got) => network.gradients.subarray(start, start + size);
      expectClose(of(got), of(expected), { rtol: tolerance(engine), name });
    }
  },
);
