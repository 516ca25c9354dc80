import { OptionError, unknownName } from "../../errors.js";
import type { AugmentOptions } from "../../sequences/transform/augment.js";

/** Layers in Keras' words. Sequences are [B, T, width], vectors [B, width]. */
export type LayerSpec =
  | {
      type: "lstm";
      units: number;
      /** default "tanh"; the recurrent activation is always sigmoid */
      activation?: "tanh" | "relu";
      /** true: every hidden state; false (default): the last one */
      returnSequences?: boolean;
      /** walks from the end of time to its beginning */
      goBackwards?: boolean;
      /** one LSTM each way, outputs side by side: width 2 * units */
      bidirectional?: boolean;
      /** hands out mean, max and last of its states instead of the last alone: three times as wide */
      pool?: boolean;
      /** "logUniform": forget biases for memories of 1 to 100 steps, evenly on a log scale; default "one" */
      forgetBias?: "one" | "logUniform";
    }
  | { type: "repeatVector" }
  /** Dense(units) on every step; `units` absent: the width of the data. */
  | { type: "timeDistributedDense"; units?: number }
  | { type: "dropout"; rate: number }
  /** Adds N(0, stddev) to its input while training. */
  | { type: "gaussianNoise"; stddev: number }
  /** Blanks `segments` (1) stretches of each sequence while training, each `share` of its steps long; encoder only. */
  | { type: "segmentMask"; share: number; segments?: number }
  /** Replaces each categorical channel by `units` learned numbers; first in the encoder only. */
  | { type: "embedding"; units: number };

/** Encoder: sequence to vector (the latent). Decoder: vector to sequence, as wide as the data. */
export interface AutoencoderSpec {
  encoder: LayerSpec[];
  decoder: LayerSpec[];
  /** "reversed": the decoder rebuilds the sequence from its end; default "same" */
  target?: "same" | "reversed";
  /**
   * A dense layer that predicts the next step from the state of a forward LSTM: how much a step surprises is what its
   * prediction missed. `weight` multiplies its loss, the mean over the values that are there to be predicted
   */
  nextStep?: { weight: number };
  /** Trains the encoder's states for what is read out of them, on two changed views of every sequence. */
  readOutLoss?: ReadOutLossSpec;
}

/** Weights of the terms of the loss; the terms: src/model/readout-loss. */
export interface ReadOutLossSpec {
  /** of the reconstruction; default 0.5 */
  reconstruction?: number;
  /** NT-Xent between the two views */
  contrastive?: { weight: number; temperature?: number; hidden?: number; size?: number };
  /** cross-entropy of the labels of the training part; label-aware */
  crossEntropy?: { weight: number; dropout?: number; smoothing?: number };
  /** how views are made */
  views?: AugmentOptions;
}

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

export interface RecipeOptions {
  /** units of the (last) LSTM of the encoder, and of the decoder; default 64 */
  units?: number;
  /** default "tanh" */
  activation?: "tanh" | "relu";
  /** `denoising`, `robust`: standard deviation of the noise; default 0.1 and 0.5 */
  noise?: number;
  /** `denoising`: default 0.2 */
  dropout?: number;
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

export const recipes: readonly Recipe[] = [
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
    summary:
      "default for data that will be noisier than those trained on: noise on the input, no differences",
    interpolation: "none",
    build: readOutAware({ contrastive: { weight: 0.5 } }, 0.5),
    train: briefly,
    validation: 0,
  },
  {
    name: "label-aware",
    summary: "the layers of default; rebuilds the sequence and tells the classes of the training part apart",
    interpolation: "none",
    build: readOutAware({ crossEntropy: { weight: 1 } }),
    differences: true,
    labelAware: true,
    train: briefly,
    validation: 0,
  },
];

/** @throws {OptionError} that suggests the nearest recipe */
export function findRecipe(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name);
  return (
    recipe ??
    unknownName(
      "--recipe",
      "recipe",
      name,
      recipes.map((each) => each.name),
    )
  );
}

/**
 * Checks that the layers make an autoencoder.
 * @throws {OptionError} that names the layer, what it got and what it needs
 */
export function checkSpec(spec: AutoencoderSpec): void {
  const kinds = { encoder: "sequence", decoder: "vector" } as Record<string, "sequence" | "vector">;
  for (const part of ["encoder", "decoder"] as const) {
    spec[part].forEach((layer, k) => {
      const where = `${part}[${k}] (${layer.type})`;
      const fail = (message: string): never => {
        throw new OptionError(`Model spec, ${where}: ${message}`);
      };
      if (layer.type === "repeatVector") {
        if (kinds[part] !== "vector")
          fail("got a sequence, expected a vector. Let the LSTM before it return its last state.");
        kinds[part] = "sequence";
      } else if (kinds[part] !== "sequence" && layer.type !== "dropout") {
        fail(
          "got a vector, expected a sequence. Put a repeatVector before it, or returnSequences: true on the LSTM before it.",
        );
      }
      if (
        "units" in layer &&
        layer.units !== undefined &&
        !(Number.isInteger(layer.units) && layer.units > 0)
      )
        fail(`got ${layer.units} units, expected a whole number above 0.`);
      if (layer.type === "dropout" && !(layer.rate >= 0 && layer.rate < 1))
        fail(`got rate ${layer.rate}, expected 0 <= rate < 1.`);
      if (layer.type === "gaussianNoise" && !(layer.stddev >= 0))
        fail(`got stddev ${layer.stddev}, expected 0 or more.`);
      if (layer.type === "segmentMask") {
        const { share, segments = 1 } = layer;
        if (part !== "encoder")
          fail(
            "it hides what the encoder reads, so it belongs into the encoder. Use dropout in the decoder.",
          );
        if (!(share > 0 && share < 1)) fail(`got share ${share}, expected 0 < share < 1.`);
        if (!(Number.isInteger(segments) && segments > 0))
          fail(`got ${segments} segments, expected a whole number above 0.`);
      }
      if (layer.type === "embedding" && !(part === "encoder" && k === 0))
        fail("an embedding reads the data itself: it must be the first layer of the encoder.");
      if (layer.type === "lstm" && layer.bidirectional && layer.goBackwards)
        fail("bidirectional already walks both ways; drop goBackwards.");
      if (layer.type === "lstm" && layer.pool && layer.returnSequences)
        fail("a pooled LSTM hands out one vector; drop returnSequences.");
      if (layer.type === "lstm" && !layer.returnSequences) kinds[part] = "vector";
      if (layer.type === "repeatVector" && spec[part][k + 1]?.type !== "lstm")
        fail("expected an lstm right after it, which is what a repeated vector is for.");
    });
  }
  const last = spec.encoder.findLast((layer) => layer.type === "lstm");
  if (spec.nextStep && last?.goBackwards)
    throw new OptionError(
      "Model spec: nextStep needs states that walk forward, and the encoder's last LSTM walks backwards. Drop goBackwards.",
    );
  if (kinds.encoder !== "vector")
    throw new OptionError(
      "Model spec: the encoder ends in a sequence, expected a vector. Its last LSTM must not return sequences.",
    );
  if (!spec.encoder.some((layer) => layer.type === "lstm"))
    throw new OptionError("Model spec: the encoder has no LSTM.");
  if (spec.decoder.at(-1)?.type !== "timeDistributedDense")
    throw new OptionError(
      "Model spec: the decoder must end in a timeDistributedDense, which makes the output as wide as the data.",
    );
}
