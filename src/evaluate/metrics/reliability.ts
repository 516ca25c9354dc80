import { likeliest } from "../../classify/base/classifier.js";
import { tiesDescending } from "./ranking.js";

/** Test cases of neighbouring probabilities. */
export interface ReliabilityBin {
  /** 1 or more. */
  cases: number;
  /** Mean of the probabilities, 0 to 1. */
  probability: number;
  /** Share of the cases where it came true, 0 to 1: equal to `probability` where probabilities can be taken at their word. */
  share: number;
}

/** Bins of a curve at most. */
const BINS = 10;
/** Below this share of cases that come true, tenths of the cases would put nearly all of them into one bin. */
const RARE = 0.1;

/**
 * The reliability curve, by ascending probability: with two classes of the second one, with more of the class that is the
 * likeliest (how often it is the right one; Guo et al., On Calibration of Modern Neural Networks, 2017). Bins are tenths
 * of the cases. Where few come true they are the lower half, then half of the rest, and so on: the highest
 * probabilities, which matter there, are looked at closely. Cases of one probability stay together in the bin of their
 * first case, so bins may be larger, and fewer.
 * @param probabilities [cases, classCount]
 */
export function reliabilityOf(labels: Int32Array, probabilities: Float64Array, classCount: number): ReliabilityBin[] {
  const N = labels.length;
  const said = classCount === 2 ? labels.map(() => 1) : likeliest(probabilities, classCount);
  const scores = Float64Array.from(said, (c, n) => probabilities[n * classCount + c]);
  const right = Array.from(labels, (label, n) => label === said[n]);
  const rare = right.filter(Boolean).length < RARE * N;
  const bins: { cases: number; sum: number; right: number }[] = [];
  let before = 0;
  for (const { score, positives, negatives } of tiesDescending(scores, right).reverse()) {
    const cases = positives + negatives;
    const bin = (bins[rare ? halvings(N, N - before) : Math.floor((BINS * before) / N)] ??= {
      cases: 0,
      sum: 0,
      right: 0,
    });
    bin.cases += cases;
    bin.sum += cases * score;
    bin.right += positives;
    before += cases;
  }
  return bins
    .filter((bin) => bin !== undefined) // a large bin leaves the next ones without an entry
    .map(({ cases, sum, right }) => ({ cases, probability: sum / cases, share: right / cases }));
}

/** How often a number can be halved until it is about to fall below the rest. */
function halvings(all: number, rest: number): number {
  let times = 0;
  while (times < BINS - 1 && rest * 2 ** (times + 1) <= all) times++;
  return times;
}
