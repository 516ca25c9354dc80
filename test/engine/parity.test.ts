import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NONE, padTo } from "../../src/engine/engine.js";
import { reference } from "../../src/engine/reference/reference.js";
import type { Engine } from "../../src/index.js";
import type { AutoencoderSpec } from "../../src/network/spec/spec.js";
import { randomStream } from "../../src/random.js";
import type { SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { expectClose } from "../close.js";
import { engines, tolerance } from "../engines.js";
import { networkFor, outputOf, runPass } from "../network/run-batch.js";
import { randomSeries } from "../series.js";

const fast = engines.filter(({ engine }) => engine.precision === "float32");

/** Sizes that straddle every block: vectors of 4, panels of 16 columns, rows in pairs, chunks of 192 rows. */
const size = fc.oneof(fc.constantFrom(1, 2, 3, 4, 5, 15, 16, 17, 31, 33), fc.integer({ min: 1, max: 40 }));

function stepOf(engine: Engine, spec: AutoencoderSpec, set: SequenceSet, sizes: { steps: number; seed: number }) {
  const network = networkFor(engine, spec, set, sizes);
  network.weights.set(Float32Array.from(network.weights));
  network.pack();
  const { batch, loss } = runPass(network, set, { backward: true, update: 1 });
  const { gradients, parameters } = network;
  return { output: outputOf(network, batch), loss, gradients: gradients.slice(), parameters };
}

/** What the reference makes of each training step; every engine is held against the same ones. */
const known = new Map<string, ReturnType<typeof stepOf>>();

describe.each(fast)("$name against the reference", ({ engine }) => {
  test("a training step of any shape: output, loss, gradients", () => {
    fc.assert(
      fc.property(
        fc.record({ B: size, T: size, F: size, H: size, D: size }),
        fc.constantFrom("tanh", "relu"),
        fc.constantFrom("plain", "bidirectional", "backwards", "stacked", "pooled"),
        fc.boolean(),
        fc.integer(),
        ({ B, T, F, H, D }, activation, kind, ragged, seed) => {
          const lstm = { type: "lstm", units: H, activation } as const;
          const spec: AutoencoderSpec = {
            encoder:
              kind === "stacked"
                ? [
                    { type: "gaussianNoise", stddev: 0.1 },
                    { ...lstm, units: D, returnSequences: true },
                    { type: "dropout", rate: 0.2 },
                    lstm,
                  ]
                : [
                    {
                      ...lstm,
                      bidirectional: kind !== "plain" && kind !== "backwards",
                      goBackwards: kind === "backwards",
                      pool: kind === "pooled",
                    },
                  ],
            decoder: [
              { type: "repeatVector" },
              { type: "lstm", units: D, activation, returnSequences: true },
              { type: "timeDistributedDense" },
            ],
          };
          const lengths = (n: number) => (ragged ? (n * 7919 + seed) % (T + 1) : T);
          const set = randomSeries({
            N: B,
            F,
            lengths: (n) => Math.abs(lengths(n)),
            missing: ragged ? 0.1 : 0,
            seed,
          });
          const key = JSON.stringify([spec, B, F, T, ragged, seed]);
          const expected = known.get(key) ?? stepOf(reference, spec, set, { steps: T, seed });
          known.set(key, expected);
          const got = stepOf(engine, spec, set, { steps: T, seed });
          const rtol = tolerance(engine);
          expectClose(got.output, expected.output, { rtol, atol: 1e-6, name: "output" });
          expectClose([got.loss], [expected.loss], { rtol, name: "loss" });
          // A tensor whose whole gradient is below 1e-3 of the norm of all is noise of the others.
          const floor = 1e-3 * rtol * Math.sqrt(squared(expected.gradients));
          for (const { name, start, size } of expected.parameters)
            expectClose(got.gradients.subarray(start, start + size), expected.gradients.subarray(start, start + size), {
              ...{ rtol, atol: floor, name },
            });
        },
      ),
      { numRuns: 60, seed: 11 },
    );
  });

  test("products of any shape, and nothing written beside them", () => {
    fc.assert(
      fc.property(size, size, fc.oneof(size, fc.integer({ min: 180, max: 400 })), fc.integer(), (K, N, M, seed) => {
        const run = (chosen: Engine) => {
          const Np = padTo(N, chosen.lanes);
          const at = {
            a: 0,
            b: M * K,
            packed: M * K + K * N,
            c: M * K + K * N + K * Np,
            g: 0,
            dc: 0,
            end: 0,
          };
          at.g = at.c + M * Np;
          at.dc = at.g + M * Np;
          at.end = at.dc + K * Np;
          const ws = chosen.createWorkspace(at.end + 1);
          const random = randomStream(seed);
          for (let k = 0; k < M * K + K * N; k++) ws.data[k] = Math.fround(random.normal());
          for (let m = 0; m < M; m++)
            for (let n = 0; n < N; n++) ws.data[at.g + m * Np + n] = Math.fround(random.normal());
          ws.data[at.end] = 77;
          const { a, b, packed, c, g, dc } = at;
          ws.gemmPack({ packed, b, K, N, ldb: N, transposed: false });
          ws.gemm({ c, a, packed, bias: NONE, M, N: Np, K, ldc: Np, lda: K, accumulate: false });
          ws.gemmTransposed({ c: dc, a, g, M, N: Np, K, ldc: Np, lda: K, ldg: Np });
          expect(ws.data[at.end]).toBe(77);
          const unpad = (from: number, rows: number) =>
            Array.from({ length: rows * N }, (_, k) => ws.data[from + Math.floor(k / N) * Np + (k % N)]);
          return { c: unpad(at.c, M), dc: unpad(at.dc, K) };
        };
        const expected = run(reference);
        const got = run(engine);
        // Float32 sums of up to 400 products: error grows like sqrt(400) * 2^-24 of the largest.
        expectClose(got.c, expected.c, { rtol: 2e-6, name: "a b" });
        expectClose(got.dc, expected.dc, { rtol: 2e-6, name: "a^T g" });
      }),
      { numRuns: 60, seed: 12 },
    );
  });

  test("gradients about to become denormal are flushed to zero, larger ones are not", () => {
    const [T, B, H] = [2, 2, 16];
    const G = 4 * H;
    const ws = engine.createWorkspace(8192);
    const [hidden, cells, gates, last, packed] = [0, 256, 512, 1024, 1088];
    const [dh, dc, dweights, packedU, dconstant, constant] = [3200, 3264, 3328, 5504, 7600, 7800];
    const absent = { x: NONE, mask: NONE, active: NONE };
    const sizes = { T, B, H, F: 0, ldx: 0, useRelu: false, reverse: false };
    const run = (size: number) => {
      ws.data.fill(0);
      ws.lstmForward({ hidden, cells, gates, last, packed, constant, keep: true, ...absent, ...sizes });
      ws.data.fill(size, dh, dh + B * H);
      ws.data.fill(1, cells, cells + (T + 1) * B * H);
      const gradients = { gates, dh, dc, dweights, dx: NONE, dconstant, dhidden: NONE, ldd: 0 };
      ws.lstmBackward({ ...gradients, cells, hidden, packedU, packedW: NONE, ...absent, ...sizes });
      return Array.from(ws.data.subarray(gates, gates + T * B * G)).filter((value) => value !== 0).length;
    };
    expect(run(engine.name.startsWith("wasm") ? 1e-32 : 1e-38)).toBe(0);
    expect(run(1e-20)).toBeGreaterThan(0);
  });
});

test("CI sees every engine", () => {
  if (process.env.CI)
    expect(engines.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["reference", "wasm-simd128", "wasm-relaxed-simd", "native-baseline"]),
    );
});

function squared(values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k] * values[k];
  return sum;
}
