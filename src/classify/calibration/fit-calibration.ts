import { DataError, ShapeError } from "../../errors.js";
import { expectOneOf, expectOptions, expectWhole } from "../../options.js";
import { type Calibration, calibrationOf, expectProbabilities } from "./calibration.js";
import { fitIsotonic } from "./isotonic.js";
import { fitPlatt } from "./platt.js";

/** What a calibration is fitted on: rows that the classifier did not see. */
export interface CalibrationOptions {
  /** [rows, classCount], row-major, from 0 to 1; what `predictProba` returned. */
  probabilities: ArrayLike<number>;
  /** [rows], 0 .. classCount - 1 */
  labels: ArrayLike<number>;
  classCount: number;
  /** "auto" (default) chooses by the number of rows. */
  method?: "auto" | "isotonic" | "platt";
}

/** Rows below which isotonic regression overfits. */
const FEW_ROWS = 1000;
/** The same for the rows of the rarest class: steps of a rare class stand on few positives. */
const FEW_OF_A_CLASS = 100;

/**
 * Fits a map from probabilities to calibrated ones, on rows that the classifier did not see. Two classes have one map, of
 * the probability of class 1. More classes have a map per class against the rest, as scikit-learn's
 * CalibratedClassifierCV. A class without rows gets a small probability.
 *
 * @param method "auto": Platt's sigmoid below 1,000 rows or below 100 rows of the rarest class, else isotonic regression.
 *   The first number is from Niculescu-Mizil and Caruana (Predicting Good Probabilities with Supervised Learning, ICML
 *   2005): below about 1,000 rows isotonic regression overfits. The second is ours, for rare classes
 * @throws {DataError} when all rows are of one class, a label is out of range, or a probability is not from 0 to 1
 * @throws {ShapeError} when there is not one row of probabilities per label
 * @throws {OptionError} for an unknown method or a classCount below 2
 */
export function fitCalibration(options: CalibrationOptions): Calibration {
  const where = "fit calibration";
  expectOptions(where, options, ["probabilities", "labels", "classCount", "method"]);
  const { probabilities, labels, classCount, method = "auto" } = options;
  expectWhole(where, "classCount", classCount, 2);
  expectOneOf(where, "method", method, ["auto", "isotonic", "platt"]);
  expectProbabilities(where, probabilities, classCount);
  const counts = countLabels(where, labels, classCount);
  if (probabilities.length !== labels.length * classCount)
    throw new ShapeError(
      `${where}: got ${probabilities.length} probabilities for ${labels.length} labels of ${classCount} classes, expected ${labels.length * classCount}. Give one row per label.`,
    );
  const few = labels.length < FEW_ROWS || Math.min(...counts) < FEW_OF_A_CLASS;
  const kind = method === "auto" ? (few ? "platt" : "isotonic") : method;
  const classes = classCount === 2 ? [1] : Array.from(counts.keys());
  const fitted = classes.map((c) => ({
    scores: Float64Array.from(labels, (_, n) => Math.min(1, Math.max(0, probabilities[n * classCount + c]))),
    positive: Array.from(labels, (label) => label === c),
  }));
  return calibrationOf(
    kind === "platt"
      ? { kind, classCount, maps: fitted.map(({ scores, positive }) => fitPlatt(scores, positive)) }
      : { kind, classCount, maps: fitted.map(({ scores, positive }) => fitIsotonic(scores, positive)) },
  );
}

/** Rows of each class. */
function countLabels(where: string, labels: ArrayLike<number>, classCount: number): number[] {
  const counts = new Array<number>(classCount).fill(0);
  for (let n = 0; n < labels.length; n++) {
    if (counts[labels[n]] === undefined)
      throw new DataError(
        `${where}: the label of row ${n} is ${labels[n]}, expected a class index from 0 to ${classCount - 1}. Leave out rows without a label.`,
      );
    counts[labels[n]]++;
  }
  if (counts.filter((count) => count > 0).length > 1) return counts;
  const what = labels.length === 0 ? "there are no rows" : `all ${labels.length} rows are of class ${labels[0]}`;
  throw new DataError(
    `${where}: ${what}, expected at least two classes. Hold out more rows, class by class; or use the probabilities as they are.`,
  );
}
