import type { PackedBatch } from "../../network/batch/packed-batch.js";
import type { Slot } from "../../network/network.js";

/** Read-outs that need nothing fitted: the last state, or mean, max and last over the steps seen. */
export const plainReadOuts = ["last", "pooled"] as const;
export type PlainReadOut = (typeof plainReadOuts)[number];

/** Parts of each, in the order of its columns. */
export const PLAIN_PARTS: Record<PlainReadOut, readonly string[]> = {
  last: ["last"],
  pooled: ["mean", "max", "last"],
};

/** Writes the read-out of each case of a pass into its row of `out` [N, width]. */
export function plainWriter(readOut: PlainReadOut) {
  return (slot: Slot, pass: PackedBatch, indices: Int32Array, out: Float32Array, width: number): void => {
    const Z = width / PLAIN_PARTS[readOut].length;
    if (readOut === "pooled") poolStates(slot, pass, indices, out, width, Z);
    pass.order.forEach((n, b) => {
      const end = (indices[n] + 1) * width;
      readLast(slot, pass, b, out.subarray(end - Z, end));
    });
  };
}

/** The state after the last step of each direction's walk. */
function readLast({ ws, states }: Slot, pass: PackedBatch, b: number, out: Float32Array): void {
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
  pass: PackedBatch,
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
