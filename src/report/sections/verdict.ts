import type { Comparison } from "../../evaluate/comparison/comparison.js";
import { dataName, setName } from "../charts/breaks.js";
import { type Html, html } from "../charts/html.js";
import { count, percent, plural, seconds } from "../charts/numbers.js";
import { bestOf, capital, scoreOf, wordsOf } from "./words.js";

/** Each decision as a sentence that a reader can act on; the choice follows it. */
const HEADLINES: Record<Comparison["verdict"]["decision"], string> = {
  "use the latents": "Use the latents: they beat every baseline, and learning is part of the reason.",
  "use the untrained encoder": "Use the untrained encoder: its features help. No gain from learning is shown.",
  "add the latents": "Add the latents to the baseline: together they score better.",
  "keep the baseline": "Keep the baseline: the latents do not beat it.",
  "no difference shown": "No difference shown: keep the simpler features.",
  "too few positives": "Too few positives to decide: collect more cases before you choose.",
};

/** Title, verdict, and the most important figures. */
export function verdictSection(comparison: Comparison): Html {
  const { name, verdict, rows, measure, started, seconds: took, train, test, plan, classNames } = comparison;
  const words = wordsOf(measure);
  const best = bestOf(rows, measure);
  const ours = bestOf(
    rows.filter((row) => row.role === "latent"),
    measure,
  );
  const baseline = bestOf(
    rows.filter((row) => row.role === "baseline"),
    measure,
  );
  const majority = best?.metrics.majorityRate ?? null;
  const facts: (readonly [string, string | Html] | undefined | false)[] = [
    best && [
      words.value(scoreOf(best, measure)),
      html`best ${words.name}: ${setName(best.features)}, ${best.classifier}`,
    ],
    ours &&
      ours !== best && [
        words.value(scoreOf(ours, measure)),
        html`best latents: ${setName(ours.features)}, ${ours.classifier}`,
      ],
    baseline &&
      baseline !== best && [
        words.value(scoreOf(baseline, measure)),
        html`best baseline: ${setName(baseline.features)}, ${baseline.classifier}`,
      ],
    measure === "accuracy"
      ? [percent(majority), "accuracy of always predicting the most common class"]
      : [percent(best ? shareOfPositives(best.metrics.confusion) : null), `of the test cases are "${classNames[1]}"`],
    [count(test), `test cases, after training on ${count(train)}; ${plan}`],
  ];
  return html`<header>
<p class="kicker">Undertone comparison, <time datetime="${started}">${dateOf(started)}</time></p>
<h1>${dataName(name)}: do learned features help?</h1>
</header>
<section id="verdict" aria-labelledby="verdict-title">
<h2 id="verdict-title" class="kicker">Verdict</h2>
<p class="headline">${HEADLINES[verdict.decision] ?? `${capital(verdict.decision)}.`}</p>
${verdict.choice && html`<p class="choice">Go with <strong>${setName(verdict.choice.features)}</strong> and <strong>${verdict.choice.classifier}</strong>.</p>`}
${list(
  "reasons",
  verdict.sentences.filter((sentence) => !hasInterval(sentence)),
)}${list("evidence", verdict.sentences.filter(hasInterval))}
<dl class="facts">${facts.map((fact) => fact && html`<div><dt>${fact[1]}</dt><dd>${fact[0]}</dd></div>`)}</dl>
<p class="note">${plural(rows.length, "combination")} of features and classifier, fitted on the same training cases and scored on the same test cases, in ${seconds(took)}. Intervals are 95 % intervals of a bootstrap over the test cases.</p>
</section>
`;
}

/** Sentences that end with an interval are the evidence for the others. */
function hasInterval(sentence: string): boolean {
  return /\[[^\]]*\]\.?$/.test(sentence);
}

function list(css: string, sentences: readonly string[]): Html | undefined {
  return sentences.length > 0
    ? html`<ul class="${css}">${sentences.map((sentence) => html`<li>${typeset(sentence)}</li>`)}</ul>`
    : undefined;
}

/** True minus signs, and no line break inside an interval or before a per cent sign. */
function typeset(sentence: string): string {
  return sentence
    .replace(/(^|[\s[(])-(?=\d)/g, "$1\u2212")
    .replace(/(\d) %/g, "$1\u00a0%")
    .replace(/\[[^\]]*\]/g, (interval) => interval.replaceAll(" ", "\u00a0"));
}

function shareOfPositives(confusion: readonly number[][]): number {
  const sum = (row: readonly number[]) => row.reduce((total, value) => total + value, 0);
  return sum(confusion[1]) / (sum(confusion[0]) + sum(confusion[1]));
}

/** The day in UTC; the text itself where it is no date. */
function dateOf(started: string): string {
  const date = new Date(started);
  if (Number.isNaN(date.getTime())) return started;
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(date);
}
