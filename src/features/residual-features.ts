import type { Engine } from "../engine/engine.js";
import type { Model } from "../model/model.js";
import { inputChannels, prepareSequences } from "../model/prepare.js";
import { type ColumnGroup, oneHotColumns } from "../network/batch/one-hot-columns.js";
import { type Channel, countOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { checkSequences, type Sequences } from "../sequences/set/windowed-set.js";
import type { FeatureTable } from "../table/feature-table.js";
import { finiteFeatures } from "../table/finite.js";
import { tableOfPieces } from "./baselines/table-of-pieces.js";
import {
  caseErrors,
  channelErrors,
  lastErrors,
  lastResiduals,
  type Reconstruction,
  recentChannelErrors,
  recentErrors,
} from "./reconstruction-errors.js";
import { type RunBatch, runBatches } from "./run-batches.js";

/** Spans of mean surprises. */
const STEPS = [3, 5, 9];
const SECONDS = { "1h": 3600, "6h": 6 * 3600, "1d": 86_400, "7d": 7 * 86_400 };
const BATCH = 48;

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

function residualsOf(engine: Engine, model: Model, set: SequenceSet): FeatureTable {
  const prepared = prepareSequences(set, model.metadata.preparation);
  const channels = inputChannels(model.metadata.preparation);
  const { groups } = oneHotColumns(channels);
  const names = namesOf(channels, groups, model.metadata.spec.nextStep !== undefined, prepared);
  const N = countOf(prepared);
  const values = new Float32Array(N * names.length);
  const run = runBatches(engine, model, prepared, "autoencode", { batch: BATCH, shortestFirst: true });
  for (const each of run) {
    const { batch, indices } = each;
    const blocks = [...ofReconstruction(each), ...ofPrediction(each, prepared)];
    for (let b = 0; b < batch.B; b++) {
      let to = indices[batch.order[b]] * names.length;
      for (const block of blocks) {
        const width = block.length / batch.B;
        for (let k = 0; k < width; k++) values[to++] = block[b * width + k];
      }
    }
  }
  return finiteFeatures("residualFeatures", { values, names, rows: N }, set);
}

function namesOf(
  channels: readonly Channel[],
  groups: readonly ColumnGroup[],
  predicts: boolean,
  { times }: SequenceSet,
): string[] {
  const columns = groups.flatMap(({ channel, kind, width }, c) =>
    Array.from({ length: width }, (_, k) =>
      kind === "numeric" ? channel : `${channel}=${channels[c].vocabulary![k]}`,
    ),
  );
  const names = [
    "error",
    ...groups.map(({ channel }) => `error_${channel}`),
    ...columns.map((column) => `residual_${column}`),
  ];
  if (!predicts) return names;
  return [
    ...names,
    ...groups.filter(isNumeric).map(({ channel }) => `unexpected_${channel}`),
    ...groups.map(({ channel }) => `surprise_${channel}`),
    ...STEPS.map((steps) => `surprise_last_${steps}`),
    ...(times ? Object.keys(SECONDS) : []).flatMap((span) =>
      groups.map(({ channel }) => `surprise_${span}_${channel}`),
    ),
  ];
}

const isNumeric = ({ kind }: ColumnGroup) => kind === "numeric";

/** Blocks of columns [B, width], in the order of their names. */
function ofReconstruction({ slot, batch, states, groups }: RunBatch): Float64Array[] {
  const { place, output, ws } = slot;
  const { T, B, starts, mask } = states;
  const reconstruction: Reconstruction = {
    T,
    B,
    starts,
    columns: groups,
    data: ws.data,
    x: place.x,
    y: output!.offset(batch),
    yStride: output!.stride,
    observed: batch.masked ? place.observed : undefined,
    mask: mask?.offset,
  };
  return [caseErrors(reconstruction), channelErrors(reconstruction), lastResiduals(reconstruction)];
}

/** The same of the head that predicts the next step; none without it. */
function ofPrediction(
  { slot, batch, states, indices, groups }: RunBatch,
  { times, offsets }: SequenceSet,
): Float64Array[] {
  const { nextStep, ws } = slot;
  if (!nextStep) return [];
  const { T, B, starts } = states;
  const { output } = nextStep.layer;
  const prediction: Reconstruction = {
    T,
    B,
    starts,
    columns: groups,
    data: ws.data,
    x: nextStep.place.target,
    y: output.offset(batch),
    yStride: output.stride,
    observed: nextStep.place.observed,
    mask: nextStep.present,
  };
  // of the step that was predicted
  const age = (b: number, t: number) => {
    const n = indices[batch.order[b]];
    return times![offsets[n + 1] - 1] - times![offsets[n] + t + 1];
  };
  const residuals = lastResiduals(prediction);
  const width = residuals.length / B;
  const numeric = groups.filter(isNumeric);
  const unexpected = Float64Array.from(
    { length: B * numeric.length },
    (_, k) => residuals[Math.floor(k / numeric.length) * width + numeric[k % numeric.length].start],
  );
  const surprises = [lastErrors(prediction), recentErrors(prediction, STEPS)];
  if (times) surprises.push(recentChannelErrors(prediction, Object.values(SECONDS), age));
  return [unexpected, ...surprises.map((errors) => errors.map(Math.log1p))];
}
