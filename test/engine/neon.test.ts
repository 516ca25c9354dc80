import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commands, runLLVM } from "@yowasp/clang";
import { describe, expect, test } from "vitest";
import { COMMON } from "../../scripts/native.mjs";

// The kernels for 64-bit ARM, on machines of another kind: that they compile, not that they are right.
const root = fileURLToPath(new URL("../..", import.meta.url));
const target = ["-DTABLE=kernels_baseline", '-DTARGET="baseline"', "target.c"];

/** Stands in for the compiler's own header, which the clang of set-up does not bring: what simd.h takes from it. */
const ARM_NEON = `
  typedef __attribute__((neon_vector_type(4))) float float32x4_t;
  static inline float32x4_t vfmaq_f32(float32x4_t c, float32x4_t a, float32x4_t b) {
    return __builtin_elementwise_fma(a, b, c);
  }`;

/** What clang complains about. */
async function checkWithClang(change: (text: string) => string = (text) => text): Promise<string> {
  await runLLVM(undefined, undefined, { fetchProgress: () => {} });
  const sources: Record<string, string> = { "arm_neon.h": ARM_NEON };
  for (const folder of ["src", "bind"])
    for (const name of readdirSync(join(root, "kernels", folder)))
      sources[name] = change(readFileSync(join(root, "kernels", folder, name), "utf8"));
  let log = "";
  const stderr = (bytes: Uint8Array | null) => {
    if (bytes) log += new TextDecoder().decode(bytes);
  };
  const flags = ["--target=aarch64-linux-gnu", "-ffreestanding", "-fsyntax-only", "-I."];
  try {
    await commands.clang([...COMMON, ...flags, ...target], sources, { stdout: null, stderr });
  } catch {
    return log || "clang failed without a word";
  }
  return log;
}

test("clang accepts the kernels for NEON, and would not accept everything", async () => {
  expect(await checkWithClang()).toBe("");
  expect(await checkWithClang((text) => text.replace("vfmaq_f32((", "vfmaq_f64(("))).toContain("vfmaq_f64");
});

const gcc = "aarch64-linux-gnu-gcc";
const found = spawnSync(gcc, ["--version"]).status === 0;

describe.skipIf(!found)(`with ${gcc}`, () => {
  const compile = (...args: string[]) => spawnSync(gcc, args, { encoding: "utf8", cwd: join(root, "kernels/bind") });
  const include = ["-I../src", "-I."];

  test("the kernels become NEON instructions", () => {
    const { stdout, stderr } = compile(...COMMON, "-O1", "-ffreestanding", ...include, ...target, "-S", "-o", "-");
    expect(stderr).toBe("");
    expect(stdout.match(/\bfmla\tv\d+\.4s/g)?.length).toBeGreaterThan(100);
  });

  test("the add-on compiles", ({ skip }) => {
    const libc = compile("-E", "-include", "stdlib.h", "-xc", "/dev/null", "-o", "/dev/null");
    if (libc.status !== 0) skip("there is no C library for it (libc6-dev-arm64-cross)");
    const headers = join(createRequire(import.meta.url).resolve("node-api-headers"), "..", "include");
    const { status, stderr } = compile(...COMMON, "-O1", ...include, `-I${headers}`, "-c", "napi.c", "-o", "/dev/null");
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});
