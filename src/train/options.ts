import { z } from "zod";
import { OptionError } from "../errors.js";
import { prepareOptionsSchema, resolvePrepareOptions } from "../model/prepare.js";
import { findRecipe, type Recipe, recipeOptionsSchema, recipes } from "../network/spec/recipes.js";
import { type AutoencoderSpec, specSchema } from "../network/spec/spec.js";
import { parseOptions } from "../options.js";

const positiveInteger = z.number().int().positive();

/** The default of a training option in words: the usual one, then those of recipes that have another. */
function defaultsOf(option: keyof NonNullable<Recipe["train"]>, usual: string | number): string {
  const byValue = new Map<number, string[]>();
  for (const { name, train } of recipes)
    if (train && train[option] !== usual) byValue.set(train[option], [...(byValue.get(train[option]) ?? []), name]);
  return [usual, ...[...byValue].map(([value, names]) => `${names.join(", ")}: ${value}`)].join("; ");
}

/** What applies where neither options nor recipe say otherwise; with relu the peak rate is lower. */
export const USUAL = { updates: 600, learningRate: 3e-3, reluLearningRate: 1e-3, patience: 8 } as const;

/** Options of training; one schema for the library, the command line and model files. */
export const trainOptionsSchema = z
  .strictObject({
    seed: z.number().int().default(1).describe("seed of weights, batches, noise and dropout"),
    updates: positiveInteger
      .optional()
      .describe(`steps of the optimiser; default ${defaultsOf("updates", USUAL.updates)}; with epochs: none`),
    epochs: positiveInteger.optional().describe("passes over the training part, instead of updates"),
    batchSize: positiveInteger.default(32).describe("sequences per update"),
    learningRate: z
      .number()
      .positive()
      .optional()
      .describe(
        `peak rate of Adam; default ${defaultsOf("learningRate", `${USUAL.learningRate}, for relu ${USUAL.reluLearningRate}`)}`,
      ),
    schedule: z.enum(["cosine", "constant"]).default("cosine").describe("learning rate after the warm-up"),
    warmUp: z.number().int().nonnegative().default(20).describe("updates over which the rate rises from 0"),
    clipNorm: z.number().nonnegative().default(1).describe("largest global norm of the gradient; 0: no clipping"),
    patience: z
      .number()
      .int()
      .nonnegative()
      .default(USUAL.patience)
      .describe(
        `evaluations without a better validation loss before training stops; 0: never stop early; default ${defaultsOf("patience", USUAL.patience)}`,
      ),
  })
  .refine((options) => options.updates === undefined || options.epochs === undefined, {
    message: "give `updates` or `epochs`, not both.",
  });

export type TrainOptions = z.input<typeof trainOptionsSchema>;
export type ResolvedTrainOptions = z.output<typeof trainOptionsSchema>;

/** Options of a model: layers, preparation, training. */
export const fitOptionsSchema = recipeOptionsSchema.extend({
  recipe: z
    .string()
    .optional()
    .describe(`layers and loss: ${recipes.map(({ name }) => name).join(", ")}; default default`),
  spec: specSchema.optional().describe("your own layers, instead of a recipe"),
  prepare: prepareOptionsSchema.optional(),
  train: trainOptionsSchema.optional(),
  validation: z
    .number()
    .nonnegative()
    .lt(1)
    .optional()
    .describe(
      "share of the sequences held out for early stopping; default 0.1 with 50 sequences or more; default, robust and label-aware: 0",
    ),
  threads: z
    .int()
    .nonnegative()
    .optional()
    .describe(
      "threads that train, encode and fit classifiers; the results do not depend on the number; default: one per core",
    ),
});
export type FitOptions = z.input<typeof fitOptionsSchema>;

/**
 * Fills in the defaults of training.
 * @throws {OptionError} that names the option, what it got and what it takes
 */
export function resolveTrainOptions(options: TrainOptions = {}): ResolvedTrainOptions {
  return parseOptions(trainOptionsSchema, options, "Training options");
}

/**
 * Checks the options of a model and fills in the defaults, those of its recipe first. What comes out may go in again.
 * @param windows whether the sequences are windows of events
 * @throws {OptionError} for an option that is unknown, out of range or without effect
 */
export function resolveFitOptions(options: FitOptions = {}, windows = false) {
  parseOptions(fitOptionsSchema, options, "Fit options");
  const { spec, noise, dropout } = options;
  const recipe = findRecipe(options.recipe ?? "default");
  const usual: Partial<Recipe> = spec ? {} : recipe;
  const { updates, epochs } = options.train ?? {};
  const train = resolveTrainOptions({
    ...usual.train,
    ...options.train,
    updates: updates ?? (epochs === undefined ? usual.train?.updates : undefined),
  });
  const { encoder, decoder } = specOf({ ...options, recipe: recipe.name });
  const layers = [...encoder, ...decoder].map((layer) => layer.type);
  if (spec && options.embedding !== undefined)
    throw new OptionError(
      'Fit options: got `embedding` beside `spec`, expected one of them. Put the layer into the spec: `{ type: "embedding", units }`, first in its encoder.',
    );
  const idle =
    noise !== undefined && !layers.includes("gaussianNoise")
      ? "noise"
      : dropout !== undefined && !layers.includes("dropout") && "dropout";
  if (idle)
    throw new OptionError(
      `Fit options: \`${idle}\` was given, but the recipe "${recipe.name}" has no such layer, so it would have no effect. Use \`recipe: "denoising"\`${idle === "dropout" ? "" : ' or `recipe: "robust"`'}.`,
    );
  return {
    ...(spec === undefined && { activation: "tanh" as const }),
    ...options,
    recipe: recipe.name,
    prepare: resolvePrepareOptions(
      options.prepare ?? {},
      { interpolation: recipe.interpolation, differences: usual.differences },
      windows,
    ),
    train,
    validation: options.validation ?? usual.validation,
  };
}

/** The layers that the options stand for. */
export function specOf({ spec, recipe, units, activation, noise, dropout, embedding }: FitOptions): AutoencoderSpec {
  return spec ?? findRecipe(recipe ?? "default").build({ units, activation, noise, dropout, embedding });
}
