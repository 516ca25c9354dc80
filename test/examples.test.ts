import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { folderWith, newFiles, wideCsv } from "./cli/run.js";

const examples = fileURLToPath(new URL("../examples/", import.meta.url));
const page = readFileSync(join(examples, "../docs/examples.md"), "utf8");

/** Runs an example as its head says, but in a folder of its own. */
function run(path: string, folder: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  expect([path, status, stderr]).toEqual([path, 0, ""]);
  return stdout;
}

/** Name, accuracy, precision and recall of each line. */
const linesOf = (text: string) =>
  [...text.matchAll(/^(.*?) +accuracy (\d\.\d+) {2}precision (\d\.\d+) {2}recall (\d\.\d+)$/gm)].map(
    ([, name, ...figures]) => [name, ...figures.map(Number)] as [string, number, number, number],
  );

test("every example is run below", () => {
  const scripts = readdirSync(examples).filter((file) => file.endsWith(".mjs"));
  expect(scripts.sort()).toEqual(["denoising.mjs", "irregular.mjs", "make-data.mjs", "simple.mjs"]);
});

test.each(["simple", "denoising", "irregular"])(
  "%s: prints what the page shows, except the last digits, and writes nothing",
  (name) => {
    const folder = folderWith();
    const data = /examples\/(\w+\.csv)/.exec(readFileSync(join(examples, `${name}.mjs`), "utf8"))![1];
    const printed = linesOf(run(join(examples, `${name}.mjs`), folder, join(examples, data)));
    expect(printed.map(([line]) => line)).toEqual(["raw values", "latents, last", "latents, wide"]);
    const section = page.slice(page.indexOf(`node examples/${name}.mjs`));
    const shown = linesOf(section.slice(0, section.indexOf("\n## ")));
    expect(shown).toHaveLength(3);
    // engines differ in the last digits, which moves cases near the boundary: 60 or 70 are tested
    printed.forEach(([line, accuracy], k) => {
      expect([line, Math.abs(accuracy - shown[k][1]) < 0.13]).toEqual([line, true]);
    });
    const [raw, , wide] = printed;
    expect(wide[1]).toBeGreaterThan(raw[1] + 0.1);
    expect(newFiles(folder)).toEqual([]);
  },
);

test("simple: takes another file", () => {
  const folder = folderWith({ "mine.csv": wideCsv(20, 5) });
  expect(linesOf(run(join(examples, "simple.mjs"), folder, "mine.csv"))).toHaveLength(3);
});

test("the data are those of their script", () => {
  const folder = folderWith();
  cpSync(join(examples, "make-data.mjs"), join(folder, "make-data.mjs"));
  run(join(folder, "make-data.mjs"), folder);
  expect(newFiles(folder)).toEqual(["make-data.mjs", "patients.csv", "pumps.csv"]);
  for (const file of ["patients.csv", "pumps.csv"])
    expect(readFileSync(join(folder, file)).equals(readFileSync(join(examples, file)))).toBe(true);
});
