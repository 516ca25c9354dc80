import { columnSums, expectFinite, type FeatureTable } from "../../table/feature-table.js";
import { expectColumns } from "../base/checks.js";
import type { BoostingState } from "../trees/boosted-classifier.js";
import type { RandomForestState } from "../trees/random-forest.js";
import { type Trees, unpackTrees } from "../trees/trees.js";
import { type Explanation, explainedClasses, refuseOldState } from "./explanation.js";
import { addTreeShap, openPlans } from "./tree-shap.js";

/**
 * Contributions to the scores before the logistic function or softmax. The mean score of the training rows is that
 * of the rows that the trees grew on: rows held out by early stopping do not count.
 */
export function boostingExplainer(state: BoostingState): (x: FeatureTable) => Explanation {
  const trees = treesWithCovers(state);
  const planOf = openPlans(trees);
  const classes = explainedClasses(state.classes);
  return (x) => {
    expectColumns("explain boosting", x, state.columns);
    const columns = x.names.length;
    const stride = classes.length * columns;
    const base = Float64Array.from(state.baseline);
    const contributions = new Float64Array(x.rows * stride);
    for (let tree = 0; tree < trees.starts.length; tree++) {
      const c = tree % classes.length;
      const [mean] = addTreeShap(trees, planOf(tree), x, [0], contributions, stride, c * columns);
      base[c] += mean;
    }
    const unit = classes.length === 1 ? "log-odds" : "logit";
    return { names: x.names, rows: x.rows, classes, unit, base, contributions };
  };
}

/** Contributions to the probabilities. Training rows count as often as the trees drew them. */
export function forestExplainer(state: RandomForestState): (x: FeatureTable) => Explanation {
  const trees = treesWithCovers(state);
  const planOf = openPlans(trees);
  const classes = explainedClasses(state.classes);
  const outputs = classes.map((c) => state.classes.indexOf(c));
  return (x) => {
    const where = "explain random forest";
    expectColumns(where, x, state.columns);
    expectFinite(where, x, columnSums(x));
    const stride = classes.length * x.names.length;
    const base = new Float64Array(classes.length);
    const contributions = new Float64Array(x.rows * stride);
    const count = trees.starts.length;
    for (let tree = 0; tree < count; tree++) {
      const means = addTreeShap(trees, planOf(tree), x, outputs, contributions, stride);
      for (let c = 0; c < base.length; c++) base[c] += means[c];
    }
    const mean = (sum: number) => sum / count;
    const unit = "probability";
    return {
      names: x.names,
      rows: x.rows,
      classes,
      unit,
      base: base.map(mean),
      contributions: contributions.map(mean),
    };
  };
}

function treesWithCovers(state: BoostingState | RandomForestState): Trees {
  const trees = unpackTrees(state.trees, state.columns);
  if (!trees.covers) return refuseOldState("weights of the training rows in each leaf");
  return trees;
}
