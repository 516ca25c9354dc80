import { OptionError } from "../errors.js";
import type { FeatureTable } from "../table/feature-table.js";
import type { FittedClassifier } from "./base/classifier.js";
import { type ClassifierState, loadClassifier } from "./classifiers.js";
import { linearExplainer } from "./explain/explain-linear.js";
import { boostingExplainer, forestExplainer } from "./explain/explain-trees.js";
import type { Explanation } from "./explain/explanation.js";

/**
 * How far each column moved the score of each row away from the mean score of the training rows: base + sum of the
 * contributions = score, to the last digits of float64. Training rows count by their weight (`weights` times class
 * weight), as in the fit.
 *
 * | classifier | the score, and unit of the contributions | how |
 * |---|---|---|
 * | logistic | log-odds of the second class; of three and more the logit of each class before the softmax | exact: coefficient * (value - mean) |
 * | ridge | decision value, before the softmax of its probabilities | the same |
 * | boosting | as logistic | path-dependent TreeSHAP (Lundberg et al. 2020) |
 * | forest | probability | the same |
 *
 * Contributions say what the classifier did with a row, not what causes a class. Columns that tell the same share the
 * contribution.
 *
 * @param fitted a fitted classifier, or what its `toJSON` returned
 * @param x [rows, columns], columns as in training; boosting takes NaN and infinite values
 * @returns contributions [rows, classes, columns], of two fitted classes for the second alone
 * @throws {OptionError} for nearest neighbours, which have no such explanation
 * @throws {ArtefactError} when the state is not of a classifier, or was saved before it kept what this needs
 * @throws {ShapeError} {DataError} as FittedClassifier.predict
 */
export function explainClassifier(fitted: FittedClassifier | ClassifierState, x: FeatureTable): Explanation {
  return openExplainer(fitted)(x);
}

/** The same for tables that come one after another: what depends on the classifier alone is worked out once. */
export function openExplainer(fitted: FittedClassifier | ClassifierState): (x: FeatureTable) => Explanation {
  const isFitted = typeof (fitted as FittedClassifier | undefined)?.toJSON === "function";
  const state = isFitted ? ((fitted as FittedClassifier).toJSON() as ClassifierState) : loadClassifier(fitted).toJSON();
  switch (state.kind) {
    case "ridge":
    case "logistic":
      return linearExplainer(state);
    case "boosting":
      return boostingExplainer(state);
    case "randomForest":
      return forestExplainer(state);
    default:
      throw new OptionError(
        "explain: nearest neighbours vote by distances of whole rows, so no column has a part of the score. " +
          "Explained are ridge, logistic, forest and boosting: take one of them.",
      );
  }
}
