import { padTo, type Workspace } from "../../engine/engine.js";
import type { PackedBatch } from "../batch/packed-batch.js";

/**
 * Where a layer's output lies in the arena. Rows are `stride` apart; a sequence has the packed rows of a batch, a
 * vector and a repeated vector (one value for all steps) have row b for case b.
 */
export interface Signal {
  kind: "sequence" | "vector" | "repeated";
  width: number;
  stride: number;
  /** A function of the batch: hidden states lie behind the B rows of the initial state. */
  offset(batch: PackedBatch): number;
}

/** What one direction of a recurrent layer hands out. */
export interface HiddenStates {
  /** [R, H], in time order whichever way it walks; present unless the network was made without states */
  every: Signal;
  /** [B, H], after the last step of its walk */
  last: Signal;
  /** Whether it walks from the last step to the first. */
  reverse: boolean;
}

/** Where the state before the first step lies, and the cell state after a batch of one step; rows of `stride`. */
export interface CarriedState {
  width: number;
  stride: number;
  hidden: number;
  cells: number;
  /** [B, H], the hidden state after the batch */
  last: number;
  cellsAfter(B: number): number;
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

export interface Layer {
  readonly name: string;
  readonly output: Signal;
  /** Of every direction: recurrent layers only. */
  readonly states?: readonly HiddenStates[];
  /** Of every direction, where something outside the chain of layers adds to it between forward and backward. */
  readonly stateGradients?: readonly (Gradient | undefined)[];
  /** Of a layer that walks forward alone. */
  readonly carry?: CarriedState;
  /** Prepares the weights for the kernels; called after every change of the parameters. */
  pack?(): void;
  forward(batch: PackedBatch): void;
  /** Adds to parameter gradients; returns the gradient of its input, undefined if none was requested. */
  backward(batch: PackedBatch, dOutput: Gradient): Gradient | undefined;
}

/**
 * A term of the loss in one slot. It is planned after the layers that it looks at, and takes its room, and what
 * parameters it has, then.
 */
export interface Objective {
  /** Runs after the layers. */
  forward(batch: PackedBatch): void;
  /**
   * The sum of the term over the batch, without its weight.
   * @param scale where given, gradients of `scale` times the weighted sum are added to those of what it looks at
   */
  loss(batch: PackedBatch, scale?: number): number;
}

/** How a layer reserves its share of the arena. Everything is planned before the first step. */
export interface Plan {
  readonly lanes: number;
  /** Largest number of steps and of cases in a batch. */
  readonly T: number;
  readonly B: number;
  /** Without training nothing is kept for a backward pass. */
  readonly training: boolean;
  /** Whether every hidden state of the last encoder layer is wanted, or the last one alone. */
  readonly keepStates: boolean;
  /** Whether something outside the chain of layers adds to the gradients of the encoder's states. */
  readonly stateGradients: boolean;
  /** Room of this slot's own. */
  take(elements: number): number;
  /** Room that all slots share, the same for the same key: what is made of the weights alone. */
  share(key: string, elements: number): number;
  /** A trainable tensor, the same for the same name. */
  parameter(name: string, shape: readonly number[], initial: Parameter["initial"]): Parameter;
  /** The workspace; present only once planning is over. */
  readonly ws: Workspace;
  /** Offset of the parameter block, likewise. */
  readonly weights: number;
}

/** A sequence laid out plainly, [R, stride]. */
export function plainSequence(plan: Plan, width: number, stride = padTo(width, plan.lanes)): Signal {
  const offset = plan.take(plan.T * plan.B * stride);
  return { kind: "sequence", width, stride, offset: () => offset };
}

/** How many rows a signal has in a batch. */
export function rowsOf(signal: Signal, batch: PackedBatch): number {
  return signal.kind === "sequence" ? batch.rows : batch.B;
}
