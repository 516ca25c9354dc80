import { type ClassifierName, type ClassWeights, classWeightsOf } from "../classify/classifiers.js";
import { OptionError } from "../errors.js";
import { defaultClassifiers } from "../features/sets/default-classifiers.js";
import { type Expression, roleOf } from "../features/sets/expression.js";
import { checkLeakage } from "../sequences/inspect/leakage.js";
import { sha256 } from "../sequences/set/hash.js";
import type { SequenceSet } from "../sequences/set/sequence-set.js";
import { caseTimes, pickSequences, type Sequences } from "../sequences/set/windowed-set.js";
import type { ResampleDescription } from "./comparison/comparison.js";
import { alertsAllowed, type Budget, budgetOf } from "./metrics/alerts.js";
import { type Measure, measureTable } from "./metrics/measures.js";
import type { Costs } from "./metrics/threshold.js";
import { countClasses, expectTwoClasses, pick, swapClasses } from "./plan/classes.js";
import { groupsOf } from "./plan/groups.js";
import { planResamples, type Resample } from "./plan/resample.js";
import { type Trial, validationTrials } from "./plan/validation-part.js";
import type { Question } from "./resolve.js";
import type { Scoring } from "./score-row.js";

/** Positives are rare where the class looked for is below this share of the training part. */
const RARE = 0.1;
/** Below this share average precision decides. */
const UNCOMMON = 0.25;

/** A resample with all that is known of it before anything is fitted. */
export interface PlannedResample extends Resample {
  /** [test cases] */
  labels: Int32Array;
  /** Where a threshold or a classifier is chosen: training rows to fit on and to choose on, and labels of all the latter. */
  validation?: {
    /** With how many of the held rows may be alerted. */
    trials: (Trial & { alerts?: number })[];
    /** [held rows], one trial after another. */
    labels: Int32Array;
  };
  description: ResampleDescription;
}

/** Which cases train and test, with what, and by what rows are scored. */
export interface ComparisonPlan extends Scoring {
  /** All cases; of two classes the one that is looked for comes second. */
  set: Sequences;
  resamples: PlannedResample[];
  classifiersOf(expression: Expression): readonly ClassifierName[];
  /** A gain below it does not count; see `Comparison`. */
  minGain: number;
  classWeights: ClassWeights;
  budget?: Budget;
  /** What is drawn together in a bootstrap; see `groupsOf`. */
  groups?: (string | number)[];
  /** Where the class looked for has few cases: those of the test parts, each once. */
  positives?: number;
  notes: string[];
}

/**
 * Decides by the training part of the first resample what is rare, and with it measure, classifiers, weights and rule.
 * @throws {DataError} if a training part has one class only, or an entity would be on both sides (except forward)
 */
export async function planComparison(question: Question): Promise<ComparisonPlan> {
  const { source, cases, plan, seed, align, costs } = question;
  const times = caseTimes(cases);
  const parts = planResamples(plan, cases.labels!, cases.entities, times);
  const known = countClasses(pick(cases.labels!, parts[0].train), cases.classNames!);
  const binary = known.length === 2;
  if (question.positive !== undefined && !binary)
    throw new OptionError(
      `compare: got \`positive: "${question.positive}"\` for ${known.length} classes, expected two classes, one of which is looked for. Leave it out.`,
    );
  const second = binary ? positiveOf(question, known) : 1;
  const share = binary ? known[second] / (known[0] + known[1]) : 1;
  const rare = share < RARE;
  const set = second === 0 ? swapClasses(cases) : cases;
  const labels = set.labels!;
  const rule = binary ? ruleOf(question, rare) : undefined;
  // without a test part the days of the training part tell how many cases a day has
  const looked = plan.kind === "all" ? parts.map(({ train }) => ({ test: train })) : parts;
  const budget = binary ? budgetOf(question, looked, times, rare && source.events !== undefined) : undefined;
  const measure = question.measure ?? (share < UNCOMMON ? "average-precision" : "accuracy");
  expectMeasure(measure, { binary, costs, budget });
  const tested = parts.flatMap(({ test }) => Array.from(test));
  const { features, readOut, classifiers } = question;
  const classifiersOf = (expression: Expression) =>
    classifiers ?? defaultClassifiers(expression, { set, readOut, align });
  const baselines = features.filter((each) => roleOf(each) === "baseline");
  const chooses =
    plan.kind === "all" || baselines.length > 1 || features.some((each) => classifiersOf(each).length > 1);
  const notes: string[] = [];
  const resamples: PlannedResample[] = [];
  for (const [k, part] of parts.entries()) {
    const train = pickSequences(set, part.train);
    expectTwoClasses(source.name, k, train, set.classNames!);
    const trainTimes = caseTimes(train);
    const forward = isForward(question);
    const by = { thresholds: rule !== undefined, times: forward ? trainTimes : undefined };
    const trials = rule || chooses ? validationTrials(train, seed, by) : undefined;
    const { duplicates } = checkLeakage(train, pickSequences(set, part.test), { allowSharedEntities: forward });
    if (duplicates.length > 0)
      notes.push(
        `${duplicates.length} test sequences are also in the training part (resample ${k + 1}); scores are that much too good.`,
      );
    resamples.push({
      ...part,
      labels: pick(labels, part.test),
      validation: trials && {
        trials: trials.map((trial) => ({
          ...trial,
          alerts: budget && alertsAllowed(budget, trainTimes, trial.held, part),
        })),
        labels: Int32Array.from(trials.flatMap(({ held }) => Array.from(pick(train.labels!, held)))),
      },
      description: await describeResample(set, part),
    });
  }
  return {
    set,
    resamples,
    rule,
    costs,
    budget,
    notes,
    measure,
    classCount: known.length,
    classifiersOf,
    minGain: question.minGain ?? 0.01,
    classWeights: classWeightsOf(question.classWeight, rare),
    trainLabels: pick(labels, parts[0].train),
    groups: groupsOf(set, parts),
    positives: rare ? new Set(tested.filter((n) => labels[n] === 1)).size : undefined,
  };
}

