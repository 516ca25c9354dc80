import type { PredictedCases } from "./bootstrap.js";

/** Cases from the highest score down. Equal scores are one step; only steps that hold a positive are listed. */
interface Steps {
  /** [cases] */
  order: Int32Array;
  /** [steps], where each starts and ends in the order. */
  starts: Int32Array;
  ends: Int32Array;
  /** [positives] in the order, and [steps] where those of each step end among them. */
  positives: Int32Array;
  upTo: Int32Array;
}

function stepsOf({ labels, scores }: PredictedCases): Steps {
  const order = Int32Array.from(labels, (_, n) => n).sort((x, y) => scores![y] - scores![x]);
  const positives: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const upTo: number[] = [];
  for (let start = 0, end = 0; start < order.length; start = end) {
    const score = scores![order[start]];
    const before = positives.length;
    for (; end < order.length && scores![order[end]] === score; end++)
      if (labels[order[end]] === 1) positives.push(order[end]);
    if (positives.length === before) continue;
    starts.push(start);
    ends.push(end);
    upTo.push(positives.length);
  }
  const whole = (values: number[]) => Int32Array.from(values);
  return { order, positives: whole(positives), starts: whole(starts), ends: whole(ends), upTo: whole(upTo) };
}

/** Counts of the cases in a part of a list, added up. They are whole numbers, so their order does not matter. */
export function countOf(counts: Float64Array, list: Int32Array, from = 0, to = list.length): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let k = from;
  for (; k + 3 < to; k += 4) {
    s0 += counts[list[k]];
    s1 += counts[list[k + 1]];
    s2 += counts[list[k + 2]];
    s3 += counts[list[k + 3]];
  }
  for (; k < to; k++) s0 += counts[list[k]];
  return s0 + s1 + s2 + s3;
}

/** Average precision when case n counts counts[n] times; NaN without a positive. Cases are ranked once. */
export function rankedPrecision(cases: PredictedCases): (counts: Float64Array) => number {
  const { order, positives, ends, upTo } = stepsOf(cases);
  return (counts) => {
    let hits = 0;
    let seen = 0;
    let sum = 0;
    for (let step = 0; step < ends.length; step++) {
      seen += countOf(counts, order, step > 0 ? ends[step - 1] : 0, ends[step]);
      const tied = countOf(counts, positives, step > 0 ? upTo[step - 1] : 0, upTo[step]);
      if (tied === 0) continue;
      hits += tied;
      sum += tied * (hits / seen);
    }
    return hits > 0 ? sum / hits : Number.NaN;
  };
}

/** Area under the ROC curve, in the same way; NaN without a positive or a negative. */
export function rankedAuc(cases: PredictedCases): (counts: Float64Array) => number {
  const { order, positives, starts, ends, upTo } = stepsOf(cases);
  return (counts) => {
    let [above, below, wins] = [0, 0, 0];
    for (let step = 0; step < ends.length; step++) {
      const between = countOf(counts, order, step > 0 ? ends[step - 1] : 0, starts[step]);
      const tied = countOf(counts, positives, step > 0 ? upTo[step - 1] : 0, upTo[step]);
      const negatives = countOf(counts, order, starts[step], ends[step]) - tied;
      wins += between * above + negatives * (above + tied / 2);
      above += tied;
      below += between + negatives;
    }
    const rest = countOf(counts, order, ends.at(-1) ?? 0, order.length);
    wins += rest * above;
    below += rest;
    return above > 0 && below > 0 ? wins / (above * below) : Number.NaN;
  };
}
