import type { Kernels } from "../kernels.js";

const VARIANCE_FLOOR = 1e-8;
/** exp(2 level) for the levels -1.2, -0.4, 0.4, 1.2. */
const LEVEL_FACTORS = [-1.2, -0.4, 0.4, 1.2].map((level) => Math.exp(2 * level));
const STATISTICS = 5;
const WIDTH = STATISTICS + LEVEL_FACTORS.length;

/** Row and step of every state of case b that is present, in the order of time. */
function stepsOf(d: Float64Array, b: number, { mask, active, T, B }: Record<"mask" | "active" | "T" | "B", number>) {
  const steps: { t: number; r: number }[] = [];
  for (let t = 0, start = 0; t < T; t++) {
    const n = active < 0 ? B : d[active + t];
    if (b < n && (mask < 0 || d[mask + start + b] !== 0)) steps.push({ t, r: start + b });
    start += n;
  }
  return steps;
}
/** The first of the greatest; NaN wins over what stands before it. */
const indexOfMax = (values: number[]) => values.reduce((best, h, v) => (h <= values[best] ? best : v), 0);
const share = (u: number, k: number) => 1 / (1 + Math.exp(-u) * LEVEL_FACTORS[k]);

/** The training read-out of packed states, forward and backward; what it is: kernels/src/readout.c. */
export const readOutKernels = (d: Float64Array) =>
  ({
    poolForward(args) {
      const { rows, argmax, states, B, H } = args;
      d.fill(0, rows, rows + 2 * B * H);
      d.fill(0, argmax, argmax + 2 * B * H);
      for (let b = 0; b < B; b++) {
        const steps = stepsOf(d, b, args);
        if (steps.length === 0) continue;
        for (let j = 0; j < H; j++) {
          const values = steps.map(({ r }) => d[states + r * H + j]);
          const high = indexOfMax(values);
          const mean = 2 * b * H + j;
          d[rows + mean] = values.reduce((sum, h) => sum + h / values.length, 0);
          d[rows + mean + H] = values[high];
          d[argmax + mean] = steps[high].t;
          d[argmax + mean + H] = steps.length;
        }
      }
    },

    poolBackward(args) {
      const { dstates, drows, argmax, B, H } = args;
      for (let b = 0; b < B; b++)
        for (const { t, r } of stepsOf(d, b, args))
          for (let j = 0; j < H; j++) {
            const mean = 2 * b * H + j;
            d[dstates + r * H + j] += d[drows + mean] / d[argmax + mean + H];
            if (d[argmax + mean] === t) d[dstates + r * H + j] += d[drows + mean + H];
          }
    },

    stateSums(args) {
      const { sums, states, B, H } = args;
      d.fill(0, sums, sums + 2 * B * H);
      for (let b = 0; b < B; b++)
        for (const { r } of stepsOf(d, b, args))
          for (let j = 0; j < H; j++) {
            const h = d[states + r * H + j];
            d[sums + 2 * b * H + j] += h;
            d[sums + (2 * b + 1) * H + j] += h * h;
          }
    },

    readOutForward: (args) => readOutForward(d, args),
    readOutBackward: (args) => readOutBackward(d, args),
  }) satisfies Partial<Kernels>;

function readOutForward(d: Float64Array, args: Parameters<Kernels["readOutForward"]>[0]): void {
  const { rows, argmax, states, centre, sharpness, B, H, reverse } = args;
  d.fill(0, rows, rows + B * WIDTH * H);
  d.fill(0, argmax, argmax + B * 3 * H);
  for (let b = 0; b < B; b++) {
    const steps = stepsOf(d, b, args);
    if (steps.length === 0) continue;
    for (let j = 0; j < H; j++) {
      const values = steps.map(({ r }) => d[states + r * H + j]);
      const mean = values.reduce((sum, h) => sum + h, 0) / values.length;
      const squares = values.reduce((sum, h) => sum + h * h, 0) / values.length;
      const high = indexOfMax(values);
      const low = values.reduce((best, h, v) => (h >= values[best] ? best : v), 0);
      const numbers = [mean, values[high], Math.sqrt(Math.max(squares - mean * mean, 0) + VARIANCE_FLOOR)];
      numbers.push(values[low], values[reverse ? 0 : values.length - 1]);
      for (let k = 0; k < LEVEL_FACTORS.length; k++)
        numbers.push(
          values.reduce((sum, h) => sum + share((h - d[centre + j]) * d[sharpness + j], k), 0) / values.length,
        );
      numbers.forEach((number, k) => {
        d[rows + (b * WIDTH + k) * H + j] = number;
      });
      [steps[high].t, steps[low].t, steps.length].forEach((step, k) => {
        d[argmax + (3 * b + k) * H + j] = step;
      });
    }
  }
}

function readOutBackward(d: Float64Array, args: Parameters<Kernels["readOutBackward"]>[0]): void {
  const { dstates, drows, rows, argmax, states, centre, sharpness, B, H, reverse } = args;
  for (let b = 0; b < B; b++) {
    const steps = stepsOf(d, b, args);
    steps.forEach(({ t, r }, v) => {
      for (let j = 0; j < H; j++) {
        const h = d[states + r * H + j];
        const gradient = (k: number) => d[drows + (b * WIDTH + k) * H + j];
        const made = (k: number) => d[rows + (b * WIDTH + k) * H + j];
        let sum = (gradient(0) + (gradient(2) * (h - made(0))) / made(2)) / steps.length;
        if (d[argmax + 3 * b * H + j] === t) sum += gradient(1);
        if (d[argmax + (3 * b + 1) * H + j] === t) sum += gradient(3);
        if (v === (reverse ? 0 : steps.length - 1)) sum += gradient(4);
        for (let k = 0; k < LEVEL_FACTORS.length; k++) {
          const s = share((h - d[centre + j]) * d[sharpness + j], k);
          sum += (gradient(STATISTICS + k) * s * (1 - s) * d[sharpness + j]) / steps.length;
        }
        d[dstates + r * H + j] += sum;
      }
    });
  }
}
