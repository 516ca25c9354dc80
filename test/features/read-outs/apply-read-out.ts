import { fitParts, type ReadOutState } from "../../../src/features/read-outs/fit.js";
import type { StateComponents } from "../../../src/features/read-outs/model-space.js";
import type { FitOptions } from "../../../src/features/read-outs/part.js";
import {
  type PartName,
  type ReadOutParts,
  readOutColumns,
  readOutWriter,
} from "../../../src/features/read-outs/parts.js";
import type { States } from "../../../src/features/read-outs/states.js";

/** As the model file keeps it. */
type Fitted = ReadOutState & {
  quantiles?: number[];
  incrementQuantiles?: number[];
  lags?: number[];
  components?: StateComponents[];
};
export const fitReadOut = (
  { parts, ...options }: FitOptions & { parts: readonly PartName[] },
  batches: Iterable<States>,
): Fitted => fitParts(parts, batches, options);

/** The read-out of every sequence of a batch, [B, columns]. */
export function applyReadOut(readOut: ReadOutParts, states: States): Float32Array {
  const columns = readOutColumns(readOut).length;
  const rows = new Float32Array(states.B * columns).fill(Number.NaN); // what is not written shows
  readOutWriter(readOut)(states, rows, (b) => b);
  return rows;
}

/** Case b alone, in its own memory. */
export function only(states: States, b: number): States {
  const { T, B, mask, views } = states;
  return {
    T,
    B: 1,
    mask: {
      offset: 0,
      data: Float64Array.from({ length: T }, (_, t) => mask!.data[mask!.offset + t * B + b]),
    },
    views: views.map((view) => ({
      ...view,
      offset: 0,
      stride: view.width,
      data: Float64Array.from({ length: T * view.width }, (_, k) => {
        const t = Math.floor(k / view.width);
        return view.data[view.offset + (t * B + b) * view.stride + (k % view.width)];
      }),
    })),
  };
}
