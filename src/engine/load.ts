import { EngineError, OptionError } from "../errors.js";
import { UnusableError } from "./built-file.js";
import type { Engine } from "./engine.js";
import { loadNative, type NativeTarget } from "./native.js";
import { reference } from "./reference/reference.js";
import { loadWasm, type WasmVariant } from "./wasm.js";

/** What `loadEngine` and UNDERTONE_ENGINE accept; the first three choose among the others. */
export const engineNames = [
  "auto",
  "native",
  "wasm",
  "native-avx512",
  "native-avx2",
  "native-baseline",
  "wasm-relaxed-simd",
  "wasm-simd128",
  "reference",
] as const;
export type EngineName = (typeof engineNames)[number];

const loaded = new Map<string, Promise<Engine>>();

/**
 * The engine of that name; `auto`, `native` and `wasm` are the fastest that loads. Without a name,
 * UNDERTONE_ENGINE decides. `notes` of the engine say where a faster one is damaged.
 * @throws {OptionError} for an unknown name
 * @throws {EngineError} if the engine cannot run here
 */
export function loadEngine(name?: string): Promise<Engine> {
  const wanted = name ?? environmentEngine() ?? "auto";
  if (!(engineNames as readonly string[]).includes(wanted))
    throw new OptionError(`Unknown engine "${wanted}". Use one of ${engineNames.join(", ")}.`);
  let engine = loaded.get(wanted);
  if (!engine) {
    engine = load(wanted as EngineName);
    loaded.set(wanted, engine);
  }
  return engine;
}

async function load(name: EngineName): Promise<Engine> {
  if (name === "reference") return reference;
  if (name === "native") return loadNative();
  if (name.startsWith("native-")) return loadNative(name.slice("native-".length) as NativeTarget);
  if (name.startsWith("wasm-")) return loadWasm(name.slice("wasm-".length) as WasmVariant);
  const wasm = ["wasm-relaxed-simd", "wasm-simd128"];
  return loadFirst(name === "wasm" ? wasm : ["native", ...wasm]);
}

/** The first that loads. What is there and cannot be used is named in its notes. */
async function loadFirst([name, ...others]: readonly string[], notes: readonly string[] = []): Promise<Engine> {
  try {
    const engine = await loadEngine(name);
    return notes.length > 0 ? { ...engine, notes } : engine;
  } catch (error) {
    if (others.length === 0) throw error;
    return loadFirst(others, error instanceof UnusableError ? [...notes, error.message] : notes);
  }
}

/** Every engine that loads here, fastest first, and why the others do not. */
export async function loadEveryEngine(): Promise<{ engines: Engine[]; missing: string[] }> {
  const engines: Engine[] = [];
  const missing: string[] = [];
  for (const name of engineNames.slice(3))
    try {
      engines.push(await loadEngine(name));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      missing.push(error.message);
    }
  return { engines, missing };
}

function environmentEngine(): string | undefined {
  return (typeof process !== "undefined" && process.env.UNDERTONE_ENGINE) || undefined;
}
