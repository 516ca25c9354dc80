import type { Workspace } from "../../engine/engine.js";
import { randomStream, STREAMS } from "../../random.js";
import type { Draws } from "./packed-batch.js";

/**
 * Noise and dropout of one shard of one update. Streams are named by seed, update, layer and shard, so that training
 * can resume anywhere and on any number of threads.
 */
export function drawsFor(
  ws: Workspace,
  { seed, update, shard = 0 }: { seed: number; update: number; shard?: number },
): Draws {
  return {
    gaussian(layer, out, rows, width) {
      const random = randomStream(seed, STREAMS.noise, update, keyOf(layer), shard);
      for (let k = 0; k < rows * width; k++) out[k] = random.normal();
    },
    dropout(layer, offset, rows, width, rate) {
      const key = randomStream(seed, STREAMS.dropout, update, keyOf(layer), shard).integer(2 ** 31);
      ws.bernoulli({ out: offset, key, rate, n: rows * width });
    },
  };
}

function keyOf(layer: string): number {
  let key = 0;
  for (let k = 0; k < layer.length; k++) key = (Math.imul(key, 31) + layer.charCodeAt(k)) | 0;
  return key;
}
