import { describe, expect, test } from "vitest";
import { NONE } from "../../src/engine/engine.js";
import type { Draws, PackedBatch } from "../../src/network/batch/packed-batch.js";
import { createNetwork, type Network } from "../../src/network/network.js";
import type { AutoencoderSpec } from "../../src/network/spec/spec.js";
import { expectClose } from "../close.js";
import { engines, tolerance } from "../engines.js";
import { goldenGradient, goldenNames, readGolden } from "../golden/read-golden.js";

type Golden = ReturnType<typeof readGolden>;

function specOf(golden: Golden): AutoencoderSpec {
  const { recipe, activation, units } = golden.metadata;
  const act = activation as "tanh" | "relu";
  const [H, H2 = H] = String(units)
    .split(/[^0-9]+/)
    .filter(Boolean)
    .map(Number);
  const decoder: AutoencoderSpec["decoder"] = [
    { type: "repeatVector" },
    { type: "lstm", units: H2, activation: act, returnSequences: true },
    { type: "timeDistributedDense" },
  ];
  switch (recipe) {
    case "denoising":
      return {
        encoder: [
          { type: "gaussianNoise", stddev: 1 }, // the golden noise has its deviation in it
          { type: "lstm", units: H, activation: act, returnSequences: true },
          { type: "dropout", rate: 0.2 },
          { type: "lstm", units: H2, activation: act },
        ],
        decoder: [...decoder.slice(0, 2), { type: "dropout", rate: 0.2 }, decoder[2]],
      };
    case "bidirectional":
      return { encoder: [{ type: "lstm", units: H, activation: act, bidirectional: true }], decoder };
    case "backwards":
      return { encoder: [{ type: "lstm", units: H, activation: act, goBackwards: true }], decoder };
    default:
      return { encoder: [{ type: "lstm", units: H, activation: act }], decoder };
  }
}

/** [B, T, width] to [T * B, width]. */
function timeMajor(data: ArrayLike<number>, B: number, T: number, width: number): Float64Array {
  const out = new Float64Array(B * T * width);
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++)
      for (let k = 0; k < width; k++) out[(t * B + b) * width + k] = data[(b * T + t) * width + k];
  return out;
}

function goldenDraws({ ws }: Network, golden: Golden, B: number, T: number): Draws {
  return {
    gaussian: (_layer, out, _rows, width) => out.set(timeMajor(golden.tensors.noise.data as Float64Array, B, T, width)),
    dropout: (layer, offset, _rows, width) =>
      ws.data.set(timeMajor(golden.tensors[`dropout.${layer}`].data as Float64Array, B, T, width), offset),
  };
}

function rowsOf(network: Network, offset: number, stride: number, rows: number, width: number): Float64Array {
  const out = new Float64Array(rows * width);
  for (let r = 0; r < rows; r++)
    for (let k = 0; k < width; k++) out[r * width + k] = network.ws.data[offset + r * stride + k];
  return out;
}

