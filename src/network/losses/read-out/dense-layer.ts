import type { Parameter } from "../../layers/layer.js";
import type { Block, Products } from "./products.js";

/** The weights of one dense layer inside the parameter block. */
export interface DenseLayer {
  /** [K, N] */
  kernel: Parameter;
  /** [N] */
  bias: Parameter;
}

/** y [n, N] = x [n, K] kernel + bias */
export function denseForward(
  products: Products,
  { kernel, bias }: DenseLayer,
  weights: Block,
  x: Float64Array,
  n: number,
): Float64Array {
  const [K, N] = kernel.shape;
  const y = new Float64Array(n * N);
  products.forward(y, x, valuesOf(weights, kernel), n, K, N);
  for (let i = 0; i < n; i++) for (let j = 0; j < N; j++) y[i * N + j] += weights[bias.start + j];
  return y;
}

/** Adds to the gradients of kernel and bias; returns the gradient of x, [n, K]. */
export function denseBackward(
  products: Products,
  { kernel, bias }: DenseLayer,
  weights: Block,
  gradients: Block,
  x: Float64Array,
  dy: Float64Array,
  n: number,
): Float64Array {
  const [K, N] = kernel.shape;
  products.backwardWeights(valuesOf(gradients, kernel), x, dy, n, K, N);
  for (let i = 0; i < n; i++) for (let j = 0; j < N; j++) gradients[bias.start + j] += dy[i * N + j];
  const dx = new Float64Array(n * K);
  products.backwardInput(dx, dy, valuesOf(weights, kernel), n, K, N);
  return dx;
}

function valuesOf(block: Block, { start, size }: Parameter): Block {
  return block.subarray(start, start + size);
}
