// @ts-check
import { randomStream } from "../../dist/inner.js";

/**
 * Random numbers that belong to a seed, a data set and a purpose, whatever else is run.
 * @param {number} seed @param {string} set @param {string} purpose
 */
export function numbersFor(seed, set, purpose) {
  let key = 0;
  for (const letter of `${purpose} ${set}`) key = (Math.imul(key, 31) + (letter.codePointAt(0) ?? 0)) | 0;
  return randomStream(seed, key);
}
