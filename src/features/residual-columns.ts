import { type ColumnGroup, oneHotColumns } from "../network/batch/one-hot-columns.js";
import type { PackedBatch } from "../network/batch/packed-batch.js";
import type { Slot } from "../network/network.js";
import type { Channel, SequenceSet } from "../sequences/set/sequence-set.js";
import type { States } from "./read-outs/states.js";
import {
  caseErrors,
  channelErrors,
  lastErrors,
  lastResiduals,
  type Reconstruction,
  recentChannelErrors,
  recentErrors,
} from "./reconstruction-errors.js";

/** Spans of mean surprises. */
const STEPS = [3, 5, 9];
const SECONDS = { "1h": 3600, "6h": 6 * 3600, "1d": 86_400, "7d": 7 * 86_400 };

/** A batch that went forward through a whole autoencoder. */
export interface DecodedBatch {
  slot: Slot;
  batch: PackedBatch;
  states: States;
  /** Sequences of the batch; packed, they stand in `batch.order`. */
  indices: Int32Array;
}

/**
 * Writes the columns of `residualNames` for each sequence of a batch.
 * @param set prepared; its times are looked at
 * @param rows [N, columns]
 */
export function writeResiduals(
  decoded: DecodedBatch,
  groups: readonly ColumnGroup[],
  set: Pick<SequenceSet, "times" | "offsets">,
  { rows, width }: { rows: Float32Array; width: number },
): void {
  const { batch, indices } = decoded;
  const blocks = [...ofReconstruction(decoded, groups), ...ofPrediction(decoded, groups, set)];
  for (let b = 0; b < batch.B; b++) {
    let to = indices[batch.order[b]] * width;
    for (const block of blocks) {
      const own = block.length / batch.B;
      for (let k = 0; k < own; k++) rows[to++] = block[b * own + k];
    }
  }
}

/** @param predicts with a head that predicts the next step */
export function residualNames(
  channels: readonly Channel[],
  predicts: boolean,
  { times }: Pick<SequenceSet, "times">,
): string[] {
  const { groups } = oneHotColumns(channels);
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

/** What the decoder made of a batch. */
export function reconstructionOf(
  { slot, batch, states }: DecodedBatch,
  groups: readonly ColumnGroup[],
): Reconstruction {
  const { place, output, ws } = slot;
  const { T, B, starts, mask } = states;
  return {
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
}

/** The same of the head that predicts the next step: at step t stands what was made of step t + 1. Absent without it. */
export function predictionOf(
  { slot, batch, states }: DecodedBatch,
  groups: readonly ColumnGroup[],
): Reconstruction | undefined {
  const { nextStep, ws } = slot;
  if (!nextStep) return undefined;
  const { T, B, starts } = states;
  const { output } = nextStep.layer;
  return {
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
}

/** Blocks of columns [B, width], in the order of their names. */
function ofReconstruction(decoded: DecodedBatch, groups: readonly ColumnGroup[]): Float64Array[] {
  const reconstruction = reconstructionOf(decoded, groups);
  return [caseErrors(reconstruction), channelErrors(reconstruction), lastResiduals(reconstruction)];
}

/** The same of the head that predicts the next step; none without it. */
function ofPrediction(
  decoded: DecodedBatch,
  groups: readonly ColumnGroup[],
  { times, offsets }: Pick<SequenceSet, "times" | "offsets">,
): Float64Array[] {
  const prediction = predictionOf(decoded, groups);
  if (!prediction) return [];
  const { batch, indices } = decoded;
  const { B } = prediction;
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
