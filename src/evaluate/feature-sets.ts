import type { Engine } from "../engine/engine.js";
import { encode } from "../features/encode.js";
import type { FeatureTable } from "../features/feature-table.js";
import { rawFeatures, rawLength } from "../features/raw.js";
import type { ReadOut } from "../features/read-outs.js";
import { statisticsFeatures } from "../features/statistics.js";
import { type FitOptions, fit, untrained } from "../model/fit.js";
import type { Model } from "../model/model.js";
import type { TrainHooks } from "../model/train.js";
import type { SequenceSet } from "../sequences/sequence-set.js";

export const featureSetNames = ["raw", "statistics", "untrained", "latent"] as const;
export type FeatureSetName = (typeof featureSetNames)[number];

export interface FeaturePair {
  train: FeatureTable;
  test: FeatureTable;
  /** The trained model, for `latent`. */
  model?: Model;
}

export interface FeatureSetOptions {
  fit: FitOptions;
  readOut: ReadOut;
  /** Windows of events are aligned at their last event, whole series are stretched to one length. */
  align: "stretch" | "end";
}

/** One feature set of both parts; everything that is fitted is fitted on the training part. */
export async function buildFeatures(
  name: FeatureSetName,
  engine: Engine,
  train: SequenceSet,
  test: SequenceSet,
  { fit: fitting, readOut, align }: FeatureSetOptions,
  hooks: TrainHooks,
): Promise<FeaturePair> {
  switch (name) {
    case "raw": {
      const T = rawLength(train);
      return { train: rawFeatures(train, T, align), test: rawFeatures(test, T, align) };
    }
    case "statistics":
      return { train: statisticsFeatures(train), test: statisticsFeatures(test) };
    case "untrained":
    case "latent": {
      const model =
        name === "latent"
          ? await fit(engine, train, fitting, undefined, hooks)
          : untrained(engine, train, fitting);
      return {
        train: await encode(engine, model, train, { readOut, threads: fitting.threads }),
        test: await encode(engine, model, test, { readOut, threads: fitting.threads }),
        model,
      };
    }
  }
}
