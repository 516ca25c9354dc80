import { caseTimes, type Sequences } from "../../sequences/set/windowed-set.js";

/**
 * Cases of a part below which a split is small. With 500 test cases the interval of a difference still has a reach of
 * about 2 points of accuracy; with 500 training cases another draw of them moves a difference by about as much.
 */
const SMALL = 500;
/** Fewer whole entities give few other splits. */
const FEW_ENTITIES = 10;

/** Whether chance decides much of what a given split shows: with few test cases, or with few training cases. */
export function isSmall({ labels }: Sequences, trainCount: number): boolean {
  const count = (part: Int32Array) => part.reduce((sum, label) => sum + (label >= 0 ? 1 : 0), 0);
  return count(labels!.subarray(0, trainCount)) < SMALL || count(labels!.subarray(trainCount)) < SMALL;
}

/** What speaks against another draw of the same sizes, in words; undefined if nothing does. */
export function whyNotRedrawn(cases: Sequences, trainCount: number): string | undefined {
  const times = caseTimes(cases);
  if (times && isLater(times.subarray(0, trainCount), times.subarray(trainCount)))
    return "its test part is later in time than its training part";
  const entities = cases.entities && new Set(cases.entities).size;
  if (entities !== undefined && entities < FEW_ENTITIES)
    return `there are only ${entities} entities to draw from, and whole ones move`;
  return undefined;
}

/** Whether nearly all times of the second are after nearly all of the first. */
function isLater(first: Float64Array, second: Float64Array): boolean {
  const [before, after] = [first, second].map((times) => times.filter(Number.isFinite).sort());
  return after[Math.floor(0.05 * after.length)] > before[Math.ceil(0.95 * before.length) - 1];
}
