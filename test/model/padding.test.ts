import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/index.js";
import { fillBatch } from "../../src/model/batch.js";
import { columnsOf } from "../../src/model/columns.js";
import { createNetwork, type Network } from "../../src/model/network.js";
import { type AutoencoderSpec, recipes } from "../../src/model/spec.js";
import { createBitmap, isObserved, type SequenceSet, setBit } from "../../src/sequences/sequence-set.js";
import { expectClose } from "../close.js";
import { engines, tolerance } from "../engines.js";
import { randomSeries } from "../series.js";

const specs: AutoencoderSpec[] = [
  ...recipes.map((recipe) => recipe.build({ units: 5 })),
  {
    encoder: [{ type: "lstm", units: 5, bidirectional: true }],
    decoder: recipes[0].build({ units: 3 }).decoder,
  },
  {
    encoder: [{ type: "lstm", units: 5, goBackwards: true }],
    decoder: recipes[0].build({ units: 3 }).decoder,
  },
];

/** The same sequences with `extra` empty steps behind each, and one longer companion in the batch. */
function pad(set: SequenceSet, extra: number): SequenceSet {
  const F = set.channels.length;
  const N = set.ids.length;
  const offsets = set.offsets.map((offset, n) => offset + n * extra);
  const values = new Float32Array(offsets[N] * F);
  const observed = createBitmap(values.length, false);
  for (let n = 0; n < N; n++)
    for (let k = set.offsets[n] * F; k < set.offsets[n + 1] * F; k++) {
      const to = k + n * extra * F;
      values[to] = set.values[k];
      if (isObserved(set, k)) setBit(observed, to, true);
    }
  return { ...set, offsets, values, observed };
}

function run(engine: Engine, spec: AutoencoderSpec, set: SequenceSet, steps: number) {
  const { groups } = columnsOf(set.channels);
  const B = set.ids.length;
  const network = createNetwork(engine, { spec, columns: groups, batch: B, steps, purpose: "training" }, 4);
  network.pack();
  const batch = fillBatch(
    network,
    set,
    groups,
    set.ids.map((_, n) => n),
  );
  const pass = network.forward(batch);
  const loss = network.loss(batch, pass, true);
  return { loss, latent: latentOf(network, pass, B), gradients: network.gradients.slice() };
}

function latentOf({ latent, ws }: Network, pass: Parameters<Network["latent"]["offset"]>[0], B: number) {
  return Array.from({ length: B }, (_, b) =>
    Array.from(ws.data.subarray(latent.offset(pass) + b * latent.stride).subarray(0, latent.width)),
  ).flat();
}

describe.each(engines)("$name", ({ engine }) => {
  test("padding changes no latent, no loss and no gradient", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...specs),
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(0, 0.2),
        (spec, lengths, extra, F, missing) => {
          const set = randomSeries({ N: lengths.length, F, lengths: (n) => lengths[n], missing });
          const plain = run(engine, spec, set, 10);
          const padded = run(engine, spec, pad(set, extra), 50);
          const rtol = tolerance(engine);
          expectClose(padded.latent, plain.latent, { rtol, name: "latent" });
          expectClose([padded.loss], [plain.loss], { rtol, name: "loss" });
          expectClose(padded.gradients, plain.gradients, { rtol, name: "gradients" });
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });

  test("a set of empty sequences has the zero latent, loss 0 and no gradient", () => {
    const empty = run(engine, specs[0], randomSeries({ N: 3, lengths: () => 0 }), 4);
    expect(empty.loss).toBe(0);
    expect(empty.latent.every((value) => value === 0)).toBe(true);
    expect(empty.gradients.every((value) => value === 0)).toBe(true);
  });

  test("NaN in the weights reaches the loss and the gradients", () => {
    for (const spec of [recipes[0].build({ units: 6 }), recipes[0].build({ units: 6, activation: "relu" })]) {
      const set = randomSeries({ N: 3, lengths: () => 5 });
      const { groups } = columnsOf(set.channels);
      const network = createNetwork(
        engine,
        { spec, columns: groups, batch: 3, steps: 5, purpose: "training" },
        4,
      );
      for (const { start } of network.parameters) {
        const held = network.weights[start];
        network.weights[start] = Number.NaN;
        network.pack();
        const batch = fillBatch(network, set, groups, [0, 1, 2]);
        expect(network.loss(batch, network.forward(batch), true)).toBeNaN();
        expect(network.ws.squaredNorm(network.blocks.gradients, network.blocks.blockSize)).toBeNaN();
        network.weights[start] = held;
      }
    }
  });
});
