import { expect, test } from "vitest";
import { reference } from "../../src/engine/reference/reference.js";
import type { AutoencoderSpec, LayerSpec } from "../../src/network/spec/spec.js";
import { expectClose } from "../close.js";
import { randomSeries, withCategories } from "../series.js";
import { networkFor, outputOf, runPass } from "./run-batch.js";

const decoder: LayerSpec[] = [
  { type: "repeatVector" },
  { type: "lstm", units: 3, returnSequences: true },
  { type: "timeDistributedDense" },
];
const specs: Record<string, AutoencoderSpec> = {
  "lstm, tanh": { encoder: [{ type: "lstm", units: 4 }], decoder },
  "lstm, relu": { encoder: [{ type: "lstm", units: 4, activation: "relu" }], decoder },
  "lstm, goBackwards": { encoder: [{ type: "lstm", units: 4, goBackwards: true }], decoder },
  "lstm, goBackwards, every state": {
    encoder: [
      { type: "lstm", units: 2, goBackwards: true, returnSequences: true },
      { type: "lstm", units: 4 },
    ],
    decoder,
  },
  "lstm, bidirectional": { encoder: [{ type: "lstm", units: 4, bidirectional: true }], decoder },
  "lstm, bidirectional, every state": {
    encoder: [
      { type: "lstm", units: 2, bidirectional: true, returnSequences: true },
      { type: "lstm", units: 4, bidirectional: true },
    ],
    decoder,
  },
  "bidirectional decoder": {
    encoder: [{ type: "lstm", units: 4 }],
    decoder: [decoder[0], { type: "lstm", units: 3, bidirectional: true, returnSequences: true }, decoder[2]],
  },
  "lstm, pooled": { encoder: [{ type: "lstm", units: 4, pool: true }], decoder },
  "lstm, bidirectional, pooled": {
    encoder: [{ type: "lstm", units: 4, bidirectional: true, pool: true }],
    decoder,
  },
  "pooled after a layer": {
    encoder: [
      { type: "lstm", units: 2, returnSequences: true },
      { type: "lstm", units: 3, goBackwards: true, pool: true },
    ],
    decoder,
  },
  "next step predicted": {
    encoder: [{ type: "lstm", units: 4, bidirectional: true, pool: true }],
    decoder,
    nextStep: { weight: 0.7 },
  },
  "embedding, next step predicted": {
    encoder: [
      { type: "embedding", units: 2 },
      { type: "lstm", units: 4 },
    ],
    decoder,
    nextStep: { weight: 0.7 },
  },
  "dropout on sequence and vector": {
    encoder: [
      { type: "lstm", units: 3, returnSequences: true },
      { type: "dropout", rate: 0.3 },
      { type: "lstm", units: 4 },
      { type: "dropout", rate: 0.3 },
    ],
    decoder: [decoder[0], decoder[1], { type: "dropout", rate: 0.2 }, decoder[2]],
  },
  "gaussian noise": {
    encoder: [
      { type: "gaussianNoise", stddev: 0.5 },
      { type: "lstm", units: 4 },
    ],
    decoder,
  },
  "dense inside": {
    encoder: [
      { type: "timeDistributedDense", units: 2 },
      { type: "lstm", units: 4 },
    ],
    decoder: [decoder[0], decoder[1], { type: "timeDistributedDense", units: 5 }, decoder[2]],
  },
  embedding: {
    encoder: [
      { type: "embedding", units: 2 },
      { type: "lstm", units: 4 },
    ],
    decoder,
  },
};

const cases = Object.entries(specs).flatMap(([name, spec]) => [
  { name, spec, ragged: false },
  { name: `${name}, ragged, missing, weighted`, spec, ragged: true },
]);

test.each(cases)("gradients agree with central differences: $name", ({ name, spec, ragged }) => {
  const plain = randomSeries({
    N: 5,
    F: 2,
    lengths: (n) => (ragged ? [7, 1, 0, 4, 7][n] : 7),
    missing: ragged ? 0.2 : 0,
  });
  const set = name.startsWith("embedding") ? withCategories(plain) : plain;
  if (ragged) set.weights = Float32Array.from([1, 2, 0.5, 3, 0]);
  const network = networkFor(reference, spec, set, { steps: 7, seed: 3 });
  network.weights.forEach((weight, k) => {
    network.weights[k] = weight + 0.05 * Math.sin(7 * k); // no tensor stays at its special start
  });
  const loss = (backward: boolean) => {
    network.pack();
    return runPass(network, set, { backward, update: 9, weightOfNextStep: spec.nextStep?.weight }).loss;
  };
  loss(true);
  const gradients = network.gradients.slice();
  expect(gradients.some((value) => value !== 0)).toBe(true);
  const step = 1e-5;
  for (const { name: tensor, start, size } of network.parameters) {
    const numeric = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      const held = network.weights[start + k];
      network.weights[start + k] = held + step;
      const up = loss(false);
      network.weights[start + k] = held - step;
      numeric[k] = (up - loss(false)) / (2 * step);
      network.weights[start + k] = held;
    }
    // Central differences err by step^2 and by rounding / step, both near 1e-10.
    expectClose(gradients.subarray(start, start + size), numeric, { rtol: 1e-6, atol: 1e-9, name: tensor });
  }
});

test("a categorical channel's loss is the cross-entropy of its softmax, a numeric one's the squared error", () => {
  const set = withCategories(randomSeries({ N: 3, F: 2, lengths: () => 4 }));
  const network = networkFor(reference, specs.embedding, set, { steps: 4, seed: 3, purpose: "autoencode" });
  network.pack();
  const { batch, loss } = runPass(network, set);
  const output = outputOf(network, batch);
  let sum = 0;
  for (let t = 0; t < 4; t++)
    for (let b = 0; b < 3; b++) {
      const y = output.slice((t * 3 + b) * 5);
      const k = (set.offsets[b] + t) * 2;
      const total = [1, 2, 3, 4].reduce((acc, c) => acc + Math.exp(y[c]), 0);
      sum += (y[0] - set.values[k]) ** 2 - Math.log(Math.exp(y[1 + set.values[k + 1]]) / total);
    }
  expect(loss).toBeCloseTo(sum / 24, 12);
});
