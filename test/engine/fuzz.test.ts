import fc from "fast-check";
import { expect, test } from "vitest";
import { reference } from "../../src/engine/reference.js";
import type { Engine } from "../../src/index.js";
import type { AutoencoderSpec, LayerSpec } from "../../src/model/spec.js";
import { randomStream } from "../../src/random.js";
import type { SequenceSet } from "../../src/sequences/sequence-set.js";
import { expectClose } from "../close.js";
import { engines } from "../engines.js";
import { networkFor, outputOf, runPass } from "../model/run-pass.js";
import { randomSeries, withCategories } from "../series.js";
import { checked, guard } from "./checked.js";

/** UNDERTONE_FUZZ: how many networks; UNDERTONE_FUZZ_SEED: which. */
const numRuns = Number(process.env.UNDERTONE_FUZZ ?? 40);
const seed = Number(process.env.UNDERTONE_FUZZ_SEED ?? 5);

/** Promised for outputs, loss and gradients: of the largest entry of each tensor. */
const RTOL = 2e-5;

/** B T H (H + F) of a network at most, so that plain loops in float64 are done in some tens of milliseconds. */
const MOST_WORK = 3e5;

/** Numbers of an arena that is watched; larger ones would take seconds. */
const MOST_WATCHED = 100_000;

const size = fc.integer({ min: 1, max: 70 });
const activation = fc.constantFrom("tanh" as const, "relu" as const);

/** Anything that may stand in an encoder. The last layer is an LSTM that returns its last state. */
const encoders = {
  plain: (lstm: Lstm) => [lstm],
  backwards: (lstm: Lstm) => [{ ...lstm, goBackwards: true }],
  bidirectional: (lstm: Lstm) => [{ ...lstm, bidirectional: true }],
  stacked: (lstm: Lstm, D: number) => [{ ...lstm, units: D, returnSequences: true }, lstm],
  "stacked backwards": (lstm: Lstm, D: number) => [
    { ...lstm, units: D, returnSequences: true, goBackwards: true },
    lstm,
  ],
  "stacked both ways": (lstm: Lstm, D: number) => [
    { ...lstm, units: D, returnSequences: true, bidirectional: true },
    { ...lstm, bidirectional: true },
  ],
  noisy: (lstm: Lstm, D: number) => [
    { type: "gaussianNoise", stddev: 0.1 },
    { ...lstm, units: D, returnSequences: true },
    { type: "dropout", rate: 0.3 },
    lstm,
    { type: "dropout", rate: 0.2 },
  ],
  dense: (lstm: Lstm, D: number) => [{ type: "timeDistributedDense", units: D }, lstm],
  embedding: (lstm: Lstm, D: number) => [{ type: "embedding", units: (D % 9) + 1 }, lstm],
} satisfies Record<string, (lstm: Lstm, D: number) => LayerSpec[]>;
const decoders = {
  plain: [],
  dropout: [{ type: "dropout", rate: 0.2 }],
  dense: [{ type: "timeDistributedDense", units: 11 }],
} satisfies Record<string, LayerSpec[]>;

type Lstm = Extract<LayerSpec, { type: "lstm" }>;

const networks = fc
  .record({
    ...{ B: size, T: size, F: size, H: size, D: size, activation, seed: fc.integer() },
    encoder: fc.constantFrom(...(Object.keys(encoders) as (keyof typeof encoders)[])),
    decoder: fc.constantFrom(...(Object.keys(decoders) as (keyof typeof decoders)[])),
    decodes: fc.constantFrom("forward", "backwards", "both ways"),
    lengths: fc.constantFrom("equal", "ragged", "half of them empty"),
    ...{ missing: fc.constantFrom(0, 0.2, 0.9), weighted: fc.boolean(), categories: fc.boolean() },
  })
  .map(fitted);

type Case = typeof networks extends fc.Arbitrary<infer Value> ? Value : never;

