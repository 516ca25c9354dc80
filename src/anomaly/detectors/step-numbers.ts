import type { StepErrors } from "../../features/step-errors.js";

/** The usual error of each channel, at least this: nothing is divided by 0. */
const LEAST = 1e-6;

/** Mean error of each channel over the steps at which it was observed, [width]. */
export interface ErrorSums {
  sums: Float64Array;
  counts: Float64Array;
}

export function addErrors(into: ErrorSums | undefined, { errors, width }: StepErrors): ErrorSums {
  const { sums, counts } = into ?? { sums: new Float64Array(width), counts: new Float64Array(width) };
  for (let k = 0; k < errors.length; k++) {
    if (Number.isNaN(errors[k])) continue;
    sums[k % width] += errors[k];
    counts[k % width]++;
  }
  return { sums, counts };
}

/** [width], above 0. */
export function usualErrors({ sums, counts }: ErrorSums): number[] {
  return Array.from(sums, (sum, k) => Math.max(LEAST, counts[k] > 0 ? sum / counts[k] : 1));
}

/** Of every step, NaN where there is nothing to compare. */
export interface StepNumbers {
  /** [steps], mean over the channels of the error of rebuilding it, in units of the channel's usual error. */
  rebuilt: Float64Array;
  /** [steps], the same of predicting it; absent without a head that predicts. */
  predicted?: Float64Array;
}

/** @param usual [width] */
export function stepNumbers({ errors, width, channels, predicts }: StepErrors, usual: readonly number[]): StepNumbers {
  const steps = errors.length / width;
  const meanOf = (from: number) => {
    const means = new Float64Array(steps);
    for (let s = 0; s < steps; s++) {
      let [sum, seen] = [0, 0];
      for (let c = from; c < from + channels; c++) {
        const error = errors[s * width + c];
        if (Number.isNaN(error)) continue;
        sum += error / usual[c];
        seen++;
      }
      means[s] = seen > 0 ? sum / seen : Number.NaN;
    }
    return means;
  };
  return { rebuilt: meanOf(0), ...(predicts && { predicted: meanOf(channels) }) };
}

/** Mean, largest and last of the numbers that are there; NaN without one. */
export function summaryOf(numbers: Float64Array, from: number, to: number) {
  let [sum, seen, most, last] = [0, 0, Number.NaN, Number.NaN];
  for (let s = from; s < to; s++) {
    const number = numbers[s];
    if (Number.isNaN(number)) continue;
    sum += number;
    seen++;
    if (!(most >= number)) most = number;
    last = number;
  }
  return { mean: seen > 0 ? sum / seen : Number.NaN, most, last };
}
