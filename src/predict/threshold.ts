import type { ComparisonPlan } from "../evaluate/plan.js";
import { thresholdOf } from "../evaluate/score-row.js";
import type { About } from "./about.js";

/** The note of a predictor whose threshold could not be chosen. */
export const NO_THRESHOLD =
  "Too few positives to hold some out and choose a threshold on them: the class of the larger score is decided.";

/**
 * The threshold that the rule chooses on the scores of held-out training cases, by fits that did not see them; undefined
 * where there is no rule, or no positive was held out.
 * @param held scores of the held-out cases
 */
export function frozenThreshold(held: Float64Array | undefined, plan: ComparisonPlan): About["threshold"] {
  const { rule, costs, resamples, budget } = plan;
  const { validation } = resamples[0];
  if (!rule || !held || !validation) return undefined;
  const value = thresholdOf(held, plan, 0);
  if (value === undefined) return undefined;
  return {
    value: Number.isFinite(value) ? value : null,
    rule,
    ...(rule === "cost" && { costs }),
    ...(rule === "alerts" && { alertsPerDay: budget!.alerts }),
    chosenOn: {
      cases: held.length,
      alerts: held.filter((score) => score >= value).length,
      positives: validation.labels.filter((label) => label === 1).length,
    },
  };
}
