import type { FeatureTable } from "../features/feature-table.js";

/** A recipe for a classifier: its settings, not yet any data. Every classifier of this room is deterministic. */
export interface Classifier {
  name: string;
  /**
   * Learns from labelled rows. Columns are standardised inside, on these rows alone.
   * @param labels [rows], class indices from 0 to classCount - 1
   * @param options.weights [rows], not negative; how much each row counts
   * @throws {DataError} fewer than two classes among the labels, a label out of range, or a value not finite
   * @throws {ShapeError} when labels or weights do not have one entry per row, or there are no columns
   */
  fit(
    x: FeatureTable,
    labels: Int32Array,
    classCount: number,
    options?: { weights?: Float32Array },
  ): FittedClassifier;
}

export interface FittedClassifier {
  /** What the fit wants its user to know (not converged, ...), in plain sentences. */
  notes: readonly string[];
  /**
   * The likeliest class of each row.
   * @throws {ShapeError} when the table has another number of columns than the training table
   * @throws {DataError} when a value is not finite
   */
  predict(x: FeatureTable): Int32Array;
  /** [rows, classCount], row-major, each row adds up to 1; a class without training rows gets 0. Throws like `predict`. */
  predictProba(x: FeatureTable): Float64Array;
  /** Everything `loadClassifier` needs, as plain JSON. */
  toJSON(): LinearState;
}

/**
 * A fitted linear classifier as plain data, for columns as they come (the scaling is folded in). Two fitted
 * classes share one row of coefficients, whose positive side is the second class.
 */
export interface LinearState {
  kind: "ridge" | "logistic";
  classCount: number;
  /** The classes that had training rows, ascending. */
  classes: number[];
  columns: number;
  /** [outputs, columns], row-major; outputs is 1 for two fitted classes and their number otherwise. */
  coefficients: number[];
  /** [outputs] */
  intercepts: number[];
  /** Ridge only: the penalty chosen by leave-one-out. */
  alpha?: number;
  notes: string[];
}

/** none: every row counts the same; balanced: every class does, each row by total weight / (classes * weight of its class). */
export type ClassWeight = "none" | "balanced";
