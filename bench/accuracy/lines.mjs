// @ts-check
import { existsSync, readFileSync } from "node:fs";

/**
 * What one data set gave with one seed in one mode.
 * @typedef {object} Line
 * @property {string} set
 * @property {number} seed
 * @property {string} mode "standard", "textbook", or a mode with its number: "noise 0.5"
 * @property {string} [skipped] why there are no figures
 * @property {string} [engine]
 * @property {number} [train] series
 * @property {number} [classes]
 * @property {number} [total] seconds
 * @property {Record<string, number>} accuracy
 * @property {Record<string, number>} [averagePrecision]
 * @property {Record<string, number>} [seconds]
 */

/**
 * The lines of a file, none where there is no file. Lines of another program's figures have no mode and count as
 * standard.
 * @param {string} path @returns {Line[]}
 */
export function readLines(path) {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line))
    .map((line) => ({ ...line, mode: line.mode ?? (line.textbook ? "textbook" : "standard") }));
}
