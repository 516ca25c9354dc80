import { balanceBlocks } from "../../table/blocks.js";
import { sideBySide } from "../../table/feature-table.js";
import type { FeaturePair } from "./feature-set.js";

/** Tables that stand side by side: one block, or several. */
export interface NamedPairs {
  /** [blocks] */
  names: string[];
  pairs: FeaturePair[];
}

/**
 * One table for a classifier: blocks of equal variance, or columns as they are.
 * @param isLast the blocks are emptied: memory need not hold those of the training part while the test part is joined
 */
export function joinBlocks({ names, pairs }: NamedPairs, balanced: boolean, isLast = false): FeaturePair {
  if (pairs.length === 1) return pairs[0];
  const trains = pairs.map(({ train }) => train);
  const tests = pairs.map(({ test }) => test);
  if (balanced) return balanceBlocks(trains, tests, names);
  if (isLast) pairs.length = 0;
  const train = sideBySide(trains, names);
  trains.length = 0;
  return { train, test: sideBySide(tests, names) };
}
