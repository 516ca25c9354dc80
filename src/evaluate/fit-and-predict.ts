import type { ClassifierEntry } from "../classify/base/classifier.js";
import { type ClassifierName, classifierTable } from "../classify/classifiers.js";
import { withRowsApart } from "../table/rows-apart.js";
import { type SparseRows, selectSparseRows } from "../table/sparse-rows.js";
import type { Prediction } from "./comparison/predictions.js";
import { pick } from "./plan/classes.js";
import type { ComparisonPlan, PlannedResample } from "./plan.js";
import type { FeaturePair } from "./sets/feature-set.js";

/**
 * Fits on the training rows, and where a threshold is wanted once more on a part of them.
 * @param labels of the training rows
 */
export function fitAndPredict(
  { classCount, classWeights }: Pick<ComparisonPlan, "classCount" | "classWeights">,
  { validation }: Pick<PlannedResample, "validation">,
  labels: Int32Array,
  name: ClassifierName,
  { train, test, sparse }: FeaturePair,
  { standardise, seed }: { standardise: boolean | "auto"; seed: number },
): Prediction {
  const entry: ClassifierEntry = classifierTable[name];
  const options = { classWeight: classWeights[name], standardise, seed, rows: train.rows };
  const target = { labels, classCount, validation };
  if (sparse && entry.sparse) return fitOn(entry.sparse(options), sparse, partsOfSparse, sparse.train.width, target);
  const prediction = fitOn(entry.make(options), { train, test }, withRowsApart, train.names.length, target);
  if (sparse && sparse.train.width > train.names.length)
    prediction.notes.push(
      `${name} reads dense columns: the ${train.names.length} n-grams that most training cases have.`,
    );
  return prediction;
}

/** Does something with two parts of a table. */
type WithParts<Rows> = <R>(x: Rows, first: Int32Array, second: Int32Array, work: (first: Rows, second: Rows) => R) => R;

const partsOfSparse: WithParts<SparseRows> = (x, first, second, work) =>
  work(selectSparseRows(x, first), selectSparseRows(x, second));

function fitOn<Rows>(
  classifier: {
    fit(
      x: Rows,
      labels: Int32Array,
      classCount: number,
    ): { notes: readonly string[]; predictProba(x: Rows): Float64Array };
  },
  { train, test }: { train: Rows; test: Rows },
  withParts: WithParts<Rows>,
  columns: number,
  {
    labels,
    classCount,
    validation,
  }: { labels: Int32Array; classCount: number; validation: PlannedResample["validation"] },
): Prediction {
  const started = performance.now();
  const fitted = classifier.fit(train, labels, classCount);
  const prediction: Prediction = {
    columns,
    probabilities: fitted.predictProba(test),
    notes: [...fitted.notes],
    seconds: 0,
  };
  const some = validation && pick(labels, validation.fitted);
  if (some && new Set(some).size > 1)
    prediction.validation = withParts(train, validation.fitted, validation.held, (first, second) => {
      const scores = classifier.fit(first, some, classCount).predictProba(second);
      return Float64Array.from({ length: validation.held.length }, (_, row) => scores[2 * row + 1]);
    });
  prediction.seconds = (performance.now() - started) / 1000;
  return prediction;
}
