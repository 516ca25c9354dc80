import type { Sequences } from "../../sequences/set/windowed-set.js";
import type { Resample } from "./resample.js";

/**
 * What is drawn together in a bootstrap, for each test case of all resamples one after another: an entity, or a case
 * that is tested more than once. Undefined where every case stands for itself.
 */
export function groupsOf({ entities }: Sequences, parts: readonly Resample[]): (string | number)[] | undefined {
  const tested = parts.flatMap(({ test }) => Array.from(test));
  if (entities) return tested.map((n) => entities[n]);
  return new Set(tested).size < tested.length ? tested : undefined;
}
