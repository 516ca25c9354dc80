import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { inCommandWords, renderComparison } from "../../src/cli/compare.js";
import { comparisonTable } from "../../src/cli/comparison-table.js";
import type { Comparison } from "../../src/evaluate/comparison/comparison.js";
import { renderReport } from "../../src/report/report.js";

const example = JSON.parse(
  readFileSync(new URL("../report/example-comparison.json", import.meta.url), "utf8"),
) as Comparison;
const single = {
  ...example,
  networkSeeds: [1],
  rows: example.rows.map((row) => ({ ...row, bySeed: [0.5] })),
};

test("with several networks the table shows their lowest and highest figure, and nothing for sets without one", () => {
  const all = true;
  expect(comparisonTable(single, { all })).not.toContain("networks");
  const rows = single.rows.map((row) => ({
    ...row,
    bySeed: row.role === "baseline" ? [0.5] : [0.125, 0.375, 0.25],
  }));
  const lines = comparisonTable({ ...single, networkSeeds: [1, 2, 3], rows }, { all }).split("\n");
  const head = lines.findIndex((line) => line.includes("avg prec"));
  const cellsOf = (line: string) => line.split("│").map((cell) => cell.trim());
  const column = cellsOf(lines[head]).findIndex((cell) => cell.includes("networks"));
  expect(column).toBeGreaterThan(0);
  const shown = rows.map((_, k) => stripVTControlCharacters(cellsOf(lines[head + 2 + k])[column]));
  expect(shown).toEqual(rows.map(({ role }) => (role === "baseline" ? "" : "0.125-0.375")));
});

test("of each feature set the row whose classifier was chosen is shown, and how to see the others", () => {
  const rowsOf = (text: string) =>
    stripVTControlCharacters(text)
      .split("\n")
      .filter((line) => /^│ \S+ +│ +\d/.test(line));
  const short = comparisonTable(example);
  const chosen = example.rows.filter((row) => row.chosen);
  expect(rowsOf(short)).toHaveLength(chosen.length);
  expect(chosen.length).toBe(new Set(example.rows.map(({ features }) => features)).size);
  for (const [k, { features, classifier }] of chosen.entries())
    expect(rowsOf(short)[k]).toMatch(new RegExp(`│ ${features.replace("+", "\\+")} .*│ ${classifier} `));
  expect(short).toContain(`--all shows all ${example.rows.length} rows`);
  expect(rowsOf(comparisonTable(example, { all: true }))).toHaveLength(example.rows.length);
  expect(comparisonTable(example, { all: true })).not.toContain("--all");
  const noted = { ...example, rows: example.rows.map((row) => ({ ...row, notes: row.chosen ? [] : ["It is odd."] })) };
  expect(comparisonTable(noted)).not.toContain("It is odd.");
  expect(comparisonTable(noted, { all: true })).toContain("It is odd.");
});

test("the verdict stands before its evidence, with what to train", () => {
  const { answer, choice } = example.verdict;
  const lines = stripVTControlCharacters(comparisonTable(example)).split("\n");
  expect(lines[0]).toBe(`Verdict: ${answer}`);
  expect(lines.findIndex((line) => line.startsWith(`${example.name}: ${example.train} training`))).toBeLessThan(
    lines.findIndex((line) => line.startsWith("┌")),
  );
  expect(lines).toContain(
    `  Fit it: undertone fit, with the same data and its flags, --features ${choice!.features} --classifier ${choice!.classifier} -o FILE`,
  );
});

test("with a budget of alerts its two columns stand in place of F1, which precision and recall give", () => {
  const headsOf = (comparison: Comparison) =>
    stripVTControlCharacters(comparisonTable(comparison))
      .split("\n")
      .find((line) => line.includes("│ classifier"))!
      .split("│")
      .map((cell) => cell.trim())
      .slice(-5, -2);
  const { budget, ...without } = example;
  expect(headsOf(example)).toEqual(["rec", `P@${budget!.alerts}`, `R@${budget!.alerts}`]);
  expect(headsOf(without as Comparison)).toEqual(["prec", "rec", "F1"]);
  expect(comparisonTable(example)).not.toContain("F1 and");
  expect(comparisonTable(without as Comparison)).toContain("recall (rec), F1 and area");
});

test("a table wider than the line has names of several sets on several lines", () => {
  const long = "average(aggregates+statistics, aggregates+untrained)";
  const rows = example.rows.map((row) => (row === example.rows[0] ? { ...row, features: long, chosen: true } : row));
  const linesAt = (width: number) =>
    stripVTControlCharacters(comparisonTable({ ...example, rows }, { all: true, width }))
      .split("\n")
      .filter((line) => line.startsWith("│ "));
  const [wide, narrow] = [linesAt(400), linesAt(100)];
  expect(wide.filter((line) => line.startsWith(`│ ${long} │`))).toHaveLength(1);
  const at = narrow.findIndex((line) => line.startsWith("│ average(aggregates+statistics, "));
  expect(narrow[at + 1]).toMatch(/^│ {3}aggregates\+untrained\) +│ +│/);
  expect(narrow.length).toBe(wide.length + 1);
});

test("with a budget of alerts the confusion matrix is left out, except with all rows", () => {
  const { budget: _, ...without } = example;
  expect(comparisonTable(example)).not.toContain("Confusion of");
  expect(comparisonTable(example, { all: true })).toContain("Confusion of");
  expect(comparisonTable(without as Comparison)).toContain("Confusion of");
});

test("table, page and JSON of the command name flags, not options of the library", () => {
  const note = "Train longer (`updates`).";
  const { data } = single;
  const rows = single.rows.map((row) => ({ ...row, notes: [note] }));
  const comparison = inCommandWords({ ...single, rows, notes: [note], data: { ...data, warnings: [note] } });
  const shown = [
    renderComparison(comparison, {}),
    renderComparison(comparison, { json: true }),
    renderReport(comparison),
  ];
  for (const text of shown) {
    expect(text).toContain("Train longer (--updates).");
    expect(text).not.toContain("`updates`");
  }
});

test("with all rows the Brier score is told, and that after calibration", () => {
  const rows = example.rows.map((row) => ({ ...row, metrics: { ...row.metrics, brier: 0.01234 } }));
  const calibrated = { methods: ["platt" as const, "platt" as const], brier: 0.005, logLoss: 0.1, reliability: [] };
  const { features, classifier } = example.verdict.choice!;
  const line = (some: Comparison["rows"]) =>
    stripVTControlCharacters(comparisonTable({ ...example, rows: some }, { all: true }))
      .split("\n")
      .find((each) => each.startsWith("Brier score"));
  expect(line(rows)).toBe(`Brier score of ${features}, ${classifier}: 0.0123; less is better.`);
  expect(line(rows.map((row) => ({ ...row, calibrated })))).toBe(
    `Brier score of ${features}, ${classifier}: 0.0123 (0.00500 after calibration on held-out training cases: platt); less is better.`,
  );
  expect(line(example.rows)).toBeUndefined();
  expect(comparisonTable({ ...example, rows })).not.toContain("Brier");
});
