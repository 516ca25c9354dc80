import type { Prediction, PredictionKey, Results } from "../comparison/predictions.js";
import { type Expression, nameOfExpression } from "../sets/expression.js";
import { hasNetwork } from "../sets/feature-tables.js";

/** The answer of an expression, from those that were given; averages are made of their parts. */
export function answerFrom(
  results: Results,
  key: Omit<PredictionKey, "features" | "seed">,
  expression: Expression,
  networkSeed: number,
): Prediction {
  const seed = hasNetwork(expression) ? networkSeed : 0;
  if (expression.kind === "average")
    return averageAnswers(expression.parts.map((part) => answerFrom(results, key, part, networkSeed)));
  return results.answer({ ...key, features: nameOfExpression(expression), seed })!;
}

/** Mean of the scores of several feature sets with the same classifier. */
export function averageAnswers(parts: readonly Prediction[]): Prediction {
  const mean = (arrays: readonly Float64Array[]) =>
    arrays[0].map((_, k) => arrays.reduce((sum, array) => sum + array[k], 0) / arrays.length);
  const held = parts.flatMap(({ validation }) => (validation ? [validation] : []));
  return {
    columns: parts.reduce((sum, { columns }) => sum + columns, 0),
    probabilities: mean(parts.map(({ probabilities }) => probabilities)),
    ...(held.length === parts.length && { validation: mean(held) }),
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
    seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}
