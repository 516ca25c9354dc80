import type { Draws, PackedBatch } from "../network/batch/packed-batch.js";

/** Numbers that a pass has beside its order. */
const HEAD = 10;

/** Passes in memory that threads share: one may run a slot forward and another backward. */
export interface SharedPasses {
  put(slot: number, pass: PackedBatch, there: number): void;
  /** @param draws what layers ask whether noise and dropout were on */
  get(slot: number, gradients: number, draws: Draws | undefined): PackedBatch;
  /** Steps of a slot's pass at which something was observed. */
  stepsThere(slot: number): number;
  /** Values of a slot's pass that were observed. */
  valuesSeen(slot: number): number;
}

/** @param numbers [slots, passBoardSize(cases)] */
export function sharedPasses(numbers: Float64Array, cases: number): SharedPasses {
  const size = sharedPassSize(cases);
  return {
    put(slot, { T, B, rows, active, mask, masked, weighted, count, order }, there) {
      const head = [T, B, rows, active, mask, +masked, +weighted, count, there];
      numbers.set(head, slot * size);
      numbers.set(order, slot * size + HEAD);
    },
    get(slot, gradients, draws) {
      const own = numbers.subarray(slot * size, (slot + 1) * size);
      const [T, B, rows, active, mask, masked, weighted, count] = own;
      const order = Int32Array.from(own.subarray(HEAD, HEAD + B));
      const flags = { masked: masked === 1, weighted: weighted === 1 };
      return { T, B, rows, active, mask, ...flags, count, order, gradients, draws };
    },
    stepsThere: (slot) => numbers[slot * size + 8],
    valuesSeen: (slot) => numbers[slot * size + 7],
  };
}

/** Numbers that one pass of so many cases takes. */
export function sharedPassSize(cases: number): number {
  return HEAD + cases;
}
