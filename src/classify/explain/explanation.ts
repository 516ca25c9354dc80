import { ArtefactError } from "../../errors.js";

/** What the contributions of columns add up to, and are measured in. */
export type ScoreUnit = "decision value" | "log-odds" | "logit" | "probability";

/** How far each column moved the score of each row away from that of the training rows. */
export interface Explanation {
  /** [columns] */
  names: readonly string[];
  rows: number;
  /** C classes that are explained, ascending: of two fitted classes the second alone, else all that had training rows. */
  classes: readonly number[];
  unit: ScoreUnit;
  /** [C], the mean score of the training rows by their weights. */
  base: Float64Array;
  /** [rows, C, columns], row-major; base and the contributions of a row add up to its score. */
  contributions: Float64Array;
}

/** The classes of an explanation. */
export function explainedClasses(classes: readonly number[]): number[] {
  return classes.slice(classes.length === 2 ? 1 : 0);
}

/** What a state that was saved before it kept `what` cannot answer. */
export function refuseOldState(what: string): never {
  throw new ArtefactError(
    `explain: the state of this classifier has no ${what}, with which every contribution is compared; it was saved by an ` +
      "earlier build. Fit the classifier again.",
  );
}
