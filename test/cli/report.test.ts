import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, newFiles, undertone, wideCsv } from "./run.js";

const QUICK = ["--updates", "5", "--units", "4", "--features", "raw,latent", "--folds", "2"];

test("compare --report writes a page beside the table and says so", async () => {
  const folder = folderWith({ "waves.csv": wideCsv() });
  const args = ["compare", "waves.csv", ...QUICK, "--report", "the report.html"];
  const { code, stdout, stderr } = await undertone(folder, ...args);
  expect(stderr).toContain("the report.html");
  expect(code).toBe(0);
  expect(stdout).toContain("Verdict:");
  expect(newFiles(folder, "waves.csv")).toEqual(["the report.html"]);
  const page = readFileSync(join(folder, "the report.html"), "utf8");
  expect(page.replaceAll("<wbr>", "")).toContain(`undertone ${args.slice(0, -1).join(" ")} &#39;the report.html&#39;`);
  const [, answer] = /^Verdict: (.*?)(?:[.:]? [(]|\. )/m.exec(stdout)!;
  expect(page).toContain(`<p class="headline">${answer}`);
  const latents = ["learning", "reconstructions", "map"];
  for (const part of ["scores", "differences", "curves", "confusion", ...latents, "data", "again"])
    expect(page).toContain(`<section id="${part}"`);
  const reconstructions = page.slice(page.indexOf('<section id="reconstructions"'), page.indexOf('<section id="map"'));
  expect(reconstructions.match(/class="curve worse"/g)).toHaveLength(1 + 6); // the key, three worst, three best
});

test("without --report nothing is written; --json stays one object on standard output", async () => {
  const folder = folderWith({ "waves.csv": wideCsv() });
  expect((await undertone(folder, "compare", "waves.csv", ...QUICK)).code).toBe(0);
  expect(newFiles(folder, "waves.csv")).toEqual([]);
  const { stdout, stderr } = await undertone(
    folder,
    "compare",
    "waves.csv",
    ...QUICK,
    "--json",
    "--quiet",
    "--report",
    "r.html",
  );
  expect(stderr).toBe("");
  expect(JSON.parse(stdout).name).toBe("waves");
  expect(newFiles(folder, "waves.csv")).toEqual(["r.html"]);
});

test("a report that cannot be written fails before any work is done", async () => {
  const folder = folderWith({ "waves.csv": wideCsv() });
  mkdirSync(join(folder, "taken"));
  for (const path of ["taken", "nowhere/report.html"]) {
    const { code, stdout, stderr } = await undertone(folder, "compare", "waves.csv", ...QUICK, "--report", path);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(`Cannot write ${path}`);
    expect(stderr).not.toContain("engine:");
  }
});
