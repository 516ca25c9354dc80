import type { Engine } from "../engine/engine.js";
import { fillBatch } from "../model/batch.js";
import { columnsOf } from "../model/columns.js";
import type { Pass } from "../model/layer.js";
import { type Model, openNetwork } from "../model/model.js";
import type { Network } from "../model/network.js";
import { prepare } from "../model/prepare.js";
import { countOf, lengthOf, longestOf, type SequenceSet } from "../sequences/sequence-set.js";
import type { FeatureTable } from "./feature-table.js";

/** What is read out of the encoder's states: the last one, or mean, max and last over the steps seen. */
export const readOuts = ["last", "pooled"] as const;
export type ReadOut = (typeof readOuts)[number];

const BATCH = 64;

/**
 * The latent features of every sequence, [N, Z] for `last` and [N, 3 Z] for `pooled`, named `last_0`, `mean_0`, ...
 * A sequence without a single observed step has zeros.
 * @param set as it was read: the model brings its own scaling and interpolation
 * @throws {OptionError} if a channel of the model is not there
 */
export function encode(
  engine: Engine,
  model: Model,
  set: SequenceSet,
  readOut: ReadOut = "last",
): FeatureTable {
  const prepared = prepare(set, model.metadata.preparation);
  const N = countOf(prepared);
  const { groups } = columnsOf(prepared.channels);
  const network = openNetwork(
    engine,
    model,
    { batch: BATCH, steps: Math.max(1, longestOf(prepared)) },
    "encode",
  );
  const Z = network.states.reduce((sum, { last }) => sum + last.width, 0);
  const parts = readOut === "last" ? ["last"] : ["mean", "max", "last"];
  const names = parts.flatMap((part) => Array.from({ length: Z }, (_, z) => `${part}_${z}`));
  const values = new Float32Array(N * names.length);
  // Neighbours in length share a batch, so that little of it is padding.
  const order = Int32Array.from({ length: N }, (_, n) => n).sort(
    (a, b) => lengthOf(prepared, a) - lengthOf(prepared, b),
  );
  for (let from = 0; from < N; from += BATCH) {
    const indices = order.subarray(from, from + BATCH);
    const batch = fillBatch(network, prepared, groups, indices);
    const pass = network.forward(batch);
    indices.forEach((n, b) => {
      const row = values.subarray(n * names.length, (n + 1) * names.length);
      if (readOut === "pooled") poolStates(network, pass, b, batch.masked, row, Z);
      readLast(network, pass, b, row.subarray(row.length - Z));
    });
  }
  return { values, names, rows: N };
}

/** The state after the last step of each direction's walk. */
function readLast({ ws, states }: Network, pass: Pass, b: number, out: Float32Array): void {
  let at = 0;
  for (const { last } of states) {
    const from = last.offset(pass) + b * last.stride;
    for (let k = 0; k < last.width; k++) out[at + k] = ws.data[from + k];
    at += last.width;
  }
}

/** Mean and max of the states over the steps that were seen. */
function poolStates(
  network: Network,
  pass: Pass,
  b: number,
  masked: boolean,
  out: Float32Array,
  Z: number,
): void {
  const { ws, states, place } = network;
  let at = 0;
  for (const { every: signal } of states) {
    let seen = 0;
    for (let t = 0; t < pass.T; t++) {
      if (masked && ws.data[place.mask + t * pass.B + b] === 0) continue;
      const from = signal.offset(pass) + (t * pass.B + b) * signal.stride;
      for (let k = 0; k < signal.width; k++) {
        const value = ws.data[from + k];
        out[at + k] += value;
        if (seen === 0 || value > out[Z + at + k]) out[Z + at + k] = value;
      }
      seen++;
    }
    for (let k = 0; k < signal.width && seen > 1; k++) out[at + k] /= seen;
    at += signal.width;
  }
}
