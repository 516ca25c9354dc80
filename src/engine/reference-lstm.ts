import type { Kernels } from "./engine.js";

type LstmKernels = Pick<
  Kernels,
  | "lstmPackForward"
  | "lstmPackInput"
  | "lstmPackBackward"
  | "lstmUnpackGradient"
  | "lstmForward"
  | "lstmBackward"
>;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const relu = (x: number) => Math.max(x, 0); // NaN stays NaN

/**
 * One LSTM layer over time, forward and backward, as equations.
 *
 *   a = [h_prev, x, 1] [U; W; b]      i, f, o = sigmoid(a), g = act(a)
 *   c = f * c_prev + i * g            h = o * act(c)
 *
 * Row t of xh holds what step t multiplies; its hidden state goes into the row that the next step reads.
 */
export function lstmKernels(d: Float64Array): LstmKernels {
  const copy = (to: number, from: number, count: number) => d.copyWithin(to, from, from + count);

  /** Rows of xh and cells that a step reads and writes. */
  const rowsOf = (t: number, reverse: number) => (reverse ? { from: t + 1, to: t } : { from: t, to: t + 1 });

  return {
    lstmPackForward: (packed, weights, H, _K, rows) => copy(packed, weights, (H + rows) * 4 * H),
    lstmPackInput: (packed, weights, H, rows) => copy(packed, weights, rows * 4 * H),

    lstmPackBackward(packed, weights, H, rows) {
      for (let k = 0; k < 4 * H; k++)
        for (let n = 0; n < rows; n++) d[packed + k * rows + n] = d[weights + n * 4 * H + k];
    },

    lstmUnpackGradient(gradient, padded, H, rows) {
      for (let k = 0; k < rows * 4 * H; k++) d[gradient + k] += d[padded + k];
    },

    lstmForward(xh, cells, gates, packed, constant, mask, T, B, H, K, ldx, useRelu, reverse) {
      const act = useRelu ? relu : Math.tanh;
      const G = 4 * H;
      const a = new Float64Array(G);
      for (let s = 0; s < T; s++) {
        const t = reverse ? T - 1 - s : s;
        const { from, to } = rowsOf(t, reverse);
        for (let b = 0; b < B; b++) {
          const row = xh + (from * B + b) * ldx;
          const next = xh + (to * B + b) * ldx;
          const cPrev = gates < 0 ? cells + b * H : cells + (from * B + b) * H;
          const c = gates < 0 ? cPrev : cells + (to * B + b) * H;
          if (mask >= 0 && d[mask + t * B + b] === 0) {
            copy(next, row, H);
            copy(c, cPrev, H);
            continue;
          }
          for (let n = 0; n < G; n++) a[n] = constant < 0 ? 0 : d[constant + b * G + n];
          for (let k = 0; k < K; k++) for (let n = 0; n < G; n++) a[n] += d[row + k] * d[packed + k * G + n];
          for (let j = 0; j < H; j++) {
            const i = sigmoid(a[j]);
            const f = sigmoid(a[H + j]);
            const g = act(a[2 * H + j]);
            const o = sigmoid(a[3 * H + j]);
            if (gates >= 0) {
              const saved = gates + (t * B + b) * G + j;
              d[saved] = i;
              d[saved + H] = f;
              d[saved + 2 * H] = g;
              d[saved + 3 * H] = o;
            }
            const cell = f * d[cPrev + j] + i * g;
            d[c + j] = cell;
            d[next + j] = o * act(cell);
          }
        }
      }
    },

    lstmBackward(
      ...[gates, dh, dc, dweights, dx, dconstant, cells, xh, dhidden, packedU, packedW, mask, ...sizes]
    ) {
      const [T, B, H, K, F, ldx, ldd, useRelu, reverse] = sizes;
      const act = useRelu ? relu : Math.tanh;
      const slope = useRelu ? (y: number) => (y <= 0 ? 0 : 1) : (y: number) => 1 - y * y; // from y = act(x)
      const G = 4 * H;
      for (let s = T - 1; s >= 0; s--) {
        const t = reverse ? T - 1 - s : s;
        const { from, to } = rowsOf(t, reverse);
        for (let b = 0; b < B; b++) {
          const p = gates + (t * B + b) * G; // activated gates, then their gradients
          const c = cells + (to * B + b) * H;
          const cPrev = cells + (from * B + b) * H;
          if (dhidden >= 0)
            for (let j = 0; j < H; j++) d[dh + b * H + j] += d[dhidden + (t * B + b) * ldd + j];
          if (mask >= 0 && d[mask + t * B + b] === 0) {
            d.fill(0, p, p + G);
            if (dx >= 0) d.fill(0, dx + (t * B + b) * F, dx + (t * B + b + 1) * F);
            continue;
          }
          for (let j = 0; j < H; j++) {
            const i = d[p + j];
            const f = d[p + H + j];
            const g = d[p + 2 * H + j];
            const o = d[p + 3 * H + j];
            const y = act(d[c + j]);
            const dHidden = d[dh + b * H + j];
            const dCell = d[dc + b * H + j] + dHidden * o * slope(y);
            d[p + j] = dCell * g * i * (1 - i);
            d[p + H + j] = dCell * d[cPrev + j] * f * (1 - f);
            d[p + 2 * H + j] = dCell * i * slope(g);
            d[p + 3 * H + j] = dHidden * y * o * (1 - o);
            d[dc + b * H + j] = dCell * f;
          }
          for (let k = 0; k < H; k++) {
            let sum = 0;
            for (let n = 0; n < G; n++) sum += d[p + n] * d[packedU + n * H + k];
            d[dh + b * H + k] = sum;
          }
          if (dx >= 0)
            for (let k = 0; k < F; k++) {
              let sum = 0;
              for (let n = 0; n < G; n++) sum += d[p + n] * d[packedW + n * F + k];
              d[dx + (t * B + b) * F + k] = sum;
            }
          if (dconstant >= 0) for (let n = 0; n < G; n++) d[dconstant + b * G + n] += d[p + n];
          const row = xh + (from * B + b) * ldx;
          for (let k = 0; k < K; k++)
            for (let n = 0; n < G; n++) d[dweights + k * G + n] += d[row + k] * d[p + n];
        }
      }
    },
  };
}
