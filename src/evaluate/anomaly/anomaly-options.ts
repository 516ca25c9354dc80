import { z } from "zod";
import { anomalyOptionsSchema } from "../../anomaly/anomaly-options.js";
import { type DetectorName, detectorNames } from "../../anomaly/detectors/detectors.js";
import { OptionError } from "../../errors.js";
import { parseOptions } from "../../options.js";
import { concatSequences } from "../../sequences/set/concat.js";
import type { DataSource } from "../../sequences/set/sequence-set.js";
import { caseTimes, checkSequences, cutAll, type Sequences } from "../../sequences/set/windowed-set.js";
import type { FitOptions } from "../../train/options.js";
import { compareOptionsSchema } from "../comparison/compare-options.js";
import { countClasses, expectClasses } from "../plan/classes.js";
import { planResamples, type Resample, type ResamplePlan } from "../plan/resample.js";
import { planOf } from "../plan/resample-plan.js";
import { type AnomalyMeasure, anomalyMeasures } from "./anomaly-comparison.js";

/** Options of a comparison of detectors; those of resamples mean what they mean in `compare`. */
export const compareAnomalyOptionsSchema = compareOptionsSchema
  .pick({ fit: true, plan: true, folds: true, repeats: true, testShare: true, labelDelay: true, minGain: true })
  .extend({
    ...anomalyOptionsSchema.pick({ falseAlarmRate: true }).shape,
    detectors: z
      .array(z.enum(detectorNames))
      .min(1)
      .readonly()
      .optional()
      .describe(`of ${detectorNames.join(", ")}; default all of them`),
    normal: z.string().optional().describe("the class that is normal; default: the most frequent of the training part"),
    trainOn: z
      .enum(["normal", "all"])
      .default("normal")
      .describe(
        "what detectors are fitted to: normal cases alone, or all of the training part with the anomalies in it; default normal",
      ),
    measure: z
      .enum(anomalyMeasures)
      .optional()
      .describe("what decides; default: average-precision if anomalies are below 25 % of the training part, else auc"),
    hooks: compareOptionsSchema.shape.hooks.unwrap().omit({ onEstimate: true }).optional(),
  });
export type CompareAnomalyOptions = z.input<typeof compareAnomalyOptionsSchema>;

/** Below this share of anomalies average precision decides, as in `compare`. */
const UNCOMMON = 0.25;
const DAYS = 86_400;

/** A question with all that is known before anything is fitted. */
export interface AnomalyQuestion {
  source: DataSource<Sequences>;
  cases: Sequences;
  plan: ResamplePlan;
  resamples: Resample[];
  /** Index of the class. */
  normal: number;
  trainOn: "normal" | "all";
  detectors: readonly DetectorName[];
  fit: FitOptions;
  seed: number;
  falseAlarmRate?: number;
  measure: AnomalyMeasure;
  minGain: number;
  hooks?: CompareAnomalyOptions["hooks"];
}

/**
 * @throws {DataError} without labels, or with one class only
 * @throws {OptionError} for an option that is unknown, out of range or of no use for this source
 */
export function resolveAnomalyQuestion(source: DataSource<Sequences>, options: CompareAnomalyOptions): AnomalyQuestion {
  const given = parseOptions(compareAnomalyOptionsSchema, options, source.name);
  checkSequences(source.train, source.name);
  if (source.test) checkSequences(source.test, source.name);
  const cases = source.test ? concatSequences(cutAll(source.train), cutAll(source.test)) : source.train;
  expectClasses(source.name, cases);
  if (given.labelDelay !== undefined && given.plan !== "forward")
    throw new OptionError(
      `${source.name}: a label delay is for plans forward in time; here it would have no effect. Add \`plan: "forward"\`.`,
    );
  const { fit = {}, labelDelay = 7 * DAYS } = given;
  const seed = fit.train?.seed ?? 1;
  const plan = planOf(source, cases, { ...given, labelDelay }, seed);
  const resamples = planResamples(plan, cases.labels!, cases.entities, caseTimes(cases));
  const counts = countClasses(
    resamples[0].train.map((n) => cases.labels![n]),
    cases.classNames!,
  );
  const normal = normalOf(source.name, given.normal, counts, cases.classNames!);
  const share = 1 - counts[normal] / resamples[0].train.length;
  return {
    ...{ source, cases, plan, resamples, normal, fit, seed },
    trainOn: given.trainOn,
    detectors: given.detectors ?? detectorNames,
    falseAlarmRate: given.falseAlarmRate,
    measure: given.measure ?? (share < UNCOMMON ? "average-precision" : "auc"),
    minGain: given.minGain ?? 0.01,
    hooks: given.hooks,
  };
}

/** @param counts training cases of each class */
function normalOf(name: string, given: string | undefined, counts: readonly number[], names: readonly string[]) {
  if (given === undefined) return counts.indexOf(Math.max(...counts));
  const at = names.indexOf(given);
  if (at < 0)
    throw new OptionError(
      `${name}: got \`normal: "${given}"\`, expected one of the classes: ${names.slice(0, 20).join(", ")}${names.length > 20 ? ", ..." : ""}.`,
    );
  return at;
}
