import { loadCalibration } from "../classify/calibration/calibration.js";
import type { About } from "./about.js";

/** The probabilities of scores. @throws {ArtefactError} for a state that is no calibration's */
export function probabilitiesBy({ calibration: state }: About): (scores: Float64Array) => Float64Array {
  if (state === undefined) return (scores) => scores;
  const calibration = loadCalibration(state);
  return (scores) => calibration.apply(scores);
}
