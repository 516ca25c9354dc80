import { describe, expect, test } from "vitest";
import { reference } from "../../../src/engine/reference/reference.js";
import { initialise } from "../../../src/network/initial-weights.js";
import type { Parameter } from "../../../src/network/layers/layer.js";
import { batchNorm, batchNormBackward } from "../../../src/network/losses/read-out/batch-norm.js";
import { contrastiveLoss } from "../../../src/network/losses/read-out/contrastive.js";
import { crossEntropyLoss } from "../../../src/network/losses/read-out/cross-entropy.js";
import { engineProducts } from "../../../src/network/losses/read-out/products.js";
import {
  planReadOutLoss,
  type ReadOutLossOptions,
  readOutLoss,
} from "../../../src/network/losses/read-out/read-out-loss.js";
import { randomStream } from "../../../src/random.js";
import { expectClose } from "../../close.js";
import { engines, tolerance } from "../../engines.js";

const STEP = 1e-5;
/** Central differences err by STEP^2 and by rounding / STEP, both near 1e-10. */
const close = { rtol: 1e-6, atol: 1e-9 };

function centralDifferences(values: Float64Array, at: ArrayLike<number>, loss: () => number): Float64Array {
  return Float64Array.from(at, (k) => {
    const held = values[k];
    values[k] = held + STEP;
    const up = loss();
    values[k] = held - STEP;
    const down = loss();
    values[k] = held;
    return (up - down) / (2 * STEP);
  });
}

const every = (values: ArrayLike<number>) => Array.from({ length: values.length }, (_, k) => k);
const normals = (count: number, seed: number) => {
  const random = randomStream(seed);
  return Float64Array.from({ length: count }, () => random.normal());
};
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, k) => sum + value * b[k], 0);

function plan(Z: number, options: ReadOutLossOptions) {
  const all: Parameter[] = [];
  let start = 5; // the head need not come first in the block
  const head = planReadOutLoss(Z, options, (name, shape, initial) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const parameter = { name, shape, start, size, initial };
    start += size;
    all.push(parameter);
    return parameter;
  });
  const weights = new Float64Array(start);
  initialise(weights, all, 3);
  weights.forEach((value, k) => {
    weights[k] = value + 0.05 * Math.sin(7 * k); // no bias stays at its special start
  });
  return { head, weights, all };
}

