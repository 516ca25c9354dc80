import { expect, test } from "vitest";
import {
  DataError,
  encode,
  loadEngine,
  type Model,
  OptionError,
  openStepper,
  ShapeError,
  sequencesFrom,
  untrainedAutoencoder,
} from "../../src/index.js";

const engine = await loadEngine();
const letters = sequencesFrom(
  Array.from({ length: 9 }, (_, n) => ["a", "b", "c", "a"].map((_, t) => "abc"[(n + t) % 3])),
);
const numbers = sequencesFrom(Array.from({ length: 9 }, (_, n) => [0, 1, 2, 3, 4].map((t) => Math.sin(n + t))));
const ofLetters = untrainedAutoencoder(engine, letters, { recipe: "masked", units: 5 });
const ofNumbers = (activation: "tanh" | "relu" = "tanh") =>
  untrainedAutoencoder(engine, numbers, { recipe: "masked", units: 5, activation });

function stepped(model: Model, values: unknown[]): number[] {
  const stepper = openStepper(engine, model);
  const state = stepper.start();
  let latent: number[] = [];
  for (const value of values) latent = Array.from(stepper.step(state, [value] as number[]));
  return latent;
}

test("a category that training did not have is missing: alone in a step, it skips the step as encode does", async () => {
  const set = sequencesFrom([["a", "zzz", "b"]], { channels: [{ name: "value", kind: "categorical" }] });
  const { values } = await encode(engine, ofLetters, set);
  expect(stepped(ofLetters, [0, 7, 1])).toEqual(Array.from(values));
  expect(stepped(ofLetters, [0, Number.NaN, 1])).toEqual(Array.from(values));
});

test("where a channel has a category for the rest, an unknown category is one of those, as in encode", async () => {
  const rest = { ...letters, channels: [{ ...letters.channels[0], rest: 1 }] };
  const model = untrainedAutoencoder(engine, rest, { recipe: "masked", units: 5 });
  const set = sequencesFrom([["a", "zzz", "b"]]);
  const { values } = await encode(engine, model, set);
  expect(stepped(model, [0, 7, 1])).toEqual(Array.from(values));
  expect(stepped(model, [0, 1, 1])).toEqual(Array.from(values));
});

test("vocabularies are compared entry by entry: a line break in a category makes no other vocabulary equal", async () => {
  const lined = (vocabulary: string[], word: string) =>
    sequencesFrom([[word, word]], { channels: [{ name: "value", kind: "categorical", vocabulary }] });
  const model = untrainedAutoencoder(engine, lined(["a\nb", "c"], "c"), { recipe: "masked", units: 5 });
  const features = async (set: ReturnType<typeof lined>) => Array.from((await encode(engine, model, set)).values);
  expect(await features(lined(["a", "b\nc"], "b\nc"))).toEqual(new Array(5).fill(0)); // unknown, so missing
  expect((await features(lined(["c"], "c"))).some((value) => value !== 0)).toBe(true);
});

test.each([1.5, -1, -0.5, "x", "1", undefined, null, true, 1n, Number.POSITIVE_INFINITY])(
  "%s is no category",
  (value) => {
    expect(() => stepped(ofLetters, [value])).toThrow(DataError);
    expect(() => stepped(ofLetters, [value])).toThrow(/event 0, channel "value": got .*index of a category/);
  },
);

test.each(["x", "3", undefined, null, true, 1n, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 3.5e38])(
  "%s is no number for a channel, whatever the activation",
  (value) => {
    for (const activation of ["tanh", "relu"] as const)
      expect(() => stepped(ofNumbers(activation), [value])).toThrow(/event 0, channel "value": got .*32-bit floats/);
  },
);

test("a mark for no data is missing, a value beyond what scaling can hold is refused", () => {
  const plain = stepped(ofNumbers(), [0.5, Number.NaN, -0.25]);
  for (const mark of [3.4028235e38, -3.40282e38]) expect(stepped(ofNumbers(), [0.5, mark, -0.25])).toEqual(plain);
  expect(() => stepped(ofNumbers(), [3e38])).toThrow(/channel "value": got 3\.0\d*e\+38.*when scaled/);
  const simple = untrainedAutoencoder(engine, numbers, { recipe: "simple", units: 5 });
  expect(() => stepped(simple, [3.4028235e38])).toThrow(/missing.*interpolated/);
});

test("a state that is damaged or no state is refused, and kept as it was when a step fails", () => {
  const stepper = openStepper(engine, ofNumbers());
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const state = stepper.start();
    state[3] = bad;
    expect(() => stepper.step(state, [1])).toThrow(/number 3 of its state/);
  }
  for (const state of [new Float32Array(stepper.stateSize + 1), new Float32Array(0), [0], undefined, null])
    expect(() => stepper.step(state as Float32Array, [1])).toThrow(ShapeError);
  expect(() => stepper.step(new Float64Array(stepper.stateSize) as never, [1])).toThrow(ShapeError);
  expect(() => stepper.step(stepper.start(), undefined as never)).toThrow(ShapeError);
  for (const count of [0, 1.5, -1, Number.NaN]) expect(() => stepper.start(count)).toThrow(OptionError);
  const state = stepper.start();
  stepper.step(state, [1]);
  const before = state.slice();
  expect(() => stepper.step(state, ["x" as never])).toThrow(DataError);
  expect(state).toEqual(before);
});

test("a latent is finite or an error, and the state stays", () => {
  const model = ofNumbers("relu");
  const large = { ...model, weights: model.weights.map((weight) => Math.abs(weight) * 1e30) };
  const stepper = openStepper(engine, large);
  const state = stepper.start();
  let failed: unknown;
  for (let t = 0; t < 50 && !failed; t++) {
    const before = state.slice();
    try {
      expect(stepper.step(state, [1000]).every(Number.isFinite)).toBe(true);
    } catch (error) {
      failed = error;
      expect(state).toEqual(before);
    }
  }
  expect(failed).toBeInstanceOf(DataError);
  expect(String(failed)).toMatch(/latent|state/);
});
