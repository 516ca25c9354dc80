// @ts-check
// What if the series to be judged are noisier than those learned from?
import { countOf, fitScaler, isObserved } from "../../dist/index.js";
import { numbersFor } from "./numbers.mjs";

/** @typedef {import("../../dist/index.js").SequenceSet} SequenceSet */

/**
 * The test part with N(0, stddev) added to every observed number, in units of the training part's standard deviation
 * of each channel. What is missing stays missing, and categories are left alone.
 * @param {SequenceSet} train @param {SequenceSet} test
 * @param {{ stddev: number, seed: number, set: string }} options
 * @returns {SequenceSet}
 */
export function noisyTest(train, test, { stddev, seed, set }) {
  const { channels, scale } = fitScaler(train);
  const random = numbersFor(seed, set, "noise");
  const values = test.values.slice();
  const C = test.channels.length;
  const spreads = test.channels.map(({ name }) => stddev * (scale[channels.indexOf(name)] ?? 0));
  for (let k = 0; k < test.offsets[countOf(test)] * C; k++) {
    const noise = random.normal(); // drawn for gaps too: what follows does not shift
    if (isObserved(test, k)) values[k] += spreads[k % C] * noise;
  }
  return { ...test, values };
}
