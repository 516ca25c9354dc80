import { NONE } from "../engine/engine.js";
import { randomStream } from "../random.js";
import type { Draws, PackedBatch } from "./batch/packed-batch.js";
import type { Slot } from "./network.js";

/**
 * Noise, dropout and segment masks of one shard of one update. Streams are named by seed, update, layer and shard, so that
 * training can resume anywhere and on any number of threads. With `fixed`, noise is named by the sequence
 * instead: the same noisy copy of the data every time.
 *
 * @param indices which sequence each case of the shard is
 */
export function drawsFor(
  slot: Slot,
  pass: PackedBatch,
  { seed, update, shard = 0 }: { seed: number; update: number; shard?: number },
  indices: ArrayLike<number>,
  noise: "fresh" | "fixed",
): Draws {
  return {
    gaussian(layer, out, rows, width) {
      if (noise === "fresh") {
        const random = randomStream(seed, 2, update, keyOf(layer), shard);
        for (let k = 0; k < rows * width; k++) out[k] = random.normal();
        return;
      }
      const streams = Array.from(pass.order, (n) => randomStream(seed, 3, indices[n], keyOf(layer)));
      for (let t = 0, r = 0; t < pass.T; t++) {
        const n = pass.active < 0 ? pass.B : slot.ws.data[pass.active + t];
        for (let b = 0; b < n; b++, r++)
          for (let k = 0; k < width; k++) out[r * width + k] = streams[b].normal();
      }
    },
    dropout(layer, offset, rows, width, rate) {
      const key = randomStream(seed, 4, update, keyOf(layer), shard).integer(2 ** 31);
      slot.ws.bernoulli({ out: offset, key, rate, n: rows * width });
    },
    segments(layer, offset, width, share, segments) {
      const random = randomStream(seed, 13, update, keyOf(layer), shard);
      const { data } = slot.ws;
      const starts = new Int32Array(pass.T + 1);
      for (let t = 0; t < pass.T; t++)
        starts[t + 1] = starts[t] + (pass.active === NONE ? pass.B : data[pass.active + t]);
      data.fill(1, offset, offset + pass.rows * width);
      for (let b = 0, length = pass.T; b < pass.B; b++) {
        while (length > 0 && starts[length] - starts[length - 1] <= b) length--; // longest first
        const blank = Math.round(share * length);
        for (let s = 0; s < segments; s++) {
          const from = random.integer(length - blank + 1);
          for (let t = from; t < from + blank; t++) {
            const row = offset + (starts[t] + b) * width;
            data.fill(0, row, row + width);
          }
        }
      }
    },
  };
}

function keyOf(layer: string): number {
  let key = 0;
  for (let k = 0; k < layer.length; k++) key = (Math.imul(key, 31) + layer.charCodeAt(k)) | 0;
  return key;
}
