import { describe, expect, test } from "vitest";
import {
  decodeModel,
  encode,
  encodeModel,
  fitAutoencoder,
  OptionError,
  openStepper,
  recipes,
} from "../../src/index.js";
import { isObserved } from "../../src/sequences/set/sequence-set.js";
import { expectClose } from "../close.js";
import { engines } from "../engines.js";
import { randomSeries, withCategories } from "../series.js";

const plain = randomSeries({ N: 40, F: 3, lengths: (n) => 3 + ((n * 7) % 11), missing: 0.1 });
const data = { ...withCategories(plain), labels: plain.labels, classNames: plain.classNames };
const options = { units: 6, embedding: 5, train: { updates: 20, seed: 3 }, readOuts: false } as const;
const fast = engines.at(-1)!.engine;

test("in every recipe the encoder reads learned numbers in place of a column per category", () => {
  for (const { name, build } of recipes) {
    const [first, ...rest] = build({ units: 6, embedding: 5 }).encoder;
    expect([name, first]).toEqual([name, { type: "embedding", units: 5 }]);
    expect(rest).toEqual(build({ units: 6 }).encoder);
  }
});

describe.each(recipes)("recipe $name", ({ name: recipe }) => {
  test("it learns its table, and the model is the same on any number of threads and in its file", async () => {
    const [alone, several] = await Promise.all(
      [0, 3].map((threads) => fitAutoencoder(fast, data, { ...options, recipe, threads })),
    );
    expect(several.weights).toEqual(alone.weights);
    const longer = await fitAutoencoder(fast, data, { ...options, recipe, threads: 0, train: { updates: 1, seed: 3 } });
    const table = 4 * 5; // four categories, and the first parameters of the network
    expect(alone.weights.slice(0, table)).not.toEqual(longer.weights.slice(0, table));
    const loaded = decodeModel(encodeModel(alone), "m.undertone");
    const features = await encode(fast, alone, data, { threads: 0 });
    expect((await encode(fast, loaded, data, { threads: 2 })).values).toEqual(features.values);
    expect(features.values.every(Number.isFinite)).toBe(true);
  });
});

test("event by event, a sequence ends in the latent that encode gives", async () => {
  const model = await fitAutoencoder(fast, data, { ...options, recipe: "masked", threads: 0 });
  const { values } = await encode(fast, model, data, { threads: 0 });
  const stepper = openStepper(fast, model);
  for (const n of [0, 7, 39]) {
    const state = stepper.start();
    let latent = new Float32Array();
    for (let s = data.offsets[n]; s < data.offsets[n + 1]; s++) {
      const event = [0, 1, 2].map((c) => (isObserved(data, 3 * s + c) ? data.values[3 * s + c] : Number.NaN));
      latent = Float32Array.from(stepper.step(state, event));
    }
    expectClose(latent, values.subarray(6 * n, 6 * n + 6), { rtol: 1e-6, atol: 1e-7, name: `case ${n}` });
  }
});

test("a category that training did not see is a missing one: all zeros, and finite features", async () => {
  const model = await fitAutoencoder(fast, data, { ...options, recipe: "masked", threads: 0 });
  const channels = data.channels.map((channel) =>
    channel.kind === "categorical" ? { ...channel, vocabulary: ["new", "b", "c", "d"] } : channel,
  );
  const { values } = await encode(fast, model, { ...data, channels }, { threads: 0 });
  expect(values.every(Number.isFinite)).toBe(true);
  expect(values).not.toEqual((await encode(fast, model, data, { threads: 0 })).values);
});

test("without categories, and beside a spec, it is refused", async () => {
  await expect(fitAutoencoder(fast, plain, { ...options, threads: 0 })).rejects.toThrow(
    /`embedding` and no channel of categories.*would have no effect/,
  );
  const spec = recipes[0].build({ units: 4 });
  await expect(fitAutoencoder(fast, data, { ...options, spec, threads: 0 })).rejects.toThrow(OptionError);
  expect(() => recipes[0].build({ embedding: 0 })).toThrow(OptionError);
});
