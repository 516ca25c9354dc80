import type { ClassifierName } from "../classify/classifiers.js";
import type { ComparisonRow, Measure } from "./comparison/comparison.js";
import { featureKey, predictionOf, type Results } from "./comparison/predictions.js";
import { bootstrapDraws, type Draws, intervalOf, meanDraws } from "./metrics/bootstrap.js";
import { measureTable } from "./metrics/measures.js";
import type { ComparisonPlan } from "./plan.js";
import type { Question } from "./resolve.js";
import { mean, scoreRow } from "./score-row.js";
import { type Expression, hasNetwork, nameOfExpression, roleOf } from "./sets/expression.js";
import { chosenRows, type ScoredRow } from "./verdict/chosen-rows.js";

/** Draws that a row's own interval stands on. */
const SHOWN = 500;
/** Draws of the deciding measure, for differences: each end of a 99.5 % interval stands on five of them. */
const DECIDING = 2000;

/** Scores every requested row by its predictions in all resamples. */
export function score(question: Question, plan: ComparisonPlan, results: Results): ScoredRow[] {
  const { features, seed } = question;
  const scored = features.flatMap((expression) =>
    plan.classifiersOf(expression).map((classifier) => figuresOf(question, plan, results, expression, classifier)),
  );
  const drawsOf = (measure: Measure) => {
    const all = bootstrapDraws(
      scored.flatMap(({ predicted }) => predicted),
      (cases, unitOf) => measureTable[measure].weighted(cases, plan, unitOf),
      { groups: plan.groups, repeats: measure === plan.measure ? DECIDING : SHOWN, seed },
    );
    let at = 0;
    return scored.map(({ predicted }) => meanDraws(all.slice(at, (at += predicted.length))));
  };
  const shown: Measure[] = plan.classCount === 2 ? ["accuracy", "average-precision"] : ["accuracy"];
  const draws = new Map([...new Set([...shown, plan.measure])].map((measure) => [measure, drawsOf(measure)]));
  const rows = scored.map(({ row: { seconds, notes, ...figures } }, r): ScoredRow => {
    const intervals = Object.fromEntries(
      Array.from(draws, ([measure, each]) => [measure, intervalOf(firstDraws(each[r]))]),
    ) as ComparisonRow["intervals"];
    return { row: { ...figures, chosen: false, intervals, seconds, notes }, draws: draws.get(plan.measure)![r] };
  });
  for (const { row } of chosenRows(rows)) row.chosen = true;
  return rows;
}

const firstDraws = ({ value, drawn }: Draws): Draws => ({ value, drawn: drawn.subarray(0, SHOWN) });

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
