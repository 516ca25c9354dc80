// @ts-check
// Compiles kernels/ to WebAssembly with clang, itself compiled to WebAssembly (@yowasp/clang): no compiler needed.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { workerData } from "node:worker_threads";
import { writeWhole } from "./freshness.mjs";

const relaxed = ["-msimd128", "-mrelaxed-simd"];
const threads = [
  ...["-matomics", "-mbulk-memory", "-Wl,--shared-memory", "-Wl,--max-memory=4294967296"],
  "-Wl,--export=__stack_pointer",
];
/** Shared memory is not to be had everywhere, so each comes with and without. */
const variants = [
  { name: "simd128", flags: ["-msimd128"] },
  { name: "simd128-threads", flags: ["-msimd128", ...threads] },
  { name: "relaxed-simd", flags: relaxed },
  { name: "relaxed-simd-threads", flags: [...relaxed, ...threads] },
];

/**
 * Writes the kernels of every engine, dist/kernels/<variant>.wasm below `root`, with sizes and hashes of all of them, and
 * those of the classifiers as a module that is imported: they must be there without waiting for a file.
 * @param {string} root
 */
export async function compileKernels(root) {
  const { commands, runLLVM } = await import("@yowasp/clang");
  await runLLVM(undefined, undefined, { fetchProgress: () => {} }); // loads it, without a word of it
  /** @type {Record<string, string>} */
  const sources = {};
  for (const folder of ["src", "bind"])
    for (const name of readdirSync(join(root, "kernels", folder)))
      if (/\.(c|h|def)$/.test(name)) sources[name] = readFileSync(join(root, "kernels", folder, name), "utf8");
  const output = join(root, "dist", "kernels");

  /** @param {string} source @param {string} name @param {string[]} flags @returns {Promise<Uint8Array>} */
  async function compile(source, name, flags) {
    let log = "";
    const files = await Promise.resolve(
      commands.clang(
        [
          "--target=wasm32",
          "-std=gnu11",
          "-O3",
          "-Wall",
          "-Wextra",
          "-Wno-unused-function",
          "-Werror",
          "-ffreestanding",
          "-nostdlib",
          "-fno-math-errno",
          "-ffp-contract=off",
          ...flags,
          "-Wl,--no-entry",
          "-Wl,--import-memory",
          "-Wl,--export=__heap_base",
          "-Wl,--stack-first",
          source,
          "-o",
          "out.wasm",
        ],
        sources,
        {
          stdout: null,
          stderr: (/** @type {Uint8Array | null} */ bytes) => {
            if (bytes) log += new TextDecoder().decode(bytes);
          },
        },
      ),
    ).catch(() => {
      throw new Error(`clang failed on the kernels (${name}):\n${log}`);
    });
    return /** @type {Uint8Array} */ (/** @type {Record<string, unknown>} */ (files)["out.wasm"]);
  }

  /** @type {Record<string, { bytes: number, sha256: string }>} */
  const sums = {};
  for (const { name, flags } of variants) {
    const wasm = await compile("wasm.c", name, [...flags, "-Wl,-z,stack-size=65536"]);
    writeWhole(join(output, `${name}.wasm`), wasm);
    sums[`${name}.wasm`] = { bytes: wasm.length, sha256: createHash("sha256").update(wasm).digest("hex") };
  }
  writeWhole(join(output, "sums.js"), `export default ${JSON.stringify(sums, null, 2)};\n`);
  const types = "declare const sums: Record<string, { bytes: number; sha256: string }>;\nexport default sums;\n";
  writeWhole(join(output, "sums.d.ts"), types);
  const classify = await compile("classify.c", "classify", [
    ...["-msimd128", "-Wl,-z,stack-size=1024", "-Wl,--strip-all"],
  ]);
  const base64 = Buffer.from(classify).toString("base64");
  writeWhole(join(output, "classify.js"), `export default "${base64}";\n`);
  writeWhole(join(output, "classify.d.ts"), "declare const base64: string;\nexport default base64;\n");
}

if (workerData?.compileIn) {
  // A thread of set-up. Clang is 75 MB of WebAssembly that run for seconds: to optimise them takes longer than it saves.
  setFlagsFromString("--liftoff-only");
  await compileKernels(workerData.compileIn);
}
