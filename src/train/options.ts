import { z } from "zod";
import { OptionError } from "../errors.js";

const positiveInteger = z.number().int().positive();

/** Options of training; one schema for the library, the command line and model files. */
export const trainOptionsSchema = z
  .strictObject({
    seed: z.number().int().default(1).describe("seed of weights, batches, noise and dropout"),
    updates: positiveInteger
      .optional()
      .describe("steps of the optimiser; default 600 unless epochs are given"),
    epochs: positiveInteger.optional().describe("passes over the training part, instead of updates"),
    batchSize: positiveInteger.default(32).describe("sequences per update"),
    learningRate: z
      .number()
      .positive()
      .optional()
      .describe("peak rate of Adam; default 0.003, for relu 0.001"),
    schedule: z
      .enum(["cosine", "constant"])
      .default("cosine")
      .describe("how the rate goes after the warm-up"),
    warmUp: z.number().int().nonnegative().default(20).describe("updates over which the rate rises from 0"),
    clipNorm: z
      .number()
      .nonnegative()
      .default(1)
      .describe("largest global norm of the gradient; 0: no clipping"),
    patience: z
      .number()
      .int()
      .nonnegative()
      .default(8)
      .describe("evaluations without a better validation loss before training stops; 0: never stop early"),
    noiseDraws: z
      .enum(["fresh", "fixed"])
      .default("fresh")
      .describe("noise drawn for each batch, or one noisy copy of the data"),
  })
  .refine((options) => options.updates === undefined || options.epochs === undefined, {
    message: "give updates or epochs, not both",
  });

export type TrainOptions = z.input<typeof trainOptionsSchema>;
export type ResolvedTrainOptions = z.output<typeof trainOptionsSchema>;

/**
 * Fills in the defaults.
 * @throws {OptionError} that names the option, what it got and what it takes
 */
export function resolveTrainOptions(options: TrainOptions = {}): ResolvedTrainOptions {
  const parsed = trainOptionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = ["Training options", ...issue.path].join(", ");
  throw new OptionError(`${where}: ${issue.message}. See "undertone fit --help".`);
}
