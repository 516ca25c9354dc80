// @ts-check
// One row against another, set by set, in points (hundredths).
import { mean } from "./figures.mjs";

/** @typedef {import("./figures.mjs").Figures} Figures */
/** @typedef {{ set: string, points: number }} Gap */

export const DIFFERENCE_HEAD = [
  "| difference | sets | mean | interval | median | wins/ties/losses | worst set |",
  "|---|---|---|---|---|---|---|",
];

/** Below so many points two figures count as equal. */
const TIE = 0.05;

/**
 * A line of the table; none where no set has both.
 * @param {Figures} figures @param {string} a @param {string} b a row, or "best raw" for the best raw row of each set
 * @param {{ sets?: string[], note?: string }} [options]
 * @returns {string[]}
 */
export function differenceLine(figures, a, b, { sets = figures.sets, note = "" } = {}) {
  const gaps = gapsOf(figures, a, b, sets);
  if (gaps.length === 0) return [];
  const points = gaps.map((gap) => gap.points);
  const [low, high] = interval(points);
  const worst = gaps.reduce((x, y) => (y.points < x.points ? y : x));
  /** @param {(d: number) => boolean} holds */
  const count = (holds) => points.filter(holds).length;
  const won = `${count((d) => d > TIE)}/${count((d) => Math.abs(d) <= TIE)}/${count((d) => d < -TIE)}`;
  return [
    `| ${a} - ${b}${note} | ${gaps.length} | ${signed(mean(points))} | [${signed(low)}, ${signed(high)}] | ${signed(median(points))} | ${won} | ${signed(worst.points)} ${worst.set} |`,
  ];
}

/** @param {Figures} figures @param {string} a @param {string} b @param {string[]} sets @returns {Gap[]} */
export function gapsOf(figures, a, b, sets = figures.sets) {
  return sets.flatMap((set) => {
    const own = figures.of(set, a);
    const other = b === "best raw" ? figures.bestRawOf(set) : figures.of(set, b);
    if (own === undefined || other === undefined || !Number.isFinite(other)) return [];
    return { set, points: 100 * (own - other) };
  });
}

/** 95 % bootstrap interval of the mean over sets, always with the same draws. @param {number[]} points @returns {[number, number]} */
function interval(points) {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const means = Array.from({ length: 10_000 }, () =>
    mean(points.map(() => points[Math.floor(next() * points.length)])),
  ).sort((a, b) => a - b);
  return [means[250], means[9750]];
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {number} value */
export function signed(value) {
  return `${value >= 0 ? "+" : "-"}${Math.abs(value).toFixed(2)}`;
}
