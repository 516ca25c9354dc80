// @ts-check
// Compiles kernels/ to WebAssembly with clang, itself compiled to WebAssembly (@yowasp/clang): no compiler needed.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const variants = [
  { name: "simd128", flags: ["-msimd128"] },
  { name: "relaxed-simd", flags: ["-msimd128", "-mrelaxed-simd"] },
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
  const units = Object.keys(sources).filter((name) => name.endsWith(".c"));
  mkdirSync(join(root, "dist", "kernels"), { recursive: true });
  for (const { name, flags } of variants) {
    let log = "";
    const output = await Promise.resolve(
      commands.clang(
        [
          "--target=wasm32",
          "-std=c11",
          "-O3",
          "-Wall",
          "-Wextra",
          "-Werror",
          "-ffreestanding",
          "-nostdlib",
          "-fno-math-errno",
          ...flags,
          "-Wl,--no-entry",
          "-Wl,--import-memory",
          "-Wl,--export=__heap_base",
          "-Wl,-z,stack-size=65536",
          "-Wl,--stack-first",
          ...units,
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
