import type { Comparison } from "../../evaluate/comparison/comparison.js";
import type { Figures } from "../charts/figure.js";
import { dataTable } from "../charts/figure.js";
import { type Html, html } from "../charts/html.js";
import { count, figures, percent, plural } from "../charts/numbers.js";

/** Longer lists of channels and classes are cut, with a note. */
const MOST = 40;

/** The data before scaling and other preparation. */
export function dataSection({ data, resamples, classNames, notes }: Comparison, figure: Figures): Html {
  const { sequences, length, channels, classes, unlabelled, duplicates, entities, irregularGaps, warnings } = data;
  const lengths =
    length.min === length.max
      ? `all ${count(length.min)} steps long`
      : `${count(length.min)} to ${count(length.max)} steps long, half of them up to ${count(length.median)}`;
  const facts = [
    `${plural(sequences, "sequence")}, ${lengths}, with ${plural(channels.length, "channel")}.`,
    entities !== null && `They belong to ${plural(entities, "entity", "entities")}.`,
    unlabelled > 0 &&
      `${plural(unlabelled, "sequence")} without a label ${unlabelled === 1 ? "was" : "were"} left out.`,
    duplicates > 0 &&
      `${plural(duplicates, "sequence")} ${duplicates === 1 ? "is" : "are"} identical to an earlier one.`,
    irregularGaps !== null && `${percent(irregularGaps)} of the gaps between steps differ from the median gap.`,
  ].filter((fact) => fact !== false);
  return html`<section id="data" aria-labelledby="data-title">
<h2 id="data-title">What the data looked like</h2>
<p>${facts.join(" ")}</p>
${[...warnings, ...notes].length > 0 && html`<ul class="notes">${[...new Set([...warnings, ...notes])].map((note) => html`<li>${note}</li>`)}</ul>`}
${classes && classes.length > 0 && classFigure(classes, figure)}
<h3>Channels</h3>
${dataTable({
  caption: "Channels over all cases, before scaling",
  head: ["channel", "kind", "missing", "lowest", "mean", "deviation", "highest"],
  rows: channels
    .slice(0, MOST)
    .map((channel) => [
      channel.name,
      channel.kind === "categorical" ? `${count(channel.categories ?? 0)} categories` : "numbers",
      percent(channel.missing),
      ...[channel.min, channel.mean, channel.std, channel.max].map((value) => (value === null ? "-" : figures(value))),
    ]),
  numbersFrom: 2,
})}
${channels.length > MOST && html`<p class="note">${count(channels.length - MOST)} more channels are not listed.</p>`}
<h3>Training and test parts</h3>
${dataTable({
  caption: "Cases of each resample",
  head: [
    "resample",
    "training",
    "test",
    "left out",
    ...(classNames.length <= 6 ? classNames.map((name) => `${name}: training, test`) : []),
    "training until",
    "test from",
  ].slice(0, resamples.some(({ testFrom }) => testFrom !== undefined) ? undefined : -2),
  rows: resamples.map(({ train, test, skipped, trainClasses, testClasses, trainUntil, testFrom }, k) => [
    k + 1,
    count(train),
    count(test),
    count(skipped),
    ...(classNames.length <= 6
      ? classNames.map((_, c) => `${count(trainClasses[c] ?? 0)}, ${count(testClasses[c] ?? 0)}`)
      : []),
    ...(testFrom !== undefined ? [day(trainUntil), day(testFrom)] : []),
  ]),
})}
</section>
`;
}

function classFigure(classes: readonly { name: string; count: number }[], figure: Figures): Html {
  const sorted = [...classes].sort((a, b) => b.count - a.count);
  const total = sorted.reduce((sum, one) => sum + one.count, 0);
  const [top] = sorted;
  const shown = sorted.slice(0, MOST);
  return figure({
    title: `"${top.name}" is the most common of ${plural(classes.length, "class", "classes")}: ${percent(total === 0 ? 0 : top.count / total)} of the labelled cases.`,
    caption: `Labelled cases of each class, both parts together.${sorted.length > MOST ? ` The ${sorted.length - MOST} rarest are not shown.` : ""}`,
    chart: html`<div class="bars" role="img" aria-label="${shown.map(({ name, count: n }) => `${name}: ${n}`).join(", ")}">${shown.map(
      ({ name, count: n }) =>
        html`<p class="bar-name">${name}</p><div class="bar"><div style="width: ${Math.round((1000 * n) / Math.max(1, top.count)) / 10}%"></div><span>${count(n)}</span></div>`,
    )}</div>`,
    table: {
      caption: "Labelled cases of each class",
      head: ["class", "cases", "share"],
      rows: sorted.map(({ name, count: n }) => [name, count(n), percent(total === 0 ? 0 : n / total, 2)]),
    },
  });
}

/** Seconds since 1970 as a day; other numbers unchanged. */
function day(seconds: number | undefined): string {
  if (seconds === undefined) return "-";
  return seconds > 1e8 && seconds < 1e11 ? new Date(1000 * seconds).toISOString().slice(0, 10) : figures(seconds);
}
