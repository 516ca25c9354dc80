import type { PackedBatch } from "../network/batch/packed-batch.js";
import { PER_UNIT, type ReadOutLoss } from "../network/losses/read-out/read-out-loss.js";
import type { Network, Slot } from "../network/network.js";

/**
 * Writes the training read-outs of a pass, plain series and no dropout, with the states' middles and spreads of the
 * last batch of training.
 * @param table [cases, R]
 * @param cases [B of the batch] which row each case of the batch is
 */
export function readOutRows(
  { moments, ws }: Network,
  slot: Slot,
  pass: PackedBatch,
  { width: R }: ReadOutLoss,
  table: Float64Array,
  cases: ArrayLike<number>,
): void {
  const { T, B, mask, active, order } = pass;
  const Z = R / PER_UNIT;
  let column = 0;
  slot.readOuts.forEach(({ states: { every, reverse }, rows, places }, d) => {
    const { middle, slope, stride } = moments[d];
    ws.readOutForward({
      rows,
      argmax: places,
      states: every.offset(pass),
      centre: middle,
      sharpness: slope,
      mask,
      active,
      T,
      B,
      H: every.width,
      reverse,
    });
    for (let b = 0; b < B; b++)
      for (let part = 0; part < PER_UNIT; part++) {
        const from = rows + (b * PER_UNIT + part) * stride;
        const to = cases[order[b]] * R + part * Z + column;
        for (let j = 0; j < every.width; j++) table[to + j] = ws.data[from + j];
      }
    column += every.width;
  });
}
