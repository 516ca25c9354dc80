// Written by scripts/signatures.mjs (npm run setup) from kernels/src/kernels.def. Change the table, not this file.

/**
 * The kernels over one arena. Tensors are offsets into it, NONE is an absent one. What B, T, Hp, packed rows, `mask` and
 * `active` are, and what each kind of argument may be: kernels/src/kernels.def.
 */
export interface Kernels {
  /**
   * Packs b for `gemm`, in panels.
   * - packed [K, Np]
   * - b [K, N], rows ldb apart; [N, K] if transposed
   */
  gemmPack(args: { packed: number; b: number; K: number; N: number; ldb: number; transposed: boolean }): void;
  /**
   * c = a b + bias, or c += a b.
   * - c [M, N], rows ldc apart; N is a whole number of vectors
   * - a [M, K], rows lda apart
   * - packed b [K, N], from `gemmPack`
   * - bias [N], or NONE
   */
  gemm(args: {
    c: number; a: number; packed: number; bias: number; M: number; N: number; K: number; ldc: number;
    lda: number; accumulate: boolean;
  }): void;
  /**
   * c += a^T g: the gradient of weights.
   * - c [K, N], rows ldc apart; N is a whole number of vectors
   * - a [M, K], rows lda apart
   * - g [M, N], rows ldg apart
   */
  gemmTransposed(args: {
    c: number; a: number; g: number; M: number; N: number; K: number; ldc: number; lda: number; ldg: number;
  }): void;
  /**
   * Packs weights for `lstmForward`.
   * - packed [rows, G], in blocks of one vector of units
   * - weights [rows, 4H]: H + F + 1 rows [U; W; b]; only the H rows of U if the input is constant
   */
  lstmPackForward(args: { packed: number; weights: number; H: number; rows: number }): void;
  /**
   * Packs weights for `gemm` with an input that is the same at every step.
   * - packed [rows, G], in panels
   * - weights [rows, 4H]
   */
  lstmPackInput(args: { packed: number; weights: number; H: number; rows: number }): void;
  /**
   * Packs the transpose of weights for `gemm` of gate gradients.
   * - packed [G, rows padded to whole vectors], in panels
   * - weights [rows, 4H]
   */
  lstmPackBackward(args: { packed: number; weights: number; H: number; rows: number }): void;
  /**
   * Adds a gradient of padded gates to one without padding.
   * - gradient [rows, 4H], added to
   * - padded [rows, G]
   */
  lstmUnpackGradient(args: { gradient: number; padded: number; H: number; rows: number }): void;
  /**
   * All steps of an LSTM layer.
   * - hidden [B + R, Hp]: the initial state, then every h. Without keep [3B, Hp]: the initial state and the
   *   last two steps
   * - cells: every c, with the same rows as hidden
   * - gates [R, G]: activated gates for `lstmBackward`, or NONE
   * - last [B, Hp]: h after the last step of each sequence's walk
   * - x [R, F], rows ldx apart; NONE with constant
   * - packed: from `lstmPackForward`
   * - constant [B, G]: added at every step (an input that is the same at every step, bias included), or NONE
   * - mask: the state passes a skipped step unchanged
   */
  lstmForward(args: {
    hidden: number; cells: number; gates: number; last: number; x: number; packed: number; constant: number;
    mask: number; active: number; T: number; B: number; H: number; F: number; ldx: number; keep: boolean;
    useRelu: boolean; reverse: boolean;
  }): void;
  /**
   * The way back through all steps of an LSTM layer. A reversed walk must have started from a zero state.
   * - gates [R, G]: from `lstmForward`; become the gradients of the gates before activation
   * - dh [B, Hp]: the gradient of the last state; becomes that of the initial state
   * - dc [B, Hp]: the same for c
   * - dweights [H + F + 1, G]: gradients of [U; W; b], added to; [H, G], U alone, with dconstant
   * - dx [R, Fp], or NONE
   * - dconstant [B, G]: added to, or NONE
   * - cells, hidden, x: from `lstmForward`, with keep
   * - dhidden [R] rows of Hp, ldd apart: gradients of every h, or NONE
   * - packedU: U from `lstmPackBackward`
   * - packedW: W from `lstmPackBackward`, with dx
   */
  lstmBackward(args: {
    gates: number; dh: number; dc: number; dweights: number; dx: number; dconstant: number; cells: number;
    hidden: number; x: number; dhidden: number; packedU: number; packedW: number; mask: number;
    active: number; T: number; B: number; H: number; F: number; ldx: number; ldd: number; useRelu: boolean;
    reverse: boolean;
  }): void;
  /**
   * Mean and max of the states of each case.
   * - rows [B, 2, Hp]: mean, max
   * - argmax [B, 2, Hp]: the step of the maximum, and the number of steps, for the way back
   * - states [R, Hp]
   */
  poolForward(args: {
    rows: number; argmax: number; states: number; mask: number; active: number; T: number; B: number;
    H: number;
  }): void;
  /**
   * The way back of `poolForward`.
   * - dstates [R, Hp], added to
   * - drows [B, 2, Hp]
   * - argmax: from `poolForward`
   */
  poolBackward(args: {
    dstates: number; drows: number; argmax: number; mask: number; active: number; T: number; B: number;
    H: number;
  }): void;
  /**
   * Sums and sums of squares of the states of each case.
   * - sums [B, 2, Hp]
   * - states [R, Hp]
   */
  stateSums(args: {
    sums: number; states: number; mask: number; active: number; T: number; B: number; H: number;
  }): void;
  /**
   * The training read-out of the states of each case (kernels/src/readout.c).
   * - rows [B, 9, Hp]: mean, max, std, min, last and four smooth shares
   * - argmax [B, 3, Hp]: the steps of the maximum and the minimum, and the number of steps, for the way back
   * - states [R, Hp]
   * - centre, sharpness [Hp]: of the smooth shares; they count as constants
   */
  readOutForward(args: {
    rows: number; argmax: number; states: number; centre: number; sharpness: number; mask: number;
    active: number; T: number; B: number; H: number; reverse: boolean;
  }): void;
  /**
   * The way back of `readOutForward`.
   * - dstates [R, Hp], added to
   * - drows [B, 9, Hp]
   * - rows, argmax: from `readOutForward`
   */
  readOutBackward(args: {
    dstates: number; drows: number; rows: number; argmax: number; states: number; centre: number;
    sharpness: number; mask: number; active: number; T: number; B: number; H: number; reverse: boolean;
  }): void;
  /**
   * sums += the sum over the rows of a.
   * - sums [N]
   * - a [M, N], rows lda apart
   */
  columnSums(args: { sums: number; a: number; M: number; N: number; lda: number }): void;
  /**
   * The sum of blocks, in their order.
   * - sums [n]; n is a whole number of vectors
   * - blocks [count, n], stride apart
   */
  sumBlocks(args: { sums: number; blocks: number; count: number; stride: number; n: number }): void;
  /**
   * Copies rows.
   * - to [M, width], rows ldto apart
   * - from [M, width], rows ldfrom apart
   */
  copyRows(args: { to: number; from: number; M: number; width: number; ldto: number; ldfrom: number }): void;
  /**
   * y = a o b, element by element.
   * - y, a, b [M, width], rows ldy, lda, ldb apart
   */
  multiplyRows(args: {
    y: number; a: number; b: number; M: number; width: number; ldy: number; lda: number; ldb: number;
  }): void;
  /**
   * Draws for dropout: number k becomes 0 with probability rate, else 1 / (1 - rate). A hash of k and the key
   * decides, so every engine draws the same.
   * - out [n]
   */
  bernoulli(args: { out: number; key: number; rate: number; n: number }): void;
  /**
   * Returns the sum of w o (y - x)^2 over what was observed.
   * - dy [M, ldy]: 2 scale w o (y - x), 0 in the padding; or NONE
   * - y [M, F], rows ldy apart
   * - x [M, F]
   * - observed [M, F]: 1 or 0; NONE: all were observed
   * - weights w [M]; NONE: all are 1
   */
  maskedSquaredError(args: {
    dy: number; y: number; x: number; observed: number; weights: number; scale: number; M: number; F: number;
    ldy: number;
  }): number;
  /**
   * Returns the sum of squares, accumulated in double precision.
   * - a [n]
   */
  squaredNorm(args: { a: number; n: number }): number;
  /**
   * One step of Adam.
   * - w, m, v, g [n]: weights, both moments, gradient; n is a whole number of vectors
   * - rate: with the bias corrections
   * - scale: multiplies the gradient first
   */
  adam(args: {
    w: number; m: number; v: number; g: number; rate: number; beta1: number; beta2: number; epsilon: number;
    scale: number; n: number;
  }): void;
  /**
   * What one core can do at most: count multiply-adds of whole vectors that touch no memory. The result is of
   * no use; it keeps the compiler from dropping them.
   */
  multiplyAddPeak(args: { factor: number; count: number }): number;
}

