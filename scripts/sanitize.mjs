// @ts-check
// `npm run test:sanitize`: compiles the add-on with the address and undefined-behaviour sanitizers and runs the tests
// of the kernels under it. Whatever C does wrong ends the run with the sanitizer's report. Arguments: test files.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileNative, findCompiler } from "./native.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const TESTS = [
  ...["test/engine/parity.test.ts", "test/engine/fuzz.test.ts", "test/engine/native.test.ts"],
  ...["test/network/keras.test.ts", "test/network/padding.test.ts"],
  ...["test/network/read-out-kernels.test.ts", "test/model/stepper.test.ts"],
];
const FLAGS = [
  ...["-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined"],
  "-fno-sanitize-recover=undefined",
];

/** @param {string} text */
const say = (text) => process.stderr.write(`sanitize: ${text}\n`);

/** @param {string} why @returns {never} */
function skip(why) {
  say(`skipped: ${why}.`);
  process.exit(process.env.CI ? 1 : 0); // CI allows no skip
}

if (process.platform !== "linux") skip("the sanitizers are loaded in the way of Linux");
const compiler = findCompiler() ?? skip("there is no C compiler here");
const runtime = ["libasan.so", `libclang_rt.asan-${process.arch === "x64" ? "x86_64" : "aarch64"}.so`]
  .map((name) => spawnSync(compiler, [`-print-file-name=${name}`], { encoding: "utf8" }).stdout.trim())
  .find((file) => existsSync(file));
if (!runtime) skip(`${compiler} has no address sanitizer that is a shared library`);

const output = join(root, "node_modules", ".undertone", "sanitized", "undertone.node");
say(`compiling the add-on (${compiler} ${FLAGS.join(" ")}) ...`);
const shared = runtime.includes("clang_rt") ? ["-shared-libasan"] : [];
compileNative(root, compiler, { output, flags: [...FLAGS, ...shared], load: false }); // the runtime is preloaded below

const env = {
  ...process.env,
  UNDERTONE_NATIVE: output,
  LD_PRELOAD: runtime,
  ASAN_OPTIONS: "detect_leaks=0", // Node frees little at its end
  UBSAN_OPTIONS: "print_stacktrace=1",
};

// First something that must be reported: a run that could not fail would show nothing.
const trap = `
  const { open, arena, guard } = require(process.env.UNDERTONE_NATIVE);
  const data = new Float32Array(64);
  const { copy_rows } = open("baseline");
  const record = new Float64Array(3);
  const all = arena(data, record);
  copy_rows(all, 0, 32, 1, 16, 16, 16);
  guard(data, new Uint8Array(64).fill(1).fill(0, 46, 48));
  console.log("guarded");
  copy_rows(all, 0, 32, 1, 16, 16, 16);
  console.log(data.length, record.length);`;
const caught = spawnSync(process.execPath, ["-e", trap], { env, encoding: "utf8" });
if (!caught.stdout.includes("guarded") || !/use-after-poison.* in copy_rows/.test(caught.stderr)) {
  say(`a number that must not be read was read without a report:\n${caught.stdout}${caught.stderr}`);
  process.exit(1);
}

const chosen = process.argv.slice(2);
const tests = chosen.length > 0 ? chosen : TESTS;
const { status } = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "--maxWorkers=1", "--testTimeout=1200000", ...tests],
  { cwd: root, env, stdio: "inherit" },
);
process.exit(status ?? 1);
