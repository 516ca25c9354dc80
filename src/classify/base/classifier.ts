import { z } from "zod";
import type { FeatureTable } from "../../table/feature-table.js";
import type { SparseRows } from "../../table/sparse-rows.js";

/** A recipe for a classifier: its settings, not yet any data. The same settings and data always give the same fit. */
export interface Classifier<State extends FittedState = FittedState> {
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

/** What a fit chose by its own rows. A fit on other rows that keeps it gives scores on the same scale. */
export interface Chosen {
  /** Neighbours. */
  k?: number;
  /** Rounds of boosting. */
  iterations?: number;
  /** Penalty of ridge, and whether columns were standardised. */
  alpha?: number;
  standardise?: boolean;
  /** Strength of logistic regression. */
  C?: number;
}

export interface FittedClassifier<State extends FittedState = FittedState> {
  /** Absent where nothing was chosen, and from `load`. */
  chosen?: Chosen;
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

/** The fields of every state. A classifier's own schema adds `kind` and what it learned. */
export const stateFields = {
  classCount: z.int().min(2),
  /** The classes that had training rows, ascending. */
  classes: z.array(z.int().min(0)).min(2),
  columns: z.int().min(1),
  notes: z.array(z.string()),
};
export interface FittedState extends z.infer<z.ZodObject<typeof stateFields>> {
  kind: string;
}

/** What `compare` asks of a classifier. */
export interface ClassifierOptions {
  classWeight: ClassWeight;
  /** false for balanced blocks, whose scale means something; "auto" for components: ridge tries both, logistic regression keeps their scale */
  standardise: boolean | "auto";
  seed: number;
  /** Strength of logistic regression, which the other classifiers do not have; absent: chosen by the fit. */
  C?: number;
  /** By another fit; this one keeps it and chooses nothing. */
  chosen?: Chosen;
}

/** A recipe for a classifier of sparse rows; as `Classifier`, without weights of rows. */
export interface SparseClassifier {
  fit(x: SparseRows, labels: Int32Array, classCount: number): FittedSparse;
}

/** As `FittedClassifier`. */
export interface FittedSparse<State extends FittedState = FittedState> {
  chosen?: Chosen;
  notes: readonly string[];
  /** @throws {ShapeError} for rows of another number of columns than in training */
  predictProba(x: SparseRows): Float64Array;
  toJSON(): State;
}

/** A classifier as the table in `classifiers.ts` lists it. */
export interface ClassifierEntry<State extends FittedState = FittedState> {
  /** Whether several blocks are scaled to equal variance first; false: their columns are put side by side as they are. */
  balanced: boolean;
  /** How classes are weighted where positives are rare, unless `classWeight` is given. */
  rareWeight: ClassWeight;
  make(options: ClassifierOptions): Classifier<State>;
  /** Absent: it reads dense tables alone. */
  sparse?(options: ClassifierOptions): SparseClassifier;
  /** What `toJSON` of a fit returns. */
  state: z.ZodType<State> & { shape: { kind: z.ZodEnum | z.ZodLiteral } };
  /** @throws {Error} in a few words when parts of the state do not match */
  load(state: State): FittedClassifier<State>;
}

/** The class of largest probability in each row of [rows, classCount]; of equal ones, the first. */
export function likeliest(probabilities: Float64Array, classCount: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / classCount }, (_, row) => {
    let best = 0;
    for (let c = 1; c < classCount; c++)
      if (probabilities[row * classCount + c] > probabilities[row * classCount + best]) best = c;
    return best;
  });
}