describe("the parts of the head", () => {
  test("batch norm: mean 0, variance 1, gradient", () => {
    const [n, R] = [5, 3];
    const rows = normals(n * R, 1);
    const normal = batchNorm(rows, n, R);
    for (let j = 0; j < R; j++) {
      const column = Array.from({ length: n }, (_, i) => normal.rows[i * R + j]);
      expect(column.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
      expect(column.reduce((sum, value) => sum + value * value, 0) / n).toBeCloseTo(1, 3); // epsilon 1e-5
    }
    const probe = normals(n * R, 2);
    const numeric = centralDifferences(rows, every(rows), () => dot(batchNorm(rows, n, R).rows, probe));
    expectClose(batchNormBackward(normal, probe, n, R), numeric, { ...close, name: "rows" });
  });

  test("NT-Xent of a case worked by hand", () => {
    // Cosines over temperature 0.5: partners 2 and 2 apart, everything else 0.
    const z = Float64Array.of(1, 0, 0, 3, 2, 0, 0, 1);
    const each = -Math.log(Math.exp(2) / (Math.exp(2) + 2));
    expect(contrastiveLoss(z, 4, 0.5).loss).toBeCloseTo(each, 10);
    expect(contrastiveLoss(z, 4, 0.5, [2, 2, 2, 2]).loss).toBeCloseTo(2 * each, 10);
    expect(() => contrastiveLoss(z.subarray(0, 6), 3, 0.5)).toThrow(/got 3 rows/);
  });

  test("NT-Xent gradient agrees with central differences", () => {
    const [n, D] = [6, 3];
    const z = normals(n * D, 3);
    const weights = [1, 0.5, 2, 3, 0, 1];
    const numeric = centralDifferences(z, every(z), () => contrastiveLoss(z, n, 0.2, weights).loss);
    expectClose(contrastiveLoss(z, n, 0.2, weights).dz, numeric, { ...close, name: "z" });
  });

  test("cross-entropy of a case worked by hand, and its gradient", () => {
    const logits = Float64Array.of(2, 0, 0, 1);
    const labels = [0, -1];
    // targets .95 and .05; probabilities of the row 1 / (1 + e^-2) and the rest; the second row is not labelled
    const p = 1 / (1 + Math.exp(-2));
    const expected = -0.95 * Math.log(p) - 0.05 * Math.log(1 - p);
    expect(crossEntropyLoss(logits, labels, 0.1).loss).toBeCloseTo(expected, 12);
    const many = normals(5 * 3, 4);
    const classes = [2, 0, -1, 1, 1];
    const weights = [1, 2, 5, 0, 0.5];
    const numeric = centralDifferences(many, every(many), () => crossEntropyLoss(many, classes, 0.1, weights).loss);
    expectClose(crossEntropyLoss(many, classes, 0.1, weights).dLogits, numeric, { ...close, name: "logits" });
    expect(crossEntropyLoss(many, [-1, -1, -1, -1, -1], 0.1)).toEqual({
      loss: 0,
      dLogits: new Float64Array(15),
    });
  });

  const sizes = [
    [1, 1, 1],
    [3, 5, 7],
    [4, 8, 2],
    [5, 9, 3],
    [8, 33, 18],
  ];
  const naive = (M: number, K: number, N: number, x: Float64Array, w: Float64Array, dy: Float64Array) => {
    const y = new Float64Array(M * N);
    const dx = new Float64Array(M * K);
    const dw = new Float64Array(K * N);
    for (let m = 0; m < M; m++)
      for (let k = 0; k < K; k++)
        for (let n = 0; n < N; n++) {
          y[m * N + n] += x[m * K + k] * w[k * N + n];
          dx[m * K + k] += dy[m * N + n] * w[k * N + n];
          dw[k * N + n] += x[m * K + k] * dy[m * N + n];
        }
    return { y, dx, dw };
  };

  test.each(engines)("products of $name agree with three nested loops", ({ engine }) => {
    const some = engineProducts(engine, { M: 8, K: 33, N: 18 });
    const rtol = engine.precision === "float64" ? 1e-14 : tolerance(engine);
    for (const [M, K, N] of sizes) {
      const [x, w, dy] = [normals(M * K, 1), normals(K * N, 2), normals(M * N, 3)];
      const expected = naive(M, K, N, x, w, dy);
      const y = new Float64Array(M * N).fill(9);
      const dx = new Float64Array(M * K).fill(9);
      const dw = new Float64Array(K * N).fill(0.5);
      some.forward(y, x, w, M, K, N);
      some.backwardInput(dx, dy, w, M, K, N);
      some.backwardWeights(dw, x, dy, M, K, N);
      expectClose(y, expected.y, { rtol, name: `y ${M} ${K} ${N}` });
      expectClose(dx, expected.dx, { rtol, name: `dx ${M} ${K} ${N}` });
      expectClose(
        dw,
        expected.dw.map((value) => value + 0.5),
        { rtol, name: `dw ${M} ${K} ${N}` },
      );
    }
  });
});

const heads: Record<string, ReadOutLossOptions> = {
  contrastive: { contrastive: { weight: 0.5, hidden: 7, size: 3 } },
  "cross-entropy": { crossEntropy: { weight: 1.5, classes: 3 } },
  both: { contrastive: { weight: 0.5, hidden: 7, size: 3 }, crossEntropy: { weight: 1.5, classes: 3 } },
};

test.each(Object.entries(heads))("gradients of a head with %s agree with central differences", (_, options) => {
  const [n, Z] = [8, 2];
  const { head, weights, all } = plan(Z, options);
  const table = normals(n * head.width, 6);
  const products = engineProducts(reference, { M: n, K: head.width, N: head.width });
  const rows = {
    labels: [2, 0, -1, 1, 1, 2, 0, 0],
    weights: [1, 2, 0.5, 1, 0, 1, 3, 1],
    drop(kept: Float64Array, rate: number) {
      const random = randomStream(4);
      for (let k = 0; k < kept.length; k++) kept[k] = random.uniform() < rate ? 0 : 1 / (1 - rate);
    },
  };
  const score = (gradients: Float64Array) => readOutLoss(head, table, rows, weights, gradients, products);
  const loss = () => score(new Float64Array(weights.length)).loss;
  const gradients = new Float64Array(weights.length);
  const { dRows } = score(gradients);
  for (const { name, start, size } of all) {
    const numeric = centralDifferences(
      weights,
      Array.from({ length: size }, (_, k) => start + k),
      loss,
    );
    expect(numeric.some((d) => d !== 0)).toBe(true);
    expectClose(gradients.subarray(start, start + size), numeric, { ...close, name });
  }
  expect(gradients.subarray(0, 5).every((d) => d === 0)).toBe(true);
  const numeric = centralDifferences(table, every(table), loss);
  expect(numeric.some((d) => d !== 0)).toBe(true);
  expectClose(dRows, numeric, { ...close, name: "rows" });
});

test("what cannot be honoured is refused", () => {
  expect(() => plan(3, {})).toThrow(/got no term/);
  expect(() => plan(3, { contrastive: { weight: 1, temperature: 0 } })).toThrow(/temperature is 0/);
  expect(() => plan(3, { crossEntropy: { weight: 1, classes: 1 } })).toThrow(/classes is 1/);
  expect(() => plan(3, { crossEntropy: { weight: 1, classes: 2, dropout: 1 } })).toThrow(/dropout is 1/);
  const { head, weights } = plan(1, { crossEntropy: { weight: 1, classes: 2 } });
  const products = engineProducts(reference, { M: 2, K: 9, N: 9 });
  const score = (numbers: number) =>
    readOutLoss(head, new Float64Array(numbers), { labels: [1] }, weights, weights, products);
  expect(() => score(18)).toThrow(/labels: got 1, expected 2/);
  expect(() => score(10)).toThrow(/expected \[n, 9\]/);
});
