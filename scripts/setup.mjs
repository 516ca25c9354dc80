// @ts-check
// Makes a fresh clone ready with nothing but Node: installs packages, compiles the kernels to WebAssembly and, where
// there is a C compiler, to a native add-on, builds dist/. Each step is skipped when its inputs have not changed. Plain JavaScript because it runs first.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hashOf, isFresh, root, STEPS, stampOf } from "./freshness.mjs";

const started = Date.now();

/** @param {string} text */
const say = (text) => process.stderr.write(`set-up: ${text}\n`);

/**
 * Runs `work` unless its products are fresh.
 * @param {string} name @param {string[]} inputs @param {string[]} products @param {() => void | Promise<void>} work
 */
async function step(name, inputs, products, work) {
  if (isFresh(name, inputs, products)) return;
  await work();
  mkdirSync(join(root, "node_modules", ".undertone"), { recursive: true });
  writeFileSync(stampOf(name), hashOf(inputs));
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (result.status !== 0) {
    say(`"${command} ${args.join(" ")}" failed${result.error ? `: ${result.error.message}` : ""}.`);
    process.exit(1);
  }
}

await step("packages", ["package-lock.json"], ["node_modules/typescript/package.json"], () => {
  say("installing packages (npm ci) ...");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
});
await step("kernels", ...STEPS.kernels, async () => {
  const { writeSignatures } = await import("./signatures.mjs");
  writeSignatures(root);
  say("compiling the kernels to WebAssembly (simd128 and relaxed-simd) ...");
  const { compileKernels } = await import("./kernels.mjs");
  await compileKernels(root);
});
const { compileNative, findCompiler } = await import("./native.mjs");
const compiler = findCompiler();
/** @type {[string, string[], string[]]} */
const native = ["native", ["kernels", "scripts/native.mjs"], ["dist/native/undertone.node"]];
if (compiler)
  await step(...native, () => {
    say(`compiling the native engine (${compiler}) ...`);
    compileNative(root, compiler);
  });
else if (!isFresh(...native)) {
  rmSync(join(root, "dist", "native"), { recursive: true, force: true }); // of other kernels, if it is there
  say("no C compiler here, so no native engine: WebAssembly serves.");
}
await step("build", ...STEPS.build, async () => {
  say("building dist/ ...");
  for (const name of existsSync(join(root, "dist")) ? readdirSync(join(root, "dist")) : [])
    if (name !== "kernels" && name !== "native") rmSync(join(root, "dist", name), { recursive: true }); // nothing stale stays
  run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]);
  const { bundleWorker } = await import("./worker.mjs");
  await bundleWorker(root);
  chmodSync(join(root, "dist", "cli", "main.js"), 0o755);
});
const seconds = (Date.now() - started) / 1000;
if (seconds > 1.5) say(`ready after ${seconds.toFixed(0)} s.`);
