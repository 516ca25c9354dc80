import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wideCsv } from "../cli/run.js";
import { HOSTILE, report } from "./size.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

function run(cwd: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  expect([command, ...args, status, status === 0 ? "" : stderr]).toEqual([command, ...args, 0, ""]);
  return stdout;
}

// npm installs the dependencies from its cache or its registry: too slow for every run.
describe.runIf(HOSTILE)("the packed package", () => {
  let place = "";
  const folder = () => join(place, "a folder with a space");
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), "undertone-package-"));
    mkdirSync(folder());
    writeFileSync(join(folder(), "package.json"), "{}");
    writeFileSync(join(folder(), "waves.csv"), wideCsv());
    const [{ filename, size, entryCount }] = JSON.parse(
      run(root, "npm", "pack", "--ignore-scripts", "--json", "--pack-destination", place),
    );
    report("package", { "packed kB": Math.round(size / 1000), files: entryCount });
    const options = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
    run(folder(), "npm", "install", ...options, join(place, filename));
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  const readOnly = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) readOnly(join(path, entry.name));
    chmodSync(path, 0o555);
  };
  const journey = (cwd: string) => {
    const program = join(cwd, "node_modules/undertone/dist/cli/main.js");
    const fit = ["fit", "waves.csv", "-o", "m.undertone", "--recipe", "simple", "--units", "3", "--updates", "5"];
    run(cwd, process.execPath, program, ...fit);
    run(cwd, process.execPath, program, "encode", "m.undertone", "waves.csv", "-o", "z.csv");
  };

  test("fits and encodes, installed without scripts in a folder with a space, and read-only", () => {
    journey(folder());
    const sealed = join(place, "sealed");
    cpSync(folder(), sealed, { recursive: true, verbatimSymlinks: true });
    readOnly(join(sealed, "node_modules"));
    journey(sealed);
  });

  test("is imported and required", () => {
    const load = 'm.loadEngine().then((engine) => console.log(engine.name !== ""))';
    const imported = `import * as m from "undertone"; import "undertone/node"; import "undertone/report"; import "undertone/client"; ${load}`;
    expect(run(folder(), process.execPath, "--input-type=module", "-e", imported)).toBe("true\n");
    const canRequire = Number(process.versions.node.split(".")[0]) >= 22; // Node 20 requires no modules
    if (canRequire)
      expect(run(folder(), process.execPath, "-e", `const m = require("undertone"); ${load}`)).toBe("true\n");
  });

  test("its types hold in a strict program", () => {
    const program = `import { encode, fitAutoencoder, loadEngine, sequencesFrom } from "undertone";
import { openClient, type Predicted } from "undertone/client";
import { readSource } from "undertone/node";
const asked = (): Promise<Predicted> => openClient("http://127.0.0.1:1").predict("m", { sequences: [[1]] });
// @ts-expect-error sequences or events
openClient("http://127.0.0.1:1").predict("m", { sequences: [[1]], events: [{}] });
const engine = await loadEngine();
const set = sequencesFrom([[1, 2, 3], [2, 3, Number.NaN]]);
const model = await fitAutoencoder(engine, set, { recipe: "masked" });
const width: number = (await encode(engine, model, set, { readOut: "wide" })).names.length;
// @ts-expect-error no such read-out
await encode(engine, model, set, { readOut: "wider" });
console.log(width, typeof asked, (await readSource("waves.csv")).name);
`;
    writeFileSync(join(folder(), "program.mts"), program);
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck", "false"];
    run(folder(), process.execPath, tsc, ...options, "program.mts");
  });
});
