import { histogramGradientBoosting } from "../classify/boosting.js";
import type { Classifier, ClassWeight } from "../classify/classifier.js";
import { logisticRegression } from "../classify/logistic.js";
import { kNearestNeighbours } from "../classify/neighbours.js";
import { randomForest } from "../classify/random-forest.js";
import { ridgeClassifier } from "../classify/ridge.js";

/** One row of the table of classifiers. */
export interface ClassifierEntry {
  /** Whether several blocks are scaled to equal variance first; false: their columns are put side by side as they are. */
  balanced: boolean;
  /** @param standardise false for balanced blocks, whose scale means something */
  make(options: { classWeight: ClassWeight; standardise: boolean; seed: number }): Classifier;
}

/** Classifiers that `compare` can feed. */
export const comparedClassifiers = {
  ridge: {
    balanced: true,
    make: ({ classWeight, standardise }) => ridgeClassifier({ classWeight, standardise }),
  },
  logistic: {
    balanced: true,
    make: ({ classWeight, standardise }) => logisticRegression({ classWeight, standardise }),
  },
  // neighbours standardise every column themselves, and trees do not see scale
  knn: { balanced: false, make: ({ classWeight }) => kNearestNeighbours({ classWeight }) },
  forest: { balanced: false, make: ({ classWeight, seed }) => randomForest({ classWeight, seed }) },
  boosting: {
    balanced: false,
    make: ({ classWeight, seed }) => histogramGradientBoosting({ classWeight, seed }),
  },
} satisfies Record<string, ClassifierEntry> as Readonly<Record<ClassifierName, ClassifierEntry>>;

export type ClassifierName = "ridge" | "logistic" | "knn" | "forest" | "boosting";
export const classifierNames = ["ridge", "logistic", "knn", "forest", "boosting"] as const;
