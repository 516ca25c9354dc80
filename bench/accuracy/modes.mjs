// @ts-check
// What is done to a data set before it is run: nothing, noise, few labels, rare positives.
import { keepFewLabels } from "./few-labels.mjs";
import { noisyTest } from "./noise.mjs";
import { rareProblem } from "./rare.mjs";

/** @typedef {import("../../dist/index.js").SequenceSet} SequenceSet */
/** @typedef {{ train: SequenceSet, test: SequenceSet }} Parts */

/**
 * @typedef {object} Mode
 * @property {string} name of the lines it writes
 * @property {"standard" | "textbook" | "modes"} rows which rows are run
 * @property {boolean} rare whether average precision of class 1 is wanted
 * @property {boolean} [noisy] whether the recipe for noisy data is run too
 * @property {(parts: Parts, name: { seed: number, set: string }) => Parts | { skipped: string }} change
 */

/**
 * The mode that flags ask for.
 * @param {{ textbook?: boolean, noise?: string, labels?: string, rare?: string }} flags
 * @returns {Mode}
 */
export function modeFrom({ textbook, noise, labels, rare }) {
  const asked = [textbook || undefined, noise, labels, rare].filter((flag) => flag !== undefined);
  if (asked.length > 1)
    throw new Error("Give one of --textbook, --noise, --labels and --rare, not several: each has lines of its own.");
  if (noise !== undefined) {
    const stddev = numberOf("--noise", noise, (value) => value > 0, "a standard deviation above 0");
    return {
      ...{ name: `noise ${stddev}`, rows: "modes", rare: false, noisy: true },
      change: ({ train, test }, name) => ({ train, test: noisyTest(train, test, { stddev, ...name }) }),
    };
  }
  if (labels !== undefined) {
    const share = numberOf("--labels", labels, (value) => value > 0 && value < 1, "a share between 0 and 1");
    return {
      ...{ name: `labels ${share}`, rows: "modes", rare: false },
      change: ({ train, test }, name) => ({ train: keepFewLabels(train, { share, ...name }), test }),
    };
  }
  if (rare !== undefined) {
    const share = numberOf("--rare", rare, (value) => value > 0 && value < 0.5, "a share between 0 and 0.5");
    return {
      ...{ name: `rare ${share}`, rows: "modes", rare: true },
      change: ({ train, test }, name) => rareProblem(train, test, { share, ...name }),
    };
  }
  const rows = textbook ? "textbook" : "standard";
  return { name: rows, rows, rare: false, change: (parts) => parts };
}

/** @param {string} flag @param {string} text @param {(value: number) => boolean} holds @param {string} wanted */
function numberOf(flag, text, holds, wanted) {
  const value = Number(text);
  if (text.trim() === "" || !holds(value)) throw new Error(`${flag}: got "${text}", expected ${wanted}.`);
  return value;
}
