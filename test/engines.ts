import { type Engine, type EngineName, loadEngine } from "../src/index.js";

const names: EngineName[] = [
  ...(["reference", "wasm-simd128", "wasm-relaxed-simd"] as const),
  ...(["native-baseline", "native-avx2", "native-avx512"] as const),
];

/**
 * Every engine that this machine can run, for `describe.each`. One that cannot is told by name; where CI is set
 * it is an error instead, because CI must see them all (but for what its processor lacks).
 */
export const engines: { name: string; engine: Engine }[] = [];
for (const name of names) {
  try {
    engines.push({ name, engine: await loadEngine(name) });
  } catch (error) {
    if (process.env.CI && !/this processor has/.test((error as Error).message)) throw error;
    console.warn(`engine ${name}: not tested here (${(error as Error).message})`);
  }
}

/** The engine of every browser and the fastest one here, for what is decided outside the kernels. */
export const twoEngines = [engines.find(({ name }) => name === "wasm-simd128")!, engines.at(-1)!];

/**
 * Largest error of a float32 engine over the largest entry of a tensor, as promised in the docs; measured
 * errors are ten times smaller. The float64 reference is held to 1e-6 relative.
 */
export const tolerance = (engine: Engine) => (engine.precision === "float64" ? 1e-6 : 2e-5);
