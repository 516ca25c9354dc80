import type { Engine } from "../engine/engine.js";
import { columnsOf } from "../model/columns.js";
import { fillPass } from "../model/fill-pass.js";
import { type Model, openNetwork } from "../model/model.js";
import type { Slot } from "../model/network.js";
import type { Pass } from "../model/pass.js";
import { prepare } from "../model/prepare.js";
import { countOf, lengthOf, longestOf, type SequenceSet } from "../sequences/sequence-set.js";
import type { FeatureTable } from "./feature-table.js";

/** What is read out of the encoder's states: the last one, or mean, max and last over the steps seen. */
export const readOuts = ["last", "pooled"] as const;
export type ReadOut = (typeof readOuts)[number];

/** Sequences that share a pass: enough for the weights in cache to be used often. */
const BATCH = 48;

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
  const [slot] = network.slots;
  const Z = slot.states.reduce((sum, { last }) => sum + last.width, 0);
  const parts = readOut === "last" ? ["last"] : ["mean", "max", "last"];
  const names = parts.flatMap((part) => Array.from({ length: Z }, (_, z) => `${part}_${z}`));
  const values = new Float32Array(N * names.length);
  // Neighbours in length share a batch, so that little of it is padding.
  const order = Int32Array.from({ length: N }, (_, n) => n).sort(
    (a, b) => lengthOf(prepared, a) - lengthOf(prepared, b),
  );
  for (let from = 0; from < N; from += BATCH) {
    const indices = order.subarray(from, from + BATCH);
    const pass = fillPass(slot, prepared, groups, indices);
    slot.forward(pass);
    if (readOut === "pooled") poolStates(slot, pass, indices, values, names.length, Z);
    pass.order.forEach((k, b) => {
      const end = (indices[k] + 1) * names.length;
      readLast(slot, pass, b, values.subarray(end - Z, end));
    });
  }
  return { values, names, rows: N };
}

/** The state after the last step of each direction's walk. */
function readLast({ ws, states }: Slot, pass: Pass, b: number, out: Float32Array): void {
  let at = 0;
  for (const { last } of states) {
    const from = last.offset(pass) + b * last.stride;
    for (let k = 0; k < last.width; k++) out[at + k] = ws.data[from + k];
    at += last.width;
  }
}

/** Mean and max of the states over the steps that were seen, into the rows of `out`. */
function poolStates(
  { ws, states, place }: Slot,
  pass: Pass,
  indices: Int32Array,
  out: Float32Array,
  width: number,
  Z: number,
): void {
  const { data } = ws;
  const seen = new Int32Array(pass.B);
  for (let t = 0, r = 0; t < pass.T; t++) {
    const n = pass.active < 0 ? pass.B : data[pass.active + t];
    for (let b = 0; b < n; b++, r++) {
      if (pass.mask >= 0 && data[place.mask + r] === 0) continue;
      let mean = indices[pass.order[b]] * width;
      for (const { every } of states) {
        const from = every.offset(pass) + r * every.stride;
        for (let k = 0; k < every.width; k++) {
          const value = data[from + k];
          out[mean + k] += value;
          if (seen[b] === 0 || value > out[mean + Z + k]) out[mean + Z + k] = value;
        }
        mean += every.width;
      }
      seen[b]++;
    }
  }
  seen.forEach((count, b) => {
    const row = indices[pass.order[b]] * width;
    for (let k = 0; k < Z && count > 1; k++) out[row + k] /= count;
  });
}
