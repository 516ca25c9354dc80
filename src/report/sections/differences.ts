import type { Comparison, Difference } from "../../evaluate/comparison/comparison.js";
import { axisOver } from "../charts/axis.js";
import { setName } from "../charts/breaks.js";
import type { Figures } from "../charts/figure.js";
import { type ForestGroup, forest } from "../charts/forest.js";
import { type Html, html } from "../charts/html.js";
import { fixed, percent } from "../charts/numbers.js";
import { type MeasureWords, wordsOf } from "./words.js";

const QUESTIONS: [Difference["question"], string][] = [
  ["offer", "Does what was learned help?"],
  ["rival", "Does it beat every other baseline, too?"],
  ["control", "Do random weights help as much?"],
  ["learning", "Does learning beat random weights?"],
];

/** Every difference that the verdict rests on, with its interval. */
export function differencesSection(comparison: Comparison, figure: Figures): Html | undefined {
  const { differences, measure } = comparison;
  if (differences.length === 0) return undefined;
  const words = wordsOf(measure);
  const { scale } = words;
  const axis = axisOver(
    [
      0,
      ...differences.flatMap(({ low, high, corrected: t }) =>
        [low, high, t?.low ?? low, t?.high ?? high].map((end) => scale * end),
      ),
    ],
    `difference in ${words.differenceUnit}`,
  );
  const groups = QUESTIONS.flatMap(([question, heading]) =>
    differences
      .filter((difference) => difference.question === question)
      .map((difference, k): ForestGroup => ({ ...(k === 0 && { heading }), ...groupOf(difference, words, scale) })),
  );
  const settled = differences.filter((difference) => sideOf(difference) !== 0).length;
  return html`<section id="differences" aria-labelledby="differences-title">
<h2 id="differences-title">Is the difference real?</h2>
<p>Both sides of a line answered the same cases, so their difference is known better than either figure. Where the interval crosses zero, nothing is shown: the mark is hollow.</p>
${figure({
  title: `${settled === 0 ? "None" : `${settled}`} of ${differences.length} differences ${settled === 1 ? "lies" : "lie"} wholly on one side of zero.`,
  caption: `To the right of zero the first set is better. Lines are ${levels(differences)} intervals of a paired bootstrap.${differences.some(({ corrected }) => corrected) ? " Thin lines are intervals of a t-test over resamples, corrected for shared training cases." : ""}`,
  chart: forest(axis, groups, describe(differences, words), { value: 0, solid: true }),
  table: tableOf(differences, words),
})}</section>
`;
}

/** 1 where the interval lies above zero, -1 below, 0 across. */
function sideOf({ low, high }: Difference): number {
  return low > 0 ? 1 : high < 0 ? -1 : 0;
}

function groupOf(difference: Difference, words: MeasureWords, scale: number): ForestGroup {
  const { features, classifier, against, low, high, corrected } = difference;
  const side = sideOf(difference);
  return {
    name: html`${setName(features)} against ${setName(against.features)}`,
    note: classifier === against.classifier ? `both ${classifier}` : `${classifier}, ${against.classifier}`,
    lines: [
      {
        value: scale * difference.difference,
        low: scale * low,
        high: scale * high,
        ...(corrected && { outer: { low: scale * corrected.low, high: scale * corrected.high } }),
        text: `${words.difference(difference.difference)} [${words.difference(low)}, ${words.difference(high)}]`,
        tone: side > 0 ? "latent" : side < 0 ? "worse" : "baseline",
        open: side === 0,
      },
    ],
  };
}

function levels(differences: readonly Difference[]): string {
  const found = [...new Set(differences.map(({ level }) => level))].sort();
  return found.map((level) => `${+(100 * level).toFixed(1)} %`).join(" or ");
}

function describe(differences: readonly Difference[], words: MeasureWords): string {
  return differences
    .map(
      ({ features, against, difference, low, high }) =>
        `${features} against ${against.features}: ${words.difference(difference)}, from ${words.difference(low)} to ${words.difference(high)}.`,
    )
    .join(" ");
}

function tableOf(differences: readonly Difference[], words: MeasureWords) {
  const corrected = differences.some((difference) => difference.corrected);
  return {
    caption: `Differences in ${words.differenceUnit}`,
    head: [
      "first",
      "its classifier",
      "other",
      "its classifier",
      "difference",
      "low",
      "high",
      "level",
      ...(corrected ? ["t-test: difference", "low", "high", "p"] : []),
    ],
    rows: differences.map(({ features, classifier, against, difference, low, high, level, corrected: t }) => [
      setName(features),
      classifier,
      setName(against.features),
      against.classifier,
      ...[difference, low, high].map(words.difference),
      percent(level),
      ...(corrected
        ? t
          ? [...[t.difference, t.low, t.high].map(words.difference), fixed(t.p, 4)]
          : ["-", "-", "-", "-"]
        : []),
    ]),
    numbersFrom: 4,
  };
}
