import type { Kernels } from "../kernels.js";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const relu = (x: number) => Math.max(x, 0); // NaN stays NaN
const copy = (d: Float64Array, to: number, from: number, count: number) => {
  d.copyWithin(to, from, from + count);
};

type Step = { t: number; n: number; start: number };

/** Step by step, in the order of time: how many rows, and where they start among the R. */
function stepsOf(d: Float64Array, active: number, T: number, B: number): Step[] {
  let start = 0;
  return Array.from({ length: T }, (_, t) => {
    const n = active < 0 ? B : d[active + t];
    start += n;
    return { t, n, start: start - n };
  });
}

/** Row among B + R of the state before row b of a step: that of the step before, or the initial one. */
const rowBefore = (before: Step | undefined, b: number, B: number) =>
  before && b < before.n ? B + before.start + b : b;

/**
 * One LSTM layer over time, forward and backward, as equations.
 *
 *   a = h_prev U + x W + b            i, f, o = sigmoid(a), g = act(a)
 *   c = f * c_prev + i * g            h = o * act(c)
 *
 * Row B + (start of t) + b of `hidden` and `cells` belongs to step t of sequence b; the first B rows are the
 * initial state.
 */
export const lstmKernels = (d: Float64Array) =>
  ({
    lstmPackForward: ({ packed, weights, H, rows }) => copy(d, packed, weights, rows * 4 * H),
    lstmPackInput: ({ packed, weights, H, rows }) => copy(d, packed, weights, rows * 4 * H),

    lstmPackBackward({ packed, weights, H, rows }) {
      for (let k = 0; k < 4 * H; k++)
        for (let n = 0; n < rows; n++) d[packed + k * rows + n] = d[weights + n * 4 * H + k];
    },

    lstmUnpackGradient({ gradient, padded, H, rows }) {
      for (let k = 0; k < rows * 4 * H; k++) d[gradient + k] += d[padded + k];
    },

    lstmForward: (args) => lstmForward(d, args),
    lstmBackward: (args) => lstmBackward(d, args),
  }) satisfies Partial<Kernels>;

function lstmForward(d: Float64Array, args: Parameters<Kernels["lstmForward"]>[0]): void {
  const { hidden, cells, gates, last, x, packed, constant, mask, active } = args;
  const { T, B, H, F, ldx, keep, useRelu, reverse } = args;
  const act = useRelu ? relu : Math.tanh;
  const G = 4 * H;
  const a = new Float64Array(G);
  const steps = stepsOf(d, active, T, B);
  if (reverse) steps.reverse();
  copy(d, last, hidden, B * H);
  steps.forEach((step, s) => {
    const before = steps[s - 1];
    // Without keep only the last two steps are held, in turns.
    const base = keep ? 0 : B * (s % 2) - step.start;
    const baseBefore = keep ? 0 : B * ((s + 1) % 2) - (before?.start ?? 0);
    for (let b = 0; b < step.n; b++) {
      const r = step.start + b;
      const rowIn = rowBefore(before, b, B) + (before && b < before.n ? baseBefore : 0);
      const [hIn, cIn] = [hidden + rowIn * H, cells + rowIn * H];
      const [h, c] = [hidden + (B + r + base) * H, cells + (B + r + base) * H];
      if (mask >= 0 && d[mask + r] === 0) {
        copy(d, h, hIn, H);
        copy(d, c, cIn, H);
      } else {
        for (let n = 0; n < G; n++) a[n] = constant < 0 ? d[packed + (H + F) * G + n] : d[constant + b * G + n];
        for (let k = 0; k < H; k++) for (let n = 0; n < G; n++) a[n] += d[hIn + k] * d[packed + k * G + n];
        for (let k = 0; k < F; k++)
          for (let n = 0; n < G; n++) a[n] += d[x + r * ldx + k] * d[packed + (H + k) * G + n];
        for (let j = 0; j < H; j++) {
          const i = sigmoid(a[j]);
          const f = sigmoid(a[H + j]);
          const g = act(a[2 * H + j]);
          const o = sigmoid(a[3 * H + j]);
          if (gates >= 0) {
            const saved = gates + r * G + j;
            d[saved] = i;
            d[saved + H] = f;
            d[saved + 2 * H] = g;
            d[saved + 3 * H] = o;
          }
          d[c + j] = f * d[cIn + j] + i * g;
          d[h + j] = o * act(d[c + j]);
        }
      }
      copy(d, last + b * H, h, H);
    }
  });
}

function lstmBackward(d: Float64Array, args: Parameters<Kernels["lstmBackward"]>[0]): void {
  const { gates, dh, dc, dweights, dx, dconstant, cells, hidden, x, dhidden } = args;
  const { packedU, packedW, mask, active, T, B, H, F, ldx, ldd, useRelu, reverse } = args;
  const act = useRelu ? relu : Math.tanh;
  const slope = useRelu ? (y: number) => (y <= 0 ? 0 : 1) : (y: number) => 1 - y * y; // from y = act(x)
  const G = 4 * H;
  const steps = stepsOf(d, active, T, B);
  if (!reverse) steps.reverse();
  steps.forEach((step, s) => {
    for (let b = 0; b < step.n; b++) {
      const r = step.start + b;
      const p = gates + r * G; // activated gates, then their gradients
      const c = cells + (B + r) * H;
      const rowIn = rowBefore(steps[s + 1], b, B); // walked before this step, so unwound after it
      const [hIn, cIn] = [hidden + rowIn * H, cells + rowIn * H];
      if (dhidden >= 0) for (let j = 0; j < H; j++) d[dh + b * H + j] += d[dhidden + r * ldd + j];
      if (mask >= 0 && d[mask + r] === 0) {
        d.fill(0, p, p + G);
        if (dx >= 0) d.fill(0, dx + r * F, dx + (r + 1) * F);
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
        d[p + H + j] = dCell * d[cIn + j] * f * (1 - f);
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
          d[dx + r * F + k] = sum;
        }
      if (dconstant >= 0) for (let n = 0; n < G; n++) d[dconstant + b * G + n] += d[p + n];
      for (let k = 0; k < H; k++) for (let n = 0; n < G; n++) d[dweights + k * G + n] += d[hIn + k] * d[p + n];
      if (dconstant >= 0) continue;
      for (let k = 0; k < F; k++)
        for (let n = 0; n < G; n++) d[dweights + (H + k) * G + n] += d[x + r * ldx + k] * d[p + n];
      for (let n = 0; n < G; n++) d[dweights + (H + F) * G + n] += d[p + n];
    }
  });
}
