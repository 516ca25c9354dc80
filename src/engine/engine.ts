import type { Kernels } from "./kernels.js";

/**
 * The narrow interface between training code and arithmetic. An engine hands out workspaces. A workspace is one
 * arena of numbers and the kernels that run over it. Kernels never allocate.
 */
export interface Engine {
  /** One of `engineNames`, for instance "native-avx512" or "wasm-relaxed-simd". */
  readonly name: string;
  readonly precision: "float32" | "float64";
  /** What was passed over because its files are damaged, and how to repair it; only of `auto` and `wasm`. */
  readonly notes?: readonly string[];
  /** Numbers per vector; widths of gates and outputs are padded to a multiple of it. */
  readonly lanes: number;
  /**
   * An arena of `elements` numbers, all 0. With `threads` above 1 other threads may attach to its memory.
   * @throws {EngineError} if memory is too small
   */
  createWorkspace(elements: number, threads?: number): Workspace;
  /**
   * The arena of another thread's workspace.
   * @param thread from 1, different for each thread
   */
  attachWorkspace(memory: WorkspaceMemory, elements: number, thread: number): Workspace;
  /**
   * Measures the multiply-add peak of one core in GFLOPS: registers only, at this engine's vector width and
   * precision, a multiply-add counted as two operations whether or not it is fused. Takes about 80 ms.
   */
  peakGflops(): number;
  /**
   * Gives memory that was freed, and that the C library keeps for later, back to the system. Absent where that cannot be
   * asked for.
   */
  giveBack?(): void;
}

/** What another thread needs to attach to an arena. */
export type WorkspaceMemory = SharedArrayBuffer | ArrayBuffer | WebAssembly.Memory;

/** Offset of an absent tensor. */
export const NONE = -1;

export interface Workspace extends Kernels {
  readonly engine: Engine;
  readonly data: Float32Array | Float64Array;
  readonly memory: WorkspaceMemory;
}

/** n rounded up to a whole number of vectors. */
export function padTo(n: number, lanes: number): number {
  return Math.ceil(n / lanes) * lanes;
}
