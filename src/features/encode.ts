import type { Engine } from "../engine/engine.js";
import { withHooks } from "../hooks.js";
import { type Model, networkModel } from "../model/model.js";
import { prepareSequences } from "../model/prepare.js";
import { expectOptions, expectWhole } from "../options.js";
import { countOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { checkSequences, type Sequences } from "../sequences/set/windowed-set.js";
import type { FeatureTable } from "../table/feature-table.js";
import { finiteFeatures } from "../table/finite.js";
import { awaitTableOfPieces } from "./baselines/table-of-pieces.js";
import { rowsOnThreads } from "./encode-rows.js";
import { type ReadOut, resolveReadOut } from "./read-outs/read-outs.js";

export interface EncodeOptions {
  /** default "last" */
  readOut?: ReadOut;
  /**
   * threads that encode, beside the calling one; 0: the calling thread alone. Default: one for each core, or 0 for
   * little work. Numbers do not depend on it
   */
  threads?: number;
  onProgress?(done: number): void;
}

/**
 * The features of every sequence, [N, columns]. A sequence without a single observed step has zeros. Numbers of a
 * sequence do not depend on what else is in the set.
 * @param set as it was read: the model brings its own scaling and interpolation
 * @throws {DataError} for a set that is not sound, or a case whose features are not finite
 * @throws {OptionError} if a channel of the model is missing, or the model has no fitted read-out of that name
 */
export async function encode(
  engine: Engine,
  model: Model,
  set: Sequences,
  options: EncodeOptions = {},
): Promise<FeatureTable> {
  expectOptions("encode", options, ["readOut", "threads", "onProgress"]);
  expectWhole("encode", "threads", options.threads, 0);
  return withHooks("encode", options, ["onProgress"], (guarded) => encodeSet(engine, model, set, guarded));
}

/** Windows are cut piece by piece. */
async function encodeSet(engine: Engine, model: Model, set: Sequences, options: EncodeOptions): Promise<FeatureTable> {
  checkSequences(set, "encode");
  const rows = Math.max(1, countOf(set));
  return awaitTableOfPieces(set, (piece, done) => {
    const onProgress = (share: number) => options.onProgress?.((done + share * countOf(piece)) / rows);
    return encodePiece(engine, model, piece, { ...options, onProgress });
  });
}

async function encodePiece(
  engine: Engine,
  model: Model,
  set: SequenceSet,
  { readOut = "last", threads, onProgress }: EncodeOptions,
): Promise<FeatureTable> {
  const prepared = prepareSequences(set, model.metadata.preparation);
  const { request, names, project } = resolveReadOut(model.metadata.spec, readOut, model.readOut);
  const work = { model: networkModel(model), set: prepared, readOut: request, width: names.length };
  const values = await rowsOnThreads(engine, work, { threads, onProgress });
  return finiteFeatures("encode", project({ values, names, rows: countOf(prepared) }), set);
}
