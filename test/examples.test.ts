import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadModel } from "../src/model/model-file.js";
import { folderWith, newFiles, wideCsv } from "./cli/run.js";

const examples = fileURLToPath(new URL("../examples/", import.meta.url));

/** Runs an example as its head says, but in a folder of its own, where it may write. */
function run(name: string, folder: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(examples, name), ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  expect([name, status, stderr]).toEqual([name, 0, ""]);
  return stdout;
}

test("every example is run below", () => {
  const scripts = readdirSync(examples).filter((file) => file.endsWith(".mjs"));
  expect(scripts.sort()).toEqual(["fit-and-encode.mjs", "in-memory.mjs"]);
});

test("fit and encode: the waves are told apart far better than by chance, and the model is there", async () => {
  const folder = folderWith();
  const printed = run("fit-and-encode.mjs", folder, join(examples, "waves.csv"));
  const [, columns, accuracy, majority] =
    /: 84 x (\d+) features, accuracy (\d\.\d+) on 36 test cases \(always one class: (\d\.\d+)\)/
      .exec(printed)!
      .map(Number);
  expect(columns).toBe(320);
  expect(accuracy).toBeGreaterThan(majority + 0.2);
  expect(newFiles(folder)).toEqual(["waves.undertone"]);
  expect((await loadModel(join(folder, "waves.undertone"))).metadata.recipe).toBe("default");
});

test("fit and encode: takes another file", () => {
  const folder = folderWith({ "mine.csv": wideCsv(40, 8) });
  expect(run("fit-and-encode.mjs", folder, "mine.csv")).toMatch(/: 28 x 320 features, accuracy/);
});

test("in memory: prints all rows and a verdict, writes nothing", () => {
  const folder = folderWith();
  const printed = run("in-memory.mjs", folder);
  for (const features of ["raw", "statistics", "untrained", "latent"])
    expect(printed).toMatch(new RegExp(`${features} +ridge +accuracy \\d\\.\\d{3}\n`));
  expect(printed).toMatch(/\n(use|keep|no difference).*\n.*against the raw values/);
  expect(existsSync(folder) && newFiles(folder)).toEqual([]);
});
