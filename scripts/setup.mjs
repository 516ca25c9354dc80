// @ts-check
// Makes a fresh clone ready with nothing but Node: installs packages, compiles the kernels to WebAssembly and, where
// there is a C compiler, to a native add-on, builds dist/. Each step is skipped when its inputs have not changed. Plain JavaScript because it runs first.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { isFresh, markFresh, root, STEPS, stampOf, writeWhole } from "./freshness.mjs";

const started = Date.now();

/** How programs run here. @type {import("node:child_process").SpawnOptions} */
const OUTPUT = { cwd: root, stdio: ["ignore", "inherit", "inherit"] };

/** @param {string} text */
const say = (text) => process.stderr.write(`set-up: ${text}\n`);

/**
 * Runs `work` unless the products of the step are fresh.
 * @param {string} name @param {import("./freshness.mjs").Step} step @param {() => void | Promise<void>} work
 */
async function make(name, step, work) {
  if (isFresh(name, step)) return;
  await work();
  markFresh(name, step);
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { ...OUTPUT, shell: process.platform === "win32" });
  if (status !== 0) fail(command, args, error);
}

/** Runs Node on a program, beside what comes next. @param {string[]} args */
async function runBeside(args) {
  const [status] = await once(spawn(process.execPath, args, OUTPUT), "exit");
  if (status !== 0) fail(process.execPath, args);
}

/** @param {string} command @param {string[]} args @param {Error} [error] */
function fail(command, args, error) {
  say(`"${command} ${args.join(" ")}" failed${error ? `: ${error.message}` : ""}.`);
  process.exit(1);
}

await make("packages", [["package-lock.json"], ["node_modules/typescript/package.json"]], () => {
  say("installing packages (npm ci) ...");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
});
/** @type {Promise<void> | undefined} */
let kernels; // to WebAssembly, beside the next steps
if (!isFresh("kernels", STEPS.kernels)) {
  const { writeSignatures } = await import("./signatures.mjs");
  writeSignatures(root);
  say("compiling the kernels to WebAssembly (simd128 and relaxed-simd) ...");
  kernels = compileInThread();
}
const fresh = join(root, "dist-new"); // as deep as dist/, for the paths in source maps
/** @type {Promise<void> | undefined} */
let types; // their declarations, beside the next step
if (!isFresh("build", STEPS.build)) {
  rmSync(fresh, { recursive: true, force: true });
  // Types are checked by "npm run lint": that takes as long again.
  const tsc = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--noCheck", "--outDir", "dist-new"];
  types = runBeside(tsc);
}
if (!isFresh("native", STEPS.native)) {
  const why = await makeNative();
  if (why) {
    rmSync(join(root, "dist", "native"), { recursive: true, force: true }); // of other kernels, if it is there
    say(`${why}, so no native engine: WebAssembly serves.`);
  }
}
await make("build", STEPS.build, async () => {
  say("building dist/ ...");
  await types;
  await kernels;
  const { bundle } = await import("./bundle.mjs");
  await bundle(root, fresh);
  chmodSync(join(fresh, "cli", "main.js"), 0o755);
  const dist = join(root, "dist");
  for (const name of readdirSync(dist))
    if (name !== "kernels" && name !== "native") rmSync(join(dist, name), { recursive: true }); // nothing stale stays
  for (const name of readdirSync(fresh)) renameSync(join(fresh, name), join(dist, name));
  rmSync(fresh, { recursive: true });
});
await kernels;
const seconds = (Date.now() - started) / 1000;
if (seconds > 1.5) say(`ready after ${seconds.toFixed(0)} s.`);

async function compileInThread() {
  const thread = new Worker(new URL("./kernels.mjs", import.meta.url), { workerData: { compileIn: root } });
  await once(thread, "exit"); // or its error
  markFresh("kernels", STEPS.kernels);
}

/** Compiles the add-on. Where that fails set-up goes on. @returns why there is none */
async function makeNative() {
  const { compileNative, findCompiler } = await import("./native.mjs");
  const compiler = findCompiler();
  if (!compiler) return "no C compiler here";
  say(`compiling the native engine (${compiler}) ...`);
  try {
    compileNative(root, compiler);
    markFresh("native", STEPS.native);
    return undefined;
  } catch (error) {
    const log = stampOf("native.log");
    writeWhole(log, `${/** @type {Error} */ (error).message}\n`);
    const [what, ...lines] = /** @type {Error} */ (error).message.trim().split("\n");
    const first = lines.find((line) => /error/i.test(line)) ?? lines[0] ?? "";
    return `${what} ${first.trim()} (all of it: ${log})`;
  }
}
