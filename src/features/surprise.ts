import type { Engine } from "../engine/engine.js";
import type { Model } from "../model/model.js";
import { inputChannels, prepareSequences } from "../model/prepare.js";
import { oneHotColumns } from "../network/batch/one-hot-columns.js";
import { countOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import type { FeatureTable } from "../table/feature-table.js";
import {
  caseErrors,
  channelErrors,
  lastErrors,
  lastResiduals,
  type Reconstruction,
  recentChannelErrors,
  recentErrors,
} from "./reconstruction-errors.js";
import { runBatches } from "./run-batches.js";

/** What mean surprises are taken over. */
const STEPS = [3, 5, 9];
const SECONDS = { "1h": 3600, "6h": 6 * 3600, "1d": 86_400, "7d": 7 * 86_400 };
const BATCH = 48;

/**
 * What the decoder missed, in few numbers, [N, columns]: `error` of the case; `error_CHANNEL`; `residual_COLUMN`, the
 * signed residual of the last step. With a head that predicts the next step (recipe `composite`) also
 * `unexpected_CHANNEL`, the signed residual of the last step of a numeric channel against its prediction;
 * `surprise_CHANNEL`, log(1 + error) of predicting the last step; and `surprise_last_3`, `_5` and `_9`, the same of
 * the mean over all channels and so many last steps; where steps have times also `surprise_1h_CHANNEL`, `_6h_`,
 * `_1d_` and `_7d_`, over the steps of that time. In scaled units; zeros where there is nothing to compare.
 * @param set as it was read
 * @throws {OptionError} if a channel of the model is not there
 */
export function errorFeatures(engine: Engine, model: Model, set: SequenceSet): FeatureTable {
  const prepared = prepareSequences(set, model.metadata.preparation);
  const channels = inputChannels(model.metadata.preparation);
  const { groups } = oneHotColumns(channels);
  const predicts = model.metadata.spec.nextStep !== undefined;
  const numeric = groups.filter(({ kind }) => kind === "numeric");
  const columns = groups.flatMap(({ channel, kind, width }, c) =>
    Array.from({ length: width }, (_, k) =>
      kind === "numeric" ? channel : `${channel}=${channels[c].vocabulary![k]}`,
    ),
  );
  const { times, offsets } = prepared;
  const names = [
    "error",
    ...groups.map(({ channel }) => `error_${channel}`),
    ...columns.map((column) => `residual_${column}`),
    ...(predicts
      ? [
          ...numeric.map(({ channel }) => `unexpected_${channel}`),
          ...groups.map(({ channel }) => `surprise_${channel}`),
          ...STEPS.map((steps) => `surprise_last_${steps}`),
          ...(times ? Object.keys(SECONDS) : []).flatMap((span) =>
            groups.map(({ channel }) => `surprise_${span}_${channel}`),
          ),
        ]
      : []),
  ];
  const N = countOf(prepared);
  const values = new Float32Array(N * names.length);
  const run = runBatches(engine, model, prepared, "autoencode", { batch: BATCH, shortestFirst: true });
  for (const { slot, pass, states, indices } of run) {
    const { T, B, starts, mask } = states;
    const { data } = slot.ws;
    const { place, output, nextStep } = slot;
    const shared = { T, B, starts, columns: groups, data };
    const rebuilt: Reconstruction = {
      ...{ ...shared, x: place.target, y: output!.offset(pass), yStride: output!.stride },
      ...{ observed: pass.masked ? place.observed : undefined, mask: mask?.offset },
    };
    const blocks = [caseErrors(rebuilt), channelErrors(rebuilt), lastResiduals(rebuilt)];
    if (nextStep) {
      const { output: made } = nextStep.layer;
      const predicted: Reconstruction = {
        ...{ ...shared, x: nextStep.place.target, y: made.offset(pass), yStride: made.stride },
        ...{ observed: nextStep.place.observed, mask: nextStep.there },
      };
      // of the step that was predicted
      const age = (b: number, t: number) => {
        const n = indices[pass.order[b]];
        return times![offsets[n + 1] - 1] - times![offsets[n] + t + 1];
      };
      const residuals = lastResiduals(predicted);
      const width = residuals.length / B;
      blocks.push(
        Float64Array.from(
          { length: B * numeric.length },
          (_, k) => residuals[Math.floor(k / numeric.length) * width + numeric[k % numeric.length].start],
        ),
        lastErrors(predicted).map(Math.log1p),
        recentErrors(predicted, STEPS).map(Math.log1p),
        ...(times ? [recentChannelErrors(predicted, Object.values(SECONDS), age).map(Math.log1p)] : []),
      );
    }
    for (let b = 0; b < pass.B; b++) {
      let to = indices[pass.order[b]] * names.length;
      for (const block of blocks) {
        const width = block.length / pass.B;
        for (let k = 0; k < width; k++) values[to++] = block[b * width + k];
      }
    }
  }
  return { values, names, rows: N };
}
