import { describe, expect, test } from "vitest";
import { encode, OptionError, openStepper, recipes, type Stepper, untrainedAutoencoder } from "../../src/index.js";
import { isObserved, type SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { scaleMethods } from "../../src/sequences/transform/scale.js";
import { expectClose } from "../close.js";
import { engines } from "../engines.js";
import { randomSeries } from "../series.js";

/** Amounts, whose logarithms are less skewed, beside a plain channel and categories. */
function events(missing: number): SequenceSet {
  const set = randomSeries({ N: 7, F: 3, lengths: (n) => [11, 1, 7, 5, 13, 3, 2][n], missing });
  const largest = set.values.findIndex((_, k) => k % 3 === 0 && isObserved(set, k));
  const amountOf = (value: number, k: number) => (k === largest ? 1e4 : 3.7 * Math.exp(4 * value));
  return {
    ...set,
    channels: [
      { name: "amount", kind: "numeric" },
      { name: "level", kind: "numeric" },
      { name: "kind", kind: "categorical", vocabulary: ["a", "b", "c"] },
    ],
    values: set.values.map((value, k) =>
      k % 3 === 0 ? amountOf(value, k) : k % 3 === 1 ? 10 * value + 3 : Number(value > 0),
    ),
  };
}

/** The latent of sequence n, stepped through from its start. */
function streamed(stepper: Stepper, set: SequenceSet, n: number): Float32Array {
  const C = set.channels.length;
  const state = stepper.start(1);
  let latent = new Float32Array(stepper.latentSize);
  for (let s = set.offsets[n]; s < set.offsets[n + 1]; s++) {
    const event = Array.from({ length: C }, (_, c) =>
      isObserved(set, s * C + c) ? set.values[s * C + c] : Number.NaN,
    );
    latent = Float32Array.from(stepper.step(state, event));
  }
  return latent;
}

/** Recipes whose models can be stepped. */
const stepwise = ["simple", "denoising", "masked", "composite"];

describe.each(engines)("$name", ({ engine }) => {
  test.each(scaleMethods)("scaled %s, a stream ends in the bits that encode gives, for every recipe", async (scale) => {
    const stepped: string[] = [];
    for (const { name: recipe, interpolation } of recipes) {
      const set = events(interpolation === "none" ? 0.3 : 0);
      const model = untrainedAutoencoder(engine, set, { recipe, units: 5, prepare: { scale } });
      if (scale === "log-standard") expect(model.metadata.preparation.scaler.logarithm?.[0]).toBe(true);
      let stepper: Stepper;
      try {
        stepper = openStepper(engine, model);
      } catch (error) {
        expect(error).toBeInstanceOf(OptionError);
        continue;
      }
      stepped.push(recipe);
      const { values } = await encode(engine, model, set, { threads: 0 });
      const Z = stepper.latentSize;
      for (let n = 0; n < set.ids.length; n++) {
        const latent = streamed(stepper, set, n);
        const expected = values.slice(n * Z, (n + 1) * Z);
        if (engine.precision === "float32") expect(latent).toEqual(expected);
        else expectClose(latent, expected, { rtol: 1e-6, atol: 1e-7, name: recipe }); // states cross in float32
      }
    }
    expect(stepped).toEqual(stepwise);
  });
});
