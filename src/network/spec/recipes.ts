import { z } from "zod";
import { unknownName } from "../../errors.js";
import { parseOptions } from "../../options.js";
import type { AutoencoderSpec, ReadOutLossSpec } from "./spec.js";

/** Options of the layers of a recipe; their defaults are the recipe's. */
export const recipeOptionsSchema = z.strictObject({
  units: z
    .int()
    .positive()
    .optional()
    .describe(
      "units of the encoder's last LSTM (of each direction) and of the decoder's; default 64; composite, default, robust and label-aware: 32",
    ),
  activation: z.enum(["tanh", "relu"]).optional().describe("activation of the LSTMs; default tanh"),
  noise: z
    .number()
    .nonnegative()
    .optional()
    .describe("denoising and robust: standard deviation of the noise; default 0.1; robust: 0.5"),
  dropout: z.number().nonnegative().lt(1).optional().describe("denoising: rate of dropout; default 0.2"),
  embedding: z
    .int()
    .positive()
    .optional()
    .describe("learned numbers per category that the encoder reads in place of a column per category; default: none"),
});
export type RecipeOptions = z.input<typeof recipeOptionsSchema>;

/** A recipe: layers, and how missing values inside a series are met by default. */
export interface Recipe {
  name: string;
  summary: string;
  /** "none": missing steps are skipped and missing values do not count; else they are filled first. */
  interpolation: "linear" | "none";
  build(options: RecipeOptions): AutoencoderSpec;
  /** First differences of the numeric channels are channels too. */
  differences?: boolean;
  /** Looks at the labels of the training part. */
  labelAware?: boolean;
  /** Training options that differ from the usual ones. */
  train?: { updates: number; learningRate: number; patience: number };
  /** Share held out for early stopping, where it is not the usual one. */
  validation?: number;
}

const simple = ({ units = 64, activation = "tanh" }: RecipeOptions): AutoencoderSpec => ({
  encoder: [{ type: "lstm", units, activation }],
  decoder: [
    { type: "repeatVector" },
    { type: "lstm", units, activation, returnSequences: true },
    { type: "timeDistributedDense" },
  ],
});

const denoising = (options: RecipeOptions): AutoencoderSpec => {
  const { units = 64, activation = "tanh", noise = 0.1, dropout = 0.2 } = options;
  return {
    encoder: [
      { type: "gaussianNoise", stddev: noise },
      { type: "lstm", units: 2 * units, activation, returnSequences: true },
      { type: "dropout", rate: dropout },
      { type: "lstm", units, activation },
    ],
    decoder: [
      { type: "repeatVector" },
      { type: "lstm", units, activation, returnSequences: true },
      { type: "dropout", rate: dropout },
      { type: "timeDistributedDense" },
    ],
  };
};

/** One bidirectional layer, read out whole: the latent is mean, max and last state. */
const readOutAware =
  (terms: Pick<ReadOutLossSpec, "contrastive" | "crossEntropy">, usualNoise = 0) =>
  ({ units = 32, activation = "tanh", noise = usualNoise }: RecipeOptions): AutoencoderSpec => ({
    encoder: [
      ...(usualNoise > 0 ? [{ type: "gaussianNoise" as const, stddev: noise }] : []),
      { type: "lstm", units, activation, bidirectional: true, pool: true },
    ],
    decoder: [
      { type: "repeatVector" },
      { type: "lstm", units, activation, returnSequences: true },
      { type: "timeDistributedDense" },
    ],
    readOutLoss: { reconstruction: 0.5, ...terms },
  });

/** Updates, whatever the size of the set: few enough for a large one, enough for a small one. */
const briefly = { updates: 300, learningRate: 5e-3, patience: 0 };

const built: readonly Recipe[] = [
  {
    name: "simple",
    summary: "LSTM, repeat vector, LSTM, time-distributed dense; missing values are interpolated",
    interpolation: "linear",
    build: simple,
  },
  {
    name: "denoising",
    summary: "noise on the input, clean target; LSTM 128, dropout, LSTM 64, repeat, LSTM 64, dropout, dense",
    interpolation: "linear",
    build: denoising,
  },
  {
    name: "masked",
    summary: "the layers of simple; missing steps are skipped, missing values do not count",
    interpolation: "none",
    build: simple,
  },
  {
    name: "composite",
    summary: "the layers of masked with LSTM 32, and a head that predicts the next step: for events",
    interpolation: "none",
    build: ({ units = 32, activation }) => ({ ...simple({ units, activation }), nextStep: { weight: 4 } }),
    train: { updates: 3000, learningRate: 3e-3, patience: 8 },
  },
  {
    name: "default",
    summary:
      "bidirectional LSTM 32 over values and differences; rebuilds the sequence and recognises changed views of it",
    interpolation: "none",
    build: readOutAware({ contrastive: { weight: 0.5 } }),
    differences: true,
    train: briefly,
    validation: 0,
  },
  {
    name: "robust",
    summary: "default for data that will be noisier than those trained on: noise on the input, no differences",
    interpolation: "none",
    build: readOutAware({ contrastive: { weight: 0.5 } }, 0.5),
    train: briefly,
    validation: 0,
  },
  {
    name: "label-aware",
    summary: "the layers of default; reconstructs the sequence and separates the classes of the training part",
    interpolation: "none",
    build: readOutAware({ crossEntropy: { weight: 1 } }),
    differences: true,
    labelAware: true,
    train: briefly,
    validation: 0,
  },
];

/** Every recipe; `build` refuses options that it does not know. */
export const recipes: readonly Recipe[] = built.map((recipe) => ({
  ...recipe,
  build: (options) => {
    const { embedding, ...layers } = parseOptions(recipeOptionsSchema, options, `The recipe "${recipe.name}"`);
    const spec = recipe.build(layers);
    if (embedding === undefined) return spec;
    return { ...spec, encoder: [{ type: "embedding", units: embedding }, ...spec.encoder] };
  },
}));

/** @throws {OptionError} that suggests the nearest recipe */
export function findRecipe(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name);
  return (
    recipe ??
    unknownName(
      "`recipe`",
      "recipe",
      name,
      recipes.map((each) => each.name),
    )
  );
}
