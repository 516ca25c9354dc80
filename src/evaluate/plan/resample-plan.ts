import { DataError, OptionError } from "../../errors.js";
import { countOf, type DataSource } from "../../sequences/set/sequence-set.js";
import { hasSeveralEntities } from "../../sequences/set/split.js";
import type { Sequences } from "../../sequences/set/windowed-set.js";
import { isSmall, whyNotRedrawn } from "./redraw.js";
import type { ResamplePlan } from "./resample.js";

export const planNames = ["given", "redrawn", "stratified", "grouped", "forward"] as const;
export type PlanName = (typeof planNames)[number];

export interface PlanOptions {
  /** default: the given split, redrawn if it is small; else whole entities held out once (30 %); else 5 stratified folds */
  plan?: PlanName;
  /** folds of a stratified or grouped plan; periods of a forward one */
  folds?: number;
  /**
   * a stratified or grouped plan again and again, drawn anew: with folds all of them, else a holdout of 30 %; of the
   * given split how many there are in all, 5 if it is small
   */
  repeats?: number;
  /** share of the cases that a forward plan or a holdout tests, between 0 and 1; default 0.3 */
  testShare?: number;
  /** seconds from an event until its label is known, of a forward plan */
  labelDelay: number;
}

const TEST_SHARE = 0.3;
/** The given split and those that are redrawn. */
const SPLITS = 5;

/**
 * The plan that the options stand for.
 * @param cases both parts of the source
 * @throws {OptionError} for one that this source has no use for
 */
export function planOf(
  source: DataSource<Sequences>,
  cases: Sequences,
  { plan, folds, repeats, testShare, labelDelay }: PlanOptions,
  seed: number,
): ResamplePlan {
  const { name, train, test } = source;
  const entities = hasSeveralEntities(train);
  if (train.entities && !entities && !test && plan !== "forward")
    throw new DataError(
      `${name}: all sequences are of one entity ("${train.entities[0]}"), expected at least two, because one entity is held out for the test. Add data of other entities, name another entity column, or test forward in time (\`plan: "forward"\`).`,
    );
  const kind = plan ?? (test ? "given" : entities ? "grouped" : "stratified");
  if (repeats !== undefined && (plan === "given" || plan === "forward"))
    throw new OptionError(
      `${name}: repeats do not apply to ${plan === "given" ? "the given split alone" : "a plan forward in time"}, of which there is only one. Leave them out, or take \`plan: "stratified"\`, \`plan: "grouped"\`, or, with a test part, \`plan: "redrawn"\`.`,
    );
  const isHoldout = folds === undefined && (kind === "grouped" || (kind === "stratified" && repeats !== undefined));
  if (testShare !== undefined && kind !== "forward" && !isHoldout)
    throw new OptionError(
      `${name}: got \`testShare: ${testShare}\` for ${kind === "given" || kind === "redrawn" ? "a source with a test part, which says what is tested" : "folds, which test every case once"}. Leave it out, or take \`plan: "forward"\`, or \`plan: "grouped"\` without folds.`,
    );
  const testFraction = testShare ?? TEST_SHARE;
  if (kind === "given" || kind === "redrawn") {
    if (!test)
      throw new OptionError(
        `${name}: the test part is missing, so \`plan: "${kind}"\` is not possible. Use stratified, grouped or forward.`,
      );
    if (folds !== undefined)
      throw new OptionError(
        `${name}: folds do not apply to the given split. Add \`plan: "stratified"\` to pool both parts and fold them.`,
      );
    const trainCount = countOf(train);
    const wanted = kind === "redrawn" || repeats !== undefined;
    if (plan === "given" || (!wanted && !isSmall(cases, trainCount))) return { kind: "given", trainCount };
    const kept = whyNotRedrawn(cases, trainCount);
    if (kept !== undefined && wanted)
      throw new OptionError(`${name}: the given split is not redrawn, because ${kept}. Take \`plan: "given"\`.`);
    if (kept !== undefined) return { kind: "given", trainCount, kept };
    return { kind: "redrawn", trainCount, repeats: repeats ?? SPLITS, grouped: hasSeveralEntities(cases), seed };
  }
  if (kind === "forward") return { kind, testFraction, delay: labelDelay, folds: folds ?? 1 };
  if (isHoldout) return { kind, repeats: repeats ?? 1, testFraction, seed };
  return { kind, folds: folds ?? 5, ...(repeats !== undefined && { repeats }), seed };
}

/** The plan in words. */
export function describePlan(plan: ResamplePlan): string {
  if (plan.kind === "given") return `the given split${plan.kept === undefined ? "" : ` alone, because ${plan.kept}`}`;
  if (plan.kind === "all") return "all cases, none tested";
  if (plan.kind === "redrawn") {
    const { repeats, grouped, seed } = plan;
    if (repeats === 1) return "the given split";
    return `the given split and ${repeats - 1} redrawn ${repeats === 2 ? "one" : "ones"} of its sizes${grouped ? ", in whole entities" : ""} (seed ${seed})`;
  }
  if (plan.kind === "forward") {
    const days = plan.delay / 86_400;
    const delay =
      plan.delay === 0 ? "no delay" : `${Number(days.toFixed(2))} ${days === 1 ? "day" : "days"} of label delay`;
    return `forward in time: the latest ${percent(plan.testFraction)} tested${plan.folds > 1 ? ` in ${plan.folds} periods` : ""}, ${delay} before`;
  }
  const unit = plan.kind === "grouped" ? "whole entities" : "cases, stratified by class";
  const times = plan.repeats !== undefined && plan.repeats > 1 ? `${plan.repeats} times ` : "";
  if ("folds" in plan) return `${times}${plan.folds} folds of ${unit} (seed ${plan.seed})`;
  return `${times}${percent(plan.testFraction)} of ${unit} held out (seed ${plan.seed})`;
}

const percent = (share: number) => `${Number((100 * share).toFixed(2))} %`;
