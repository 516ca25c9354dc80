// @ts-check
// What if few of the training series are labelled?
import { numbersFor } from "./numbers.mjs";

/** @typedef {import("../../dist/index.js").SequenceSet} SequenceSet */

/** Labels that a class keeps at least, where it has so many. */
const FEWEST = 2;

/**
 * The same series; of the labels only a share of each class is left, the others are -1.
 * @param {SequenceSet} train @param {{ share: number, seed: number, set: string }} options
 * @returns {SequenceSet}
 */
export function keepFewLabels(train, { share, seed, set }) {
  const labels = /** @type {Int32Array} */ (train.labels);
  const random = numbersFor(seed, set, "labels");
  const kept = new Int32Array(labels.length).fill(-1);
  for (let c = 0; c < (train.classNames?.length ?? 0); c++) {
    const members = random.shuffle(Array.from(labels.keys()).filter((n) => labels[n] === c));
    for (const n of members.slice(0, Math.max(FEWEST, Math.round(share * members.length)))) kept[n] = c;
  }
  return { ...train, labels: kept };
}
