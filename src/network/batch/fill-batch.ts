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
  const plain = C === F && set.observed === undefined && columns.every(({ kind }) => kind === "numeric");

  let row = 0;
  let n = B; // cases that have the step
  let count = 0;
  let present = 0;
  let masked = false;
  for (let t = 0; t < T; t++) {
    while (lengthOf(set, indices[order[n - 1]]) <= t) n--;
    data[place.active + t] = n;
    for (let b = 0; b < n; b++, row++) {
      const from = (set.offsets[indices[order[b]]] + t) * C;
      if (set.weights) data[place.weights + row] = set.weights[indices[order[b]]];
      if (plain) {
        for (let c = 0; c < C; c++) data[place.x + row * F + c] = set.values[from + c];
        continue;
      }
      const seen = fillRow(row, from);
      data[place.mask + row] = seen > 0 ? 1 : 0;
      count += seen;
      masked ||= seen < C;
      if (seen > 0) present++;
    }
  }
  return {
    T,
    B,
    rows: row,
    active: shortest < T ? place.active : NONE,
    mask: plain || present === row ? NONE : place.mask,
    present: plain ? row : present,
    masked,
    weighted: set.weights !== undefined,
    count: plain ? row * C : count,
    order,
    gradients: NONE,
  };

  /** Returns how many channels were observed. */
  function fillRow(row: number, from: number): number {
    const at = row * F;
    data.fill(0, place.x + at, place.x + at + F);
    data.fill(0, place.observed + at, place.observed + at + F);
    let seen = 0;
    for (let c = 0; c < C; c++) {
      if (!isObserved(set, from + c)) continue;
      const { kind, start, width } = columns[c];
      const value = set.values[from + c];
      if (kind === "numeric") data[place.x + at + start] = value;
      else data[place.x + at + start + value] = 1;
      data.fill(1, place.observed + at + start, place.observed + at + start + width);
      seen++;
    }
    return seen;
  }
}
