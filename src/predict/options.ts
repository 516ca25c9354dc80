import { z } from "zod";
import { type ClassifierName, classifierNames } from "../classify/classifiers.js";
import { OptionError, unknownName } from "../errors.js";
import { compareOptionsSchema } from "../evaluate/comparison/compare-options.js";
import { splitList } from "../features/sets/expression.js";

/** How scores become probabilities: by a map that is fitted on held-out training cases, or not at all. */
export const calibrations = ["auto", "isotonic", "platt", "none"] as const;

/** Options of a predictor: those of a comparison that say what is tried, and by what it is chosen. */
export const predictorOptionsSchema = compareOptionsSchema
  .pick({
    ...{ fit: true, features: true, classifiers: true, readOut: true, labelDelay: true, measure: true },
    ...{ positive: true, classWeight: true, C: true, alertsPerDay: true, costs: true, align: true, store: true },
    hooks: true,
  })
  .extend({
    classifier: z
      .string()
      .optional()
      .describe(
        `auto: the best of all features and classifiers on held-out training cases; or one of ${classifierNames.join(", ")}; or average(logistic, boosting), the mean of their scores`,
      ),
    until: z
      .number()
      .optional()
      .describe("learn from cases up to this time alone, in seconds; later ones are for a test"),
    calibration: z
      .enum(calibrations)
      .default("auto")
      .describe(
        "how scores become probabilities, by held-out training cases; auto: platt where they are few, else isotonic",
      ),
  });
export type PredictorOptions = z.input<typeof predictorOptionsSchema>;

/**
 * The classifiers that a text stands for: all that are tried, or those whose scores are averaged.
 * @returns undefined for auto
 * @throws {OptionError} for an unknown name, or an average of fewer than two
 */
export function parseClassifier(text: string): readonly ClassifierName[] | undefined {
  if (text === "auto") return undefined;
  const [, inside] = /^average\((.*)\)$/.exec(text.trim()) ?? [];
  const names = inside === undefined ? [text.trim()] : splitList(inside);
  for (const name of names)
    if (!classifierNames.includes(name as ClassifierName))
      unknownName("`classifier`", "classifier", name, [...classifierNames, "auto"]);
  if (inside !== undefined && (names.length < 2 || new Set(names).size < names.length))
    throw new OptionError(`\`classifier\`: got "${text}", expected an average of two classifiers or more, each once.`);
  return names as ClassifierName[];
}

/** As `parseClassifier` reads it. */
export function nameOfClassifiers(names: readonly ClassifierName[]): string {
  return names.length === 1 ? names[0] : `average(${names.join(", ")})`;
}
