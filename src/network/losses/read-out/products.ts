import { type Engine, NONE, padTo } from "../../../engine/engine.js";

/** float32 or float64, as the network's parameters are. */
export type Block = Float32Array | Float64Array;

/** The matrix products of a dense layer, row-major. */
export interface Products {
  /** y [M, N] = x [M, K] w [K, N] */
  forward(y: Float64Array, x: Float64Array, w: Block, M: number, K: number, N: number): void;
  /** dx [M, K] = dy [M, N] w' */
  backwardInput(dx: Float64Array, dy: Float64Array, w: Block, M: number, K: number, N: number): void;
  /** dw [K, N] += x' dy */
  backwardWeights(dw: Block, x: Float64Array, dy: Float64Array, M: number, K: number, N: number): void;
}

/**
 * Products by an engine's kernels, in a small arena of its own: float32 on the fast engines.
 * @param largest the largest M, K and N that will come
 * @throws {EngineError} if so much memory cannot be had
 */
export function engineProducts(engine: Engine, largest: { M: number; K: number; N: number }): Products {
  const wide = (n: number) => padTo(n, Math.max(engine.lanes, 16));
  const [M, K, N] = [largest.M, wide(largest.K), wide(largest.N)];
  const left = 0;
  const right = left + M * Math.max(K, N);
  const packed = right + Math.max(M, K) * N;
  const result = packed + K * N;
  const ws = engine.createWorkspace(result + Math.max(M * K, M * N, K * N));
  const { data } = ws;
  const pad = (n: number) => padTo(n, engine.lanes);

  /** Copies rows into the arena, each padded to `stride` with zeros. */
  const put = (at: number, a: Block, rows: number, width: number, stride: number) => {
    if (stride === width) return data.set(a.subarray(0, rows * width), at);
    for (let r = 0; r < rows; r++) {
      for (let k = 0; k < width; k++) data[at + r * stride + k] = a[r * width + k];
      data.fill(0, at + r * stride + width, at + (r + 1) * stride);
    }
  };
  /** result [M, N] = left [M, K] packed [K, N] */
  const multiply = (M: number, N: number, K: number) =>
    ws.gemm({ c: result, a: left, packed, bias: NONE, M, N, K, ldc: N, lda: K, accumulate: false });
  const take = (a: Float64Array, rows: number, width: number, stride: number) => {
    for (let r = 0; r < rows; r++) for (let k = 0; k < width; k++) a[r * width + k] = data[result + r * stride + k];
  };

  return {
    forward(y, x, w, M, K, N) {
      put(left, x, M, K, K);
      put(right, w, K, N, N);
      ws.gemmPack({ packed, b: right, K, N, ldb: N, transposed: false });
      multiply(M, pad(N), K);
      take(y, M, N, pad(N));
    },
    backwardInput(dx, dy, w, M, K, N) {
      put(left, dy, M, N, N);
      put(right, w, K, N, N);
      ws.gemmPack({ packed, b: right, K: N, N: K, ldb: N, transposed: true });
      multiply(M, pad(K), N);
      take(dx, M, K, pad(K));
    },
    backwardWeights(dw, x, dy, M, K, N) {
      put(left, x, M, K, K);
      put(right, dy, M, N, pad(N));
      data.fill(0, result, result + K * pad(N));
      const Np = pad(N);
      ws.gemmTransposed({ c: result, a: left, g: right, M, N: Np, K, ldc: Np, lda: K, ldg: Np });
      for (let r = 0; r < K; r++) for (let k = 0; k < N; k++) dw[r * N + k] += data[result + r * pad(N) + k];
    },
  };
}
