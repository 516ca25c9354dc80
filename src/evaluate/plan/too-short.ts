import { DataError } from "../../errors.js";

/**
 * Data that end before the label of the first training case would be known, of a plan forward in time.
 * @param sorted times of the labelled cases, seconds
 */
export function tooShort(sorted: Float64Array, tested: number, testFrom: number, delay: number): DataError {
  const span = (seconds: number) => {
    const [size, unit] = seconds < 3600 ? [60, "minutes"] : seconds < 172_800 ? [3600, "hours"] : [86_400, "days"];
    return `${Number((seconds / size).toPrecision(3))} ${unit}`;
  };
  return new DataError(
    `resamples: 0 labelled cases to train on and ${tested} to test on, expected some of each. All cases span ${span(sorted[sorted.length - 1] - sorted[0])}, and the test begins ${span(testFrom - sorted[0])} after the first; labels are taken to be known ${span(delay)} after their event (\`labelDelay\`), so none is known by then. Give the delay that is true of your labels, 0 if they are known at once; or more data, or times in seconds if they have another unit.`,
  );
}
