// @ts-check
// Runs the demo and puts what it prints into the pages that show it. See --help.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { demoBlock, readmeTable } from "./demo-text.mjs";

const { values: flags } = parseArgs({ options: { help: { type: "boolean", default: false } } });
if (flags.help) {
  console.log(`npm run bench:demo

Runs the demo (seed 1, all cores) and writes its output into docs/demo.md, its rows and its verdict into README.md.
The sentences around them are written by hand: read them again.`);
  process.exit(0);
}

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "demo-"));
try {
  // One pipe for both streams, so that lines stay in the order in which a terminal shows them.
  const { status, stdout: printed } = spawnSync(`"${process.execPath}" "${join(root, "dist/cli/main.js")}" demo 2>&1`, {
    cwd: folder,
    shell: true,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  console.log(printed);
  if (status !== 0) throw new Error(`The demo ended with ${status}.`);
  const cores = availableParallelism();
  const machine = `${cpus()[0].model.trim()}, ${cores} ${cores === 1 ? "core" : "cores"}, Node ${process.versions.node}`;
  const change = (/** @type {string} */ page, /** @type {(text: string) => string} */ put) =>
    writeFileSync(join(root, page), put(readFileSync(join(root, page), "utf8")));
  change("docs/demo.md", (page) => demoBlock(page, printed, machine));
  change("README.md", (page) => readmeTable(page, printed));
} finally {
  rmSync(folder, { recursive: true });
}
