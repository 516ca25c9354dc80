import { OptionError } from "../errors.js";
import type { Engine } from "./engine.js";
import { reference } from "./reference.js";
import { loadWasm } from "./wasm.js";

/** What `--engine` and UNDERTONE_ENGINE accept. */
export const engineNames = ["auto", "wasm", "wasm-relaxed-simd", "wasm-simd128", "reference"] as const;
export type EngineName = (typeof engineNames)[number];

const loaded = new Map<string, Promise<Engine>>();

/**
 * The engine of that name; `auto` and `wasm` are the fastest that loads. Without a name, UNDERTONE_ENGINE decides.
 * @throws {OptionError} for an unknown name
 * @throws {EngineError} if the engine cannot run here
 */
export function loadEngine(name?: string): Promise<Engine> {
  const wanted = name ?? environmentEngine() ?? "auto";
  if (!(engineNames as readonly string[]).includes(wanted))
    throw new OptionError(`There is no engine "${wanted}". Use one of ${engineNames.join(", ")}.`);
  let engine = loaded.get(wanted);
  if (!engine) {
    engine = load(wanted as EngineName);
    loaded.set(wanted, engine);
  }
  return engine;
}

async function load(name: EngineName): Promise<Engine> {
  switch (name) {
    case "reference":
      return reference;
    case "wasm-simd128":
      return loadWasm("simd128");
    case "wasm-relaxed-simd":
      return loadWasm("relaxed-simd");
    default:
      return loadWasm("relaxed-simd").catch(() => loadWasm("simd128"));
  }
}

function environmentEngine(): string | undefined {
  return (typeof process !== "undefined" && process.env.UNDERTONE_ENGINE) || undefined;
}
