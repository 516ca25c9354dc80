import { EngineError } from "../../errors.js";
import type { Engine, Workspace } from "../engine.js";
import type { Kernels } from "../kernels.js";
import { measurePeak, plainLoop } from "../peak.js";
import { lstmKernels } from "./lstm.js";
import { readOutKernels } from "./read-out.js";

/**
 * Plain loops in float64: the text to read and the oracle of the tests of the fast engines. One number per
 * vector, so nothing is padded, and packing is a copy.
 */
export const reference: Engine = {
  name: "reference",
  precision: "float64",
  lanes: 1,
  peakGflops: () => measurePeak(reference),
  createWorkspace(elements: number, threads = 1): Workspace {
    try {
      return workspace(threads > 1 ? new SharedArrayBuffer(elements * 8) : new ArrayBuffer(elements * 8));
    } catch (cause) {
      const gigabytes = ((elements * 8) / 2 ** 30).toFixed(1);
      throw new EngineError(
        `The reference engine cannot get ${gigabytes} GB of memory for this model. Use a smaller batch, or shorter windows.`,
        { cause },
      );
    }
  },
  attachWorkspace: (memory) => workspace(memory as SharedArrayBuffer),
};

function workspace(memory: SharedArrayBuffer | ArrayBuffer): Workspace {
  const data = new Float64Array(memory);
  return {
    engine: reference,
    data,
    memory,
    ...matrixKernels(data),
    ...lstmKernels(data),
    ...readOutKernels(data),
    ...vectorKernels(data),
  };
}

const matrixKernels = (d: Float64Array) =>
  ({
    gemmPack({ packed, b, K, N, ldb, transposed }) {
      for (let k = 0; k < K; k++)
        for (let n = 0; n < N; n++) d[packed + k * N + n] = transposed ? d[b + n * ldb + k] : d[b + k * ldb + n];
    },

    gemm({ c, a, packed, bias, M, N, K, ldc, lda, accumulate }) {
      for (let m = 0; m < M; m++)
        for (let n = 0; n < N; n++) {
          let sum = accumulate ? d[c + m * ldc + n] : bias < 0 ? 0 : d[bias + n];
          for (let k = 0; k < K; k++) sum += d[a + m * lda + k] * d[packed + k * N + n];
          d[c + m * ldc + n] = sum;
        }
    },

    gemmTransposed({ c, a, g, M, N, K, ldc, lda, ldg }) {
      for (let m = 0; m < M; m++)
        for (let k = 0; k < K; k++)
          for (let n = 0; n < N; n++) d[c + k * ldc + n] += d[a + m * lda + k] * d[g + m * ldg + n];
    },
  }) satisfies Partial<Kernels>;

const vectorKernels = (d: Float64Array) =>
  ({
    columnSums({ sums, a, M, N, lda }) {
      for (let m = 0; m < M; m++) for (let n = 0; n < N; n++) d[sums + n] += d[a + m * lda + n];
    },

    sumBlocks({ sums, blocks, count, stride, n }) {
      for (let k = 0; k < n; k++) {
        let sum = 0;
        for (let s = 0; s < count; s++) sum += d[blocks + s * stride + k];
        d[sums + k] = sum;
      }
    },

    copyRows({ to, from, M, width, ldto, ldfrom }) {
      for (let m = 0; m < M; m++) for (let k = 0; k < width; k++) d[to + m * ldto + k] = d[from + m * ldfrom + k];
    },

    multiplyRows({ y, a, b, M, width, ldy, lda, ldb }) {
      for (let m = 0; m < M; m++)
        for (let k = 0; k < width; k++) d[y + m * ldy + k] = d[a + m * lda + k] * d[b + m * ldb + k];
    },

    bernoulli({ out, key, rate, n }) {
      const limit = Math.floor(Math.fround(Math.fround(rate) * 16777216));
      for (let k = 0; k < n; k++) {
        let h = (Math.imul(k, 0x9e3779b1) + key) | 0;
        h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
        h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
        h ^= h >>> 16;
        d[out + k] = h >>> 8 < limit ? 0 : 1 / (1 - rate);
      }
    },

    maskedSquaredError({ dy, y, x, observed, weights, scale, M, F, ldy }) {
      let sum = 0;
      for (let m = 0; m < M; m++) {
        const w = weights < 0 ? 1 : d[weights + m];
        for (let f = 0; f < F; f++) {
          const seen = observed < 0 || d[observed + m * F + f] !== 0;
          const error = seen ? d[y + m * ldy + f] - d[x + m * F + f] : 0;
          sum += w * error * error;
          if (dy >= 0) d[dy + m * ldy + f] = 2 * scale * w * error;
        }
      }
      return sum;
    },

    squaredNorm({ a, n }) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += d[a + k] * d[a + k];
      return sum;
    },

    adam({ w, m, v, g, rate, beta1, beta2, epsilon, scale, n }) {
      for (let k = 0; k < n; k++) {
        const gradient = d[g + k] * scale;
        d[m + k] = beta1 * d[m + k] + (1 - beta1) * gradient;
        d[v + k] = beta2 * d[v + k] + (1 - beta2) * gradient * gradient;
        d[w + k] -= (rate * d[m + k]) / (Math.sqrt(d[v + k]) + epsilon);
      }
    },

    multiplyAddPeak: ({ factor, count }) => plainLoop(factor, count),
  }) satisfies Partial<Kernels>;
