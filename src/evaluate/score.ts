import type { ClassifierName } from "../classify/classifiers.js";
import type { ComparisonRow, Measure } from "./comparison/comparison.js";
import { featureKey, predictionOf, type Results } from "./comparison/predictions.js";
import { bootstrapDraws, intervalOf, meanDraws } from "./metrics/bootstrap.js";
import { measureTable } from "./metrics/measures.js";
import type { ComparisonPlan } from "./plan.js";
import type { Question } from "./resolve.js";
import { mean, scoreRow } from "./score-row.js";
import { type Expression, hasNetwork, nameOfExpression, roleOf } from "./sets/expression.js";
import { chosenRows, type ScoredRow } from "./verdict/chosen-rows.js";

/** Draws of the rows that are compared: each end of a 99.5 % interval stands on five of them. */
const DECIDING = 2000;

/** Scores every requested row by its predictions in all resamples. */
export function score(question: Question, plan: ComparisonPlan, results: Results): ScoredRow[] {
  const { features, seed } = question;
  const scored = features.flatMap((expression) =>
    plan.classifiersOf(expression).map((classifier) => figuresOf(question, plan, results, expression, classifier)),
  );
  const drawsOf = (measure: Measure, some = scored, repeats?: number) => {
    const all = bootstrapDraws(
      some.flatMap(({ predicted }) => predicted),
      (cases) => measureTable[measure].weighted(cases, plan),
      { groups: plan.groups, repeats, seed },
    );
    let at = 0;
    return some.map(({ predicted }) => meanDraws(all.slice(at, (at += predicted.length))));
  };
  const shown: Measure[] = plan.classCount === 2 ? ["accuracy", "average-precision"] : ["accuracy"];
  const draws = new Map([...new Set([...shown, plan.measure])].map((measure) => [measure, drawsOf(measure)]));
  const rows = scored.map(({ row: { seconds, notes, ...figures } }, r): ScoredRow => {
    const intervals = Object.fromEntries(
      Array.from(draws, ([measure, each]) => [measure, intervalOf(each[r])]),
    ) as ComparisonRow["intervals"];
    return { row: { ...figures, chosen: false, intervals, seconds, notes }, draws: draws.get(plan.measure)![r] };
  });
  const chosen = chosenRows(rows);
  const deciding = drawsOf(
    plan.measure,
    chosen.map((each) => scored[rows.indexOf(each)]),
    DECIDING,
  );
  for (const [k, each] of chosen.entries()) {
    each.row.chosen = true;
    each.draws = deciding[k];
  }
  return rows;
}

/** A row without its intervals, and its predictions per network seed. */
function figuresOf(
  { networkSeeds }: Question,
  plan: ComparisonPlan,
  results: Results,
  expression: Expression,
  classifier: ClassifierName,
) {
  const seeds = hasNetwork(expression) ? networkSeeds : networkSeeds.slice(0, 1);
  const predictions = plan.resamples.map((_, k) =>
    seeds.map((seed) => predictionOf(results, { resample: k + 1, classifier }, expression, seed)),
  );
  const all = predictions.flat();
  const built = plan.resamples.flatMap((_, k) =>
    seeds.flatMap((seed) => results.built({ resample: k + 1, ...featureKey(expression, seed) })?.seconds ?? []),
  );
  const name = nameOfExpression(expression);
  const { figures, predicted, notes } = scoreRow(predictions, plan, `${name}, ${classifier}`);
  const row = {
    features: name,
    role: roleOf(expression),
    columns: Math.round(mean(all.map(({ columns }) => columns))),
    classifier,
    ...figures,
    seconds: { features: built.length > 0 ? mean(built) : 0, classifier: mean(all.map(({ seconds }) => seconds)) },
    notes: [...new Set(all.flatMap((each) => each.notes)), ...notes],
  };
  return { row, predicted };
}
