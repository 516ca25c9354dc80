import { type Calibration, loadCalibration } from "../classify/calibration/calibration.js";
import { fitCalibration } from "../classify/calibration/fit-calibration.js";
import type { About } from "./about.js";
import type { PredictorOptions } from "./options.js";

/**
 * A calibration that is fitted on held-out training cases; undefined where none is wanted, or the held-out cases are of one
 * class.
 * @param held scores by fits that did not see these cases; of two classes those of the second
 * @param labels [held cases]
 */
export function calibrate(
  held: Float64Array | undefined,
  labels: Int32Array | undefined,
  classCount: number,
  method: NonNullable<PredictorOptions["calibration"]>,
): Calibration | undefined {
  if (method === "none" || !held || !labels || new Set(labels).size < 2) return undefined;
  const probabilities = classCount === 2 ? Float64Array.from({ length: 2 * held.length }, pairOf(held)) : held;
  return fitCalibration({ probabilities, labels, classCount, method });
}

const pairOf = (second: Float64Array) => (_: unknown, k: number) => (k % 2 === 1 ? second[k >> 1] : 1 - second[k >> 1]);

/** The probabilities of scores. @throws {ArtefactError} for a state that is no calibration's */
export function probabilitiesBy({ calibration: state }: About): (scores: Float64Array) => Float64Array {
  if (state === undefined) return (scores) => scores;
  const calibration = loadCalibration(state);
  return (scores) => calibration.apply(scores);
}
