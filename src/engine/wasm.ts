import { EngineError } from "../errors.js";
import type { Engine, Kernels, Workspace } from "./engine.js";
import { measurePeak } from "./peak.js";

export type WasmVariant = "simd128" | "relaxed-simd";

/** How many leading arguments of each kernel are tensors; the rest are numbers. */
const TENSORS: Record<keyof Kernels, number> = {
  gemmPack: 2,
  gemm: 3,
  gemmTransposed: 3,
  lstmPackForward: 2,
  lstmPackInput: 2,
  lstmPackBackward: 2,
  lstmUnpackGradient: 2,
  lstmForward: 6,
  lstmBackward: 12,
  columnSums: 2,
  maskedSquaredError: 5,
  squaredNorm: 1,
  adam: 4,
};

const PAGE = 65536;
const MAX_PAGES = 65536;
/** Below the heap lie the stack and the constants, within the pages that the module itself asks for. */
const RESERVED = 4 * PAGE;

/**
 * The C kernels compiled to WebAssembly. Every workspace is an instance of its own whose memory is made to
 * measure, so views of it stay valid.
 * @throws {EngineError} if this runtime cannot run the variant or the compiled kernels are not there
 */
export async function loadWasm(variant: WasmVariant): Promise<Engine> {
  const bytes = await readKernels(variant);
  if (!WebAssembly.validate(bytes) && variant === "relaxed-simd") await allowRelaxedSimd();
  if (!WebAssembly.validate(bytes))
    throw new EngineError(
      `The engine wasm-${variant} cannot run here: this runtime does not know its instructions. ` +
        `Use --engine wasm${variant === "relaxed-simd" ? "-simd128" : " on Node 20 or later"}, or --engine reference.`,
    );
  const module = await WebAssembly.compile(bytes);
  const engine: Engine = {
    name: `wasm-${variant}`,
    precision: "float32",
    lanes: 4,
    createWorkspace: (elements) => createWorkspace(engine, module, elements),
    peakGflops() {
      const memory = new WebAssembly.Memory({ initial: RESERVED / PAGE });
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      const loop = exports.multiply_add_peak as (factor: number, rounds: number) => number;
      const flops = 2 * engine.lanes * (exports.peak_chains as () => number)();
      return measurePeak(flops, loop);
    },
  };
  return engine;
}

/** Node 20 knows relaxed-simd but hides it behind a flag that may be set before the first compilation. */
async function allowRelaxedSimd(): Promise<void> {
  if (!isNode()) return;
  const { setFlagsFromString } = await import("node:v8");
  setFlagsFromString("--experimental-wasm-relaxed-simd");
}

function isNode(): boolean {
  return typeof process !== "undefined" && process.versions?.node !== undefined;
}

/** Kernels lie in dist/kernels, the same way from src/engine and from dist/engine. */
async function readKernels(variant: WasmVariant): Promise<Uint8Array<ArrayBuffer>> {
  const url = new URL(`../../dist/kernels/${variant}.wasm`, import.meta.url);
  try {
    if (!isNode()) return new Uint8Array(await (await fetch(url)).arrayBuffer());
    const { readFile } = await import("node:fs/promises");
    return new Uint8Array(await readFile(url));
  } catch (cause) {
    throw new EngineError(
      `The compiled kernels are missing (${url.pathname}). Run "npm run setup" to compile them.`,
      {
        cause,
      },
    );
  }
}

function createWorkspace(engine: Engine, module: WebAssembly.Module, elements: number): Workspace {
  const pages = Math.ceil((RESERVED + elements * 4) / PAGE);
  let memory: WebAssembly.Memory;
  try {
    if (pages > MAX_PAGES) throw new RangeError("beyond 32-bit memory");
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (cause) {
    const gigabytes = ((elements * 4) / 2 ** 30).toFixed(1);
    throw new EngineError(
      `The engine ${engine.name} cannot get ${gigabytes} GB of memory for this model (at most 4 GB). ` +
        "Use a smaller batch, or shorter windows.",
      { cause },
    );
  }
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if ((exports.__heap_base as WebAssembly.Global).value > RESERVED)
    throw new EngineError("The kernels need more memory below the heap than is reserved; rebuild them.");

  const bind = (name: keyof Kernels) => {
    const kernel = exports[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] as (
      ...args: number[]
    ) => number;
    const tensors = TENSORS[name];
    return (...args: number[]) => {
      for (let k = 0; k < tensors; k++) args[k] = args[k] < 0 ? 0 : RESERVED + 4 * args[k];
      return kernel(...args);
    };
  };
  const kernels = Object.fromEntries(
    (Object.keys(TENSORS) as (keyof Kernels)[]).map((name) => [name, bind(name)]),
  ) as unknown as Kernels;
  return { engine, data: new Float32Array(memory.buffer, RESERVED, elements), ...kernels };
}
