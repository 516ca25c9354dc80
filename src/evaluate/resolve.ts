import { channelsThatTellTheClass, targetLeakWarning } from "../sequences/inspect/target-leak.js";
import { concatSequences } from "../sequences/set/concat.js";
import { countOf, type DataSource } from "../sequences/set/sequence-set.js";
import { checkSequences, cutAll, type Sequences } from "../sequences/set/windowed-set.js";
import { limitCategories } from "../sequences/transform/limit-categories.js";
import { type CompareOptions, type ResolvedOptions, resolveOptions } from "./comparison/compare-options.js";
import { expectClasses, tellLoneClasses } from "./plan/classes.js";
import type { ResamplePlan } from "./plan/resample.js";
import { planOf } from "./plan/resample-plan.js";

type AsGiven =
  | "measure"
  | "minGain"
  | "positive"
  | "classifiers"
  | "classWeight"
  | "C"
  | "costs"
  | "alerts"
  | "alertsPerDay"
  | "store"
  | "hooks";

/** A question to the data: every option that does not depend on the labels has its value. */
export interface Question extends ResolvedOptions, Pick<CompareOptions, AsGiven> {
  source: DataSource<Sequences>;
  /** All cases; of a split source both parts, the training part first. */
  cases: Sequences;
  plan: ResamplePlan;
}

/**
 * @param planned which cases train; default: what the options say
 * @throws {DataError} without labels, or with one class only
 * @throws {OptionError} for an option that this source has no use for
 */
export function resolve(source: DataSource<Sequences>, options: CompareOptions, planned?: ResamplePlan): Question {
  const resolved = resolveOptions(source, options);
  checkSequences(source.train, source.name);
  if (source.test) checkSequences(source.test, source.name);
  const all = source.test ? concatSequences(cutAll(source.train), cutAll(source.test)) : source.train;
  const { notes } = limitCategories(source.train); // each resample limits them by its own training part
  expectClasses(source.name, all);
  notes.push(...channelsThatTellTheClass(source.train).map(targetLeakWarning));
  const unlabelled = all.labels!.reduce((count, label) => count + (label < 0 ? 1 : 0), 0);
  if (unlabelled > 0) notes.push(`${unlabelled} of ${countOf(all)} cases have no label; they are left out.`);
  const plan = planned ?? planOf(source, all, { ...options, labelDelay: resolved.labelDelay }, resolved.seed);
  if (plan.kind === "redrawn" && options.plan === undefined && options.repeats === undefined)
    notes.push(
      `The given split is small, so ${plan.repeats - 1} more of its sizes are drawn, and every figure is of all ${plan.repeats}. One split alone: \`plan: "given"\`.`,
    );
  if (plan.kind === "grouped" || (plan.kind === "redrawn" && plan.grouped)) notes.push(...tellLoneClasses(all));
  return { ...options, ...resolved, source: { ...source, notes: [...source.notes, ...notes] }, cases: all, plan };
}
