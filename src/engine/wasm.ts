import sums from "../../dist/kernels/sums.js";
import { EngineError } from "../errors.js";
import { sha256 } from "../sequences/set/hash.js";
import { notAsBuilt, UnusableError } from "./built-file.js";
import type { Engine, Workspace } from "./engine.js";
import { type NativeKernels, nameArguments } from "./kernels.js";
import { measurePeak } from "./peak.js";

export type WasmVariant = "simd128" | "relaxed-simd";

const PAGE = 65536;
const MAX_PAGES = 65536;
/** Below the heap lie the first thread's stack and the constants, within the pages that the module asks for. */
const RESERVED = 4 * PAGE;
/** Every further thread has a stack of its own right behind. */
const STACK = 2 * PAGE;

/**
 * The C kernels compiled to WebAssembly. Every workspace is an instance of its own whose memory is made to
 * measure, so views of it stay valid. Threads are instances over one shared memory.
 * @throws {EngineError} if this runtime cannot run the variant or the compiled kernels are missing
 */
export async function loadWasm(variant: WasmVariant): Promise<Engine> {
  const bytes = await readKernels(variant);
  if (!WebAssembly.validate(bytes) && variant === "relaxed-simd") await allowRelaxedSimd();
  if (!WebAssembly.validate(bytes))
    throw new EngineError(
      `The engine wasm-${variant} cannot run here: this runtime does not know its instructions. ` +
        `Use the engine wasm${variant === "relaxed-simd" ? "-simd128" : " on Node 20 or later"}, or reference.`,
    );
  const alone = await WebAssembly.compile(bytes);
  const shared =
    typeof SharedArrayBuffer === "undefined"
      ? undefined
      : await WebAssembly.compile(await readKernels(`${variant}-threads`));
  const name = `wasm-${variant}`;
  const engine: Engine = {
    name,
    precision: "float32",
    lanes: 4,
    createWorkspace(elements, threads = 1) {
      const bytes = RESERVED + (threads > 1 ? (threads - 1) * STACK : 0) + elements * 4;
      const memory = createMemory(name, bytes, threads > 1);
      return bindWorkspace(engine, threads > 1 ? shared! : alone, memory, elements, 0);
    },
    attachWorkspace: (memory, elements, thread) =>
      bindWorkspace(engine, shared!, memory as WebAssembly.Memory, elements, thread),
    peakGflops: () => measurePeak(engine),
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

/**
 * Kernels lie in dist/kernels, the same way from src/engine and from dist/engine. They are compared with what set-up
 * recorded: a changed number in them would go unnoticed. A page that is not secure has no SHA-256, so there only the
 * size is compared.
 */
async function readKernels(variant: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = new URL(`../../dist/kernels/${variant}.wasm`, import.meta.url);
  const bytes = await readBytes(url).catch((cause) => {
    throw new UnusableError(
      `The compiled kernels are missing (${url.pathname}). Run "npm run setup" to compile them, or install the package again.`,
      { cause },
    );
  });
  const built = sums[`${variant}.wasm`];
  if (bytes.length !== built.bytes)
    throw notAsBuilt(url.pathname, `it has ${bytes.length} bytes, expected ${built.bytes}`, "the engine reference");
  if (globalThis.crypto?.subtle && (await sha256(bytes)) !== built.sha256)
    throw notAsBuilt(url.pathname, `its SHA-256 is another one than ${built.sha256}`, "the engine reference");
  return bytes;
}

async function readBytes(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  if (isNode()) {
    const { readFile } = await import("node:fs/promises");
    return new Uint8Array(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

function createMemory(engine: string, bytes: number, shared: boolean): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE);
  try {
    if (pages > MAX_PAGES) throw new RangeError("beyond 32-bit memory");
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (cause) {
    throw new EngineError(
      `The engine ${engine} cannot get ${(bytes / 2 ** 30).toFixed(1)} GB of memory for this model (at most 4 GB). ` +
        "Use a smaller batch, or shorter windows.",
      { cause },
    );
  }
}

function bindWorkspace(
  engine: Engine,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  elements: number,
  thread: number,
): Workspace {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if ((exports.__heap_base as WebAssembly.Global).value > RESERVED)
    throw new EngineError("The kernels need more memory below the heap than is reserved; rebuild them.");
  if (thread > 0) (exports.__stack_pointer as WebAssembly.Global).value = RESERVED + thread * STACK;
  const bytes = memory.buffer.byteLength;
  const start = Math.floor((bytes - elements * 4) / 64) * 64; // the arena lies at the end
  const address = (offset: number) => (offset < 0 ? 0 : start + 4 * offset);
  const kernels = nameArguments(exports as unknown as NativeKernels, address);
  return { engine, memory, data: new Float32Array(memory.buffer, start, elements), ...kernels };
}
