import type { FeatureTable } from "../../table/feature-table.js";

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

/** Any fitted classifier as plain JSON; `kind` tells them apart. */
export type ClassifierState = LinearState | BoostingState | RandomForestState | NeighboursState;

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

/** Decision trees as plain data; `trees.ts` has the meaning of each array, `packed.ts` the form of the strings. */
export interface PackedTrees {
  outputs: number;
  starts: string;
  feature: string;
  threshold: string;
  child: string;
  missingLeft: string;
  leaves: string;
}

/** Fitted boosting. Two fitted classes share one score, whose positive side is the second class. */
export interface BoostingState {
  kind: "boosting";
  classCount: number;
  /** The classes that had training rows, ascending. */
  classes: number[];
  columns: number;
  /** Scores before the first tree; 1 for two fitted classes and their number otherwise. */
  baseline: number[];
  /** Rounds that were kept. Each has one tree for every score, in order. */
  iterations: number;
  trees: PackedTrees;
  notes: string[];
}

/** A fitted random forest; leaves hold the shares of the classes. */
export interface RandomForestState {
  kind: "randomForest";
  classCount: number;
  classes: number[];
  columns: number;
  trees: PackedTrees;
  notes: string[];
}

/** Fitted nearest neighbours: the training rows themselves. */
export interface NeighboursState {
  kind: "neighbours";
  classCount: number;
  classes: number[];
  columns: number;
  k: number;
  /** [rows, columns] float32, as they came. */
  values: string;
  /** [rows] int32, positions in `classes`. */
  target: string;
  /** [rows] float64, the weight of each row's vote. */
  weights: string;
  /** [columns] float64, of the training rows. */
  mean: string;
  scale: string;
  notes: string[];
}

/** none: every row counts the same; balanced: every class does, each row by total weight / (classes * weight of its class). */
export type ClassWeight = "none" | "balanced";
