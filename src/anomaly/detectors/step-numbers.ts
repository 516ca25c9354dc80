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

/** Share of the steps of a case that its largest numbers are a mean over. */
const TOP = 0.1;

/**
 * Of the numbers that are there: their mean, the mean of the largest tenth (one at least), and the last. NaN without one.
 * @param from first step of a case, `to` the one after its last
 */
export function summaryOf(numbers: Float64Array, from: number, to: number) {
  const known = numbers.subarray(from, to).filter((number) => !Number.isNaN(number));
  const count = known.length;
  const last = count > 0 ? known[count - 1] : Number.NaN;
  const mean = meanOf(known);
  const top = meanOf(known.sort().subarray(count - Math.max(1, Math.round(TOP * count))));
  return { mean, top, last };
}

function meanOf(numbers: Float64Array): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
