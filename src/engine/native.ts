import { EngineError } from "../errors.js";
import { expectAsBuilt, UnusableError } from "./built-file.js";
import type { Engine, Workspace } from "./engine.js";
import { type NativeKernels, nameArguments } from "./kernels.js";
import { measurePeak } from "./peak.js";

/** Targets that the kernels are compiled for, best first. */
const nativeTargets = ["avx512", "avx2", "baseline"] as const;
export type NativeTarget = (typeof nativeTargets)[number];

/** What the add-on offers; see kernels/bind/napi.c. */
interface Addon {
  targets(): NativeTarget[];
  /** Each kernel takes the arena first. */
  open(target: string): ArenaKernels & { lanes: number };
  /** What kernels take first, written into `record`. Both arrays must outlive it. */
  arena(data: Float32Array, record: Float64Array): Arena;
  /** Where it lies, modulo 4096. */
  place(data: Float32Array): number;
  trim(): void;
}

type Arena = { readonly of: "the add-on" };
type ArenaKernels = Record<string, (arena: Arena, ...args: number[]) => number>;

/** Arenas start on a cache line. */
const ALIGNMENT = 64;

/**
 * The same C kernels as a Node add-on, for the widest vectors that this processor has.
 * @param wanted a target, or undefined for the best
 * @throws {EngineError} if the add-on for this machine is missing, or the processor cannot run the target
 */
export async function loadNative(wanted?: NativeTarget): Promise<Engine> {
  const addon = await loadAddon();
  const targets = addon.targets();
  const target = wanted ?? targets[0];
  if (!targets.includes(target))
    throw new EngineError(
      `The engine native-${target} cannot run here: this processor has ${targets.join(", ")}. Use the engine native.`,
    );
  const { lanes, ...kernels } = addon.open(target);
  const engine: Engine = {
    name: `native-${target}`,
    precision: "float32",
    lanes,
    createWorkspace(elements, threads = 1) {
      // The collector does not see how large shared memory is, and lets arenas that are gone pile up.
      const Memory = threads > 1 ? SharedArrayBuffer : ArrayBuffer;
      try {
        return bindWorkspace(engine, new Memory(elements * 4 + ALIGNMENT), elements);
      } catch (cause) {
        throw new EngineError(
          `The engine ${engine.name} cannot get ${((elements * 4) / 2 ** 30).toFixed(1)} GB of memory for this model. ` +
            "Use a smaller batch, or shorter windows.",
          { cause },
        );
      }
    },
    attachWorkspace: (memory, elements) => bindWorkspace(engine, memory as SharedArrayBuffer, elements),
    giveBack: addon.trim,
    peakGflops: () => measurePeak(engine),
  };
  return engine;

  function bindWorkspace(engine: Engine, memory: SharedArrayBuffer | ArrayBuffer, elements: number): Workspace {
    const from = addon.place(new Float32Array(memory));
    const data = new Float32Array(memory, (ALIGNMENT - (from % ALIGNMENT)) % ALIGNMENT, elements);
    const record = new Float64Array(new ArrayBuffer(24)); // in a buffer of its own it never moves
    const arena = addon.arena(data, record);
    const bound: NativeKernels = {};
    for (const name in kernels) bound[name] = kernels[name].bind({ data, record }, arena); // so a kernel keeps both
    return { engine, memory, data, ...nameArguments(bound, (offset) => offset) };
  }
}

/**
 * A published build for this platform where it is installed, else the one that set-up compiled; the file that
 * UNDERTONE_NATIVE names, and no other, where it is set.
 */
async function loadAddon(): Promise<Addon> {
  if (typeof process === "undefined" || process.versions?.node === undefined)
    throw new EngineError("The native engine runs in Node only. Use the engine wasm.");
  const { createRequire } = await import("node:module");
  const { resolve } = await import("node:path");
  const { fileURLToPath } = await import("node:url");
  const require = createRequire(import.meta.url);
  const named = process.env.UNDERTONE_NATIVE;
  const built = fileURLToPath(new URL("../../dist/native/undertone.node", import.meta.url));
  const path = named ? resolve(named) : (findPublished(require) ?? built);
  if (!(await expectAsBuilt(path, "the engine wasm"))) {
    if (named)
      throw new UnusableError(`UNDERTONE_NATIVE names ${path}, and there is no such file. Unset it, or correct it.`);
    throw new EngineError(
      `The native engine is missing (there is no ${path}). Set-up compiles it where there is a C compiler: ` +
        'install one and run "npm run setup", or use the engine wasm.',
    );
  }
  try {
    return require(path) as Addon;
  } catch (cause) {
    const Failure = named ? UnusableError : EngineError;
    throw new Failure(
      `The native engine cannot be loaded here: ${(cause as Error).message.split("\n")[0]}. ` +
        'It was built for another machine: run "npm run setup" on this one, or use the engine wasm.',
      { cause },
    );
  }
}

/** The add-on of a package for this platform: its main file, with the record beside it. */
function findPublished(require: NodeJS.Require): string | undefined {
  try {
    return require.resolve(`@undertone/native-${process.platform}-${process.arch}`);
  } catch {
    return undefined;
  }
}
