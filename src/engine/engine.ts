/**
 * The narrow interface between training code and arithmetic. An engine hands out workspaces; a workspace is one
 * arena of numbers and the kernels that run over it. Arguments are element offsets into the arena, outputs
 * first, then strides and sizes. Kernels never allocate. NONE stands for an absent tensor.
 */
export interface Engine {
  /** One of `engineNames`, for instance "native-avx512" or "wasm-relaxed-simd". */
  readonly name: string;
  readonly precision: "float32" | "float64";
  /** Numbers a vector; widths of gates and outputs are padded to a multiple of it. */
  readonly lanes: number;
  /**
   * An arena of so many numbers, zeros. With `threads` above 1 other threads may attach to its memory.
   * @throws {EngineError} if so much memory cannot be had
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
}

/** What another thread needs to attach to an arena. */
export type WorkspaceMemory = SharedArrayBuffer | ArrayBuffer | WebAssembly.Memory;

/** Offset of a tensor that is not there. */
export const NONE = -1;

export interface Workspace extends Kernels {
  readonly engine: Engine;
  readonly data: Float32Array | Float64Array;
  readonly memory: WorkspaceMemory;
}

/**
 * Hp = padded H, G = 4 Hp; gates in the order i, f, g, o. Sequences of a batch are sorted by length, longest first,
 * and packed: R rows in all, step t has the active[t] rows right behind those of step t - 1. More in kernels/src.
 */
export interface Kernels {
  /** Packs b [K, N] (or [N, K] when transposed) for `gemm`: [K, Np]. */
  gemmPack(packed: number, b: number, K: number, N: number, ldb: number, transposed: number): void;
  /** c [M, N] = a [M, K] b + bias ([N] or NONE), or += a b; N padded. */
  gemm(
    c: number,
    a: number,
    packed: number,
    bias: number,
    M: number,
    N: number,
    K: number,
    ldc: number,
    lda: number,
    accumulate: number,
  ): void;
  /** c [K, N] += a^T [M, K] g [M, N]; N padded. */
  gemmTransposed(
    c: number,
    a: number,
    g: number,
    M: number,
    N: number,
    K: number,
    ldc: number,
    lda: number,
    ldg: number,
  ): void;
  /** Packs weights [rows, 4H] for `lstmForward`: [U; W; b], or U alone where the input is constant. */
  lstmPackForward(packed: number, weights: number, H: number, rows: number): void;
  /** Packs weights [rows, 4H] for `gemm` with a constant input: [rows, G]. */
  lstmPackInput(packed: number, weights: number, H: number, rows: number): void;
  /** Packs the transpose of weights [rows, 4H] for `gemm` of gate gradients: [G, padded rows]. */
  lstmPackBackward(packed: number, weights: number, H: number, rows: number): void;
  /** gradient [rows, 4H] += padded [rows, G] without its padding. */
  lstmUnpackGradient(gradient: number, padded: number, H: number, rows: number): void;
  /**
   * hidden, cells [B + R, Hp], the initial state first ([3B, Hp] without keep); gates [R, G] or NONE;
   * last [B, Hp]; x [R, ldx]; constant [B, G] or NONE; mask [R] or NONE; active [T] or NONE.
   */
  lstmForward(
    hidden: number,
    cells: number,
    gates: number,
    last: number,
    x: number,
    packed: number,
    constant: number,
    mask: number,
    active: number,
    T: number,
    B: number,
    H: number,
    F: number,
    ldx: number,
    keep: number,
    useRelu: number,
    reverse: number,
  ): void;
  /**
   * gates [R, G] become gate gradients; dh, dc [B, Hp] in and out; dweights [H + F + 1, G] ([H, G] with dconstant)
   * and dconstant [B, G] are added to; dx [R, Fp]; dhidden [R] rows of Hp, ldd apart.
   */
  lstmBackward(
    gates: number,
    dh: number,
    dc: number,
    dweights: number,
    dx: number,
    dconstant: number,
    cells: number,
    hidden: number,
    x: number,
    dhidden: number,
    packedU: number,
    packedW: number,
    mask: number,
    active: number,
    T: number,
    B: number,
    H: number,
    F: number,
    ldx: number,
    ldd: number,
    useRelu: number,
    reverse: number,
  ): void;
  /** rows [B, 2, Hp] = mean and max of each case's states [R, Hp]; places [B, 2, Hp] for the way back. */
  poolForward(
    rows: number,
    places: number,
    states: number,
    mask: number,
    active: number,
    T: number,
    B: number,
    H: number,
  ): void;
  /** dstates [R, Hp] += the gradient of the states, from that of the rows. */
  poolBackward(
    dstates: number,
    drows: number,
    places: number,
    mask: number,
    active: number,
    T: number,
    B: number,
    H: number,
  ): void;
  /** sums [B, 2, Hp] = sums and sums of squares of each case's states [R, Hp]. */
  stateSums(
    sums: number,
    states: number,
    mask: number,
    active: number,
    T: number,
    B: number,
    H: number,
  ): void;
  /**
   * rows [B, 9, Hp] = mean, max, std, min, last and four smooth shares of the states; places [B, 3, Hp] for the way
   * back; middle, slope [Hp]. See kernels/src/readout.c.
   */
  readOutForward(
    rows: number,
    places: number,
    states: number,
    middle: number,
    slope: number,
    mask: number,
    active: number,
    T: number,
    B: number,
    H: number,
    reverse: number,
  ): void;
  /** dstates [R, Hp] += the gradient of the states, from that of the rows. */
  readOutBackward(
    dstates: number,
    drows: number,
    rows: number,
    places: number,
    states: number,
    middle: number,
    slope: number,
    mask: number,
    active: number,
    T: number,
    B: number,
    H: number,
    reverse: number,
  ): void;
  /** sums [N] += sums over the rows of a [M, N]. */
  columnSums(sums: number, a: number, M: number, N: number, lda: number): void;
  /** sums [n] = the sum of `count` blocks, `stride` apart, in their order; n padded. */
  sumBlocks(sums: number, blocks: number, count: number, stride: number, n: number): void;
  /** Copies [M, width] between rows of different distances. */
  copyRows(to: number, from: number, M: number, width: number, ldto: number, ldfrom: number): void;
  /** y = a o b, all [M, width]. */
  multiplyRows(
    y: number,
    a: number,
    b: number,
    M: number,
    width: number,
    ldy: number,
    lda: number,
    ldb: number,
  ): void;
  /** Number k becomes 0 with probability `rate`, else 1 / (1 - rate): a hash of k and the key, alike on all engines. */
  bernoulli(out: number, key: number, rate: number, n: number): void;
  /**
   * Returns the sum of w o (y - x)^2 for y [M, ldy], x and observed [M, F], weights [M];
   * dy [M, ldy] = 2 scale w o (y - x), or NONE.
   */
  maskedSquaredError(
    dy: number,
    y: number,
    x: number,
    observed: number,
    weights: number,
    scale: number,
    M: number,
    F: number,
    ldy: number,
  ): number;
  /** Sum of squares of a [n], accumulated in double precision. */
  squaredNorm(a: number, n: number): number;
  /** One Adam step over w, m, v, g [n]; n padded. */
  adam(
    w: number,
    m: number,
    v: number,
    g: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    scale: number,
    n: number,
  ): void;
}

/** How many leading arguments of each kernel are tensors; the rest are numbers. */
export const TENSORS: Record<keyof Kernels, number> = {
  gemmPack: 2,
  gemm: 4,
  gemmTransposed: 3,
  lstmPackForward: 2,
  lstmPackInput: 2,
  lstmPackBackward: 2,
  lstmUnpackGradient: 2,
  lstmForward: 9,
  lstmBackward: 14,
  poolForward: 5,
  poolBackward: 5,
  stateSums: 4,
  readOutForward: 7,
  readOutBackward: 9,
  columnSums: 2,
  sumBlocks: 2,
  copyRows: 2,
  multiplyRows: 3,
  bernoulli: 1,
  maskedSquaredError: 5,
  squaredNorm: 1,
  adam: 4,
};

/** A kernel's name in C. */
export function nativeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** n rounded up to a whole number of vectors. */
export function padTo(n: number, lanes: number): number {
  return Math.ceil(n / lanes) * lanes;
}
