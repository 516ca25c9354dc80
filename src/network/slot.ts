import { OptionError } from "../errors.js";
import type { ColumnGroup } from "./batch/one-hot-columns.js";
import type { BatchOffsets, BatchRoom, Draws, PackedBatch } from "./batch/packed-batch.js";
import type { Gradient, HiddenStates, Layer, Objective, Plan, Signal } from "./layers/layer.js";
import { createChain } from "./layers/layers.js";
import { type NextStep, planNextStep } from "./losses/next-step.js";
import { planTrainingReadOut, type TrainingReadOut } from "./losses/read-out/training-read-out.js";
import { planReconstruction } from "./losses/reconstruction.js";
import type { AutoencoderSpec } from "./spec/spec.js";

/** Room for one batch, and the layers that work in it. Weights are shared with the other slots. */
export interface Slot extends BatchRoom {
  readonly latent: Signal;
  /** Of the encoder's last LSTM, one per direction. */
  readonly states: readonly HiddenStates[];
  readonly output: Signal | undefined;
  /** The encoder's layers, first to last. */
  readonly encoder: readonly Layer[];
  readonly decoder: readonly Layer[];
  /** The head that predicts the next step, where the spec has one; not in an encoder alone. */
  readonly nextStep: NextStep | undefined;
  /** What is read out of the encoder's states, where a loss looks at it; in training alone. */
  readonly readOut: TrainingReadOut | undefined;
  /** Runs encoder and, where there is one, decoder over what `fillBatch` put in place. */
  forward(batch: PackedBatch, draws?: Draws): void;
  /**
   * Sum of the reconstruction loss over the observed values of the last forward.
   * @param scale where given, gradients of `scale` times that sum, and of the other objectives, are added at
   *   `batch.gradients`
   */
  loss(batch: PackedBatch, scale?: number): number;
}

/**
 * Plans the layers and objectives of one slot.
 * @throws {OptionError} if the decoder is not as wide as the data
 */
export function planSlot(
  plan: Plan,
  spec: AutoencoderSpec,
  columns: readonly ColumnGroup[],
  purpose: "training" | "autoencode" | "encode",
): Slot {
  const { T, B } = plan;
  const width = columns.reduce((sum, group) => sum + group.width, 0);
  const place: BatchOffsets = {
    x: plan.take(T * B * width),
    mask: plan.take(T * B),
    observed: plan.take(T * B * width),
    weights: plan.take(T * B),
    active: plan.take(T),
  };
  const input: Signal = { kind: "sequence", width, stride: width, offset: () => place.x };
  const encoder = createChain(plan, "encoder", spec.encoder, input, columns, width);
  const latent = encoder[encoder.length - 1].output;
  const decoder = purpose === "encode" ? [] : createChain(plan, "decoder", spec.decoder, latent, columns, width);
  const output = decoder.at(-1)?.output;
  if (output && output.width !== width)
    throw new OptionError(
      `Model spec: the decoder makes ${output.width} columns, expected ${width}, as many as the data has.`,
    );
  const reconstruction = output && planReconstruction(plan, columns, place, output);
  const readOut = spec.readOutLoss && purpose === "training" ? planTrainingReadOut(plan, encoder) : undefined;
  const nextStep =
    spec.nextStep && output ? planNextStep(plan, spec.nextStep.weight, encoder, columns, place) : undefined;

  const layers = [...encoder, ...decoder];
  const others: Objective[] = [...(readOut ? [readOut] : []), ...(nextStep ? [nextStep] : [])];
  return {
    get ws() {
      return plan.ws;
    },
    place,
    most: { cases: B, steps: T },
    width,
    latent,
    output,
    encoder,
    decoder,
    nextStep,
    readOut,
    states: encoder.findLast((layer) => layer.states)?.states ?? [],
    forward(batch, draws) {
      batch.draws = draws;
      for (const layer of layers) layer.forward(batch);
      for (const objective of others) objective.forward(batch);
    },
    loss(batch, scale) {
      const sum = reconstruction!.loss(batch, scale);
      if (scale === undefined) return sum;
      for (const objective of others) objective.loss(batch, scale);
      let flowing: Gradient | undefined = reconstruction!.gradient;
      for (let k = layers.length - 1; k >= 0 && flowing; k--) flowing = layers[k].backward(batch, flowing);
      return sum;
    },
  };
}
