// @ts-check
// Compiles kernels/ to WebAssembly with clang, itself compiled to WebAssembly (@yowasp/clang): no compiler needed.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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

/** Writes dist/kernels/<variant>.wasm below `root`. @param {string} root */
export async function compileKernels(root) {
  const { commands, runLLVM } = await import("@yowasp/clang");
  await runLLVM(undefined, undefined, { fetchProgress: () => {} }); // loads it, without a word of it
  /** @type {Record<string, string>} */
  const sources = {};
  for (const folder of ["src", "bind"])
    for (const name of readdirSync(join(root, "kernels", folder)))
      if (/\.[ch]$/.test(name)) sources[name] = readFileSync(join(root, "kernels", folder, name), "utf8");
  mkdirSync(join(root, "dist", "kernels"), { recursive: true });
  for (const { name, flags } of variants) {
    let log = "";
    const output = await Promise.resolve(
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
          "-Wl,-z,stack-size=65536",
          "-Wl,--stack-first",
          "wasm.c",
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
    writeFileSync(
      join(root, "dist", "kernels", `${name}.wasm`),
      /** @type {Uint8Array} */ (/** @type {Record<string, unknown>} */ (output)["out.wasm"]),
    );
  }
}
