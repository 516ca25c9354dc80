import { describe, expect, test } from "vitest";
import { seriesReader, statesOf } from "../../src/features/read-outs/states.js";
import { fillBatch } from "../../src/network/batch/fill-batch.js";
import { oneHotColumns } from "../../src/network/batch/one-hot-columns.js";
import { crossEntropyLoss } from "../../src/network/losses/read-out/cross-entropy.js";
import { classLoss } from "../../src/network/losses/read-out/read-out-loss.js";
import type { AutoencoderSpec } from "../../src/network/spec/spec.js";
import { splitStratified } from "../../src/sequences/set/split.js";
import { trainModel } from "../../src/train/fit.js";
import { resolveTrainOptions, type TrainOptions } from "../../src/train/options.js";
import { type TrainHooks, trainAutoencoder } from "../../src/train/train.js";
import { expectClose } from "../close.js";
import { engines, tolerance, twoEngines } from "../engines.js";
import { readOutByHand } from "../network/losses/read-out-by-hand.js";
import { networkFor } from "../network/run-batch.js";
import { randomSeries } from "../series.js";

const spec: AutoencoderSpec = {
  encoder: [{ type: "lstm", units: 5, bidirectional: true, pool: true }],
  decoder: [
    { type: "repeatVector" },
    { type: "lstm", units: 5, returnSequences: true },
    { type: "timeDistributedDense" },
  ],
  readOutLoss: { crossEntropy: { weight: 1 } },
};
const lengths = (n: number) => 5 + (n % 4);
const train = randomSeries({ N: 43, lengths, missing: 0.1 });
const held = randomSeries({ N: 21, lengths, missing: 0.1, seed: 2 });

describe.each(engines)("$name", ({ engine }) => {
  test("read-outs of plain series are those of training, in the order asked for", () => {
    const some = randomSeries({ N: 7, lengths: (n) => [3, 8, 1, 0, 8, 5, 2][n], missing: 0.3 });
    const network = networkFor(engine, spec, some, { steps: 8, seed: 5 });
    network.pack();
    const { ws, moments } = network;
    const [slot] = network.slots;
    const Z = 10;
    const mean = Float64Array.from({ length: Z }, (_, z) => 0.1 * Math.sin(z));
    const spread = Float64Array.from({ length: Z }, (_, z) => 0.2 + 0.01 * z);
    moments.forEach(({ centre, sharpness }, d) => {
      for (let j = 0; j < 5; j++) {
        ws.data[centre + j] = mean[5 * d + j];
        ws.data[sharpness + j] = 1 / (0.5 * spread[5 * d + j]);
      }
    });
    const indices = some.ids.map((_, n) => n);
    const batch = fillBatch(slot, some, oneHotColumns(some.channels).groups, indices);
    slot.forward(batch);
    const R = 9 * Z;
    const places = [4, 0, 6, 2, 1, 3, 5];
    const table = new Float64Array(7 * R);
    slot.readOut!.read(batch);
    slot.readOut!.copyRows(batch, table, (k) => places[k]);
    const states = statesOf(slot, batch);
    const read = seriesReader(states);
    const reverse = states.views.flatMap((view) => Array.from({ length: view.width }, () => view.reverse));
    batch.order.forEach((n, b) => {
      const own = table.subarray(places[n] * R, (places[n] + 1) * R);
      const { values, V } = read(b);
      const units = reverse.map((back, z) => {
        const own = Array.from({ length: V }, (_, v) => values[v * Z + z]);
        return readOutByHand(own, { mean: mean[z], spread: spread[z] }, back);
      });
      const wanted = Array.from({ length: R }, (_, k) => units[k % Z][Math.floor(k / Z)]);
      expectClose(own, wanted, { rtol: tolerance(engine), atol: 1e-5, name: `case ${n}` });
    });
  });
});

