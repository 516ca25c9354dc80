import { sha256 } from "../../sequences/set/hash.js";
import type { SequenceSet } from "../../sequences/set/sequence-set.js";
import { countClasses, pick } from "./classes.js";
import type { Resample } from "./resample.js";

/** One resample as it came out; times are seconds, of a forward plan. */
export interface ResampleDescription {
  train: number;
  test: number;
  /** Cases that are in neither part because their labels came too late. */
  skipped: number;
  trainClasses: number[];
  testClasses: number[];
  trainUntil?: number;
  testFrom?: number;
  /** SHA-256 of the ids of both parts. */
  splitSha256: string;
}

/** What a report says of a resample. */
export async function describeResample(
  { ids, labels, classNames }: SequenceSet,
  { train, test, trainUntil, testFrom }: Resample,
  ofPlan: number,
): Promise<ResampleDescription> {
  const namesOf = (part: Int32Array) => Array.from(part, (n) => ids[n]);
  return {
    train: train.length,
    test: test.length,
    skipped: ofPlan - train.length - test.length,
    trainClasses: countClasses(pick(labels!, train), classNames!),
    testClasses: countClasses(pick(labels!, test), classNames!),
    ...(trainUntil !== undefined && { trainUntil }),
    ...(testFrom !== undefined && { testFrom }),
    splitSha256: await sha256(JSON.stringify([namesOf(train), namesOf(test)])),
  };
}

/**
 * What is drawn together in a bootstrap, for each test case of all resamples one after another: an entity, or a case
 * that is tested more than once. Undefined where every case stands for itself.
 */
export function groupsOf(
  { entities }: SequenceSet,
  parts: readonly Resample[],
): (string | number)[] | undefined {
  const tested = parts.flatMap(({ test }) => Array.from(test));
  if (entities) return tested.map((n) => entities[n]);
  return new Set(tested).size < tested.length ? tested : undefined;
}
