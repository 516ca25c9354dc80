import type { PackedBatch } from "../../network/batch/packed-batch.js";
import type { Slot } from "../../network/network.js";
import type { ReadOutParts } from "./parts.js";

/** Whether only the state after the last step is read, so that the network need not keep the others. */
export function readsLastAlone({ parts, lastLayer }: ReadOutParts): boolean {
  return lastLayer === true && parts.join() === "last";
}

/**
 * The fast way of `last`, and of `mean`, `max` and `last` together, of the last layer: without a copy of the states, in
 * the order in which they lie in memory. Means are summed in float32, else the numbers are those of the parts.
 * @returns undefined for another read-out; else a function that writes sequence b into row `rowOf(b)` of `out`
 */
export function pooledWriter(readOut: ReadOutParts) {
  const pools = readOut.parts.join() === "mean,max,last";
  if (!readOut.lastLayer || !(pools || readsLastAlone(readOut))) return undefined;
  const Z = readOut.directions.reduce((sum, { width }) => sum + width, 0);
  return (slot: Slot, batch: PackedBatch, out: Float32Array, rowOf: (b: number) => number): void => {
    const { data } = slot.ws;
    const starts = new Int32Array(batch.B);
    for (let b = 0; b < batch.B; b++) starts[b] = rowOf(b) * readOut.parts.length * Z;
    if (pools) poolStates(slot, batch, out, starts, Z);
    for (let b = 0; b < batch.B; b++) {
      let to = starts[b] + (pools ? 2 * Z : 0);
      for (const { last } of slot.states) {
        const from = last.offset(batch) + b * last.stride;
        for (let k = 0; k < last.width; k++) out[to++] = data[from + k];
      }
    }
  };
}

/** Mean and max over the present steps, into out[starts[b]] and behind. */
function poolStates(
  { ws: { data }, states, place }: Slot,
  batch: PackedBatch,
  out: Float32Array,
  starts: Int32Array,
  Z: number,
): void {
  for (const start of starts) out.fill(0, start, start + 2 * Z);
  const seen = new Int32Array(batch.B);
  for (let t = 0, r = 0; t < batch.T; t++) {
    const n = batch.active < 0 ? batch.B : data[batch.active + t];
    for (let b = 0; b < n; b++, r++) {
      if (batch.mask >= 0 && data[place.mask + r] === 0) continue;
      let mean = starts[b];
      for (const { every } of states) {
        const from = every.offset(batch) + r * every.stride;
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
  starts.forEach((start, b) => {
    for (let k = 0; k < Z && seen[b] > 1; k++) out[start + k] /= seen[b];
  });
}