/** Whether what comes later is tested, or will be: then the latest cases are held out, and labels come late. */
export function isForward({ plan, source }: Pick<Question, "plan" | "source">): boolean {
  return plan.kind === "forward" || (plan.kind === "all" && source.events !== undefined);
}

/** Which of two classes is looked for. @param known training cases of each */
function positiveOf({ positive, cases }: Question, known: readonly number[]): 0 | 1 {
  if (positive === undefined) return known[0] < RARE * (known[0] + known[1]) ? 0 : 1;
  const at = cases.classNames!.indexOf(positive);
  if (at >= 0) return at as 0 | 1;
  throw new OptionError(
    `compare: got \`positive: "${positive}"\`, expected one of the classes: ${cases.classNames!.join(", ")}.`,
  );
}

/** @throws {OptionError} for a measure that these data and options give no value */
function expectMeasure(
  measure: Measure,
  { binary, costs, budget }: { binary: boolean; costs?: Costs; budget?: Budget },
): void {
  const { ofTwo, needs, name } = measureTable[measure];
  if (ofTwo && !binary)
    throw new OptionError(
      `compare: got \`measure: "${measure}"\` for more than two classes, expected two. Take accuracy, balanced-accuracy or log-loss.`,
    );
  if (needs === "costs" && !costs)
    throw new OptionError(`compare: ${name} decides (\`measure\`), and no cost is given. Add \`costs\`.`);
  if (needs === "budget" && !budget)
    throw new OptionError(
      `compare: ${name} decides (\`measure\`), and no budget is given. Add \`alertsPerDay\` or \`alerts\`.`,
    );
}

/** How thresholds of two classes are chosen; undefined: 0.5 stays. */
function ruleOf({ costs, alerts, alertsPerDay }: Question, rare: boolean): Scoring["rule"] {
  if (costs) return "cost";
  if (alerts !== undefined || alertsPerDay !== undefined) return "alerts";
  return rare ? "F1" : undefined;
}

async function describeResample(
  { ids, labels, classNames }: Pick<SequenceSet, "ids" | "labels" | "classNames">,
  { train, test, trainUntil, testFrom }: Resample,
): Promise<ResampleDescription> {
  const namesOf = (part: Int32Array) => Array.from(part, (n) => ids[n]);
  return {
    train: train.length,
    test: test.length,
    skipped: labels!.filter((label) => label >= 0).length - train.length - test.length,
    trainClasses: countClasses(pick(labels!, train), classNames!),
    testClasses: countClasses(pick(labels!, test), classNames!),
    ...(trainUntil !== undefined && { trainUntil }),
    ...(testFrom !== undefined && { testFrom }),
    splitSha256: await sha256(JSON.stringify([namesOf(train), namesOf(test)])),
  };
}
