import { loadEngine } from "../../src/engine/load.js";
import type { CompareOptions } from "../../src/evaluate/comparison/compare-options.js";
import type { Comparison } from "../../src/evaluate/comparison/comparison.js";
import { randomStream } from "../../src/random.js";
import { type DataSource, type SequenceSet, selectSequences } from "../../src/sequences/set/sequence-set.js";
import { makeSet } from "../sequences/set/make-set.js";

export const engine = await loadEngine();
/** A plain baseline, a summary, the control and ours, with linear classifiers: what the cases below are made for. */
export const four = {
  features: ["raw", "statistics", "untrained", "latent"],
  readOut: "pooled",
  classifiers: ["ridge", "logistic"],
} as const;
export const quick: CompareOptions = {
  ...four,
  fit: { recipe: "masked", units: 6, train: { updates: 30, batchSize: 16 } },
};
/** The given split alone, small as it is. */
export const given: CompareOptions = { ...quick, plan: "given" };
/** Without what depends on the clock. */
export const timeless = <T>(told: T): T =>
  JSON.parse(JSON.stringify(told, (key, value) => (["seconds", "started"].includes(key) ? undefined : value)));
/** The difference of some features to another set. */
export const differenceTo = ({ differences }: Comparison, other: string, features = "latent") =>
  differences.find((each) => each.features === features && each.against.features === other);
export const sourceOf = (train: SequenceSet, test?: SequenceSet): DataSource => ({
  name: "made up",
  train,
  test,
  files: [],
  notes: [],
});
export const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
export const halves = (set: SequenceSet, train: number) =>
  sourceOf(selectSequences(set, range(0, train)), selectSequences(set, range(train, set.ids.length)));

/** Class 1 where `of` says so; labels and names of two classes. */
export function labelledSet(cases: number[][][], of: (n: number) => number, classNames = ["no", "yes"]) {
  return makeSet(cases, { labels: Int32Array.from(cases, (_, n) => of(n)), classNames });
}

/**
 * A short wave at a random place of a flat series: up, down, down, up, or the same upside down. Mean, deviation,
 * extremes, slope and changes are equal, and no step tells the class: only the order does.
 */
export function hiddenOrder(N: number, T: number): SequenceSet {
  const random = randomStream(11);
  const cases = range(0, N).map((n) => {
    const at = 1 + random.integer(T - 6);
    const sign = n % 2 ? 1 : -1;
    return range(0, T).map((t) => [sign * ([1, -1, -1, 1][t - at] ?? 0) + 0.05 * random.normal()]);
  });
  return labelledSet(cases, (n) => n % 2);
}

/** Noise, and the class in the third of 40 steps: the raw values need one column for it. */
export function oneStep(N: number): SequenceSet {
  const random = randomStream(12);
  const cases = range(0, N).map((n) =>
    range(0, 40).map((t) => [random.normal() * (t === 2 ? 0.2 : 1) + (t === 2 ? (n % 2) * 2 - 1 : 0)]),
  );
  return labelledSet(cases, (n) => n % 2);
}
