import type { ClassifierName } from "../../classify/classifiers.js";
import { type ColumnContext, columnsOf } from "./columns-of-set.js";
import type { Expression } from "./expression.js";

/** Forest and boosting take minutes on more columns than this. */
export const MOST_COLUMNS = 512;

/**
 * Linear classifiers and strong ones, the same for baselines and for what was learned: the best of each is chosen on the
 * training part.
 */
export function defaultClassifiers(expression: Expression, context: ColumnContext): readonly ClassifierName[] {
  if (context.align === "end") return ["logistic", "boosting"]; // windows of events: many rows
  return columnsOf(expression, context) > MOST_COLUMNS
    ? ["ridge", "logistic"]
    : ["ridge", "logistic", "forest", "boosting"];
}
