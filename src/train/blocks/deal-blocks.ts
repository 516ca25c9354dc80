import { appendFile, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Piece } from "../../read/source/piece.js";
import { concatSequences } from "../../sequences/set/concat.js";
import { countOf, type SequenceSet, selectSequences } from "../../sequences/set/sequence-set.js";
import { encodeLabels, sortClassNames } from "../../sequences/set/sequences-from.js";
import type { MoreBlocks } from "../fit.js";
import { decodeChunks, encodeChunk, type RawSequences } from "./raw-chunk.js";

/** Files that sequences are dealt to; a block is some of them. */
const BUCKETS = 256;

/** Sequences in blocks, each of which fits into memory and is a random sample of the entities. */
export interface DealtBlocks {
  /** The first block. */
  first: SequenceSet;
  more: MoreBlocks;
  /** Of all blocks. */
  sequences: number;
}

/**
 * Deals the sequences of a source to blocks by a hash of their entity (of their id, where there is none), so that all of
 * an entity are in one block. Inside a block they stand in the order of the source. One block that holds all is the
 * set that the source would be in memory.
 * @param pieces reads the source, piece by piece
 * @param options.blockSteps steps of a block, at most, unless a 256th of all has more
 * @param options.folder where raw and prepared blocks are put
 */
export async function dealBlocks(
  pieces: (take: (piece: Piece) => Promise<void>) => Promise<readonly string[]>,
  { blockSteps, folder, onRead }: { blockSteps: number; folder: string; onRead?(sequences: number): void },
): Promise<DealtBlocks & { notes: readonly string[] }> {
  const buckets = Array.from({ length: BUCKETS }, () => ({ sequences: 0, steps: 0 }));
  const names = new Set<string>();
  let labelled = false;
  let channels: SequenceSet["channels"] = [];
  let count = 0;
  const notes = await pieces(async ({ set, labelTexts }) => {
    channels = set.channels;
    labelled ||= labelTexts !== undefined;
    for (const text of labelTexts ?? []) if (text !== undefined) names.add(text);
    const members = new Map<number, number[]>();
    for (let n = 0; n < countOf(set); n++) {
      const bucket = hashOf(set.entities?.[n] ?? set.ids[n]) % BUCKETS;
      const some = members.get(bucket);
      if (some) some.push(n);
      else members.set(bucket, [n]);
      buckets[bucket].sequences++;
      buckets[bucket].steps += set.offsets[n + 1] - set.offsets[n];
    }
    for (const [bucket, own] of members) {
      const raw: RawSequences = {
        set: selectSequences(set, own),
        labelTexts: labelTexts && own.map((n) => labelTexts[n]),
        ordinals: own.map((n) => count + n),
      };
      await appendFile(join(folder, `raw-${bucket}`), encodeChunk(raw));
    }
    count += countOf(set);
    onRead?.(count);
  });
  const blocks = blocksOf(buckets, blockSteps);
  const classNames = labelled ? sortClassNames([...names]) : undefined;
  const read = async (block: number): Promise<SequenceSet> => {
    const raw: RawSequences[] = [];
    for (const bucket of blocks[block]) {
      const path = join(folder, `raw-${bucket}`);
      raw.push(...decodeChunks(await readFile(path), channels));
      await rm(path); // disks are not endless, and nothing reads it again
    }
    return inOrder(raw, classNames);
  };
  const first = await read(0);
  return { first, more: { count: blocks.length, read, folder }, sequences: count, notes };
}

/** Which buckets make a block: neighbours, as many as fit. */
function blocksOf(buckets: readonly { sequences: number; steps: number }[], most: number): number[][] {
  const blocks: number[][] = [];
  let size = Number.POSITIVE_INFINITY;
  buckets.forEach(({ sequences, steps }, bucket) => {
    if (sequences === 0) return;
    if (size + steps > most) {
      blocks.push([]);
      size = 0;
    }
    blocks.at(-1)!.push(bucket);
    size += steps;
  });
  return blocks;
}

/** All sequences in one set, in the order of the source. */
function inOrder(raw: readonly RawSequences[], classNames: readonly string[] | undefined): SequenceSet {
  const ordinals = raw.flatMap((each) => each.ordinals);
  const texts = raw.flatMap(({ set, labelTexts }) => labelTexts ?? set.ids.map(() => undefined));
  const order = Int32Array.from(ordinals.keys()).sort((a, b) => ordinals[a] - ordinals[b]);
  const all = joined(raw.map(({ set }) => set));
  return selectSequences(classNames ? { ...all, labels: encodeLabels(texts, classNames), classNames } : all, order);
}

function joined(sets: readonly SequenceSet[]): SequenceSet {
  if (sets.length === 1) return sets[0];
  const half = sets.length >> 1;
  return concatSequences(joined(sets.slice(0, half)), joined(sets.slice(half)));
}

/** FNV-1a, mixed: the last bits of similar names differ. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let k = 0; k < text.length; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
