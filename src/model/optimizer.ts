import type { Network } from "./network.js";
import type { ResolvedTrainOptions } from "./options.js";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7; // as in Keras

/** The rate of update u (from 0) out of `total`: a linear warm-up, then constant or a cosine to 5 %. */
export function learningRateAt(
  options: ResolvedTrainOptions,
  peak: number,
  u: number,
  total: number,
): number {
  const { warmUp, schedule } = options;
  if (u < warmUp) return (peak * (u + 1)) / warmUp;
  if (schedule === "constant") return peak;
  const done = (u - warmUp) / Math.max(1, total - warmUp);
  return peak * (0.05 + 0.95 * 0.5 * (1 + Math.cos(Math.PI * done)));
}

/** Global norm of the gradient (Euclidean, over all parameters). */
export function gradientNorm(network: Network): number {
  const { gradients, blockSize } = network.blocks;
  return Math.sqrt(network.ws.squaredNorm(gradients, blockSize));
}

/**
 * One step of Adam, with the gradient scaled down to `clipNorm` where its norm is larger (0: never).
 * @param step counts the steps taken with these moments, from 1
 */
export function adamStep(network: Network, rate: number, step: number, norm: number, clipNorm: number): void {
  const { weights, mean, spread, gradients, blockSize } = network.blocks;
  const scale = clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1;
  const corrected = (rate * Math.sqrt(1 - BETA2 ** step)) / (1 - BETA1 ** step);
  network.ws.adam(weights, mean, spread, gradients, corrected, BETA1, BETA2, EPSILON, scale, blockSize);
}
