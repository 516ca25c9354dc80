import { conformChannels } from "../model/prepare.js";
import { checkSequenceSet } from "../sequences/set/check.js";
import { concatSequences } from "../sequences/set/concat.js";
import { countOf, type DataSource, type SequenceSet } from "../sequences/set/sequence-set.js";
import { limitCategories } from "../sequences/transform/limit-categories.js";
import { type CompareOptions, type ResolvedOptions, resolveOptions } from "./comparison/compare-options.js";
import { expectClasses } from "./plan/classes.js";
import type { ResamplePlan } from "./plan/resample.js";
import { planOf } from "./plan/resample-plan.js";

type AsGiven = "classifiers" | "classWeight" | "costs" | "alerts" | "alertsPerDay" | "store" | "hooks";

/** A question to the data: every option that does not depend on the labels has its value. */
export interface Question extends ResolvedOptions, Pick<CompareOptions, AsGiven> {
  source: DataSource;
  /** All cases; of a split source both parts, the training part first. */
  cases: SequenceSet;
  /** The same cases with all their tokens, where `cases` keep but some; see `limitCategories`. */
  tokens?: SequenceSet;
  plan: ResamplePlan;
}

/**
 * @throws {DataError} without labels, or with one class only
 * @throws {OptionError} for an option that this source has no use for
 */
export function resolve(source: DataSource, options: CompareOptions): Question {
  const resolved = resolveOptions(source, options);
  checkSequenceSet(source.train, source.name);
  if (source.test) checkSequenceSet(source.test, source.name);
  const all = source.test ? concatSequences(source.train, source.test) : source.train;
  const { channels, notes } = limitCategories(source.train); // counts no test case, where the source gives the split
  const cases = conformChannels(all, channels);
  expectClasses(source.name, cases);
  const unlabelled = cases.labels!.reduce((count, label) => count + (label < 0 ? 1 : 0), 0);
  if (unlabelled > 0) notes.push(`${unlabelled} of ${countOf(cases)} cases have no label; they are left out.`);
  const plan = planOf(source, { ...options, labelDelay: resolved.labelDelay }, resolved.seed);
  const tokens = channels.length === 1 && channels !== source.train.channels ? all : undefined;
  return { ...options, ...resolved, source: { ...source, notes: [...source.notes, ...notes] }, cases, tokens, plan };
}
