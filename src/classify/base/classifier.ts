import type { FeatureTable } from "../../table/feature-table.js";
import type { ClassifierState } from "./states.js";

/** A recipe for a classifier: its settings, not yet any data. The same settings and data always give the same fit. */
export interface Classifier<State extends ClassifierState = ClassifierState> {
  name: string;
  /**
   * Learns from labelled rows. What columns need (standardising, binning) is learned inside, on these rows alone.
   * @param labels [rows], class indices from 0 to classCount - 1
   * @param options.weights [rows], not negative; how much each row counts
   * @throws {DataError} fewer than two classes among the labels, a label out of range, or a value not finite
   * (boosting takes NaN for a missing value, and infinite values)
   * @throws {ShapeError} when labels or weights do not have one entry per row, or there are no columns
   */
  fit(
    x: FeatureTable,
    labels: Int32Array,
    classCount: number,
    options?: { weights?: Float32Array },
  ): FittedClassifier<State>;
}

export interface FittedClassifier<State extends ClassifierState = ClassifierState> {
  /** What the fit wants its user to know (not converged, ...), in plain sentences. */
  notes: readonly string[];
  /**
   * The likeliest class of each row.
   * @throws {ShapeError} when the table has another number of columns than the training table
   * @throws {DataError} when a value is not finite (not from boosting)
   */
  predict(x: FeatureTable): Int32Array;
  /** [rows, classCount], row-major, each row adds up to 1; a class without training rows gets 0. Throws like `predict`. */
  predictProba(x: FeatureTable): Float64Array;
  /** Everything `loadClassifier` needs, as plain JSON. */
  toJSON(): State;
}

/** none: every row counts the same; balanced: every class does, each row by total weight / (classes * weight of its class). */
export type ClassWeight = "none" | "balanced";
