import { readFileSync } from "node:fs";
import { type Classifier, likeliest } from "../../src/classify/base/classifier.js";
import type { FeatureTable } from "../../src/table/feature-table.js";
import { selectRows } from "../../src/table/feature-table.js";
import { madeTable } from "../golden/integer-data.mjs";
import { tableOf } from "./table.js";

export interface Score {
  accuracy: number;
  balancedAccuracy: number;
  logLoss: number;
}
type Weighting = "none" | "balanced";

/** One data set of golden/sklearn_classifiers.py with what scikit-learn reaches on it. */
export interface GoldenSet {
  name: string;
  x: FeatureTable;
  labels: Int32Array;
  classes: number;
  splits: { train: number[]; test: number[] }[];
  boosting: Partial<Record<Weighting, Score>>;
  randomForest: Partial<Record<Weighting, Score>>;
  neighbours: Record<string, Score>;
  leaveOneOut: number[];
}

type Stored = Omit<GoldenSet, "x" | "labels" | "classes" | "splits"> &
  (
    | { folds: number; columns: number; labels: string; values: string }
    | { trainRows: number; recipe: Parameters<typeof madeTable>[0] }
  );

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function goldenSets(): GoldenSet[] {
  const file = new URL("../golden/sklearn-classifiers.json", import.meta.url);
  const { sets } = JSON.parse(readFileSync(file, "utf8")) as { sets: Stored[] };
  return sets.map((stored) => {
    if ("recipe" in stored) {
      const { values, labels, rows, columns, classes } = madeTable(stored.recipe);
      const index = Array.from({ length: rows }, (_, i) => i);
      const { trainRows } = stored;
      const splits = [{ train: index.slice(0, trainRows), test: index.slice(trainRows) }];
      return { ...stored, x: tableOf(values, columns), labels, classes, splits };
    }
    const { folds, columns, values } = stored;
    const labels = Int32Array.from(stored.labels, Number);
    const index = Array.from(labels.keys());
    const numbers = Array.from(
      { length: values.length / 2 },
      (_, i) => LETTERS.indexOf(values[2 * i]) * 64 + LETTERS.indexOf(values[2 * i + 1]),
    );
    const splits = Array.from({ length: folds }, (_, k) => ({
      train: index.filter((i) => i % folds !== k),
      test: index.filter((i) => i % folds === k),
    }));
    return { ...stored, x: tableOf(numbers, columns), labels, classes: Math.max(...labels) + 1, splits };
  });
}

/** The same table with 0 in place of missing values. */
export function filled(x: FeatureTable): FeatureTable {
  return { ...x, values: x.values.map((value) => (Number.isNaN(value) ? 0 : value)) };
}

/** Mean scores over the splits, weighted by their test rows, as in the script. */
export function scoreSplits(classifier: Classifier, set: GoldenSet, x: FeatureTable): Score {
  const score = { accuracy: 0, balancedAccuracy: 0, logLoss: 0 };
  const tested = set.splits.reduce((sum, { test }) => sum + test.length, 0);
  for (const { train, test } of set.splits) {
    const labelsOf = (rows: number[]) => Int32Array.from(rows, (row) => set.labels[row]);
    const fitted = classifier.fit(selectRows(x, train), labelsOf(train), set.classes);
    const part = selectRows(x, test);
    const truth = labelsOf(test);
    const probabilities = fitted.predictProba(part);
    const predicted = likeliest(probabilities, set.classes); // as each classifier does: contract.test.ts
    const hits = new Float64Array(set.classes);
    const counts = new Float64Array(set.classes);
    truth.forEach((c, i) => {
      counts[c]++;
      if (predicted[i] === c) hits[c]++;
      score.logLoss -= Math.log(probabilities[i * set.classes + c]) / tested;
    });
    const share = test.length / tested;
    score.accuracy += (share * hits.reduce((a, b) => a + b)) / test.length;
    const present = counts.filter((count) => count > 0).length;
    score.balancedAccuracy +=
      (share * hits.reduce((sum, hit, c) => sum + (counts[c] > 0 ? hit / counts[c] : 0), 0)) / present;
  }
  return score;
}
