import type { Classifier, ClassWeight } from "./base/classifier.js";
import { logisticRegression } from "./linear/logistic.js";
import { ridgeClassifier } from "./linear/ridge.js";
import { kNearestNeighbours } from "./neighbours/neighbours.js";
import { histogramGradientBoosting } from "./trees/boosting.js";
import { randomForest } from "./trees/random-forest.js";

/** One row of the table of classifiers. */
export interface ClassifierEntry {
  /** Whether several blocks are scaled to equal variance first; false: their columns are put side by side as they are. */
  balanced: boolean;
  /** How classes are weighted where positives are rare, unless told otherwise. */
  rareWeight: ClassWeight;
  make(options: ClassifierOptions): Classifier;
}

export interface ClassifierOptions {
  classWeight: ClassWeight;
  /** false for balanced blocks, whose scale means something; "auto" for components: ridge tries both, logistic regression keeps their scale */
  standardise: boolean | "auto";
  seed: number;
  /** Training rows. */
  rows: number;
}

/** Logistic regression stops sooner above so many rows: the last digits cost minutes, and move no figure. */
const MANY_ROWS = 10_000;
const TOLERANCE = { few: 1e-4, many: 1e-3 };

/** Classifiers that `compare` can feed. */
export const comparedClassifiers = {
  ridge: {
    balanced: true,
    rareWeight: "balanced",
    make: ({ classWeight, standardise }) => ridgeClassifier({ classWeight, standardise }),
  },
  logistic: {
    balanced: true,
    rareWeight: "none", // with balanced ones it ranks worse at the top: docs/simulation.md
    make: ({ classWeight, standardise, rows }) =>
      logisticRegression({
        classWeight,
        standardise: standardise === true,
        tolerance: TOLERANCE[rows > MANY_ROWS ? "many" : "few"],
      }),
  },
  // neighbours standardise every column themselves, and trees do not see scale
  knn: {
    balanced: false,
    rareWeight: "balanced",
    make: ({ classWeight }) => kNearestNeighbours({ classWeight }),
  },
  forest: {
    balanced: false,
    rareWeight: "balanced",
    make: ({ classWeight, seed }) => randomForest({ classWeight, seed }),
  },
  boosting: {
    balanced: false,
    rareWeight: "balanced",
    make: ({ classWeight, seed }) => histogramGradientBoosting({ classWeight, seed }),
  },
} satisfies Record<string, ClassifierEntry> as Readonly<Record<ClassifierName, ClassifierEntry>>;

export type ClassifierName = "ridge" | "logistic" | "knn" | "forest" | "boosting";
export const classifierNames = ["ridge", "logistic", "knn", "forest", "boosting"] as const;

export type ClassWeights = Readonly<Record<ClassifierName, ClassWeight>>;

/** How each classifier weights the classes: as told, else as suits it where positives are rare. */
export function classWeightsOf(told: ClassWeight | undefined, rare: boolean): ClassWeights {
  const of = (name: ClassifierName) => told ?? (rare ? comparedClassifiers[name].rareWeight : "none");
  return Object.fromEntries(classifierNames.map((name) => [name, of(name)])) as Record<
    ClassifierName,
    ClassWeight
  >;
}
