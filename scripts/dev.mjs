// @ts-check
// Rebuilds what changed while you work: set-up runs again after each change in src/ or kernels/, and skips the steps
// whose inputs are as they were. `--once` does one pass. Ctrl-C ends it.
import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { join } from "node:path";
import { root, staleSteps } from "./freshness.mjs";

const QUIET = 200; // milliseconds without another change
let running = false;
/** @type {NodeJS.Timeout | undefined} */
let waiting;

/** @returns {Promise<boolean>} whether dist/ is fresh now */
async function rebuild() {
  const stale = staleSteps();
  if (stale.length === 0) return true;
  const started = Date.now();
  const child = spawn(process.execPath, [join(root, "scripts", "setup.mjs")], { stdio: ["ignore", "inherit", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) process.stderr.write(said);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    code === 0 ? `rebuilt ${stale.join(", ")} in ${seconds} s` : `${stale.join(", ")}: failed after ${seconds} s`,
  );
  return code === 0;
}

async function loop() {
  if (running) return later();
  running = true;
  await rebuild();
  running = false;
}

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(loop, QUIET);
}

const fresh = await rebuild();
if (process.argv.includes("--once")) {
  if (fresh) console.log("dist/ is fresh");
  process.exit(fresh ? 0 : 1);
}
for (const folder of ["src", "kernels"]) watch(join(root, folder), { recursive: true }, later);
console.log("watching src/ and kernels/");
