import { describe, expect, test } from "vitest";
import { oneHotColumns } from "../../../src/network/batch/one-hot-columns.js";
import { createNetwork, type Network } from "../../../src/network/network.js";
import { recipes } from "../../../src/network/spec/recipes.js";
import { resolveTrainOptions } from "../../../src/train/options.js";
import { adamStep, blockCount, clipScale, learningRateAt, sumGradients } from "../../../src/train/step/optimizer.js";
import { expectClose } from "../../close.js";
import { engines } from "../../engines.js";

const { groups } = oneHotColumns([{ name: "c", kind: "numeric" }]);
/** Both halves of an update over all blocks; what is in shard 0 is the gradient. */
function takeStep(network: Network, rate: number, count: number, clipNorm: number): number {
  const blocks = Array.from({ length: blockCount(network) }, (_, block) => block);
  const norm = Math.sqrt(blocks.reduce((sum, block) => sum + sumGradients(network, 1, block), 0));
  for (const block of blocks) adamStep(network, rate, count, clipScale(norm, clipNorm), block);
  return norm;
}

const build = (engine: (typeof engines)[number]["engine"]) =>
  createNetwork(
    engine,
    { spec: recipes[0].build({ units: 48 }), columns: groups, batch: 1, steps: 1, purpose: "training" },
    1,
  );

describe.each(engines)("$name", ({ engine }) => {
  test("three steps of Adam with clipping agree with the formula of Keras", () => {
    const network = build(engine);
    const n = network.weights.length;
    const w = Float64Array.from(network.weights);
    const m = new Float64Array(n);
    const v = new Float64Array(n);
    for (let step = 1; step <= 3; step++) {
      const g = Float64Array.from({ length: n }, (_, k) => Math.fround(Math.sin(k * step) * 10 ** ((k % 5) - 3)));
      network.ws.data.set(g, network.blocks.shards);
      const norm = Math.sqrt(g.reduce((sum, x) => sum + x * x, 0));
      expectClose([takeStep(network, 0.01, step, 1)], [norm], { rtol: 1e-6, name: "norm" });
      for (let k = 0; k < n; k++) {
        const clipped = g[k] * Math.min(1, 1 / norm);
        m[k] = 0.9 * m[k] + 0.1 * clipped;
        v[k] = 0.999 * v[k] + 0.001 * clipped * clipped;
        w[k] -= (0.01 * (Math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)) * m[k]) / (Math.sqrt(v[k]) + 1e-7);
      }
    }
    // Float32 holds 1 - 0.999 to 6e-5, which the square root halves; each step moves a weight by 0.01 at most.
    expectClose(network.weights, w, {
      rtol: 0,
      atol: engine.precision === "float64" ? 1e-12 : 3e-6,
      name: "weights",
    });
  });

  test("a clipNorm of 0 never clips", () => {
    const [a, b] = [build(engine), build(engine)];
    for (const { ws, blocks } of [a, b]) ws.data.fill(100, blocks.shards, blocks.shards + blocks.blockSize);
    takeStep(a, 0.01, 1, 0);
    takeStep(b, 0.01, 1, 1e9);
    expect(a.weights).toEqual(b.weights);
  });
});

test("the rate rises linearly, then follows a cosine to 5 %", () => {
  const options = resolveTrainOptions({ warmUp: 10 });
  expect(learningRateAt(options, 1, 0, 110)).toBeCloseTo(0.1);
  expect(learningRateAt(options, 1, 9, 110)).toBeCloseTo(1);
  expect(learningRateAt(options, 1, 60, 110)).toBeCloseTo(0.525);
  expect(learningRateAt(options, 1, 110, 110)).toBeCloseTo(0.05);
  expect(learningRateAt({ ...options, schedule: "constant" }, 1, 100, 110)).toBe(1);
  expect(learningRateAt({ ...options, warmUp: 0 }, 1, 0, 110)).toBe(1);
});
