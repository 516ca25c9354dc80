import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/index.js";
import { recipes } from "../../src/network/spec/recipes.js";
import type { AutoencoderSpec } from "../../src/network/spec/spec.js";
import { createBitmap, isObserved, type SequenceSet, setBit } from "../../src/sequences/set/sequence-set.js";
import { expectClose } from "../close.js";
import { engines, tolerance } from "../engines.js";
import { randomSeries } from "../series.js";
import { latentsOf, networkFor, runPass } from "./run-batch.js";

/** Without losses on read-outs, which look at a whole batch: test/train/step/read-out-step.test.ts. */
const specs: AutoencoderSpec[] = [
  ...recipes.map((recipe) => ({ ...recipe.build({ units: 5 }), readOutLoss: undefined })),
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
  const network = networkFor(engine, spec, set, { steps, seed: 4 });
  network.pack();
  const { batch, loss } = runPass(network, set, { backward: true });
  return { loss, latent: latentsOf(network, batch), gradients: network.gradients.slice() };
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
      const network = networkFor(engine, spec, set, { steps: 5, seed: 4 });
      for (const { start } of network.parameters) {
        const held = network.weights[start];
        network.weights[start] = Number.NaN;
        network.pack();
        expect(runPass(network, set, { backward: true }).loss).toBeNaN();
        expect(network.ws.squaredNorm({ a: network.blocks.gradients, n: network.blocks.blockSize })).toBeNaN();
        network.weights[start] = held;
      }
    }
  });
});