/** Smaller where all sizes are large at once; each alone still reaches 70. */
function fitted<Sizes extends { B: number; T: number; F: number; H: number; D: number; seed: number }>(
  sizes: Sizes,
): Sizes {
  const fit = { ...sizes };
  const random = randomStream(sizes.seed);
  const work = () => fit.B * fit.T * Math.max(fit.H, fit.D) * (fit.H + fit.D + fit.F);
  while (work() > MOST_WORK) {
    const name = (["B", "T", "F", "H", "D"] as const)[random.integer(5)];
    fit[name] = Math.ceil(fit[name] * random.uniform());
  }
  return fit;
}

function specOf({ encoder, decoder, decodes, activation, H, D }: Case): AutoencoderSpec {
  return {
    encoder: encoders[encoder]({ type: "lstm", units: H, activation }, D),
    decoder: [
      { type: "repeatVector" },
      {
        ...{ type: "lstm", units: D, activation, returnSequences: true },
        ...{ goBackwards: decodes === "backwards", bidirectional: decodes === "both ways" },
      },
      ...decoders[decoder],
      { type: "timeDistributedDense" },
    ],
  };
}

function dataOf({ B, T, F, lengths, missing, weighted, categories, encoder, seed }: Case): SequenceSet {
  const random = randomStream(seed, 1);
  const length = () => {
    if (lengths === "equal") return T;
    return lengths === "ragged" || random.uniform() < 0.5 ? random.integer(T + 1) : 0;
  };
  const plain = randomSeries({ N: B, F, lengths: length, missing, seed });
  const set = categories || encoder === "embedding" ? withCategories(plain) : plain;
  if (weighted) set.weights = Float32Array.from({ length: B }, () => random.integer(4) / 2);
  return set;
}

/** Output, loss and gradients of one step of training, noise and dropout on. */
function step(engine: Engine, each: Case, set: SequenceSet) {
  const network = networkFor(engine, specOf(each), set, { steps: each.T, seed: each.seed });
  network.weights.set(Float32Array.from(network.weights)); // the reference rounds them as the others do
  network.pack();
  const { pass, loss } = runPass(network, set, { backward: true, update: 1 });
  return { output: outputOf(network, pass), loss, gradients: network.gradients, network };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

const fast = engines.filter(({ engine }) => engine.precision === "float32");

test(`${numRuns} networks (seed ${seed}): every engine agrees with the reference and keeps to its tensors, AVX2 and AVX-512 to the bit`, {
  timeout: 3_600_000,
}, () => {
  fc.assert(
    fc.property(networks, (each) => {
      const set = dataOf(each);
      const expected = step(checked(reference, MOST_WATCHED), each, set);
      // A float32 sum errs by its terms, not by its result: what cancels is noise of the whole. So a tensor whose
      // gradient is below a thousandth of the norm of all, or an output below 0.05, is held to that instead.
      const { ws, blocks } = expected.network;
      const norm = Math.sqrt(ws.squaredNorm(blocks.gradients, blocks.blockSize));
      const steps = new Map<string, ReturnType<typeof step>>();
      for (const { engine, name } of fast) {
        const got = step(checked(engine, MOST_WATCHED), each, set);
        steps.set(name, got);
        expectClose(got.output, expected.output, { rtol: RTOL, atol: 1e-6, name: `${name}: output` });
        expectClose([got.loss], [expected.loss], { rtol: RTOL, name: `${name}: loss` });
        for (const { name: tensor, start, size } of expected.network.parameters)
          expectClose(
            got.gradients.subarray(start, start + size),
            expected.gradients.subarray(start, start + size),
            { rtol: RTOL, atol: 1e-3 * RTOL * norm, name: `${name}: ${tensor}` },
          );
      }
      const [narrow, wide] = ["native-avx2", "native-avx512"].map((name) => steps.get(name));
      if (narrow && wide) {
        expect(wide.loss).toBe(narrow.loss);
        expect(wide.output).toEqual(narrow.output);
        expect(Buffer.compare(bytesOf(wide.gradients), bytesOf(narrow.gradients))).toBe(0);
      }
    }),
    { numRuns, seed, endOnFailure: true },
  );
});

test.skipIf(!process.env.UNDERTONE_NATIVE?.includes("sanitized"))("the sanitizers watch the arena", () => {
  expect(guard).toBeTypeOf("function");
});
