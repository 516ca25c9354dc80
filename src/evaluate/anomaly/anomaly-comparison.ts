import type { DetectorName } from "../../anomaly/detectors/detectors.js";
import type { Bounds, Difference } from "../comparison/comparison.js";

/** Measures that can decide: both look at the ranking of cases alone. */
export const anomalyMeasures = ["auc", "average-precision"] as const;
export type AnomalyMeasure = (typeof anomalyMeasures)[number];

/** A share of test cases, with its 95 % interval over them, or over whole entities where the data names them. */
export interface Rate extends Bounds {
  cases: number;
  called: number;
  rate: number;
}

/** One line of the table. Figures are means over the resamples; the anomalies are the class that is looked for. */
export interface AnomalyRow {
  detector: DetectorName;
  role: "autoencoder" | "baseline";
  auc: number;
  averagePrecision: number;
  /** 95 %, by the same bootstrap as the differences. */
  intervals: Record<AnomalyMeasure, Bounds>;
  /** The deciding measure in each resample; NaN where it has none. */
  byResample: number[];
  /** Normal test cases that were called at the stated level, and anomalies that were. */
  falseAlarms: Rate;
  found: Rate;
  /** All fits together. */
  seconds: number;
  notes: string[];
}

/** The autoencoder against a baseline, in the deciding measure. */
export interface AnomalyDifference extends Pick<Difference, "difference" | "low" | "high" | "corrected"> {
  detector: DetectorName;
  against: DetectorName;
  /** Confidence of the interval. */
  level: number;
}

export interface AnomalyVerdict {
  /**
   * use the autoencoder: it is shown to rank anomalies better than every baseline; take a baseline: it is not, so the
   * simpler one will do
   */
  decision: "use the autoencoder" | "take a baseline" | "too few anomalies" | "nothing to decide";
  /** The decision as one sentence, with its figures. */
  answer: string;
  /** What to go on with. Absent where nothing was decided. */
  choice?: DetectorName;
  sentences: string[];
}

/** How well detectors that were fitted without labels rank anomalies, as plain JSON. */
export interface AnomalyComparison {
  name: string;
  engine: string;
  /** The class that counts as normal; all others are anomalies. */
  normal: string;
  classNames: readonly string[];
  /** normal: detectors saw normal cases alone; all: whatever the training part holds. */
  trainOn: "normal" | "all";
  /** In words. */
  plan: string;
  /** Training cases of the first resample, and the anomalies among them. */
  train: number;
  trainAnomalies: number;
  /** Test cases of all resamples together, and the anomalies among them. */
  test: number;
  testAnomalies: number;
  measure: AnomalyMeasure;
  /** A gain below it does not count. */
  minGain: number;
  /** p-values up to it are called: the false-alarm rate that is stated. */
  level: number;
  /** Training cases of the first resample that p-values stand on; the least p-value is one of one more. */
  held: number;
  /**
   * Between which false-alarm rates nine of ten fits lie that have so many held-out cases, if cases are independent.
   * Absent where whole entities are held out: their cases are not.
   */
  expected?: Bounds;
  rows: AnomalyRow[];
  differences: AnomalyDifference[];
  verdict: AnomalyVerdict;
  files: readonly { path: string; sha256: string }[];
  /** Every option as it was resolved. */
  settings: Record<string, unknown>;
  seed: number;
  /** ISO 8601, when the run began. */
  started: string;
  undertone: string;
  notes: string[];
  seconds: number;
}
