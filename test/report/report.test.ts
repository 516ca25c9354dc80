import { HtmlValidate } from "html-validate";
import { describe, expect, test } from "vitest";
import type { Comparison } from "../../src/evaluate/comparison/comparison.js";
import { escapeHtml } from "../../src/report/charts/html.js";
import { renderReport } from "../../src/report/report.js";
import { fullExample, readExample, withProbabilities } from "./examples.js";

const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    "long-title": "off", // names are as long as they are
    "doctype-style": "off", // lower case is as valid
    "no-inline-style": "off", // one file: places of marks stand beside them
    "prefer-native-element": "off", // a box that scrolls is a region without a heading of its own
  },
});

/** The rules that a page breaks, with the place. */
function faultsOf(page: string): string[] {
  return validator
    .validateStringSync(page)
    .results.flatMap(({ messages }) =>
      messages.map(({ ruleId, line, column, message }) => `${line}:${column} ${ruleId}: ${message}`),
    );
}

const textOf = (page: string) => page.replace(/<style>[\s\S]*?<\/style>/, "").replace(/<[^>]+>/g, "\u0001");
const all = (page: string, pattern: RegExp) => [...page.matchAll(pattern)].map((found) => found[1]);

const full = fullExample();
const pages: [string, Comparison][] = [
  ["two classes with everything", full],
  ["nine classes", withProbabilities(readExample("classes"), 1, 0.8)],
];

