import type { ClassWeight } from "../../classify/base/classifier.js";
import { type ClassifierName, classifierNames } from "../../classify/classifiers.js";
import { OptionError, unknownName } from "../../errors.js";
import { type ReadOut, readOuts } from "../../features/read-outs/read-outs.js";
import { usualScale } from "../../model/prepare.js";
import { countOf, type DataSource } from "../../sequences/set/sequence-set.js";
import type { FitOptions } from "../../train/fit.js";
import type { TrainHooks } from "../../train/train.js";
import type { Costs } from "../metrics/threshold.js";
import type { PlanOptions } from "../plan/plan.js";
import { LABEL_DELAY } from "../sets/event-aggregates.js";
import { type Expression, nameOfExpression, parseExpression, setsOf } from "../sets/expression.js";
import { featureSets } from "../sets/feature-sets.js";
import type { ResultStore } from "./predictions.js";

export interface CompareOptions extends Partial<PlanOptions> {
  fit?: FitOptions;
  /** of the encoders; default "wide", for windows of events "pooled" */
  readOut?: ReadOut;
  /** default: "balanced" where the rarer of two classes is below 10 %, but for logistic regression; else "none" */
  classWeight?: ClassWeight;
  /** windows of events are aligned at their end; default "end" for windows of timed events, else "stretch" */
  align?: "stretch" | "end";
  /** what to compare: names of sets, `a+b`, `average(a, b)`, `select(a, b)`; default: `defaultFeatures` */
  features?: readonly string[];
  /** default: ridge and logistic; for windows of events with rare positives logistic and boosting */
  classifiers?: readonly ClassifierName[];
  /** networks with seeds of their own in each resample, whose figures are averaged; default 1 */
  networkSeeds?: number;
  /** of two classes: the threshold is chosen, and rows are judged, by them */
  costs?: Costs;
  /** cases that can be looked at: each day of the test part; default 100 for rare events, where a day has 200 and more */
  alertsPerDay?: number;
  /** or in the whole test part of a resample */
  alerts?: number;
  /** where results are kept, and found when the same comparison runs again */
  store?: ResultStore;
  hooks?: Pick<TrainHooks, "signal"> & {
    /** @param left seconds, from when there is something to tell by */
    onProgress?(step: string, done: number, left?: number): void;
  };
}

/** Options that do not depend on what the labels are like, with their defaults. */
export interface ResolvedOptions {
  fit: FitOptions;
  readOut: ReadOut;
  align: "stretch" | "end";
  features: Expression[];
  seed: number;
  networkSeeds: number[];
  labelDelay: number;
}

/**
 * What is compared unless told otherwise: for series and for windows of events, whose aggregates need amounts.
 */
function defaultFeatures(align: "stretch" | "end", hasAmounts: boolean): string[] {
  if (align === "stretch")
    return [
      "raw",
      "statistics",
      "pca",
      "convolutions",
      "untrained",
      "latent",
      "average(latent, convolutions)",
    ];
  const best = hasAmounts ? "aggregates" : "window";
  return [
    ...["fields", "statistics", "window"],
    ...(hasAmounts ? ["aggregates", "aggregates+statistics"] : []),
    ...["untrained", "latent", "residuals", "surprise", "fields+surprise"],
    ...["latent", "residuals", "surprise"].map((ours) => `${best}+${ours}`),
    ...(hasAmounts ? ["aggregates+statistics+surprise"] : []),
  ];
}

/** @throws {OptionError} for what is not known, or of no use for this source */
export function resolveOptions(source: DataSource, options: CompareOptions): ResolvedOptions {
  const { align = source.events ? "end" : "stretch", networkSeeds = 1, labelDelay } = options;
  const fit = align === "end" ? withEventScale(options.fit) : (options.fit ?? {});
  const { readOut = align === "end" ? "pooled" : "wide" } = options;
  const where = source.name;
  const hasAmounts = source.events?.amounts !== undefined;
  const features = (options.features ?? defaultFeatures(align, hasAmounts)).map(parseExpression);
  if (features.length === 0) throw new OptionError(`${where}: got no features, expected at least one set.`);
  for (const { name, readOut: own } of features.flatMap(setsOf)) {
    const known = Object.keys(featureSets);
    if (!known.includes(name)) unknownName(where, "feature set", name, known);
    const { needs, network } = featureSets[name];
    if (own !== undefined && !network)
      throw new OptionError(
        `${where}: got a read-out for "${name}" (${name}:${own}), which is no encoder. Leave it out.`,
      );
    if (own !== undefined && !readOuts.includes(own as ReadOut))
      unknownName(where, "read-out", own, readOuts);
    if (needs === "events" && align !== "end")
      throw new OptionError(
        `${where}: "${name}" is for windows of events, which end at the event that is judged; these are whole series. Read a long table with --window, or take raw.`,
      );
    if (needs === "amounts" && !hasAmounts)
      throw new OptionError(
        `${where}: "${name}" needs windows of timed events and an amount to sum up, and there is none. Read with --window and --time, and name the column with --amount.`,
      );
  }
  const names = features.map(nameOfExpression);
  const twice = names.find((name, k) => names.indexOf(name) < k);
  if (twice !== undefined)
    throw new OptionError(`${where}: got the features "${twice}" twice, expected each once.`);
  const unknown = options.classifiers?.find((name) => !classifierNames.includes(name));
  if (unknown !== undefined) unknownName(where, "classifier", unknown, classifierNames);
  if (options.classifiers?.length === 0)
    throw new OptionError(`${where}: got no classifiers, expected at least one.`);
  expectWhole(where, "network seeds", networkSeeds);
  if (options.alertsPerDay !== undefined && options.alerts !== undefined)
    throw new OptionError(`${where}: give alerts per day or alerts in all, not both.`);
  if (options.alertsPerDay !== undefined) expectWhole(where, "alerts per day", options.alertsPerDay);
  if (options.alerts !== undefined) expectWhole(where, "alerts", options.alerts);
  if (options.alertsPerDay !== undefined && !source.train.times)
    throw new OptionError(
      `${where}: got alerts per day, but these cases have no times. Name the time column, or give a number for the whole test part (--alerts).`,
    );
  if (labelDelay !== undefined && options.plan !== "forward")
    throw new OptionError(
      `${where}: a label delay is for plans forward in time; here it would have no effect. Add --resamples forward.`,
    );
  if (options.costs && !(options.costs.miss >= 0 && options.costs.alert >= 0))
    throw new OptionError(
      `${where}: got costs of ${options.costs.miss} and ${options.costs.alert}, expected numbers from 0 up.`,
    );
  const seed = fit.train?.seed ?? 1;
  if (source.events && source.events.times.length !== countOf(source.train))
    throw new OptionError(
      `${where}: got details of ${source.events.times.length} events for ${countOf(source.train)} cases, expected one each.`,
    );
  return {
    fit,
    readOut,
    align,
    features,
    seed,
    networkSeeds: Array.from({ length: networkSeeds }, (_, k) => seed + k),
    labelDelay: labelDelay ?? LABEL_DELAY,
  };
}

/** Networks see windows of events in their usual scale, unless told otherwise. */
function withEventScale(fit: FitOptions = {}): FitOptions {
  const { scale = usualScale(true, fit.prepare?.scaleScope) } = fit.prepare ?? {};
  return { ...fit, prepare: { ...fit.prepare, scale } };
}

function expectWhole(where: string, what: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1))
    throw new OptionError(`${where}: got ${value} ${what}, expected a whole number from 1 up.`);
}
