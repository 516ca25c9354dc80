import { z } from "zod";
import { listOf } from "../../options.js";
import { augmentSchema } from "../../sequences/transform/augment.js";

const count = z.int().positive();
const weight = z.number().nonnegative();

/** Layers in Keras' words. Sequences are [B, T, width], vectors [B, width]. */
export const layerSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("lstm"),
    units: count,
    /** default "tanh"; the recurrent activation is always sigmoid */
    activation: z.enum(["tanh", "relu"]).optional(),
    /** true: every hidden state; false (default): the last one */
    returnSequences: z.boolean().optional(),
    /** walks from the end of time to its beginning */
    goBackwards: z.boolean().optional(),
    /** one LSTM each way, outputs side by side: width 2 * units */
    bidirectional: z.boolean().optional(),
    /** hands out mean, max and last of its states instead of the last alone: three times as wide */
    pool: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal("repeatVector") }),
  /** Dense(units) on every step; `units` absent: the width of the data. */
  z.strictObject({ type: z.literal("timeDistributedDense"), units: count.optional() }),
  z.strictObject({ type: z.literal("dropout"), rate: z.number().nonnegative().lt(1) }),
  /** Adds N(0, stddev) to its input while training. */
  z.strictObject({ type: z.literal("gaussianNoise"), stddev: z.number().nonnegative() }),
  /** Replaces each categorical channel by `units` learned numbers; first in the encoder only. */
  z.strictObject({ type: z.literal("embedding"), units: count }),
]);

/** Weights of the terms of a loss on read-outs; the terms: src/network/losses/read-out. */
const readOutLossSchema = z.strictObject({
  /** of the reconstruction; default 0.5 */
  reconstruction: weight.optional(),
  /** NT-Xent between the two views */
  contrastive: z
    .strictObject({
      weight,
      temperature: z.number().positive().optional(),
      hidden: count.optional(),
      size: count.optional(),
    })
    .optional(),
  /** cross-entropy of the labels of the training part; label-aware */
  crossEntropy: z
    .strictObject({
      weight,
      dropout: z.number().nonnegative().lt(1).optional(),
      smoothing: z.number().nonnegative().lt(1).optional(),
    })
    .optional(),
  /** how views are made */
  views: augmentSchema.optional(),
});

/** Encoder: sequence to vector (the latent). Decoder: vector to sequence, as wide as the data. */
export const specSchema = z.strictObject({
  encoder: listOf(layerSchema),
  decoder: listOf(layerSchema),
  /**
   * A dense layer that predicts the next step from the state of a forward LSTM: how much a step surprises is what its
   * prediction missed. `weight` multiplies its loss, the mean over the values that are there to be predicted
   */
  nextStep: z.strictObject({ weight }).optional(),
  /** Trains the encoder's states for what is read out of them, on two changed views of every sequence. */
  readOutLoss: readOutLossSchema.optional(),
});

export type LayerSpec = z.input<typeof layerSchema>;
export type AutoencoderSpec = z.input<typeof specSchema>;
export type ReadOutLossSpec = z.input<typeof readOutLossSchema>;
