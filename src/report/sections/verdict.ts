import type { Comparison, ComparisonRow, Verdict } from "../../evaluate/comparison/comparison.js";
import { dataName, setName } from "../charts/breaks.js";
import { type Html, html } from "../charts/html.js";
import { count, percent, plural, seconds } from "../charts/numbers.js";
import { bestOf, scoreOf, wordsOf } from "./words.js";

/** The answer, what it means, and the figures that matter. */
export function verdictSection(comparison: Comparison): Html {
  const { name, verdict, rows, started, seconds: took } = comparison;
  const [first, ...rest] = verdict.answer.split(/(?<=\.) (?=[A-Z])/);
  const reasons = [...rest, ...verdict.sentences];
  return html`<header>
<p class="kicker">Undertone comparison, <time datetime="${started}">${dateOf(started)}</time></p>
<h1>${dataName(name)}: do learned features help?</h1>
</header>
<section id="verdict" aria-labelledby="verdict-title">
<h2 id="verdict-title" class="kicker">Verdict</h2>
<p class="headline">${typeset(first)}</p>
${verdict.choice && html`<p class="choice">Go with <strong>${setName(verdict.choice.features)}</strong> and <strong>${verdict.choice.classifier}</strong>.</p>`}
<dl class="facts">${factsOf(comparison).map(([value, what]) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`)}</dl>
${list(
  "reasons",
  reasons.filter((sentence) => !hasInterval(sentence)),
)}${list("evidence", reasons.filter(hasInterval))}
<p class="note">${plural(rows.length, "combination")} of features and classifier, fitted on the same training cases and scored on the same test cases, in ${seconds(took)}. The classifier of each set is chosen on a part of the training cases. Intervals are of a bootstrap over the test cases.</p>
</section>
`;
}

/** The figures that matter: the choice, the baseline, alerts, cost, what no features would reach, how many cases. */
function factsOf(comparison: Comparison): (readonly [value: string, what: string | Html])[] {
  const { verdict, rows, measure, train, test, plan, classNames, budget } = comparison;
  const words = wordsOf(measure);
  const rowOf = (of: Verdict["choice"]) =>
    rows.find((row) => row.features === of?.features && row.classifier === of.classifier);
  const baseline = rowOf(verdict.baseline);
  const choice = rowOf(verdict.choice) ?? bestOf(rows, measure);
  const facts: (readonly [string, string | Html])[] = [];
  const value = (row: ComparisonRow, what: string) =>
    facts.push([
      words.value(scoreOf(row, measure)),
      html`${what ? `${what}: ` : ""}${words.name} of ${setName(row.features)}, ${row.classifier}`,
    ]);
  if (choice) value(choice, "");
  if (baseline && baseline !== choice) value(baseline, "best baseline");
  if (budget && choice?.alerts) {
    const where = budget.unit === "day" ? "a day" : "in the test part";
    facts.push([
      percent(choice.alerts.recall),
      `of class "${classNames[1]}" found with ${count(budget.alerts)} alerts ${where}`,
    ]);
    facts.push([percent(choice.alerts.precision), `of the alerts are of class "${classNames[1]}"`]);
  }
  if (choice?.expectedCost !== undefined) facts.push([choice.expectedCost.toFixed(3), "cost of a case"]);
  facts.push(
    measure === "accuracy"
      ? [percent(choice?.metrics.majorityRate ?? null), "accuracy of always predicting the most common class"]
      : [
          percent(choice ? shareOfPositives(choice.metrics.confusion) : null),
          `of the test cases are "${classNames[1]}"`,
        ],
  );
  facts.push([count(test), `test cases, after training on ${count(train)}; ${plan}`]);
  return facts;
}

/** Sentences with an interval are the evidence for the others. */
function hasInterval(sentence: string): boolean {
  return /\[[^\]]*\]/.test(sentence);
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
