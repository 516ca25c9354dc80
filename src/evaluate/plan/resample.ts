import { DataError, OptionError } from "../../errors.js";
import { type Random, randomStream } from "../../random.js";
import { casesByClass } from "./classes.js";
import { dealEntities } from "./deal-entities.js";
import { tooShort } from "./too-short.js";

/** Which cases to fit on and which to test on, ascending indices; without a delay every labelled case is in one. */
export interface Resample {
  train: Int32Array;
  test: Int32Array;
  /** Of a forward plan, seconds: the last training case, and when the test period begins. */
  trainUntil?: number;
  testFrom?: number;
}

/**
 * given: the first `trainCount` cases train, the others test, once; `kept` tells why not more often.
 * redrawn: the same, and `repeats - 1` splits of both together, of the same sizes and with as many cases of each class,
 * in whole entities when `grouped`.
 * stratified: every class spread evenly. grouped: likewise, and the cases of one entity stay together.
 * Either as `folds` (every case is tested once, or with `repeats` as often as that, folded anew each time) or as
 * `repeats` independent holdouts of `testFraction`.
 * forward: in time. The latest `testFraction` of the cases is tested, in `folds` periods one after another; each
 * trains on what happened at least `delay` seconds before its period begins, because labels come that late. Cases
 * in between are in neither part.
 * all: every case trains, or those up to the time `until`, and none is tested.
 */
export type ResamplePlan =
  | { kind: "given"; trainCount: number; kept?: string }
  | { kind: "redrawn"; trainCount: number; repeats: number; grouped: boolean; seed: number }
  | { kind: "stratified" | "grouped"; folds: number; repeats?: number; seed: number }
  | { kind: "stratified" | "grouped"; repeats: number; testFraction: number; seed: number }
  | { kind: "forward"; testFraction: number; delay: number; folds: number }
  | { kind: "all"; until?: number };

/**
 * The resamples of a plan. Cases without a label (-1) are in neither part.
 *
 * @param labels [N]
 * @param entities [N], who each case belongs to; needed when grouped
 * @param times [N], seconds, when each case happened; needed forward in time
 * @throws {OptionError} for a plan that this number of cases does not allow
 * @throws {DataError} when a part would be empty, or entities or times are needed and missing
 */
export function planResamples(
  plan: ResamplePlan,
  labels: ArrayLike<number>,
  entities?: readonly string[],
  times?: Float64Array,
): Resample[] {
  if (plan.kind === "forward") return forwardResamples(labels, times, plan);
  if (plan.kind === "all") return [allCases(labels, times, plan.until)];
  if (plan.kind === "given") {
    const { trainCount } = plan;
    return [partition(labels, (i) => i >= trainCount)];
  }
  if (plan.kind === "redrawn") return redrawnResamples(labels, entities, plan);
  if ("folds" in plan) {
    const { folds, repeats = 1, seed } = plan;
    expectRepeats(repeats);
    return Array.from({ length: repeats }, (_, repeat) => {
      const fold =
        plan.kind === "stratified"
          ? stratifiedFolds(labels, folds, seed + repeat)
          : groupedFolds(labels, needEntities(entities), folds, seed + repeat);
      return Array.from({ length: folds }, (_, k) => partition(labels, (i) => fold[i] === k));
    }).flat();
  }
  const { repeats, testFraction, seed } = plan;
  expectRepeats(repeats);
  expectFraction(testFraction);
  return Array.from({ length: repeats }, (_, repeat) => {
    const random = randomStream(seed, repeat);
    const inTest =
      plan.kind === "stratified"
        ? stratifiedHoldout(labels, testFraction, random)
        : groupedHoldout(labels, needEntities(entities), testFraction, random);
    return partition(labels, (i) => inTest[i] === 1);
  });
}

function allCases(labels: ArrayLike<number>, times: Float64Array | undefined, until?: number): Resample {
  const train: number[] = [];
  for (let i = 0; i < labels.length; i++)
    if (labels[i] >= 0 && (until === undefined || times![i] <= until)) train.push(i);
  return { train: Int32Array.from(train), test: new Int32Array(), ...(until !== undefined && { trainUntil: until }) };
}

function forwardResamples(
  labels: ArrayLike<number>,
  times: Float64Array | undefined,
  { testFraction, delay, folds }: Extract<ResamplePlan, { kind: "forward" }>,
): Resample[] {
  if (!times)
    throw new DataError(
      "resamples: forward resamples train on what came earlier, but these cases have no times. Name the time column when reading (`time`), or take another plan.",
    );
  expectFraction(testFraction);
  if (!(delay >= 0 && Number.isFinite(delay)))
    throw new OptionError(`resamples: the label delay is ${delay}, expected seconds from 0 up.`);
  if (!(Number.isInteger(folds) && folds >= 1))
    throw new OptionError(`resamples: folds is ${folds}, expected a whole number of periods from 1 up.`);
  const labelled = Array.from({ length: labels.length }, (_, i) => i).filter((i) => labels[i] >= 0);
  const sorted = Float64Array.from(labelled, (i) => times[i]).sort();
  const start = Math.round((1 - testFraction) * sorted.length);
  // Periods begin at the time of a case, so that cases of one instant are never on both sides.
  const begins = Array.from(
    { length: folds },
    (_, k) => sorted[Math.min(sorted.length - 1, start + Math.floor((k * (sorted.length - start)) / folds))],
  );
  return begins.map((testFrom, k) => {
    const end = begins[k + 1] ?? Number.POSITIVE_INFINITY;
    const train = labelled.filter((i) => times[i] < testFrom && times[i] <= testFrom - delay);
    const test = labelled.filter((i) => times[i] >= testFrom && times[i] < end);
    if (train.length === 0 && delay > 0) throw tooShort(sorted, test.length, testFrom, delay);
    expectBothParts(train.length, test.length);
    const trainUntil = train.reduce((latest, i) => Math.max(latest, times[i]), Number.NEGATIVE_INFINITY);
    return { train: Int32Array.from(train), test: Int32Array.from(test), trainUntil, testFrom };
  });
}

