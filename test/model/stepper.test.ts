import { describe, expect, test } from "vitest";
import {
  encode,
  fitAutoencoder,
  type Model,
  OptionError,
  openStepper,
  ShapeError,
  untrainedAutoencoder,
} from "../../src/index.js";
import type { AutoencoderSpec } from "../../src/network/spec/spec.js";
import { isObserved, type SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { expectClose } from "../close.js";
import { engines } from "../engines.js";
import { randomSeries } from "../series.js";

const stacked: AutoencoderSpec = {
  encoder: [
    { type: "lstm", units: 5, returnSequences: true },
    { type: "timeDistributedDense", units: 4 },
    { type: "lstm", units: 7, activation: "relu" },
  ],
  decoder: [
    { type: "repeatVector" },
    { type: "lstm", units: 3, returnSequences: true },
    { type: "timeDistributedDense" },
  ],
};
const gappy = randomSeries({ N: 5, F: 3, lengths: (n) => [9, 4, 7, 1, 6][n], missing: 0.3 });
const withKinds: SequenceSet = {
  ...gappy,
  channels: [...gappy.channels.slice(0, 2), { name: "kind", kind: "categorical", vocabulary: ["a", "b"] }],
  values: gappy.values.map((value, k) => (k % 3 === 2 ? Number(value > 0) : 10 * value + 3)),
};

/** The event of step t of each sequence in `cases`, NaN where nothing was observed. */
function eventsAt(set: SequenceSet, cases: number[], t: number): number[] {
  const C = set.channels.length;
  return cases.flatMap((n) =>
    Array.from({ length: C }, (_, c) => {
      const k = (set.offsets[n] + t) * C + c;
      return isObserved(set, k) ? set.values[k] : Number.NaN;
    }),
  );
}

describe.each(engines)("$name", ({ engine }) => {
  test("event by event, any batch, a sequence ends in the latent that encode gives", async () => {
    const model = untrainedAutoencoder(engine, withKinds, {
      spec: stacked,
      prepare: { interpolation: "none" },
    });
    const expected = await encode(engine, model, withKinds);
    const stepper = openStepper(engine, model, { batch: 5 });
    expect([stepper.stateSize, stepper.latentSize]).toEqual([2 * (5 + 7), 7]);
    const rtol = engine.precision === "float64" ? 1e-7 : 1e-6; // states cross in float32
    for (let n = 0; n < 5; n++) {
      const state = stepper.start(1);
      let latent = new Float32Array();
      for (let t = 0; t < withKinds.offsets[n + 1] - withKinds.offsets[n]; t++)
        latent = Float32Array.from(stepper.step(state, eventsAt(withKinds, [n], t)));
      expectClose(latent, expected.values.subarray(n * 7, (n + 1) * 7), {
        rtol,
        atol: 1e-7,
        name: `case ${n}`,
      });
    }
    const states = stepper.start(3); // the three longest, four steps of each, with a stop on the way
    const stop = JSON.parse(JSON.stringify(Array.from(states)));
    let together = Float32Array.from(stop);
    let latents = new Float32Array();
    for (let t = 0; t < 4; t++) {
      latents = Float32Array.from(stepper.step(together, eventsAt(withKinds, [0, 2, 4], t)));
      together = Float32Array.from(JSON.parse(JSON.stringify(Array.from(together))));
    }
    const alone = stepper.start(1);
    let last = new Float32Array();
    for (let t = 0; t < 4; t++) last = Float32Array.from(stepper.step(alone, eventsAt(withKinds, [2], t)));
    expectClose(latents.subarray(7, 14), last, { rtol, atol: 1e-7, name: "batch" });
  });
});

const [{ engine }] = engines;
const plain = randomSeries({ N: 4, lengths: () => 5 });
const refuses = (model: Model) => expect(() => openStepper(engine, model)).toThrow(OptionError);

test("models that must see the whole sequence are refused", async () => {
  const bidirectional = structuredClone(stacked);
  bidirectional.encoder[0] = { type: "lstm", units: 5, returnSequences: true, bidirectional: true };
  refuses(untrainedAutoencoder(engine, plain, { spec: bidirectional }));
  refuses(untrainedAutoencoder(engine, plain, { prepare: { scaleScope: "series" } }));
  const timed = { ...plain, times: Float64Array.from({ length: 20 }, (_, k) => k % 5) };
  refuses(untrainedAutoencoder(engine, timed, { prepare: { resample: { step: 1, method: "linear" } } }));
});

test("wrong sizes and missing values for a model without masks are told", async () => {
  const model = await fitAutoencoder(engine, plain, {
    recipe: "simple",
    units: 3,
    threads: 0,
    train: { updates: 1 },
    readOuts: false,
  });
  const stepper = openStepper(engine, model);
  const C = plain.channels.length;
  expect(() => stepper.step(stepper.start(2), new Array(2 * C).fill(0))).toThrow(ShapeError);
  expect(() => stepper.step(stepper.start(1), new Array(C + 1).fill(0))).toThrow(ShapeError);
  expect(() => stepper.step(stepper.start(1), new Array(C).fill(Number.NaN))).toThrow(/interpolated/);
});
