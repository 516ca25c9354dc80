import type { ClassifierEntry, ClassWeight } from "../../classify/base/classifier.js";
import { type ClassifierName, classifierTable } from "../../classify/classifiers.js";
import { type FeatureTable, selectRows } from "../../table/feature-table.js";
import { withRowsApart } from "../../table/rows-apart.js";
import { type SparseRows, selectSparseRows } from "../../table/sparse-rows.js";
import type { Prediction } from "../comparison/predictions.js";
import { pick } from "../plan/classes.js";
import type { FeaturePair } from "../sets/feature-set.js";

/** One classifier on the tables of one resample: plain data, which a thread can be sent. */
export interface FitTask {
  classifier: ClassifierName;
  classWeight: ClassWeight;
  classCount: number;
  standardise: boolean | "auto";
  seed: number;
  /** [training rows] */
  labels: Int32Array;
  pair: FeaturePair;
  /** Where a threshold or a classifier is chosen: training rows to fit on once more, and to predict. */
  validation?: { fitted: Int32Array; held: Int32Array };
}

/**
 * Fits on the training rows, and where something is chosen once more on a part of them. The same task gives the same
 * bits on every thread.
 * @param alone nobody else reads the table meanwhile: its rows may move and come back; else the parts are copies
 * @param pause between both fits
 */
export async function fitAndPredict(
  { classifier: name, classWeight, classCount, standardise, seed, labels, pair, validation }: FitTask,
  { alone, pause }: { alone: boolean; pause(): Promise<void> },
): Promise<Prediction> {
  const { train, test, sparse } = pair;
  const entry: ClassifierEntry = classifierTable[name];
  const options = { classWeight, standardise, seed, rows: train.rows };
  const target = { labels, classCount, validation, pause };
  if (sparse && entry.sparse) return fitOn(entry.sparse(options), sparse, partsOfSparse, sparse.train.width, target);
  const withParts = alone ? withRowsApart : partsCopied;
  const prediction = await fitOn(entry.make(options), { train, test }, withParts, train.names.length, target);
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

const partsCopied: WithParts<FeatureTable> = (x, first, second, work) =>
  work(selectRows(x, first), selectRows(x, second));

async function fitOn<Rows>(
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
    pause,
  }: Pick<FitTask, "labels" | "classCount" | "validation"> & {
    pause(): Promise<void>;
  },
): Promise<Prediction> {
  const started = performance.now();
  const fitted = classifier.fit(train, labels, classCount);
  const prediction: Prediction = {
    columns,
    probabilities: fitted.predictProba(test),
    notes: [...fitted.notes],
    seconds: 0,
  };
  const some = validation && pick(labels, validation.fitted);
  if (some && new Set(some).size > 1) {
    await pause();
    prediction.validation = withParts(train, validation.fitted, validation.held, (first, second) => {
      const shares = classifier.fit(first, some, classCount).predictProba(second);
      return classCount === 2 ? shares.filter((_, k) => k % 2 === 1) : shares;
    });
  }
  prediction.seconds = (performance.now() - started) / 1000;
  return prediction;
}
