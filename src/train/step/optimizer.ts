import type { Network } from "../../network/network.js";
import type { ResolvedTrainOptions } from "../options.js";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7; // as in Keras

/** Parameters that one item of work covers: fixed, so that sums do not depend on the number of threads. */
const BLOCK = 8192;

/** How many blocks the parameters make. */
export function blockCount({ blocks }: Network): number {
  return Math.ceil(blocks.blockSize / BLOCK);
}

/** The rate of update u (from 0) out of `total`: a linear warm-up, then constant or a cosine to 5 %. */
export function learningRateAt(options: ResolvedTrainOptions, peak: number, u: number, total: number): number {
  const { warmUp, schedule } = options;
  if (u < warmUp) return (peak * (u + 1)) / warmUp;
  if (schedule === "constant") return peak;
  const done = (u - warmUp) / Math.max(1, total - warmUp);
  return peak * (0.05 + 0.95 * 0.5 * (1 + Math.cos(Math.PI * done)));
}

/** Sums the gradients of `shards` shards over one block of parameters; returns the sum of squares of the result. */
export function sumGradients({ ws, blocks }: Network, shards: number, block: number): number {
  const { from, size } = extent(blocks.blockSize, block);
  const sums = blocks.gradients + from;
  ws.sumBlocks({ sums, blocks: blocks.shards + from, count: shards, stride: blocks.blockSize, n: size });
  return ws.squaredNorm({ a: sums, n: size });
}

/** What gradients are multiplied with so that their global norm is at most `clipNorm` (0: no clipping). */
export function clipScale(norm: number, clipNorm: number): number {
  return clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1;
}

/**
 * One step of Adam over one block of parameters.
 * @param step counts the steps taken with these moments, from 1
 * @param scale multiplies the gradient first
 */
export function adamStep(network: Network, rate: number, step: number, scale: number, block: number): void {
  const { weights, mean, variance, gradients, blockSize } = network.blocks;
  const { from, size } = extent(blockSize, block);
  network.ws.adam({
    w: weights + from,
    m: mean + from,
    v: variance + from,
    g: gradients + from,
    rate: (rate * Math.sqrt(1 - BETA2 ** step)) / (1 - BETA1 ** step),
    beta1: BETA1,
    beta2: BETA2,
    epsilon: EPSILON,
    scale,
    n: size,
  });
}

function extent(blockSize: number, block: number) {
  const from = block * BLOCK;
  return { from, size: Math.min(BLOCK, blockSize - from) };
}