describe.each(pages)("%s", (_, comparison) => {
  const page = renderReport(comparison, { command: ["undertone", "compare", "my data.csv"] });

  test("is valid HTML: nesting, headings, labels, ids", () => {
    expect(faultsOf(page)).toEqual([]);
    expect(faultsOf(page.replace("</figcaption>", ""))).not.toEqual([]); // the validator sees what is broken
  });

  test("loads nothing and runs nothing", () => {
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|base|form|image|video|audio)\b/i);
    expect(page).not.toMatch(/@import|url\(|\bsrc=|srcset=|\bon[a-z]+="|javascript:/i);
    expect(page).not.toMatch(/https?:|["'(]\/\//);
    expect(all(page, /href="([^"]*)"/g).filter((link) => !link.startsWith("#"))).toEqual([]);
  });

  test("every reference within the page leads somewhere", () => {
    const ids = all(page, / id="([^"]*)"/g);
    expect(new Set(ids).size).toBe(ids.length);
    const used = [...all(page, /href="#([^"]*)"/g), ...all(page, /aria-labelledby="([^"]*)"/g)];
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((id) => !ids.includes(id))).toEqual([]);
  });

  test("every figure has a number, a caption that says what to see, a text for the blind, and its numbers", () => {
    const figures = all(page, /<figure\b([\s\S]*?)<\/figure>/g);
    expect(figures.length).toBeGreaterThanOrEqual(6);
    for (const [k, figure] of figures.entries()) {
      expect(figure).toContain(`<span class="number">Figure ${k + 1}</span>`);
      const [title] = all(figure, /<p class="title"[^>]*>([\s\S]*?)<\/p>/g);
      expect(textOf(title).split("\u0001").at(-1)!.trim().length).toBeGreaterThan(20);
      const drawn = all(figure, /role="img"[^>]* aria-label="([^"]*)"/g);
      // a confusion matrix is a table already
      expect(drawn.length + all(figure, /(class="matrix)/g).length).toBeGreaterThan(0);
      for (const description of drawn) expect(description.length).toBeGreaterThan(15);
      const [numbers] = all(figure, /<details>([\s\S]*?)<\/details>/g);
      const tables = all(numbers, /(<table>)/g).length;
      expect(tables).toBeGreaterThan(0);
      expect(all(numbers, /<tbody>(<tr>)/g)).toHaveLength(tables); // none is empty
      expect(all(numbers, /<th scope="col"([^>]*)>/g).length).toBeGreaterThan(2);
    }
  });

  test("says the verdict, every row, every hash and every setting", () => {
    const typeset = (sentence: string) => sentence.replace(/(^|[\s[(])-(?=\d)/g, "$1\u2212");
    const text = page.replaceAll("\u00a0", " ");
    for (const sentence of comparison.verdict.sentences) expect(text).toContain(escapeHtml(typeset(sentence)));
    expect(all(page, /(class="full [a-z]*"|class="(?:full|open)" cx)/g).length).toBeGreaterThanOrEqual(
      comparison.rows.length + comparison.differences.length,
    );
    for (const hash of [comparison.hashes.data, comparison.hashes.settings, comparison.resamples[0].splitSha256])
      expect(page).toContain(hash);
    for (const { sha256 } of comparison.files) expect(page).toContain(sha256);
    for (const key of Object.keys(comparison.settings)) expect(page).toContain(`<dt>${key}`);
    expect(page).toContain("undertone compare &#39;my data.csv&#39;");
  });

  test("is the same whenever it is made", () => {
    const copy = JSON.parse(JSON.stringify(comparison));
    expect(renderReport(copy, { command: ["undertone", "compare", "my data.csv"] })).toBe(page);
    expect(copy).toEqual(comparison); // and leaves the comparison as it was
  });
});

const SECTIONS = [
  "scores",
  "differences",
  "curves",
  "confusion",
  "probabilities",
  "learning",
  "reconstructions",
  "map",
  "data",
  "again",
];
const sectionsIn = (page: string) => all(page, /<section id="([a-z]+)"/g).filter((id) => id !== "verdict");

describe("parts that a comparison lacks", () => {
  const { map: _m, reconstructions: _r, ...bare } = full;
  const cases: [string, Comparison, string[]][] = [
    ["nothing", full, []],
    ["map", { ...full, map: undefined }, ["map"]],
    ["reconstructions", { ...full, reconstructions: undefined }, ["reconstructions"]],
    ["learning", { ...full, learning: [] }, ["learning"]],
    ["differences", { ...full, differences: [] }, ["differences"]],
    ["curves", { ...full, rows: full.rows.map((row) => ({ ...row, curves: undefined })) }, ["curves"]],
    [
      "probabilities",
      { ...full, rows: full.rows.map((row) => ({ ...row, reliability: undefined })) },
      ["probabilities"],
    ],
    [
      "rows",
      { ...bare, rows: [], differences: [] },
      ["scores", "differences", "curves", "confusion", "probabilities", "map", "reconstructions"],
    ],
  ];

  test.each(cases)("without %s the page leaves it out", (_, comparison, missing) => {
    const page = renderReport(comparison);
    const expected = SECTIONS.filter((id) => !missing.includes(id));
    expect(sectionsIn(page)).toEqual(expected);
    expect(all(page, /<li><a href="#([a-z]+)"/g)).toEqual(expected);
    expect(page).not.toMatch(/undefined|NaN|Infinity|\[object/);
    expect(faultsOf(page)).toEqual([]);
  });
});

describe("probabilities", () => {
  const sectionOf = (comparison: Comparison) =>
    /<section id="probabilities"[\s\S]*?<\/section>/.exec(renderReport(comparison))![0].replaceAll("\u00a0", " ");

  test("rare positives: what probabilities add up to, before and after calibration; axes have more room near 0", () => {
    const section = sectionOf(full);
    // 500 cases with a mean of 0.4 * 0.3025; a tenth comes true
    expect(section).toContain(
      "the probabilities of class &quot;1&quot; add up to 61 test cases, after calibration on held-out training cases to 6. 6 are of the class.",
    );
    expect(section).toMatch(/<\/p>\n<details><summary>Reliability curves[\s\S]*<figure/);
    expect(section).toContain(
      "Of the 50 test cases with the highest probabilities, 40.0 % on average, 4.0 % are of class",
    );
    expect(section).toContain("more room near 0");
    // the root of a tenth of the highest
    expect(section).toMatch(/<circle class="full \w+" cx="31\.62%" cy="68\.38%"/);
    expect(section).toMatch(/<td class="n">0\.0125<\/td><td class="n">0\.00625</);
    expect(section).toContain("0 to 1) and log loss");
  });

  test("several classes: of the likeliest one, on an axis from the lowest to the highest", () => {
    const section = sectionOf(withProbabilities(readExample("classes"), 1, 0.8));
    expect(section).toContain(
      "the probabilities of the predicted classes add up to 151 right predictions, after calibration on held-out training cases to 121. 121 are right.",
    );
    expect(section).toContain("The probability is that of the class that is predicted.");
    expect(section).toContain("0 to 2) and log loss");
  });

  test("nothing was held out: nothing is said of calibration", () => {
    const rows = full.rows.map((row) => ({ ...row, calibrated: undefined }));
    const section = sectionOf({ ...full, rows });
    expect(section).toContain("add up to 61 test cases. 6 are of the class. Nothing");
    expect(section).not.toMatch(/after calibration|class="full/);
  });

  test("the choice and the baseline stand side by side; where the baseline is kept, the best row with latents", () => {
    const panels = (comparison: Comparison) =>
      [...sectionOf(comparison).matchAll(/<h3>(.*?)<\/h3>/g)].map(([, name]) => name.replace("<wbr>", ""));
    const [{ features, classifier }, other] = full.rows;
    const verdict = { ...full.verdict, choice: { features, classifier }, baseline: other };
    expect(panels({ ...full, verdict })).toEqual([`fields, ${classifier}`, `fields, ${other.classifier}`]);
    expect(full.verdict.choice).toEqual(full.verdict.baseline);
    expect(panels(full)).toEqual(["aggregates, boosting", "aggregates+latent, logistic"]);
  });
});

test("names from the data are text, never markup", () => {
  const evil = `</style></title><script>alert(1)</script>"'><img src=x onerror=y>&amp;\u0000`;
  const comparison = fullExample();
  const page = renderReport(
    {
      ...comparison,
      name: evil,
      classNames: [evil, `${evil} 2`],
      notes: [evil],
      verdict: { ...comparison.verdict, sentences: [evil] },
      rows: comparison.rows.map((row) => ({ ...row, classifier: evil, notes: [evil] })),
      data: {
        ...comparison.data,
        channels: comparison.data.channels.map((channel) => ({ ...channel, name: evil })),
        warnings: [evil],
        classes: comparison.data.classes!.map(({ count }) => ({ name: evil, count })),
      },
      map: { ...comparison.map!, features: evil },
      settings: { [evil]: { [evil]: evil } },
      files: [{ path: evil, sha256: evil }],
    },
    { command: ["undertone", evil] },
  );
  expect(page).not.toMatch(/<script|<img/);
  expect(page).not.toContain("\u0000");
  expect(page.split("</style>")).toHaveLength(2);
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(faultsOf(page)).toEqual([]);
});

test("seventy classes: shades and mistakes instead of a wall of figures", () => {
  const comparison = readExample("classes");
  const C = 70;
  const classNames = Array.from({ length: C }, (_, c) => `class ${c}`);
  const confusion = classNames.map((_, label) =>
    classNames.map((_, predicted) => (label === predicted ? 5 : label === 3 && predicted === 4 ? 2 : 0)),
  );
  const rows = comparison.rows.map((row) => ({ ...row, metrics: { ...row.metrics, confusion } }));
  const page = renderReport({ ...comparison, classNames, rows });
  expect(page).toContain('The most common mistake: "class 3" predicted as "class 4", 2 of 7');
  expect(page).toContain("70 classes are too many to draw");
  const fewer = renderReport({
    ...comparison,
    classNames: classNames.slice(0, 30),
    rows: rows.map((row) => ({
      ...row,
      metrics: { ...row.metrics, confusion: confusion.slice(0, 30).map((counts) => counts.slice(0, 30)) },
    })),
  });
  expect(fewer).toContain(`class="matrix shaded"`);
  expect(faultsOf(fewer)).toEqual([]);
});
