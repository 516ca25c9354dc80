import type { ModelInfo } from "../../client/answers.js";
import type { Engine } from "../../engine/engine.js";
import { encode } from "../../features/encode.js";
import { decodeModel } from "../../features/model-bytes.js";
import { type ReadOut, readOuts, resolveReadOut } from "../../features/read-outs/read-outs.js";
import type { Model } from "../../model/model.js";
import { PREDICTOR_FORMAT } from "../../model/model-format.js";
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

/** How much a column moved the score of a case. */
export interface Moved {
  column: string;
  contribution: number;
}

/** What is served: a model that encodes, or a predictor. */
export interface Served extends CaseReading {
  about: ModelAbout;
  /** How many features a read-out has. @throws {OptionError} for one that the model does not have */
  columns?(readOut: ReadOut): number;
  /** The features of each sequence of the set. */
  encode?(set: SequenceSet, readOut: ReadOut): Promise<FeatureTable>;
  predict?(cases: Cases): Promise<Predictions>;
  /** [cases][columns], the `top` that moved each score most */
  explain?(cases: Cases, top: number): Promise<Moved[][]>;
}

/**
 * Opens the bytes of a file.
 * @param where names it in errors
 * @throws {ArtefactError} if it is no model
 */
export async function openServed(engine: Engine, bytes: Uint8Array, where: string): Promise<Served> {
  if (!isPredictor(bytes)) return servedModel(engine, decodeModel(bytes, where));
  const { servedPredictor } = await import("./served-predictor.js");
  return servedPredictor(engine, bytes, where);
}

/** Whether the header of a file says so; what is no sound file of either kind, the readers tell. */
function isPredictor(bytes: Uint8Array): boolean {
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + 512));
  return header.includes(`"${PREDICTOR_FORMAT}"`);
}

function servedModel(engine: Engine, model: Model): Served {
  const { preparation, data } = model.metadata;
  const reading: CaseReading = {
    channels: preparation.channels,
    reading: data.reading,
    resampled: preparation.resample !== undefined,
  };
  return {
    ...reading,
    about: { kind: "encoder", can: ["encode"], ...describe(reading), readOuts: readOutsOf(model) },
    columns: (readOut) => resolveReadOut(model.metadata.spec, readOut, model.readOut).names.length,
    encode: (set, readOut) => encode(engine, model, set, { readOut, threads: 0 }),
  };
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

/** The read-outs that the model was fitted for. */
function readOutsOf({ metadata, readOut: kept }: Model): ReadOut[] {
  return readOuts.filter((readOut) => {
    try {
      resolveReadOut(metadata.spec, readOut, kept);
      return true;
    } catch {
      return false;
    }
  });
}
