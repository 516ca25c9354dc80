import { padTo, type Workspace } from "../engine/engine.js";

/**
 * Where a layer's output lies in the arena. Rows are `stride` apart; a sequence has row t * B + b for step t of
 * case b (time-major), a vector and a repeated vector (one value for all steps) have row b.
 */
export interface Signal {
  kind: "sequence" | "vector" | "repeated";
  width: number;
  stride: number;
  /** A function of the batch: hidden states lie in rows whose distance is B times the stride. */
  offset(pass: Pass): number;
}

/** What one direction of a recurrent layer hands out. */
export interface HiddenStates {
  /** [T, B, H], in time order whichever way it walks */
  every: Signal;
  /** [B, H], after the last step of its walk */
  last: Signal;
}

/** Rows of gradients, as wide as the signal they belong to, padded with zeros to whole vectors. */
export interface Gradient {
  offset: number;
  stride: number;
}

/** One trainable tensor inside the parameter block. */
export interface Parameter {
  name: string;
  shape: readonly number[];
  /** From the start of the parameter block. */
  start: number;
  size: number;
  initial: "glorotUniform" | "orthogonal" | "zeros" | "forgetBias" | "uniform";
}

/** Random draws of one batch, written into the arena; a test may bring its own. */
export interface Draws {
  /** Fills `out` with standard normal numbers; row t * B + b. */
  gaussian(layer: string, out: Float32Array | Float64Array, rows: number, width: number, B: number): void;
  /** Fills `out` with 0 or 1 / (1 - rate). */
  dropout(layer: string, out: Float32Array | Float64Array, rows: number, width: number, rate: number): void;
}

/** What changes from batch to batch. */
export interface Pass {
  T: number;
  B: number;
  /** [T, B], 0 for a step that is not there; NONE when every step is. */
  mask: number;
  /** Present while training: noise and dropout are on. */
  draws?: Draws;
}

export interface Layer {
  readonly name: string;
  readonly output: Signal;
  /** Of every direction: recurrent layers only. */
  readonly states?: readonly HiddenStates[];
  /** Prepares the weights for the kernels; called after every change of the parameters. */
  pack?(): void;
  forward(pass: Pass): void;
  /** Adds to parameter gradients; returns the gradient of its input, undefined where none was asked for. */
  backward(pass: Pass, dOutput: Gradient): Gradient | undefined;
}

/** How a layer asks for its share of the arena. Everything is planned before the first step. */
export interface Plan {
  readonly lanes: number;
  /** Largest number of steps and of rows in a batch. */
  readonly T: number;
  readonly B: number;
  /** Without training nothing is kept for a backward pass. */
  readonly training: boolean;
  take(elements: number): number;
  parameter(name: string, shape: readonly number[], initial: Parameter["initial"]): Parameter;
  /** The workspace; there only once planning is over. */
  readonly ws: Workspace;
  /** Offsets of parameter and gradient blocks, likewise. */
  readonly weights: number;
  readonly gradients: number;
}

/** A sequence laid out plainly, [T, B, stride]. */
export function plainSequence(plan: Plan, width: number, stride = padTo(width, plan.lanes)): Signal {
  const offset = plan.take(plan.T * plan.B * stride);
  return { kind: "sequence", width, stride, offset: () => offset };
}

/** Copies rows of `width` numbers. */
export function copyRows(
  data: Float32Array | Float64Array,
  to: number,
  toStride: number,
  from: number,
  fromStride: number,
  rows: number,
  width: number,
): void {
  if (toStride === width && fromStride === width) {
    data.copyWithin(to, from, from + rows * width);
    return;
  }
  for (let r = 0; r < rows; r++) {
    const a = to + r * toStride;
    const b = from + r * fromStride;
    for (let k = 0; k < width; k++) data[a + k] = data[b + k];
  }
}
