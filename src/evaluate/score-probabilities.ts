import type { Calibration } from "../classify/calibration/calibration.js";
import { type CalibrationOptions, fitCalibration } from "../classify/calibration/fit-calibration.js";
import type { Calibrated, ComparisonRow } from "./comparison/comparison.js";
import { joined, type Prediction } from "./comparison/predictions.js";
import { properScores } from "./metrics/metrics.js";
import { reliabilityOf } from "./metrics/reliability.js";
import { mean, type Scoring } from "./score-row.js";

/**
 * How far the probabilities of a row can be taken at their word, as they are and after calibration. Each resample and
 * network seed has a calibration of its own, fitted on the held-out training cases: no test case has a say in it.
 * @param predictions [resamples][seeds] of one feature set and classifier
 */
export function scoreProbabilities(
  predictions: readonly (readonly Prediction[])[],
  { classCount, resamples }: Pick<Scoring, "classCount" | "resamples">,
): Pick<ComparisonRow, "reliability" | "calibrated"> {
  const labels = Int32Array.from(resamples.flatMap((resample) => Array.from(resample.labels)));
  const first = joined(predictions.map(([{ probabilities }]) => probabilities));
  if (properScores(labels, first, classCount).brier === null) return {};
  const reliability = reliabilityOf(labels, first, classCount);
  const methods: Calibrated["methods"] = [];
  const seeds: Float64Array[] = [];
  for (const s of predictions[0].keys()) {
    const parts: Float64Array[] = [];
    for (const [k, { validation }] of resamples.entries()) {
      const found = validation && calibrated(predictions[k][s], validation.labels, classCount);
      if (!found) return { reliability };
      methods.push(found.method);
      parts.push(found.probabilities);
    }
    seeds.push(joined(parts));
  }
  const scores = seeds.map((probabilities) => properScores(labels, probabilities, classCount));
  return {
    reliability,
    calibrated: {
      methods,
      brier: mean(scores.map(({ brier }) => brier!)),
      logLoss: mean(scores.map(({ logLoss }) => logLoss!)),
      reliability: reliabilityOf(labels, seeds[0], classCount),
    },
  };
}

function calibrated({ probabilities, validation: held }: Prediction, labels: Int32Array, classCount: number) {
  const calibration = calibrateHeld(held, labels, classCount);
  return calibration && { method: calibration.method, probabilities: calibration.apply(probabilities) };
}

/**
 * A calibration that is fitted on held-out training cases.
 * @param held scores by fits that did not see these cases; of two classes those of the second
 * @param labels [held cases]
 * @returns undefined where nothing was held out, or cases of one class alone
 */
export function calibrateHeld(
  held: Float64Array | undefined,
  labels: Int32Array | undefined,
  classCount: number,
  method?: CalibrationOptions["method"],
): Calibration | undefined {
  if (!held || !labels || labels.every((label) => label === labels[0])) return undefined;
  const probabilities = classCount === 2 ? Array.from(held).flatMap((p) => [1 - p, p]) : held;
  return fitCalibration({ probabilities, labels, classCount, method });
}
