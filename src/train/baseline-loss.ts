import { type PreparedSet, preparedPieces } from "../model/prepared-windows.js";
import type { ColumnGroup } from "../network/batch/one-hot-columns.js";
import { countOf, isObserved, type SequenceSet } from "../sequences/set/sequence-set.js";

/** What predicting the mean (numeric) and the frequencies (categorical) of the training part gives. */
export interface MeanPredictor {
  /** One number a column: mean, or frequency of the category. */
  columns: number[];
}

/** Means and frequencies of what was observed; a channel never observed has mean 0 and equal frequencies. */
export function fitMeanPredictor(set: PreparedSet, groups: readonly ColumnGroup[]): MeanPredictor {
  const width = groups.reduce((sum, group) => sum + group.width, 0);
  const sums = new Float64Array(width);
  const counts = new Float64Array(groups.length);
  eachObserved(set, (c, value) => {
    const { kind, start } = groups[c];
    sums[kind === "numeric" ? start : start + value] += kind === "numeric" ? value : 1;
    counts[c]++;
  });
  const columns = new Array<number>(width);
  groups.forEach(({ kind, start, width }, c) => {
    for (let k = start; k < start + width; k++)
      columns[k] = counts[c] > 0 ? sums[k] / counts[c] : kind === "numeric" ? 0 : 1 / width;
  });
  return { columns };
}

/** Mean loss per observed value of that predictor, in the terms of the reconstruction loss; 0 for no values. */
export function meanPredictorLoss(set: PreparedSet, groups: readonly ColumnGroup[], predictor: MeanPredictor): number {
  let sum = 0;
  let count = 0;
  eachObserved(set, (c, value, weight) => {
    const { kind, start } = groups[c];
    const loss =
      kind === "numeric"
        ? (value - predictor.columns[start]) ** 2
        : -Math.log(Math.max(predictor.columns[start + value], 1e-12)); // a category training never saw
    sum += weight * loss;
    count++;
  });
  return count > 0 ? sum / count : 0;
}

/** 1 - loss / loss of that predictor, of the validation part where there is one. */
export function varianceExplained({
  job: { train, validation },
  groups,
}: {
  job: { train: PreparedSet; validation: SequenceSet | undefined };
  groups: readonly ColumnGroup[];
}): (trainLoss: number, validationLoss: number | undefined) => number {
  const predictor = fitMeanPredictor(train, groups);
  const ofTrain = meanPredictorLoss(train, groups, predictor);
  const ofValidation = validation && meanPredictorLoss(validation, groups, predictor);
  const explained = (loss: number, base: number | undefined) => (base ? 1 - loss / base : 0);
  return (trainLoss, validationLoss) =>
    validationLoss === undefined ? explained(trainLoss, ofTrain) : explained(validationLoss, ofValidation);
}

function eachObserved(all: PreparedSet, visit: (channel: number, value: number, weight: number) => void): void {
  const C = all.channels.length;
  for (const set of preparedPieces(all))
    for (let n = 0; n < countOf(set); n++)
      for (let k = set.offsets[n] * C; k < set.offsets[n + 1] * C; k++)
        if (isObserved(set, k)) visit(k % C, set.values[k], set.weights?.[n] ?? 1);
}
