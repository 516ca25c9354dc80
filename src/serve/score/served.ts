import type { ModelInfo, ReasonsOf } from "../../client/answers.js";
import type { ReadOut } from "../../features/read-outs/read-outs.js";
import type { SequenceSet } from "../../sequences/set/sequence-set.js";
import type { FeatureTable } from "../../table/feature-table.js";
import { type CaseReading, type Cases, splitChannels } from "./cases.js";

/** What is known of a model, besides its name and file. */
export type ModelAbout = Omit<ModelInfo, "name" | "version" | "loadedAt">;

/** Probabilities and decisions of some cases. */
export interface Predictions {
  classNames: readonly string[];
  /** [cases, classes], what the threshold looks at */
  scores: Float64Array;
  /** [cases, classes] */
  probabilities: Float64Array;
  /** [cases], indices of classes */
  decisions: Int32Array;
}

/** What is served: a model that encodes, or a predictor. */
export interface Served extends CaseReading {
  about: ModelAbout;
  /** How many features a read-out has. @throws {OptionError} for one that the model does not have */
  columns?(readOut: ReadOut): number;
  /** The features of each sequence of the set. */
  encode?(set: SequenceSet, readOut: ReadOut): Promise<FeatureTable>;
  predict?(cases: Cases): Promise<Predictions>;
  /** The same, with the `top` columns that moved each score most. */
  explain?(cases: Cases, top: number): Promise<Predictions & { moved: ReasonsOf[] }>;
}

/** Columns and channels, as a request has them. */
export function describe(reading: CaseReading): Pick<ModelAbout, "channels" | "derived" | "reading"> {
  const { given, derived } = splitChannels(reading);
  return {
    channels: given.map(({ name, kind, vocabulary }) => ({
      name,
      kind,
      ...(vocabulary && { categories: vocabulary.length }),
    })),
    derived: derived.map(({ name }) => name),
    reading: reading.reading,
  };
}