/**
 * The fold of every case, 0 .. folds - 1 (-1 without a label). Folds differ by at most one case in size and in
 * each class; a class with fewer cases than folds is missing from some.
 * @throws {OptionError} when there are fewer than 2 folds, or fewer labelled cases than folds
 */
export function stratifiedFolds(labels: ArrayLike<number>, folds: number, seed: number): Int32Array {
  const random = randomStream(seed);
  const dealt = [...casesByClass(labels).values()].flatMap((cases) => Array.from(random.shuffle(cases)));
  expectFolds(folds, dealt.length, "labelled cases");
  const fold = new Int32Array(labels.length).fill(-1);
  dealt.forEach((i, position) => {
    fold[i] = position % folds; // on from class to class, so that sizes stay even too
  });
  return fold;
}

/**
 * The fold of every case, 0 .. folds - 1 (-1 without a label), with all cases of an entity in one fold, and sizes and
 * classes as even as entities allow. A class with fewer entities than folds is missing from some.
 * @throws {OptionError} when there are fewer than 2 folds, or fewer entities than folds
 */
export function groupedFolds(
  labels: ArrayLike<number>,
  entities: readonly string[],
  folds: number,
  seed: number,
): Int32Array {
  expectFolds(folds, countEntities(labels, entities), "entities");
  return dealEntities(labels, entities, folds, () => 1 / folds, randomStream(seed));
}

function stratifiedHoldout(labels: ArrayLike<number>, fraction: number, random: Random): Int32Array {
  const inTest = new Int32Array(labels.length);
  for (const cases of casesByClass(labels).values()) {
    // one case of a class trains; of two and more, one at least is tested
    const most = cases.length - 1;
    const tested = Math.min(most, Math.max(1, Math.round(cases.length * fraction)));
    for (const i of random.shuffle(cases).slice(0, tested)) inTest[i] = 1;
  }
  return inTest;
}

/** Where of each class that has several entities one at least trains and one is tested. */
function groupedHoldout(
  labels: ArrayLike<number>,
  entities: readonly string[],
  fraction: number,
  random: Random,
): Int32Array {
  return dealEntities(labels, entities, 2, (part) => (part === 1 ? fraction : 1 - fraction), random);
}

/** The given split, and others of its sizes: of each class as many cases train as in the given one. */
function redrawnResamples(
  labels: ArrayLike<number>,
  entities: readonly string[] | undefined,
  { trainCount, repeats, grouped, seed }: Extract<ResamplePlan, { kind: "redrawn" }>,
): Resample[] {
  expectRepeats(repeats);
  const given = partition(labels, (i) => i >= trainCount);
  const classes = casesByClass(labels);
  const trained = (cases: readonly number[]) => cases.filter((i) => i < trainCount).length;
  const all = given.train.length + given.test.length;
  const share = (label?: number) => {
    const cases = label === undefined ? undefined : classes.get(label)!;
    return cases ? trained(cases) / cases.length : given.train.length / all;
  };
  const redrawn = Array.from({ length: repeats - 1 }, (_, k) => {
    const random = randomStream(seed, k + 1);
    if (grouped) {
      const shareOf = (part: number, label?: number) => (part === 0 ? share(label) : 1 - share(label));
      const part = dealEntities(labels, needEntities(entities), 2, shareOf, random);
      return partition(labels, (i) => part[i] === 1);
    }
    const inTest = new Int32Array(labels.length);
    for (const cases of classes.values())
      for (const i of random.shuffle([...cases]).slice(trained(cases))) inTest[i] = 1;
    return partition(labels, (i) => inTest[i] === 1);
  });
  return [given, ...redrawn];
}

function countEntities(labels: ArrayLike<number>, entities: readonly string[]): number {
  return new Set(entities.filter((_, i) => labels[i] >= 0)).size;
}

function partition(labels: ArrayLike<number>, isTest: (i: number) => boolean): Resample {
  const train: number[] = [];
  const test: number[] = [];
  for (let i = 0; i < labels.length; i++) if (labels[i] >= 0) (isTest(i) ? test : train).push(i);
  expectBothParts(train.length, test.length);
  return { train: Int32Array.from(train), test: Int32Array.from(test) };
}

function expectFolds(folds: number, count: number, what: string): void {
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= count))
    throw new OptionError(
      `resamples: folds is ${folds}, expected a whole number from 2 to ${count}, the number of ${what}.`,
    );
}

function expectBothParts(train: number, test: number): void {
  if (train > 0 && test > 0) return;
  throw new DataError(
    `resamples: ${train} labelled cases to train on and ${test} to test on, expected some of each. ` +
      "The data has too few cases, entities or days for this plan: use another plan, or more data.",
  );
}

function expectRepeats(repeats: number): void {
  if (!(Number.isInteger(repeats) && repeats >= 1))
    throw new OptionError(`resamples: repeats is ${repeats}, expected a whole number from 1 up.`);
}

function expectFraction(testFraction: number): void {
  if (!(testFraction > 0 && testFraction < 1))
    throw new OptionError(`resamples: the test fraction is ${testFraction}, expected one between 0 and 1.`);
}

function needEntities(entities: readonly string[] | undefined): readonly string[] {
  if (entities) return entities;
  throw new DataError(
    "resamples: grouped resamples keep the cases of one entity together, but this data names no entities. " +
      "Name the entity column when reading, or take stratified resamples.",
  );
}
