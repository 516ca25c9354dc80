// @ts-check
// What if the cases that matter are rare?
import { selectSequences } from "../../dist/index.js";
import { numbersFor } from "./numbers.mjs";

/** @typedef {import("../../dist/index.js").SequenceSet} SequenceSet */

/** Positives that a part has at least, and the share above which that many are not rare. */
const FEWEST = 5;
const MOST_SHARE = 0.05;

/**
 * One class against the rest, its cases thinned out in both parts to `share`, or to 5 where that is more. The class is
 * the smallest of the training part that has 5 cases in either part, of equals the first in order: counts alone decide.
 * @param {SequenceSet} train @param {SequenceSet} test
 * @param {{ share: number, seed: number, set: string }} options
 * @returns {{ train: SequenceSet, test: SequenceSet } | { skipped: string }}
 */
export function rareProblem(train, test, { share, seed, set }) {
  const sizes = [train, test].map(countClasses);
  const classes = sizes[0].map((_, c) => c).filter((c) => sizes.every((size) => size[c] >= FEWEST));
  if (classes.length === 0) return { skipped: `no class has ${FEWEST} cases in both parts` };
  const positive = classes.reduce((a, b) => (sizes[0][b] < sizes[0][a] ? b : a));
  const parts = [train, test].map((part, p) => {
    const negatives = part.ids.length - sizes[p][positive];
    const count = Math.max(FEWEST, Math.round((share / (1 - share)) * negatives));
    return { part, negatives, count: Math.min(count, sizes[p][positive]) };
  });
  const short = parts.find(({ negatives, count }) => count / (negatives + count) > Math.max(share, MOST_SHARE));
  if (short)
    return {
      skipped: `${short.count} positives are more than ${100 * MOST_SHARE} % beside ${short.negatives} others`,
    };
  const random = numbersFor(seed, set, "rare");
  const [rareTrain, rareTest] = parts.map(({ part, count }) => thinOut(part, positive, count, random));
  return { train: rareTrain, test: rareTest };
}

/** @param {SequenceSet} set */
function countClasses({ labels, classNames }) {
  const counts = new Array(classNames?.length ?? 0).fill(0);
  for (const label of labels ?? []) if (label >= 0) counts[label]++;
  return counts;
}

/**
 * @param {SequenceSet} set @param {number} positive @param {number} count
 * @param {import("../../dist/inner.js").Random} random
 * @returns {SequenceSet}
 */
function thinOut(set, positive, count, random) {
  const labels = /** @type {Int32Array} */ (set.labels);
  const all = Array.from(labels.keys());
  const drawn = random.shuffle(all.filter((n) => labels[n] === positive)).slice(0, count);
  const kept = selectSequences(
    set,
    [...all.filter((n) => labels[n] !== positive), ...drawn].sort((a, b) => a - b),
  );
  return {
    ...kept,
    labels: Int32Array.from(kept.labels ?? [], (label) => Number(label === positive)),
    classNames: ["rest", "rare"],
  };
}
