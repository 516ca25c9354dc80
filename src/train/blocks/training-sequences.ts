import type { PreparedSet } from "../../model/prepared-windows.js";
import { countOf, lengthOf, longestOf } from "../../sequences/set/sequence-set.js";
import { type BlockPlan, blockRoom, openBlocks } from "./block-file.js";

/** The sequences of a training, in one block or several, of which one is in memory. */
export interface TrainingSequences {
  /** Of the block that was entered last. */
  readonly set: PreparedSet;
  /** Of all blocks, with and without a step. */
  readonly count: number;
  /** Sequences of each block that have a step. */
  readonly usable: readonly number[];
  /** Steps of the longest sequence of all. */
  readonly longest: number;
  /** Brings a block into `set`. @returns its sequences that have a step */
  enter(block: number): Int32Array;
}

/** A set that is in memory as a whole. */
export function oneBlock(set: PreparedSet): TrainingSequences {
  const usable = usableOf(set, countOf(set));
  return { set, count: countOf(set), usable: [usable.length], longest: longestOf(set), enter: () => usable };
}

/** Blocks that lie in files; the first is in memory. */
export async function fromBlocks(plan: BlockPlan): Promise<TrainingSequences> {
  const set = blockRoom(plan);
  const load = await openBlocks(plan, set);
  load(0);
  return {
    set,
    count: plan.blocks.reduce((sum, { sequences }) => sum + sequences, 0),
    usable: plan.blocks.map(({ usable }) => usable),
    longest: plan.longest,
    enter(block) {
      load(block);
      return usableOf(set, plan.blocks[block].sequences);
    },
  };
}

function usableOf(set: PreparedSet, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, n) => n).filter((n) => lengthOf(set, n) > 0);
}
