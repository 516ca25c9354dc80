// @ts-check
// `npm run bench`: installs the peers once, then runs `undertone bench` where they can be found.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL("peers", import.meta.url));
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** @param {string} command @param {string[]} args */
function run(command, args, shell = false) {
  const { status } = spawnSync(command, args, { cwd, stdio: "inherit", shell });
  if (status !== 0) process.exit(status ?? 1);
}

const offline = process.argv.includes("--no-peers") || process.argv.includes("--help");
if (!offline && !existsSync(`${cwd}/node_modules/@tensorflow/tfjs-backend-wasm`)) {
  process.stderr.write(
    "bench: installing TensorFlow.js to compare with (300 MB, once; --no-peers leaves it out) ...\n",
  );
  run(
    "npm",
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    process.platform === "win32",
  );
}
run(process.execPath, [main, "bench", ...process.argv.slice(2)]);
