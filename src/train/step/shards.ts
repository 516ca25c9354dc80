import type { AutoencoderSpec } from "../../network/spec/spec.js";
import { lengthOf, type SequenceSet } from "../../sequences/set/sequence-set.js";

/** Cases that are worked on together. Fixed, so that results do not depend on the number of threads. */
export const SHARD = 16;
/** The same where each case comes as two views. */
export const VIEWED_SHARD = SHARD / 2;

/** The number of shards for a number of cases. */
export function shardCount(cases: number, size = SHARD): number {
  return Math.ceil(cases / size);
}

/** How many shards a batch makes in an update, so how many threads can have work. */
export function batchShards({ readOutLoss }: AutoencoderSpec, cases: number): number {
  return shardCount(cases, readOutLoss ? VIEWED_SHARD : SHARD);
}

/** Sequences by length, the longest first, neighbours in `indices` staying in order. */
export function byLength(set: Pick<SequenceSet, "offsets">, indices: Int32Array): Int32Array {
  return indices.sort((a, b) => lengthOf(set, b) - lengthOf(set, a) || a - b);
}

/** The cases of a shard: dealt like cards from the longest on, so that shards take about equally long. */
export function dealt(sorted: Int32Array, shard: number, shards: number): Int32Array {
  return Int32Array.from({ length: Math.ceil((sorted.length - shard) / shards) }, (_, k) => sorted[shard + k * shards]);
}
