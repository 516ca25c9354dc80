import type { Engine } from "../engine/engine.js";
import type { Results } from "./comparison/predictions.js";
import type { ComparisonPlan } from "./plan.js";
import { type Progress, predictResample } from "./predict-resample.js";
import type { Question } from "./resolve.js";
import { eventAggregates } from "./sets/event-aggregates.js";
import { type Expression, hasNetwork, setsOf } from "./sets/expression.js";
import { featureSets } from "./sets/feature-sets.js";

/** In the estimate of time left training a network counts this much; making another set or a fit counts 1. */
const TRAINING = 6;

/**
 * Predictions of all classifiers on all feature sets, one resample after another. What `results` has already is not
 * done again.
 */
export async function predict(
  engine: Engine,
  question: Question,
  plan: ComparisonPlan,
  results: Results,
): Promise<void> {
  const { source, labelDelay } = question;
  const { set, classCount } = plan;
  // Only a plan forward in time has a "by now"; in other plans past labels are no features.
  const pastLabels = question.plan.kind === "forward" && classCount === 2 ? set.labels : undefined;
  let made: ReturnType<typeof eventAggregates> | undefined;
  const aggregates =
    source.events?.amounts && (() => (made ??= eventAggregates(set, source.events!, pastLabels, labelDelay)));
  const progress = openProgress(question, plan);
  for (const k of plan.resamples.keys())
    await predictResample({ engine, question, plan, k, aggregates, results, progress });
  progress.step("intervals");
}

/** Reports how far the work is and how long the rest will take; shares never fall. */
function openProgress({ features, networkSeeds, hooks }: Question, plan: ComparisonPlan): Progress {
  const workOf = (expression: Expression): number => {
    if (expression.kind === "average") return 0.1;
    const trains = expression.kind === "set" && featureSets[expression.name].role === "latent";
    return setsOf(expression).length * (trains ? TRAINING : 1) + plan.classifiers.length;
  };
  const perResample = features.reduce(
    (sum, each) => sum + workOf(each) * (hasNetwork(each) ? networkSeeds.length : 1),
    0,
  );
  const all = Math.max(1e-9, plan.resamples.length * perResample);
  const started = performance.now();
  let done = 0;
  let found = 0; // of it, what an earlier run had done
  let shown = 0;
  return {
    step(text, trained = 0) {
      shown = Math.max(shown, Math.min(1, (done + TRAINING * trained) / all));
      const fresh = shown - found / all;
      const seconds = (performance.now() - started) / 1000;
      const left = fresh > 0.03 ? (seconds * (1 - shown)) / fresh : undefined;
      hooks?.onProgress?.(text, shown, left);
    },
    done(expression, wasFound) {
      const work = workOf(expression);
      done += work;
      if (wasFound) found += work;
    },
  };
}
