import type { Engine } from "../engine/engine.js";
import { type Model, networkModel } from "../model/model.js";
import { inputChannels, prepareSequences } from "../model/prepare.js";
import type { SequenceSet } from "../sequences/set/sequence-set.js";
import { checkSequences, type Sequences } from "../sequences/set/windowed-set.js";
import type { FeatureTable } from "../table/feature-table.js";
import { finiteFeatures } from "../table/finite.js";
import { awaitTableOfPieces, tableOfPieces } from "./baselines/table-of-pieces.js";
import { rowsAlone, rowsOnThreads } from "./encode-rows.js";
import { residualNames } from "./residual-columns.js";

/**
 * What the decoder missed, in few numbers, [N, columns]: `error` of the sequence; `error_CHANNEL`; `residual_COLUMN`, the
 * signed residual of the last step. With a head that predicts the next step (recipe `composite`) also
 * `unexpected_CHANNEL`, the signed residual of the last step of a numeric channel against its prediction;
 * `surprise_CHANNEL`, log(1 + error) of predicting the last step; `surprise_last_3`, `_5` and `_9`, the same of the mean
 * over all channels and that many last steps. Where steps have times, also `surprise_1h_CHANNEL`, `_6h_`, `_1d_` and
 * `_7d_`, over the steps of that time. In scaled units; zeros where there is nothing to compare.
 * @param set as it was read
 * @throws {DataError} for a set that is not sound, or a case whose features are not finite
 * @throws {OptionError} if a channel of the model is missing
 */
export function residualFeatures(engine: Engine, model: Model, set: Sequences): FeatureTable {
  checkSequences(set, "residualFeatures");
  return tableOfPieces(set, (piece) => residualsOf(engine, model, piece));
}

/** The same with the calling thread free meanwhile: `threads` that work, or 0 for the calling one alone. */
export async function residualFeaturesOnThreads(
  engine: Engine,
  model: Model,
  set: Sequences,
  threads: number | undefined,
): Promise<FeatureTable> {
  checkSequences(set, "residualFeatures");
  return awaitTableOfPieces(set, async (piece) => {
    const { names, work } = residualWork(model, piece);
    return tableOf(await rowsOnThreads(engine, work, { threads }), names, piece);
  });
}

function residualsOf(engine: Engine, model: Model, set: SequenceSet): FeatureTable {
  const { names, work } = residualWork(model, set);
  return tableOf(rowsAlone(engine, work), names, set);
}

function residualWork(model: Model, set: SequenceSet) {
  const { preparation, spec } = model.metadata;
  const prepared = prepareSequences(set, preparation);
  const names = residualNames(inputChannels(preparation), spec.nextStep !== undefined, prepared);
  return {
    names,
    work: { model: networkModel(model), set: prepared, readOut: "residuals" as const, width: names.length },
  };
}

function tableOf(values: Float32Array, names: readonly string[], set: SequenceSet): FeatureTable {
  return finiteFeatures("residualFeatures", { values, names, rows: values.length / names.length }, set);
}