describe.each(twoEngines)("$name", ({ engine }) => {
  const run = (
    validation: typeof held,
    more: TrainOptions = {},
    hooks: TrainHooks = {},
    layers: AutoencoderSpec = spec,
  ) => {
    const options = resolveTrainOptions({ updates: 100, batchSize: 16, seed: 3, patience: 0, ...more });
    return trainAutoencoder(engine, layers, train, validation, options, hooks);
  };
  const last = () => {
    let kept = new Float32Array();
    const hooks: TrainHooks = {
      checkpointSeconds: -1,
      onCheckpoint: ({ weights }) => void (kept = Float32Array.from(weights)),
    };
    return { hooks, weights: () => kept };
  };

  test("labels of the validation part judge, and nothing is learned from them", async () => {
    const [a, b] = [last(), last()];
    const honest = await run(held, {}, a.hooks);
    const turned = { ...held, labels: held.labels!.map((label) => 1 - label) };
    const swapped = await run(turned, {}, b.hooks);
    expect(b.weights()).toEqual(a.weights());
    const told = (of: typeof honest, key: "trainLoss" | "validationLoss" | "classLoss") =>
      of.history.map((entry) => entry[key]);
    expect(told(swapped, "trainLoss")).toEqual(told(honest, "trainLoss"));
    expect(told(swapped, "validationLoss")).toEqual(told(honest, "validationLoss"));
    expect(honest.history.at(-1)!.classLoss!).toBeLessThan(honest.history[0].classLoss!);
    expect(honest.history.at(-1)!.classLoss!).toBeLessThan(swapped.history.at(-1)!.classLoss! - 0.3);
    expect(swapped.bestUpdate).toBeLessThan(honest.bestUpdate); // it only gets worse at wrong labels
  });

  test("the weights with the lowest loss of the classes are kept, and patience ends it", async () => {
    const at = new Map<number, Float32Array>();
    const hooks: TrainHooks = {
      checkpointSeconds: -1,
      onCheckpoint: ({ update, weights }) => void at.set(update, Float32Array.from(weights)),
    };
    // labels of which the training part says the opposite: it only gets worse
    const turned = { ...held, labels: held.labels!.map((label) => 1 - label) };
    const { history, bestUpdate, weights } = await run(turned, {}, hooks);
    const best = history.reduce((x, y) => (y.classLoss! < x.classLoss! ? y : x));
    expect(bestUpdate).toBe(best.update);
    expect(bestUpdate).toBeLessThan(100);
    expect(weights).toEqual(at.get(bestUpdate));
    const early = await run(turned, { updates: 300, patience: 2 });
    expect(early.stopped).toBe("early");
    expect(early.updates).toBe(early.bestUpdate + 2 * 25);
  });

  test("without a label, or a term that looks at labels, the reconstruction decides", async () => {
    const bare = await run({ ...held, labels: held.labels!.map(() => -1) });
    const contrastive: AutoencoderSpec = { ...spec, readOutLoss: { contrastive: { weight: 0.5 } } };
    for (const { history, bestUpdate } of [bare, await run(held, {}, {}, contrastive)]) {
      const best = history.reduce((x, y) => (y.validationLoss! < x.validationLoss! ? y : x));
      expect(bestUpdate).toBe(best.update);
      expect(history.every((entry) => !("classLoss" in entry))).toBe(true);
    }
  });

  test("the same on any number of threads, of a part with as many of each class", async () => {
    const labels = Int32Array.from({ length: 43 }, (_, n) => (n % 11 === 0 ? 1 : 0));
    const data = { ...train, labels };
    const options = { recipe: "label-aware", units: 5, validation: 0.4, train: { updates: 50, seed: 3 } };
    const fitted = [];
    for (const threads of [0, 3]) fitted.push(await trainModel(engine, data, { ...options, threads }));
    for (const { weights, metadata } of fitted) {
      expect(weights).toEqual(fitted[0].weights);
      expect(metadata.training.history).toEqual(fitted[0].metadata.training.history);
      expect(metadata.training.history[0].classLoss).toBeGreaterThan(0);
    }
    const { first, second } = splitStratified(data, 0.6, 3);
    expect([...second].filter((n) => labels[n] === 1)).toHaveLength(1); // of 4, and 16 of the others
    const ids = (part: Int32Array) => [...part].map((n) => data.ids[n]);
    const text = new TextEncoder().encode([...ids(first), "", ...ids(second)].join("\n"));
    const digest = Buffer.from(await crypto.subtle.digest("SHA-256", text)).toString("hex");
    expect(fitted[0].metadata.data.splitSha256).toBe(digest);
  });
});

test("the loss of the classes is the cross-entropy of the head on normalised rows, without dropout", () => {
  const some = randomSeries({ N: 3, F: 1 });
  const network = networkFor(engines[0].engine, spec, some, { steps: 13, seed: 5 });
  const head = network.head!;
  const R = head.width;
  const n = 5;
  const rows = Float64Array.from({ length: n * R }, (_, k) => Math.sin(k * k));
  const labels = Int32Array.of(0, 2, -1, 1, 1);
  const { kernel, bias } = head.crossEntropy!.output;
  const logits = new Float64Array(n * 3);
  for (let j = 0; j < R; j++) {
    const column = Array.from({ length: n }, (_, i) => rows[i * R + j]);
    const mean = column.reduce((a, b) => a + b) / n;
    const deviation = Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / n + 1e-5);
    for (let i = 0; i < n; i++)
      for (let c = 0; c < 3; c++)
        logits[i * 3 + c] += ((column[i] - mean) / deviation) * network.weights[kernel.start + j * 3 + c];
  }
  for (let k = 0; k < n * 3; k++) logits[k] += network.weights[bias.start + (k % 3)];
  const expected = crossEntropyLoss(logits, labels, 0.1).loss;
  expect(classLoss(head, rows, labels, network.weights)).toBeCloseTo(expected, 10);
  expect(classLoss(head, rows, labels.fill(-1), network.weights)).toBeUndefined();
});