/** The kernels of a C module by their names there, with arguments in their order. */
export type NativeKernels = Record<string, (...args: number[]) => number>;

/**
 * Gives kernels of a C module named arguments.
 * @param at what C takes for an offset
 */
export function nameArguments(native: NativeKernels, at: (offset: number) => number): Kernels {
  const {
    gemm_pack, gemm, gemm_transposed, lstm_pack_forward, lstm_pack_input, lstm_pack_backward,
    lstm_unpack_gradient, lstm_forward, lstm_backward, pool_forward, pool_backward, state_sums,
    read_out_forward, read_out_backward, column_sums, sum_blocks, copy_rows, multiply_rows, bernoulli,
    masked_squared_error, squared_norm, adam, multiply_add_peak,
  } = native;
  return {
    gemmPack: (a) => gemm_pack(at(a.packed), at(a.b), a.K, a.N, a.ldb, +a.transposed),
    gemm: (a) => gemm(at(a.c), at(a.a), at(a.packed), at(a.bias), a.M, a.N, a.K, a.ldc, a.lda, +a.accumulate),
    gemmTransposed: (a) => gemm_transposed(at(a.c), at(a.a), at(a.g), a.M, a.N, a.K, a.ldc, a.lda, a.ldg),
    lstmPackForward: (a) => lstm_pack_forward(at(a.packed), at(a.weights), a.H, a.rows),
    lstmPackInput: (a) => lstm_pack_input(at(a.packed), at(a.weights), a.H, a.rows),
    lstmPackBackward: (a) => lstm_pack_backward(at(a.packed), at(a.weights), a.H, a.rows),
    lstmUnpackGradient: (a) => lstm_unpack_gradient(at(a.gradient), at(a.padded), a.H, a.rows),
    lstmForward: (a) =>
      lstm_forward(
        at(a.hidden), at(a.cells), at(a.gates), at(a.last), at(a.x), at(a.packed), at(a.constant), at(a.mask),
        at(a.active), a.T, a.B, a.H, a.F, a.ldx, +a.keep, +a.useRelu, +a.reverse
      ),
    lstmBackward: (a) =>
      lstm_backward(
        at(a.gates), at(a.dh), at(a.dc), at(a.dweights), at(a.dx), at(a.dconstant), at(a.cells), at(a.hidden),
        at(a.x), at(a.dhidden), at(a.packedU), at(a.packedW), at(a.mask), at(a.active), a.T, a.B, a.H, a.F,
        a.ldx, a.ldd, +a.useRelu, +a.reverse
      ),
    poolForward: (a) =>
      pool_forward(at(a.rows), at(a.argmax), at(a.states), at(a.mask), at(a.active), a.T, a.B, a.H),
    poolBackward: (a) =>
      pool_backward(at(a.dstates), at(a.drows), at(a.argmax), at(a.mask), at(a.active), a.T, a.B, a.H),
    stateSums: (a) => state_sums(at(a.sums), at(a.states), at(a.mask), at(a.active), a.T, a.B, a.H),
    readOutForward: (a) =>
      read_out_forward(
        at(a.rows), at(a.argmax), at(a.states), at(a.centre), at(a.sharpness), at(a.mask), at(a.active), a.T,
        a.B, a.H, +a.reverse
      ),
    readOutBackward: (a) =>
      read_out_backward(
        at(a.dstates), at(a.drows), at(a.rows), at(a.argmax), at(a.states), at(a.centre), at(a.sharpness),
        at(a.mask), at(a.active), a.T, a.B, a.H, +a.reverse
      ),
    columnSums: (a) => column_sums(at(a.sums), at(a.a), a.M, a.N, a.lda),
    sumBlocks: (a) => sum_blocks(at(a.sums), at(a.blocks), a.count, a.stride, a.n),
    copyRows: (a) => copy_rows(at(a.to), at(a.from), a.M, a.width, a.ldto, a.ldfrom),
    multiplyRows: (a) => multiply_rows(at(a.y), at(a.a), at(a.b), a.M, a.width, a.ldy, a.lda, a.ldb),
    bernoulli: (a) => bernoulli(at(a.out), a.key, a.rate, a.n),
    maskedSquaredError: (a) =>
      masked_squared_error(
        at(a.dy), at(a.y), at(a.x), at(a.observed), at(a.weights), a.scale, a.M, a.F, a.ldy
      ),
    squaredNorm: (a) => squared_norm(at(a.a), a.n),
    adam: (a) => adam(at(a.w), at(a.m), at(a.v), at(a.g), a.rate, a.beta1, a.beta2, a.epsilon, a.scale, a.n),
    multiplyAddPeak: (a) => multiply_add_peak(a.factor, a.count),
  };
}
