import type { ClassifierName } from "../classify/classifiers.js";
import type { Engine } from "../engine/engine.js";
import { meanOf, predictionOf, type Results } from "../evaluate/comparison/predictions.js";
import type { ComparisonPlan } from "../evaluate/plan.js";
import { predict } from "../evaluate/predict.js";
import type { Question } from "../evaluate/resolve.js";
import { validatedGoodness } from "../evaluate/score-row.js";
import { bestOf } from "../evaluate/verdict/chosen-rows.js";
import { type Expression, nameOfExpression } from "../features/sets/expression.js";
import type { FittedSet } from "../features/sets/feature-set.js";
import { nameOfClassifiers } from "./options.js";

/** Features and the classifiers on them, whose scores are averaged. */
export interface Candidate {
  features: Expression;
  classifiers: readonly ClassifierName[];
}

/** How a candidate did on held-out training cases. */
export interface Tried {
  features: string;
  classifier: string;
  /** The deciding measure, turned so that more is better; absent where nothing could be held out. */
  validated?: number;
}

export interface Choice {
  chosen: Candidate;
  /** Index of the chosen one in `tried`. */
  at: number;
  tried: Tried[];
  /** Scores of the chosen one on the held-out cases, as `Prediction.validation`; by fits that did not see them. */
  held?: Float64Array;
  /** Feature sets that were fitted, by name. */
  fitted: Map<string, FittedSet>;
}

/**
 * Fits every candidate, once on all training cases and once without those that are held out, and chooses the one that
 * does best on these: the first of equals. No test case has a say.
 */
export async function choose(
  engine: Engine,
  question: Question,
  plan: ComparisonPlan,
  candidates: readonly Candidate[],
  results: Results,
): Promise<Choice> {
  const fitted = new Map<string, FittedSet>();
  await predict(
    engine,
    question,
    plan,
    results,
    async () => {},
    (made) => fitted.set(nameOfExpression(made.expression), made.fitted),
  );
  const heldOf = (candidate: Candidate) => heldScores(candidate, question, results);
  const tried = candidates.map((candidate): Tried => {
    const validated = validatedGoodness([[{ validation: heldOf(candidate) }]], plan);
    return {
      features: nameOfExpression(candidate.features),
      classifier: nameOfClassifiers(candidate.classifiers),
      ...(validated !== undefined && { validated }),
    };
  });
  const best = bestOf(tried, ({ validated }) => validated ?? null);
  const at = tried.indexOf(best);
  return { chosen: candidates[at], at, tried, held: heldOf(candidates[at]), fitted };
}

/** The mean of the classifiers' scores on held-out cases; undefined where one has none. */
function heldScores(
  { features, classifiers }: Candidate,
  { networkSeeds: [seed] }: Question,
  results: Results,
): Float64Array | undefined {
  const held = classifiers.flatMap((classifier) => {
    const { validation } = predictionOf(results, { resample: 1, classifier }, features, seed);
    return validation ? [validation] : [];
  });
  return held.length < classifiers.length ? undefined : held.length === 1 ? held[0] : meanOf(held);
}
