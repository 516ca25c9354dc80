import { NONE } from "../../engine/engine.js";
import { ShapeError } from "../../errors.js";
import { isObserved, lengthOf, type SequenceSet } from "../../sequences/set/sequence-set.js";
import type { ColumnGroup } from "./one-hot-columns.js";
import type { BatchRoom, PackedBatch } from "./packed-batch.js";

/**
 * Writes the sequences at `indices` into a slot, longest first and packed: numbers as they are,
 * categories one-hot, 0 where nothing was observed. A step where no channel was observed is masked.
 * @param columns of `set.channels`, from oneHotColumns
 * @throws {ShapeError} if there is no room for them
 */
export function fillBatch(
  slot: BatchRoom,
  set: SequenceSet,
  columns: readonly ColumnGroup[],
  indices: ArrayLike<number>,
): PackedBatch {
  const { data } = slot.ws;
  const { place, width: F } = slot;
  const C = set.channels.length;
  const B = indices.length;
  const order = Int32Array.from({ length: B }, (_, k) => k).sort(
    (a, b) => lengthOf(set, indices[b]) - lengthOf(set, indices[a]) || a - b,
  );
  const T = B > 0 ? lengthOf(set, indices[order[0]]) : 0;
  if (B > slot.most.cases || T > slot.most.steps)
    throw new ShapeError(
      `fillBatch: got ${B} cases of up to ${T} steps, expected at most ${slot.most.cases} of ${slot.most.steps}. The network was made for that; make it larger.`,
    );
  const shortest = B > 0 ? lengthOf(set, indices[order[B - 1]]) : 0;
  const { values, offsets, weights, observed } = set;
  const plain = C === F && observed === undefined && columns.every(({ kind }) => kind === "numeric");
  const starts = Int32Array.from(columns, ({ start }) => start);
  const oneHot = Uint8Array.from(columns, ({ kind }) => Number(kind !== "numeric"));
  let rows = 0;
  for (let k = 0; k < B; k++) rows += lengthOf(set, indices[k]);
  if (!plain) data.fill(0, place.x, place.x + rows * F);
  const begins = new Int32Array(rows); // of each row in `values`

  let row = 0;
  let n = B; // cases that have the step
  let count = 0;
  let present = 0;
  for (let t = 0; t < T; t++) {
    while (lengthOf(set, indices[order[n - 1]]) <= t) n--;
    data[place.active + t] = n;
    for (let b = 0; b < n; b++, row++) {
      const from = (offsets[indices[order[b]]] + t) * C;
      const at = place.x + row * F;
      begins[row] = from;
      if (weights) data[place.weights + row] = weights[indices[order[b]]];
      if (plain) {
        for (let c = 0; c < C; c++) data[at + c] = values[from + c];
        continue;
      }
      const seen = fillStep(data, at, set, from, starts, oneHot);
      data[place.mask + row] = seen > 0 ? 1 : 0;
      count += seen;
      if (seen > 0) present++;
    }
  }
  const masked = !plain && count < rows * C;
  if (masked) fillObserved(slot, set, columns, begins);
  return {
    T,
    B,
    rows,
    active: shortest < T ? place.active : NONE,
    mask: plain || present === rows ? NONE : place.mask,
    present: plain ? rows : present,
    masked,
    weighted: weights !== undefined,
    count: plain ? rows * C : count,
    order,
    gradients: NONE,
  };
}

/** Writes a step, values[from] and on, to data[at] and on, where zeros are. @returns how many channels were observed */
function fillStep(
  data: BatchRoom["ws"]["data"],
  at: number,
  set: SequenceSet,
  from: number,
  starts: Int32Array,
  oneHot: Uint8Array,
): number {
  const { values, observed } = set;
  let seen = 0;
  for (let c = 0; c < starts.length; c++) {
    if (observed && !isObserved(set, from + c)) continue;
    const value = values[from + c];
    if (oneHot[c] === 0) data[at + starts[c]] = value;
    else data[at + starts[c] + value] = 1;
    seen++;
  }
  return seen;
}

/** Read only where something was not observed. @param begins of each row in the values of the set */
function fillObserved(
  { ws: { data }, place, width: F }: BatchRoom,
  set: SequenceSet,
  columns: readonly ColumnGroup[],
  begins: Int32Array,
): void {
  data.fill(0, place.observed, place.observed + begins.length * F);
  for (let r = 0; r < begins.length; r++)
    for (const [c, { start, width }] of columns.entries()) {
      if (!isObserved(set, begins[r] + c)) continue;
      const at = place.observed + r * F + start;
      for (let k = 0; k < width; k++) data[at + k] = 1;
    }
}
