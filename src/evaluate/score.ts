import type { ClassifierName } from "../classify/classifiers.js";
import { type Expression, hasNetwork, nameOfExpression, partsOf, roleOf } from "../features/sets/expression.js";
import type { ComparisonRow, Measure } from "./comparison/comparison.js";
import { featureKey, isDone, predictionOf, type Results } from "./comparison/predictions.js";
import { type Draws, drawSome, intervalOf, meanDraws } from "./metrics/bootstrap.js";
import { measureTable } from "./metrics/measures.js";
import type { ComparisonPlan } from "./plan.js";
import type { Question } from "./resolve.js";
import { scoreProbabilities } from "./score-probabilities.js";
import { mean, scoreRow } from "./score-row.js";
import { chosenRows, type ScoredRow } from "./verdict/chosen-rows.js";

/** Draws that a row's own interval stands on. */
const SHOWN = 500;
/** Draws of the deciding measure, for differences: each end of a 99.5 % interval stands on five of them. */
const DECIDING = 2000;
/** Milliseconds of work between pauses. */
const PAUSE = 50;

/** Figures and intervals of the requested rows, which may be scored before the last of them has its predictions. */
export interface RowScores {
  /** Scores the rows that have all their predictions. @param pause called often; what it throws ends it */
  early(pause: () => Promise<void>): Promise<void>;
  /** All rows, in the order in which they were requested. */
  finish(): ScoredRow[];
}

export function openScoring(question: Question, plan: ComparisonPlan, results: Results): RowScores {
  const { features, seed } = question;
  const wanted = features.flatMap((expression) =>
    plan.classifiersOf(expression).map((classifier) => ({ expression, classifier })),
  );
  const shown: Measure[] = plan.classCount === 2 ? ["accuracy", "average-precision"] : ["accuracy"];
  const measures = [...new Set([...shown, plan.measure])];
  const scored = new Map<(typeof wanted)[number], ScoredRow>();

  /** Some draws or one row at a time: all rows that are scored together share their draws. */
  function* scoreSome(rows: typeof wanted): Generator<undefined, void, undefined> {
    const figures: ReturnType<typeof figuresOf>[] = [];
    for (const { expression, classifier } of rows) {
      figures.push(figuresOf(question, plan, results, expression, classifier));
      yield;
    }
    const draws = new Map<Measure, Draws[]>();
    for (const measure of measures) {
      const all = yield* drawSome(
        figures.flatMap(({ predicted }) => predicted),
        (cases, unitOf) => measureTable[measure].weighted(cases, plan, unitOf),
        { groups: plan.groups, repeats: measure === plan.measure ? DECIDING : SHOWN, seed },
      );
      let at = 0;
      draws.set(
        measure,
        figures.map(({ predicted }) => meanDraws(all.slice(at, (at += predicted.length)))),
      );
    }
    for (const [r, { row }] of figures.entries()) {
      const { seconds, notes, ...rest } = row;
      const intervals = Object.fromEntries(
        Array.from(draws, ([measure, each]) => [measure, intervalOf(firstDraws(each[r]))]),
      ) as ComparisonRow["intervals"];
      scored.set(rows[r], {
        row: { ...rest, chosen: false, intervals, seconds, notes },
        draws: draws.get(plan.measure)![r],
      });
    }
  }

  return {
    async early(pause) {
      const ready = wanted.filter(({ expression, classifier }) =>
        hasAll(question, plan, results, expression, classifier),
      );
      let paused = performance.now();
      for (const _ of scoreSome(ready)) {
        if (performance.now() - paused < PAUSE) continue;
        await pause();
        paused = performance.now();
      }
    },
    finish() {
      for (const _ of scoreSome(wanted.filter((each) => !scored.has(each))));
      const rows = wanted.map((each) => scored.get(each)!);
      for (const { row } of chosenRows(rows)) row.chosen = true;
      return rows;
    },
  };
}

/** Whether nothing that a row is made of is missing. */
function hasAll(
  { networkSeeds }: Question,
  plan: ComparisonPlan,
  results: Results,
  expression: Expression,
  classifier: ClassifierName,
): boolean {
  return plan.resamples.every((resample, k) =>
    partsOf(expression).every((part) =>
      networkSeeds.every((seed) =>
        isDone(results, { resample: k + 1, classifier, ...featureKey(part, seed) }, resample),
      ),
    ),
  );
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
    ...scoreProbabilities(predictions, plan),
    seconds: { features: built.length > 0 ? mean(built) : 0, classifier: mean(all.map(({ seconds }) => seconds)) },
    notes: [...new Set(all.flatMap((each) => each.notes)), ...notes],
  };
  return { row, predicted };
}
