import { isObserved, lengthOf, type SequenceSet } from "../sequences/sequence-set.js";
import type { BatchShape } from "./batch-shape.js";
import type { ColumnGroup } from "./columns.js";
import type { Network } from "./network.js";

/**
 * Writes the sequences at `indices` into the network's arena, padded to the longest of them: numbers as they
 * are, categories one-hot, 0 where nothing was observed. A step where no channel was observed is masked.
 * @param columns of `set.channels`, from columnsOf
 */
export function fillBatch(
  network: Network,
  set: SequenceSet,
  columns: readonly ColumnGroup[],
  indices: ArrayLike<number>,
): BatchShape {
  const { data } = network.ws;
  const { x, mask, observed, weights } = network.place;
  const C = set.channels.length;
  const F = network.width;
  const B = indices.length;
  let T = 1; // a batch of empty sequences still has one masked step
  for (let b = 0; b < B; b++) T = Math.max(T, lengthOf(set, indices[b]));
  data.fill(0, x, x + T * B * F);
  data.fill(0, mask, mask + T * B);
  data.fill(0, observed, observed + T * B * F);

  let count = 0;
  let masked = false;
  for (let b = 0; b < B; b++) {
    const n = indices[b];
    const length = lengthOf(set, n);
    masked ||= length < T;
    for (let t = 0; t < length; t++) {
      const from = (set.offsets[n] + t) * C;
      const row = t * B + b;
      let seen = 0;
      for (let c = 0; c < C; c++) {
        if (!isObserved(set, from + c)) continue;
        const { kind, start, width } = columns[c];
        const at = row * F + start;
        const value = set.values[from + c];
        if (kind === "numeric") data[x + at] = value;
        else data[x + at + value] = 1;
        data.fill(1, observed + at, observed + at + width);
        seen++;
      }
      masked ||= seen < C;
      if (seen > 0) data[mask + row] = 1;
      count += seen;
    }
    if (set.weights) for (let t = 0; t < T; t++) data[weights + t * B + b] = set.weights[n];
  }
  return { T, B, masked, weighted: set.weights !== undefined, count };
}