describe.each(engines)("$name agrees with Keras", ({ engine }) => {
  test.each(goldenNames())("%s", (name) => {
    const golden = readGolden(name);
    const { tensors } = golden;
    const [B, T, F] = tensors.x.shape;
    const columns = Array.from({ length: F }, (_, k) => ({
      channel: `c${k}`,
      kind: "numeric" as const,
      start: k,
      width: 1,
    }));
    // Room for more rows and steps than the batch has: strides must not depend on the plan.
    const network = createNetwork(engine, {
      spec: specOf(golden),
      columns,
      batch: B + 2,
      steps: T + 3,
      purpose: "training",
    });
    for (const { name, start, size } of network.parameters) {
      expect(tensors[name]?.data.length, name).toBe(size);
      network.weights.set(tensors[name].data as Float64Array, start);
    }
    const { data } = network.ws;
    const [slot] = network.slots;
    const { place } = slot;
    const masked =
      tensors.observed !== undefined &&
      Array.from(tensors.observed.data as Float64Array).some((seen) => Number(seen) === 0);
    data.set(timeMajor(tensors.x.data as Float64Array, B, T, F), place.x);
    let count = B * T * F;
    if (masked) {
      const observed = timeMajor(tensors.observed.data as Float64Array, B, T, F);
      data.set(observed, place.observed);
      data.set(timeMajor(tensors.stepMask.data as Float64Array, B, T, 1), place.mask);
      count = observed.reduce((a, b) => a + b, 0);
    }
    const weights = tensors.weights ?? tensors.sampleWeight ?? tensors.sampleWeights;
    if (weights) for (let r = 0; r < T * B; r++) data[place.weights + r] = Number(weights.data[r % B]);
    network.pack();
    // Padding is a masked step like any other here: every case has all T steps.
    const batch: PackedBatch = {
      ...{ T, B, rows: T * B, active: NONE, mask: masked ? place.mask : NONE, masked, count },
      ...{ weighted: weights !== undefined, order: Int32Array.from({ length: B }, (_, b) => b) },
      ...{ gradients: network.blocks.gradients, present: 0 },
    };
    slot.forward(batch, goldenDraws(network, golden, B, T));
    const rtol = tolerance(engine);
    const { latent, output } = slot;
    expectClose(
      rowsOf(network, latent.offset(batch), latent.stride, B, latent.width),
      tensors.latent.data as Float64Array,
      { rtol, name: "latent" },
    );
    const y = rowsOf(network, output!.offset(batch), output!.stride, T * B, F);
    expectClose(y, timeMajor(tensors.output.data as Float64Array, B, T, F), { rtol, name: "output" });
    if (tensors.states && slot.states.length === 1) {
      const [{ every: states }] = slot.states;
      const got = rowsOf(network, states.offset(batch), states.stride, T * B, states.width);
      expectClose(got, timeMajor(tensors.states.data as Float64Array, B, T, states.width), {
        rtol,
        name: "states",
      });
    }
    const loss = slot.loss(batch, 1 / count) / count;
    expectClose([loss], tensors.loss.data as Float64Array, { rtol, name: "loss" });
    for (const { name, start, size } of network.parameters) {
      const { values, index, max, squaredNorm } = goldenGradient(golden, name);
      const got = network.gradients.subarray(start, start + size);
      const compared = index ? Array.from(index, (k) => got[k]) : got;
      expectClose(compared, values, { rtol: 0, atol: rtol * max, name });
      expectClose([network.ws.squaredNorm({ a: network.blocks.gradients + start, n: size })], [squaredNorm], {
        rtol: 10 * rtol,
        name: `norm of ${name}`,
      });
    }
  });
});

describe.each(goldenNames("masked_").filter((name) => readGolden(name).tensors.kerasNaiveLoss))(
  "where Keras is wrong: %s",
  (name) => {
    const { tensors, metadata } = readGolden(name);
    const [loss, naive, padded] = ["loss", "kerasNaiveLoss", "kerasNaiveLossMorePadding"].map((key) =>
      Number(tensors[key].data[0]),
    );

    test("its loss is averaged over padding, so that more padding changes it; ours is the masked definition", () => {
      expect(padded).toBeLessThan(naive);
      expect(Math.abs(naive - loss)).toBeGreaterThan(0.01 * loss);
      const { x, output, observed } = tensors;
      let sum = 0;
      let count = 0;
      for (let k = 0; k < x.data.length; k++) {
        if (Number(observed.data[k]) === 0) continue;
        sum += (Number(output.data[k]) - Number(x.data[k])) ** 2;
        count++;
      }
      // What every engine above is held to.
      expectClose([loss], [sum / count], { rtol: 1e-12, name: "loss" });
    });

    test("its mask is lost at the repeat vector, so that the decoder walks through steps that are not there", () => {
      const [T, F] = [Number(metadata.T), Number(metadata.F)];
      const after = Array.from(tensors.stepMask.data, Number).flatMap((seen, k) =>
        // A masked step hands on the state of the one before it, so a right decoder repeats its output there.
        seen === 0 && k % T > 0 ? [k] : [],
      );
      const repeats = (y: ArrayLike<number>, k: number) =>
        Array.from({ length: F }, (_, f) => Math.abs(y[k * F + f] - y[(k - 1) * F + f])).every((d) => d < 1e-12);
      expect(after.length).toBeGreaterThan(0);
      expect(after.every((k) => repeats(tensors.output.data as Float64Array, k))).toBe(true);
      expect(after.some((k) => repeats(tensors.kerasNaiveOutput.data as Float64Array, k))).toBe(false);
    });
  },
);
