import { sharedRoom } from "../../engine/threads/crew.js";
import type { PackedBatch } from "../../network/batch/packed-batch.js";

/** What threads of one training write for one another; in shared memory where there are several. */
export interface SharedTraining {
  /** [batchSize], the sequences of the batch, longest first */
  indices: Int32Array;
  /** Of the update; by name: `updateNumbers`. */
  numbers: Float64Array;
  /** Loss of each shard; sum of squares of each block of the gradient. */
  losses: Float64Array;
  norms: Float64Array;
  /** The batch of each slot, where one thread goes forward with it and another back: `sharedBatches`. */
  batches: Float64Array;
  /** [validation cases, R], training read-outs of the validation part, where a loss looks at labels. */
  readOuts: Float64Array;
}

/** How many each of them holds. */
export type SharedSizes = Record<Exclude<keyof SharedTraining, "numbers">, number>;

/** In the order of `SharedTraining.numbers`. */
const NUMBERS = ["cases", "update", "scale", "rate", "step", "clip"] as const;

/** Cases of the batch, number of the update, what gradients are scaled with; rate, step and clipping of Adam. */
export type UpdateNumbers = Record<(typeof NUMBERS)[number], number>;

export function createSharedTraining(sizes: SharedSizes, threads: number): SharedTraining {
  const room = sharedRoom(threads);
  const numbers = (count: number) => new Float64Array(room(8 * count));
  return {
    indices: new Int32Array(room(4 * sizes.indices)),
    numbers: numbers(NUMBERS.length),
    losses: numbers(sizes.losses),
    norms: numbers(sizes.norms),
    batches: numbers(sizes.batches),
    readOuts: numbers(sizes.readOuts),
  };
}

/** The numbers of an update by name: reading and writing goes to the shared memory. */
export function updateNumbers({ numbers }: SharedTraining): UpdateNumbers {
  const named = {} as UpdateNumbers;
  NUMBERS.forEach((name, k) => {
    Object.defineProperty(named, name, {
      get: () => numbers[k],
      set(value: number) {
        numbers[k] = value;
      },
    });
  });
  return named;
}

/** Numbers of a batch before its order. */
const HEAD = 9;

/** Numbers that one batch takes, by its number of cases. */
export function sharedBatchSize(cases: number): number {
  return HEAD + cases;
}

/** @param numbers [slots, sharedBatchSize(cases)] */
export function sharedBatches(numbers: Float64Array, cases: number) {
  const size = sharedBatchSize(cases);
  return {
    put(slot: number, batch: PackedBatch): void {
      const { T, B, rows, active, mask, present, masked, weighted, count, order } = batch;
      numbers.set([T, B, rows, active, mask, present, +masked, +weighted, count], slot * size);
      numbers.set(order, slot * size + HEAD);
    },
    get(slot: number, gradients: number): PackedBatch {
      const own = numbers.subarray(slot * size, (slot + 1) * size);
      const [T, B, rows, active, mask, present, masked, weighted, count] = own;
      const order = Int32Array.from(own.subarray(HEAD, HEAD + B));
      const flags = { masked: masked === 1, weighted: weighted === 1 };
      return { T, B, rows, active, mask, present, ...flags, count, order, gradients };
    },
  };
}
