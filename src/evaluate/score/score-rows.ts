import type { ClassifierName } from "../../classify/classifiers.js";
import type { ResolvedOptions } from "../comparison/compare-options.js";
import type { ComparisonRow, Measure } from "../comparison/comparison.js";
import type { Results } from "../comparison/predictions.js";
import { bootstrapDraws, intervalOf, meanDraws } from "../metrics/bootstrap.js";
import { nameOfExpression } from "../sets/expression.js";
import { hasNetwork, roleOf } from "../sets/feature-tables.js";
import { answerFrom } from "./answer-from.js";
import type { DrawnRow } from "./differences.js";
import { type Scoring, scoreRow } from "./score-row.js";

/** Every asked row with its figures, and its draws of the deciding measure. */
export function scoreRows(
  { features, networkSeeds }: ResolvedOptions,
  classifiers: readonly ClassifierName[],
  results: Results,
  judging: Scoring,
  groups: readonly (string | number)[] | undefined,
  seed: number,
): (DrawnRow & { validated?: number })[] {
  const judged = features.flatMap((expression) =>
    classifiers.map((classifier) => {
      const seeds = hasNetwork(expression) ? networkSeeds : [0];
      const answers = judging.resamples.map((_, k) =>
        seeds.map((networkSeed) =>
          answerFrom(results, { resample: k + 1, classifier }, expression, networkSeed),
        ),
      );
      const flat = answers.flat();
      const mean = (of: (answer: (typeof flat)[number]) => number) =>
        flat.reduce((sum, answer) => sum + of(answer), 0) / flat.length;
      const name = nameOfExpression(expression);
      const built = answers.flatMap((_, k) =>
        seeds.flatMap(
          (each) => results.built({ resample: k + 1, features: name, seed: each })?.seconds ?? [],
        ),
      );
      return {
        ...{ expression, name, classifier, columns: Math.round(mean(({ columns }) => columns)) },
        seconds: {
          features: built.reduce((sum, value) => sum + value, 0) / Math.max(1, built.length),
          classifier: mean((answer) => answer.seconds),
        },
        notes: [...new Set(flat.flatMap((answer) => answer.notes))],
        ...{ judged: scoreRow(answers, judging) },
      };
    }),
  );
  const drawsOf = (measure: Measure) => {
    const all = bootstrapDraws(
      judged.flatMap((each) => each.judged.answers),
      measure,
      { groups, seed },
    );
    let at = 0;
    return judged.map((each) => meanDraws(all.slice(at, (at += each.judged.answers.length))));
  };
  const accuracies = drawsOf("accuracy");
  const precisions = judging.classCount === 2 ? drawsOf("averagePrecision") : undefined;
  return judged.map(
    (
      { expression, name, classifier, columns, seconds, notes, judged: { figures, validated, ...rest } },
      r,
    ) => {
      const row: ComparisonRow = {
        ...{ features: name, role: roleOf(expression), columns, classifier, ...figures },
        intervals: {
          accuracy: intervalOf(accuracies[r]),
          ...(precisions && { averagePrecision: intervalOf(precisions[r]) }),
        },
        ...{ seconds, notes: [...notes, ...rest.notes] },
      };
      return { row, draws: (judging.measure === "accuracy" ? accuracies : precisions!)[r], validated };
    },
  );
}
