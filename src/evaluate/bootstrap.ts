import { randomStream } from "../random.js";

/** What one feature set answered for the test cases, all resamples one after another. */
export interface Answers {
  labels: Int32Array;
  predicted: Int32Array;
  /** Score of class 1, higher is likelier; two classes only. */
  scores?: Float64Array;
}

export interface Interval {
  /** The measure of `a` minus that of `b`. */
  difference: number;
  low: number;
  high: number;
}

/**
 * Paired bootstrap (Efron): the difference of a measure between two sets of answers to the same cases, and the
 * 95 % interval of that difference over resampled cases, or over resampled groups (entities) where there are any.
 * @param groups [cases], which group a case belongs to
 */
export function pairedBootstrap(
  a: Answers,
  b: Answers,
  measure: "accuracy" | "averagePrecision",
  options: { groups?: readonly string[]; repeats?: number; seed: number },
): Interval {
  const { groups, repeats = 500, seed } = options;
  const members = memberLists(a.labels.length, groups);
  const of = measure === "accuracy" ? [hitRate(a), hitRate(b)] : [rankedPrecision(a), rankedPrecision(b)];
  const counts = new Float64Array(a.labels.length);
  const random = randomStream(seed, 7);
  const differences: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    counts.fill(0);
    for (let k = 0; k < members.length; k++)
      for (const n of members[random.integer(members.length)]) counts[n]++;
    const difference = of[0](counts) - of[1](counts);
    if (Number.isFinite(difference)) differences.push(difference);
  }
  differences.sort((x, y) => x - y);
  const at = (share: number) =>
    differences[Math.min(differences.length - 1, Math.floor(share * differences.length))] ?? 0;
  counts.fill(1);
  return { difference: of[0](counts) - of[1](counts), low: at(0.025), high: at(0.975) };
}

function memberLists(count: number, groups: readonly string[] | undefined): number[][] {
  if (!groups) return Array.from({ length: count }, (_, n) => [n]);
  const lists = new Map<string, number[]>();
  groups.forEach((group, n) => {
    const list = lists.get(group);
    if (list) list.push(n);
    else lists.set(group, [n]);
  });
  return [...lists.values()];
}

/** Accuracy when case n counts counts[n] times. */
function hitRate({ labels, predicted }: Answers): (counts: Float64Array) => number {
  return (counts) => {
    let hits = 0;
    let total = 0;
    for (let n = 0; n < counts.length; n++) {
      total += counts[n];
      if (labels[n] === predicted[n]) hits += counts[n];
    }
    return hits / total;
  };
}

/** Average precision when case n counts counts[n] times; NaN without a positive. Cases are ranked once. */
function rankedPrecision({ labels, scores }: Answers): (counts: Float64Array) => number {
  const order = Int32Array.from(labels, (_, n) => n).sort((x, y) => scores![y] - scores![x]);
  return (counts) => {
    let hits = 0;
    let seen = 0;
    let sum = 0;
    let tied = 0;
    for (let k = 0; k < order.length; k++) {
      const n = order[k];
      seen += counts[n];
      if (labels[n] === 1) tied += counts[n];
      const last = k + 1 === order.length || scores![order[k + 1]] !== scores![n];
      if (!last) continue; // equal scores are one step
      hits += tied;
      if (seen > 0) sum += tied * (hits / seen);
      tied = 0;
    }
    return hits > 0 ? sum / hits : Number.NaN;
  };
}
