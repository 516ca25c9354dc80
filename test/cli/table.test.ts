import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { comparisonTable } from "../../src/cli/comparison-table.js";
import type { Comparison } from "../../src/evaluate/comparison/comparison.js";

const example = JSON.parse(
  readFileSync(new URL("../report/example-comparison.json", import.meta.url), "utf8"),
) as Comparison;
const single = {
  ...example,
  networkSeeds: [1],
  rows: example.rows.map((row) => ({ ...row, bySeed: [0.5] })),
};

test("with several networks the table shows their lowest and highest figure, and nothing for sets without one", () => {
  expect(comparisonTable(single)).not.toContain("networks");
  const rows = single.rows.map((row) => ({
    ...row,
    bySeed: row.role === "baseline" ? [0.5] : [0.125, 0.375, 0.25],
  }));
  const lines = comparisonTable({ ...single, networkSeeds: [1, 2, 3], rows }).split("\n");
  const head = lines.findIndex((line) => line.includes("avg prec"));
  const cellsOf = (line: string) => line.split("│").map((cell) => cell.trim());
  const column = cellsOf(lines[head]).findIndex((cell) => cell.includes("networks"));
  expect(column).toBeGreaterThan(0);
  const shown = rows.map((_, k) => stripVTControlCharacters(cellsOf(lines[head + 2 + k])[column]));
  expect(shown).toEqual(rows.map(({ role }) => (role === "baseline" ? "" : "0.125-0.375")));
});
