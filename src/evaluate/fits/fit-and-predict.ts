import type { Chosen, ClassifierEntry, ClassifierOptions, ClassWeight } from "../../classify/base/classifier.js";
import { type ClassifierName, classifierTable } from "../../classify/classifiers.js";
import type { FeaturePair } from "../../features/sets/feature-set.js";
import { type FeatureTable, selectRows } from "../../table/feature-table.js";
import { withRowsApart } from "../../table/rows-apart.js";
import { type SparseRows, selectSparseRows } from "../../table/sparse-rows.js";
import type { Prediction } from "../comparison/predictions.js";
import { pick } from "../plan/classes.js";
import type { Trial } from "../plan/validation-part.js";

/** One classifier on the tables of one resample: plain data, which a thread can be sent. */
export interface FitTask {
  classifier: ClassifierName;
  classWeight: ClassWeight;
  /** Strength of logistic regression; absent: chosen. */
  C?: number;
  classCount: number;
  standardise: boolean | "auto";
  seed: number;
  /** [training rows] */
  labels: Int32Array;
  pair: FeaturePair;
  /** Where a threshold or a classifier is chosen: training rows to fit on once more, and to predict. */
  trials?: readonly Trial[];
}

/**
 * Fits on the training rows, and where something is chosen once more on parts of them. What the first fit chose by its
 * rows (neighbours, rounds, a penalty) the others keep: so their scores are on its scale. The same task gives the same
 * bits on every thread.
 * @param alone nobody else reads the table meanwhile: its rows may move and come back; else the parts are copies
 * @param pause between fits
 */
export async function fitAndPredict(
  { classifier: name, classWeight, C, classCount, standardise, seed, labels, pair, trials }: FitTask,
  { alone, pause }: { alone: boolean; pause(): Promise<void> },
): Promise<Prediction> {
  const { train, test, sparse } = pair;
  const entry: ClassifierEntry = classifierTable[name];
  const options = { classWeight, standardise, seed, C };
  const target = { options, labels, classCount, trials, pause };
  if (sparse && entry.sparse) return fitOn(entry.sparse, sparse, partsOfSparse, sparse.train.width, target);
  const withParts = alone ? withRowsApart : partsCopied;
  const prediction = await fitOn(entry.make, { train, test }, withParts, train.names.length, target);
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

/** A recipe for a classifier of such rows. */
type Make<Rows> = (options: ClassifierOptions) => {
  fit(
    x: Rows,
    labels: Int32Array,
    classCount: number,
  ): { chosen?: Chosen; notes: readonly string[]; predictProba(x: Rows): Float64Array };
};

async function fitOn<Rows>(
  make: Make<Rows>,
  { train, test }: { train: Rows; test: Rows },
  withParts: WithParts<Rows>,
  columns: number,
  target: Pick<FitTask, "labels" | "classCount" | "trials"> & { options: ClassifierOptions; pause(): Promise<void> },
): Promise<Prediction> {
  const { labels, classCount, trials, options, pause } = target;
  const started = performance.now();
  const { chosen, notes, predictProba } = make(options).fit(train, labels, classCount);
  const prediction: Prediction = { columns, probabilities: predictProba(test), notes: [...notes], seconds: 0 };
  const parts = trials?.map(({ fitted, held }) => ({ fitted, held, some: pick(labels, fitted) }));
  if (parts?.every(({ some }) => new Set(some).size > 1)) {
    const again = make({ ...options, chosen });
    const held: number[] = [];
    for (const part of parts) {
      await pause();
      withParts(train, part.fitted, part.held, (first, second) => {
        const shares = again.fit(first, part.some, classCount).predictProba(second);
        for (let k = 0; k < shares.length; k++) if (classCount > 2 || k % 2 === 1) held.push(shares[k]);
      });
    }
    prediction.validation = Float64Array.from(held);
  }
  prediction.seconds = (performance.now() - started) / 1000;
  return prediction;
}
