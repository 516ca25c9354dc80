import { columnSums, expectFinite, type FeatureTable } from "../../table/feature-table.js";
import { expectColumns } from "../base/checks.js";
import type { LinearState } from "../linear/linear-model.js";
import { type Explanation, explainedClasses, refuseOldState } from "./explanation.js";

/** Exact: coefficient times (value - mean of the training rows), for columns as they come. */
export function linearExplainer(state: LinearState): (x: FeatureTable) => Explanation {
  const { coefficients, intercepts, columns, means } = state;
  if (!means) return refuseOldState("means of the training columns");
  const classes = explainedClasses(state.classes);
  const base = Float64Array.from(intercepts);
  for (let k = 0; k < coefficients.length; k++) base[Math.floor(k / columns)] += coefficients[k] * means[k % columns];
  return (x) => {
    const where = `explain ${state.kind}`;
    expectColumns(where, x, columns);
    expectFinite(where, x, columnSums(x));
    const stride = classes.length * columns;
    const contributions = new Float64Array(x.rows * stride);
    for (let row = 0; row < x.rows; row++)
      for (let k = 0; k < stride; k++) {
        const j = k % columns;
        contributions[row * stride + k] += coefficients[k] * (x.values[row * columns + j] - means[j]); // no -0
      }
    const unit = state.kind === "ridge" ? "decision value" : classes.length === 1 ? "log-odds" : "logit";
    return { names: x.names, rows: x.rows, classes, unit, base: base.slice(), contributions };
  };
}
