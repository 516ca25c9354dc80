import { expect, test } from "vitest";
import { encode } from "../../src/features/encode.js";
import { decodeModel, encodeModel } from "../../src/model/model.js";
import { checkSpec } from "../../src/network/spec/check-spec.js";
import type { AutoencoderSpec } from "../../src/network/spec/spec.js";
import { trainModel, untrainedAutoencoder } from "../../src/train/fit.js";
import { engines } from "../engines.js";
import { randomSeries } from "../series.js";
import { latentsOf, networkFor, outputOf, runPass } from "./run-batch.js";

const set = randomSeries({ N: 9, F: 2, lengths: (n) => 8 + (n % 3), missing: 0.1 });
const plain: AutoencoderSpec = {
  encoder: [{ type: "lstm", units: 5 }],
  decoder: [
    { type: "repeatVector" },
    { type: "lstm", units: 5, returnSequences: true },
    { type: "timeDistributedDense" },
  ],
};
const masked = (share: number): AutoencoderSpec => ({
  ...plain,
  encoder: [{ type: "segmentMask", share, segments: 2 }, ...plain.encoder],
});

test.each(engines)("$name: nothing is hidden outside of training", async ({ engine }) => {
  const model = untrainedAutoencoder(engine, set, { spec: masked(0.5), prepare: { interpolation: "none" } });
  const whole = untrainedAutoencoder(engine, set, { spec: plain, prepare: { interpolation: "none" } });
  expect(model.weights).toEqual(whole.weights);
  const [a, b] = [await encode(engine, model, set), await encode(engine, whole, set)];
  expect(a.values).toEqual(b.values);
  expect((await encode(engine, decodeModel(encodeModel(model), "test"), set)).values).toEqual(a.values);
});

test.each(engines)("$name: while training the encoder sees less, the target is whole", ({ engine }) => {
  const run = (spec: AutoencoderSpec, update?: number) => {
    const network = networkFor(engine, spec, set, { steps: 10, seed: 3 });
    network.pack();
    const { pass, loss } = runPass(network, set, { update });
    const [slot] = network.slots;
    const at = slot.place.target;
    const target = Array.from(slot.ws.data.subarray(at, at + pass.rows * slot.width));
    return { loss, target, latents: latentsOf(network, pass), output: outputOf(network, pass) };
  };
  const whole = run(plain, 1);
  const hidden = run(masked(0.4), 1);
  expect(hidden.latents).not.toEqual(whole.latents);
  expect(hidden.target).toEqual(whole.target);
  expect(run(masked(0.4), 2).latents).not.toEqual(hidden.latents);
  expect(run(masked(0.4))).toEqual(run(plain));
  // the loss is that of the output against the whole target
  expect(hidden.loss).not.toBe(whole.loss);
});

test("training with it learns, and the same seed gives the same weights", async () => {
  const { engine } = engines[engines.length - 1];
  const train = { updates: 150, learningRate: 0.01, seed: 2 };
  const options = { spec: masked(0.15), train, validation: 0, threads: 0 };
  const [first, second] = [await trainModel(engine, set, options), await trainModel(engine, set, options)];
  expect(first.weights).toEqual(second.weights);
  const { history } = first.metadata.training;
  expect(history.at(-1)!.trainLoss).toBeLessThan(0.8 * history[0].trainLoss);
});

test("a mask that hides nothing, all, or the decoder's input is refused by name", () => {
  const check = (share: number, segments?: number) => () =>
    checkSpec({ ...plain, encoder: [{ type: "segmentMask", share, segments }, ...plain.encoder] });
  expect(check(0.1)).not.toThrow();
  for (const share of [0, 1, -0.1, Number.NaN]) expect(check(share)).toThrow("expected 0 < share < 1");
  for (const segments of [0, 1.5]) expect(check(0.1, segments)).toThrow("a whole number above 0");
  const [repeat, lstm, dense] = plain.decoder;
  expect(() =>
    checkSpec({ ...plain, decoder: [repeat, lstm, { type: "segmentMask", share: 0.1 }, dense] }),
  ).toThrow("decoder[2] (segmentMask)");
  expect(() =>
    checkSpec({ ...plain, encoder: [...plain.encoder, { type: "segmentMask", share: 0.1 }] }),
  ).toThrow("got a vector, expected a sequence");
});
