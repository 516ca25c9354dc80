// @ts-check
// Compiles kernels/ to the add-on for Node with the system's C compiler, where there is one. Nothing is downloaded:
// the headers come with the package node-api-headers.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { writeWhole } from "./freshness.mjs";

/** Flags of every target and every way to optimise. */
export const COMMON = [
  ...["-std=gnu11", "-fPIC", "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno"],
  ...["-fno-trapping-math", "-Wall", "-Wextra", "-Wno-unused-function", "-Wno-psabi", "-Werror"],
];

/** Flags of each target; the first that a processor supports is used. */
const TARGETS =
  process.arch === "x64"
    ? { avx512: ["-march=x86-64-v4", "-mprefer-vector-width=512"], avx2: ["-march=x86-64-v3"], baseline: [] }
    : { baseline: [] };

/** The system's C compiler, or undefined. */
export function findCompiler() {
  if (process.platform === "win32") return undefined;
  const named = process.env.CC ? [process.env.CC] : [];
  return [...named, "cc", "gcc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0);
}

/**
 * Writes the add-on, dist/native/undertone.node below `root` unless `output` says otherwise, and its record beside it:
 * the loader compares the two.
 * @param {string} root @param {string} compiler
 * @param {{ output?: string, flags?: string[], load?: boolean }} [options] `flags` say how to optimise; `load`: whether
 *   it must load in this Node, default true
 * @throws {Error} with all that the compiler or Node wrote
 */
export function compileNative(root, compiler, options = {}) {
  const { output = join(root, "dist", "native", "undertone.node"), flags = ["-O3"], load = true } = options;
  const headers = join(createRequire(import.meta.url).resolve("node-api-headers"), "..", "include");
  const include = [`-I${join(root, "kernels", "src")}`, `-I${join(root, "kernels", "bind")}`, `-I${headers}`];
  const common = [...COMMON, ...flags, ...include];
  const folder = mkdtempSync(join(tmpdir(), "undertone-"));
  const linked = join(dirname(output), `new-${basename(output)}`); // in the same file system, to be renamed
  try {
    const objects = Object.entries(TARGETS).map(([target, vectors]) => {
      const object = join(folder, `${target}.o`);
      const names = [`-DTABLE=kernels_${target}`, `-DTARGET="${target}"`];
      run(compiler, [...common, ...vectors, ...names, "-c", join(root, "kernels/bind/target.c"), "-o", object]);
      return object;
    });
    mkdirSync(dirname(output), { recursive: true });
    const link = process.platform === "darwin" ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared"];
    run(compiler, [...common, ...link, join(root, "kernels/bind/napi.c"), ...objects, "-o", linked]);
    if (load) run(process.execPath, ["-e", "require(process.argv[1]).targets()", linked], "did not load what it made");
    const hash = createHash("sha256").update(readFileSync(linked)).digest("hex");
    renameSync(linked, output);
    writeWhole(`${output}.sha256`, `${hash}  ${basename(output)}\n`);
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(linked, { force: true });
  }
}

/** @param {string} command @param {string[]} args @param {string} [what] */
function run(command, args, what = "failed on the kernels") {
  const { status, signal, error, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${what}:\n${stderr || error?.message || signal || `status ${status}`}`);
}
