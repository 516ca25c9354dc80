/**
 * The narrow interface between training code and arithmetic. An engine hands out workspaces; a workspace is one
 * arena of numbers and the kernels that run over it. Arguments are element offsets into the arena, outputs
 * first, then strides and sizes. Kernels never allocate. NONE stands for an absent tensor.
 */
export interface Engine {
  /** "reference", "wasm-simd128" or "wasm-relaxed-simd". */
  readonly name: string;
  readonly precision: "float32" | "float64";
  /** Numbers a vector; widths of gates and outputs are padded to a multiple of it. */
  readonly lanes: number;
  /** @throws {EngineError} if so much memory cannot be had */
  createWorkspace(elements: number): Workspace;
  /**
   * Measures the multiply-add peak of one core in GFLOPS: registers only, at this engine's vector width and
   * precision, a multiply-add counted as two operations whether or not it is fused. Takes about 80 ms.
   */
  peakGflops(): number;
}

/** Offset of a tensor that is not there. */
export const NONE = -1;

export interface Workspace extends Kernels {
  readonly engine: Engine;
  readonly data: Float32Array | Float64Array;
}

/** Hp = padded H, G = 4 Hp; gates in the order i, f, g, o. Layouts are told in kernels/src. */
export interface Kernels {
  /** Packs b [K, N] (or [N, K] when transposed) for `gemm`: [K, Np]. */
  gemmPack(packed: number, b: number, K: number, N: number, ldb: number, transposed: number): void;
  /** c [M, N] = a [M, K] b, or += ; N padded. */
  gemm(
    c: number,
    a: number,
    packed: number,
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
  /** Packs weights [H + rows, 4H] for `lstmForward`: K = Hp + rows. */
  lstmPackForward(packed: number, weights: number, H: number, K: number, rows: number): void;
  /** Packs weights [rows, 4H] for `gemm` with a constant input: [rows, G]. */
  lstmPackInput(packed: number, weights: number, H: number, rows: number): void;
  /** Packs the transpose of weights [rows, 4H] for `gemm` of gate gradients: [G, padded rows]. */
  lstmPackBackward(packed: number, weights: number, H: number, rows: number): void;
  /** gradient [rows, 4H] += padded [rows, G] without its padding. */
  lstmUnpackGradient(gradient: number, padded: number, H: number, rows: number): void;
  /**
   * xh [T + 1, B, ldx], cells [T + 1, B, Hp] ([B, Hp] without gates), gates [T, B, G] or NONE,
   * constant [B, G] or NONE, mask [T, B] or NONE.
   */
  lstmForward(
    xh: number,
    cells: number,
    gates: number,
    packed: number,
    constant: number,
    mask: number,
    T: number,
    B: number,
    H: number,
    K: number,
    ldx: number,
    useRelu: number,
    reverse: number,
  ): void;
  /**
   * gates [T, B, G] become gate gradients; dh, dc [B, Hp] in and out; dweights [K, G] and dconstant [B, G] are
   * added to; dx [T, B, Fp]; dhidden [T, B] rows of Hp, ldd apart.
   */
  lstmBackward(
    gates: number,
    dh: number,
    dc: number,
    dweights: number,
    dx: number,
    dconstant: number,
    cells: number,
    xh: number,
    dhidden: number,
    packedU: number,
    packedW: number,
    mask: number,
    T: number,
    B: number,
    H: number,
    K: number,
    F: number,
    ldx: number,
    ldd: number,
    useRelu: number,
    reverse: number,
  ): void;
  /** sums [N] += sums over the rows of a [M, N]. */
  columnSums(sums: number, a: number, M: number, N: number, lda: number): void;
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

/** n rounded up to a whole number of vectors. */
export function padTo(n: number, lanes: number): number {
  return Math.ceil(n / lanes) * lanes;
}
