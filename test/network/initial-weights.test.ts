import { expect, test } from "vitest";
import { initialise } from "../../src/network/initial-weights.js";
import type { Parameter } from "../../src/network/layers/layer.js";

function initial(kind: Parameter["initial"], shape: number[], seed = 1): Float64Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = new Float64Array(size);
  initialise(values, [{ name: "w", shape, start: 0, size, initial: kind }], seed);
  return values;
}

test("the forget gate starts open, all other biases at 0: gates i, f, g, o", () => {
  expect(Array.from(initial("forgetBias", [12]))).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  expect(Array.from(initial("zeros", [3]))).toEqual([0, 0, 0]);
});

test("recurrent kernels have orthonormal rows", () => {
  const [H, G] = [7, 28];
  const q = initial("orthogonal", [H, G]);
  for (let a = 0; a < H; a++)
    for (let b = 0; b < H; b++) {
      let dot = 0;
      for (let k = 0; k < G; k++) dot += q[a * G + k] * q[b * G + k];
      expect(Math.abs(dot - (a === b ? 1 : 0))).toBeLessThan(1e-12);
    }
});

test("kernels are uniform within Glorot's limit, and use all of it", () => {
  const limit = Math.sqrt(6 / (30 + 200));
  const w = initial("glorotUniform", [30, 200]);
  const most = Math.max(...w.map(Math.abs));
  expect([most <= limit, most > 0.99 * limit]).toEqual([true, true]);
  expect(Math.abs(w.reduce((a, b) => a + b) / w.length)).toBeLessThan(0.02 * limit);
  const embedding = initial("uniform", [50, 50]);
  expect(Math.max(...embedding.map(Math.abs))).toBeLessThanOrEqual(0.05);
});

test("each tensor has numbers of its own, by the seed", () => {
  expect(initial("orthogonal", [3, 12], 1)).toEqual(initial("orthogonal", [3, 12], 1));
  expect(initial("orthogonal", [3, 12], 2)).not.toEqual(initial("orthogonal", [3, 12], 1));
  const block = new Float64Array(40);
  const parameter = { name: "w", shape: [2, 10], size: 20, initial: "glorotUniform" as const };
  initialise(
    block,
    [
      { ...parameter, start: 0 },
      { ...parameter, start: 20 },
    ],
    1,
  );
  expect(block.slice(20)).not.toEqual(block.slice(0, 20));
});
