import type { Comparison, ComparisonRow } from "../../evaluate/comparison/comparison.js";
import { setName } from "../charts/breaks.js";
import type { Figures } from "../charts/figure.js";
import { type Html, html } from "../charts/html.js";
import { count, percent } from "../charts/numbers.js";
import { probabilitiesPart } from "./probabilities.js";
import { bestOf, capital, isChoice } from "./words.js";

/** Larger matrices show shades alone. */
const WRITTEN = 12;
/** With more classes a matrix is hard to read; the most common mistakes show more. */
const DRAWN = 60;
const MISTAKES = 15;

/** Confusion matrices of the verdict's choice, the best latents, the best baseline; then whether probabilities come true. */
export function confusionSection(comparison: Comparison, figure: Figures): Html | undefined {
  const { classNames, rows, measure } = comparison;
  const best = (role: ComparisonRow["role"]) =>
    bestOf(
      rows.filter((row) => row.role === role),
      measure,
    );
  const wanted = [
    rows.find((row) => isChoice(comparison, row)) ?? bestOf(rows, measure),
    best("latent"),
    best("baseline"),
  ];
  const shown = [...new Set(wanted.filter((row) => row !== undefined))];
  if (shown.length === 0) return undefined;
  const [lead] = shown;
  const mistakes = mistakesOf(lead.metrics.confusion);
  const [top] = mistakes;
  const seeds = seedsOf(shown);
  return html`<section id="confusion" aria-labelledby="confusion-title">
<h2 id="confusion-title">What is taken for what</h2>
${figure({
  title: top
    ? html`The most common mistake: "${classNames[top.label]}" predicted as "${classNames[top.predicted]}", ${count(top.cases)} of ${count(top.of)} (${setName(lead.features)}, ${lead.classifier}).`
    : html`${setName(capital(lead.features))} with ${lead.classifier} predicts every test case correctly.`,
  caption: `Rows are true classes, columns predicted ones. Shades are shares of a row, blue if correct.${seeds}`,
  chart:
    classNames.length > DRAWN
      ? html`<p>${classNames.length} classes are too many to draw; the table lists the most common mistakes.</p>`
      : html`<div class="matrices">${shown.map((row) => matrix(row, classNames))}</div>`,
  table: {
    caption: `Most common mistakes of ${lead.features}, ${lead.classifier}`,
    head: ["class", "predicted", "cases", "share of the class"],
    rows: mistakes
      .slice(0, MISTAKES)
      .map(({ label, predicted, cases, of }) => [
        classNames[label],
        classNames[predicted],
        count(cases),
        percent(cases / of),
      ]),
    numbersFrom: 2,
  },
})}${probabilitiesPart(comparison, figure)}</section>
`;
}

/** Counts of sets with a network add up over seeds, so they look larger. */
function seedsOf(shown: readonly ComparisonRow[]): string {
  const seeds = Math.max(...shown.map((row) => row.bySeed.length));
  return seeds > 1 ? ` If the features use a network, the counts add up all ${seeds} seeds.` : "";
}

function mistakesOf(confusion: readonly number[][]) {
  return confusion
    .flatMap((row, label) => {
      const of = row.reduce((total, cases) => total + cases, 0);
      return row.map((cases, predicted) => ({ label, predicted, cases, of }));
    })
    .filter(({ label, predicted, cases }) => label !== predicted && cases > 0)
    .sort((a, b) => b.cases - a.cases);
}

function matrix({ features, classifier, metrics }: ComparisonRow, classNames: readonly string[]): Html {
  const written = classNames.length <= WRITTEN;
  const body = metrics.confusion.map((row, label) => {
    const total = row.reduce((sum, cases) => sum + cases, 0);
    const cells = row.map((cases, predicted) => {
      const share = total === 0 ? 0 : cases / total;
      const css = label === predicted ? "right" : "wrong";
      const shade = Math.round(100 * Math.sqrt(share)) / 100; // a root, so that rare mistakes show too
      return html`<td class="${css}" style="--share: ${shade}"${!written && html` title="${`${classNames[label]} predicted as ${classNames[predicted]}: ${cases}`}"`}>${written ? count(cases) : html`<span class="hidden">${cases}</span>`}</td>`;
    });
    return html`<tr><th scope="row">${classNames[label]}</th>${cells}${written && html`<td class="recall">${percent(total === 0 ? null : row[label] / total, 0)}</td>`}</tr>`;
  });
  return html`<div class="scroll" role="region" aria-label="Confusion of ${features}, ${classifier}" tabindex="0"><table class="matrix ${written ? "written" : "shaded"}"><caption>${setName(features)}, ${classifier}</caption><thead><tr><td class="corner">class ↓<br>predicted →</td>${classNames.map(
    (name) => html`<th scope="col">${written ? name : html`<span class="hidden">${name}</span>`}</th>`,
  )}${written && html`<th scope="col" class="recall">recall</th>`}</tr></thead><tbody>${body}</tbody></table></div>`;
}
