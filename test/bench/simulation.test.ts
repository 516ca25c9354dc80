import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { overSimulations, putSimulations, simulationTable } from "../../bench/simulation-table.mjs";
import { folderWith } from "../cli/run.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Two small simulations with the sets that train fastest. */
function bench(folder: string, ...args: string[]) {
  const size = ["--customers", "25", "--days", "40", "--threads", "0", "--network-seeds", "1"];
  return spawnSync(
    process.execPath,
    [join(root, "bench", "simulation.mjs"), ...size, "--features", "fields,statistics", ...args],
    { cwd: folder, encoding: "utf8" },
  );
}

test("every simulation is one line, is not run twice, and the table is put into the page", () => {
  const folder = folderWith({
    "page.md": "before\n<!-- simulations: begin -->\nold\n<!-- simulations: end -->\nafter\n",
  });
  const linesOf = () => readFileSync(join(folder, "simulation.jsonl"), "utf8").trim().split("\n");
  expect(bench(folder, "--seeds", "1").stderr).toBe("");
  const [first] = linesOf();
  const both = bench(folder, "--seeds", "1,2", "--write", "page.md");
  expect(both.stderr).toBe("");
  expect(both.stdout).not.toContain("simulation 1:");
  expect(both.stdout).toContain("simulation 2:");
  expect(linesOf().length).toBe(2);
  expect(linesOf()[0]).toBe(first);
  const [one, two] = linesOf().map((line) => JSON.parse(line));
  const precisionOf = (line: typeof one, features: string) =>
    line.rows.find((row: typeof one) => row.features === features && row.classifier === "boosting").averagePrecision;
  expect(precisionOf(one, "statistics")).not.toBe(precisionOf(two, "statistics"));
  const page = readFileSync(join(folder, "page.md"), "utf8");
  expect(page).toMatch(/^before\n<!-- simulations: begin -->\n\n[\s\S]+\n<!-- simulations: end -->\nafter\n$/);
  expect(page).not.toContain("old");
  const shown = (value: number) => value.toFixed(3).replace(/^0/, "");
  const { mean, low, high } = overSimulations(
    [one, two].map((line) => precisionOf(line, "statistics") - precisionOf(line, "fields")),
  );
  const signed = (value: number) => `${value < 0 ? "-" : "+"}${shown(Math.abs(value))}`;
  expect(page).toContain(
    `| statistics | ${shown(precisionOf(one, "statistics"))} | ${shown(precisionOf(two, "statistics"))} |`,
  );
  expect(page).toContain(`${signed(mean)} [${signed(low!)}, ${signed(high!)}]`);
});

test("intervals over simulations are those of Student's t", () => {
  const { mean, low, high } = overSimulations([0.01, 0.03, 0.02, 0.05, 0.04]);
  expect(mean).toBeCloseTo(0.03, 12);
  // t(0.975, 4 df) = 2.776445; standard error sqrt(0.00025 / 5)
  expect(high! - mean).toBeCloseTo(2.776445 * Math.sqrt(0.00025 / 5), 8);
  expect(mean - low!).toBeCloseTo(high! - mean, 12);
  expect(overSimulations([0.01])).toEqual({ mean: 0.01 });
  expect(() => putSimulations("a page", "text")).toThrow(/simulations: begin/);
  expect(putSimulations("<!-- all sets: begin --><!-- all sets: end -->", "x", "all sets")).toBe(
    "<!-- all sets: begin -->\n\nx\n<!-- all sets: end -->",
  );
});

test("what decides is shown over simulations: each claim against its baseline, and against random weights", () => {
  const line = (seed: number, gain: number, learned?: number) => ({
    ...{ seed, networkSeeds: 1, train: 10, test: 7, testClasses: [5, 2], seconds: 3 },
    rows: [{ features: "fields", role: "baseline", classifier: "boosting", averagePrecision: 0.25 }],
    differences: [
      { question: "offer", features: "surprise", difference: gain },
      { question: "rival", features: "surprise", difference: 0.5 },
      ...(learned === undefined ? [] : [{ question: "learning", features: "surprise", difference: learned }]),
      { question: "control", features: "untrained", difference: -gain },
    ],
    verdict: { decision: gain > 0.015 ? "add" : "keep the baseline" },
    environment: { processor: "x", cores: 2, runtime: "node 1", engine: "wasm" },
  });
  const text = simulationTable([line(1, 0.01, 0.03), line(2, 0.02, 0.05)], "command");
  expect(text).toMatch(/\| surprise \| \+\.015 \[-\.049, \+\.079\] \| \+\.040 \[-\.087, \+\.167\] \|/); // t is 12.706
  expect(text).toMatch(/\| untrained \| -\.015 \[-\.079, \+\.049\] \| {2}\|/);
  expect(text).toContain("| seed 1 | 7 | 2 | keep the baseline |\n| seed 2 | 7 | 2 | add |");
  expect(simulationTable([line(1, 0.01), line(2, 0.02, 0.05)], "command")).toMatch(/\| surprise \| [^|]+ \| {2}\|/);
});
