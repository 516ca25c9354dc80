import type { States } from "../src/features/read-outs/states.js";
import { randomStream } from "../src/random.js";

export interface MakeStates {
  /** Which steps of each case are there: [B][T]. */
  there: boolean[][];
  /** One a direction; the layer counts up every second one, backward ones are every second one. */
  widths?: number[];
  seed?: number;
  /** Offset and distance of rows beyond what is needed, so that a wrong stride cannot pass. */
  gap?: number;
}

/**
 * Smooth random states in float64, each view at its own place in one array, rows further apart than they are wide.
 * The states of a step that is not there are large numbers, which must never be seen.
 */
export function makeStates({ there, widths = [3, 2], seed = 1, gap = 3 }: MakeStates): States {
  const B = there.length;
  const T = Math.max(1, ...there.map((steps) => steps.length));
  let total = 7;
  const views = widths.map((width, k) => {
    const offset = total;
    const stride = width + gap + k;
    total += T * B * stride;
    return { offset, stride, width, layer: k >> 1, reverse: k % 2 === 1 };
  });
  const mask = { offset: total, data: new Float64Array(0) };
  const data = new Float64Array(total + T * B);
  mask.data = data;
  data.fill(1e6, 0, total);
  for (let b = 0; b < B; b++) {
    const random = randomStream(seed, b); // of the case, so that padding and companions leave it as it is
    const phases = widths.map((width) => Array.from({ length: width }, () => 6 * random.uniform()));
    let seen = 0;
    for (let t = 0; t < there[b].length; t++) {
      if (!there[b][t]) continue;
      views.forEach(({ offset, stride, width }, k) => {
        for (let j = 0; j < width; j++)
          data[offset + (t * B + b) * stride + j] =
            0.6 * Math.sin((0.3 + 0.2 * j) * seen + phases[k][j]) + 0.2 * random.normal();
      });
      seen++;
      data[mask.offset + t * B + b] = 1;
    }
  }
  return { T, B, mask, views: views.map((view) => ({ ...view, data })) };
}

/** All of them there. */
export const allThere = (lengths: number[]): boolean[][] => lengths.map((length) => Array.from({ length }, () => true));
