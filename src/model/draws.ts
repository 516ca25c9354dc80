import { randomStream } from "../random.js";
import type { Draws } from "./layer.js";

/**
 * Noise and dropout of one update. Streams are named by seed, update and layer, so that training can resume
 * anywhere. With `fixed`, noise is named by the sequence instead: the same noisy copy of the data every time.
 *
 * @param indices which sequence each case of the batch is
 */
export function drawsFor(
  seed: number,
  update: number,
  indices: ArrayLike<number>,
  noise: "fresh" | "fixed",
): Draws {
  return {
    gaussian(layer, out, rows, width, B) {
      if (noise === "fresh") {
        const random = randomStream(seed, 2, update, keyOf(layer));
        for (let k = 0; k < rows * width; k++) out[k] = random.normal();
        return;
      }
      for (let b = 0; b < B; b++) {
        const random = randomStream(seed, 3, indices[b], keyOf(layer));
        for (let r = b; r < rows; r += B)
          for (let k = 0; k < width; k++) out[r * width + k] = random.normal();
      }
    },
    dropout(layer, out, rows, width, rate) {
      const random = randomStream(seed, 4, update, keyOf(layer));
      const kept = 1 / (1 - rate);
      for (let k = 0; k < rows * width; k++) out[k] = random.uniform() < rate ? 0 : kept;
    },
  };
}

function keyOf(layer: string): number {
  let key = 0;
  for (let k = 0; k < layer.length; k++) key = (Math.imul(key, 31) + layer.charCodeAt(k)) | 0;
  return key;
}
