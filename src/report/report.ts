import type { Comparison } from "../evaluate/comparison/comparison.js";
import { expectOptions } from "../options.js";
import { VERSION } from "../version.js";
import { symbols } from "./charts/chart.js";
import { numberedFigures } from "./charts/figure.js";
import { type Html, html } from "./charts/html.js";
import { confusionSection } from "./sections/confusion.js";
import { curvesSection } from "./sections/curves.js";
import { dataSection } from "./sections/data.js";
import { differencesSection } from "./sections/differences.js";
import { learningSection } from "./sections/learning.js";
import { mapSection } from "./sections/map.js";
import { probabilitiesSection } from "./sections/probabilities.js";
import { reconstructionsSection } from "./sections/reconstructions.js";
import { scoresSection } from "./sections/scores.js";
import { settingsSection } from "./sections/settings.js";
import { verdictSection } from "./sections/verdict.js";
import { STYLE } from "./style.js";

export interface ReportOptions {
  /** The command line of the comparison, word by word; the page shows it as the way to repeat it. */
  command?: readonly string[];
}

/** No fetch and no script, whatever a name in the data contains. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * A comparison as one HTML page that needs nothing else: no network, no font, no script. Sections without data
 * are left out.
 * @returns the whole file
 */
export function renderReport(comparison: Comparison, options: ReportOptions = {}): string {
  expectOptions("renderReport", options, ["command"]);
  const { command } = options;
  const figure = numberedFigures();
  const verdict = verdictSection(comparison);
  const sections: [string, string, Html | undefined][] = [
    ["scores", "Scores", scoresSection(comparison, figure)],
    ["differences", "Differences", differencesSection(comparison, figure)],
    ["curves", "Thresholds", curvesSection(comparison, figure)],
    ["confusion", "Mistakes", confusionSection(comparison, figure)],
    ["probabilities", "Probabilities", probabilitiesSection(comparison, figure)],
    ["learning", "Learning", learningSection(comparison, figure)],
    ["reconstructions", "Reconstructions", reconstructionsSection(comparison, figure)],
    ["map", "Map of latents", mapSection(comparison, figure)],
    ["data", "Data", dataSection(comparison, figure)],
    ["again", "Settings", settingsSection(comparison, command)],
  ];
  const present = sections.filter(([, , section]) => section !== undefined);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${{ markup: POLICY }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="undertone ${VERSION}">
<title>${comparison.name}: do learned features help? Undertone report</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
${symbols()}
<main>
${verdict}
<nav aria-label="On this page"><ul>${present.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
${present.map(([, , section]) => section)}
</main>
<footer><p>Made by undertone ${VERSION}. This page is self-contained: it loads nothing and runs no script.</p></footer>
</body>
</html>
`.markup;
}
