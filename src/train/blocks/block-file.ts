import { DataError } from "../../errors.js";
import {
  type Channel,
  countOf,
  createBitmap,
  isObserved,
  lengthOf,
  longestOf,
  type SequenceSet,
  setBit,
} from "../../sequences/set/sequence-set.js";

/** Prepared sequences in files, because all of them are more than memory should hold. */
export interface BlockPlan {
  channels: readonly Channel[];
  /** Where training looks at labels. */
  classNames?: readonly string[];
  /** Whether a value of any block was not observed. */
  missing: boolean;
  /** Steps of the longest sequence. */
  longest: number;
  blocks: readonly BlockFile[];
}

/** One block: offsets, values, labels (where training looks at them) and the observed bits, as they lie in memory. */
export interface BlockFile {
  path: string;
  sequences: number;
  steps: number;
  /** Sequences that have a step. */
  usable: number;
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Writes blocks of prepared sequences, one after the other. */
export async function writeBlocks(
  blocks: AsyncIterable<{ path: string; set: SequenceSet }>,
  classNames: readonly string[] | undefined,
): Promise<BlockPlan> {
  const { writeFile } = await import("node:fs/promises");
  if (!LITTLE_ENDIAN) throw new DataError("Blocks of sequences need a little-endian processor.");
  const files: BlockFile[] = [];
  let channels: readonly Channel[] = [];
  let missing = false;
  let longest = 0;
  for await (const { path, set } of blocks) {
    const sequences = countOf(set);
    const steps = set.offsets[sequences];
    channels = set.channels;
    const whole = createBitmap(set.values.length, true);
    for (let k = 0; set.observed && k < set.values.length; k++)
      if (!isObserved(set, k)) {
        setBit(whole, k, false);
        missing = true;
      }
    longest = Math.max(longest, longestOf(set));
    let usable = 0;
    for (let n = 0; n < sequences; n++) if (lengthOf(set, n) > 0) usable++;
    const labels = classNames ? [set.labels ?? new Int32Array(sequences).fill(-1)] : [];
    const parts = [set.offsets, set.values, ...labels, whole];
    await writeFile(path, Buffer.concat(parts.map((part) => bytesOf(part))));
    files.push({ path, sequences, steps, usable });
  }
  return { channels, classNames, missing, longest, blocks: files };
}

/** Where one block at a time is put. Its memory can be shared; the sequences of a small block end before it does. */
export function blockRoom({ channels, classNames, missing, blocks }: BlockPlan): SequenceSet {
  const most = (of: (block: BlockFile) => number) => Math.max(...blocks.map(of));
  const sequences = most((block) => block.sequences);
  const values = most((block) => block.steps) * channels.length;
  const room = (bytes: number) =>
    typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
  return {
    channels,
    ids: [],
    offsets: new Int32Array(room(4 * (sequences + 1))),
    values: new Float32Array(room(4 * values)),
    observed: missing ? new Uint8Array(room((values + 7) >> 3)) : undefined,
    labels: classNames && new Int32Array(room(4 * sequences)),
    classNames,
  };
}

/** @returns puts a block into the room; without waiting, because an update must not */
export async function openBlocks(plan: BlockPlan, room: SequenceSet): Promise<(block: number) => void> {
  const { readFileSync } = await import("node:fs");
  return (block) => {
    const { path, sequences, steps } = plan.blocks[block];
    const bytes = readFileSync(path);
    let at = 0;
    const take = (into: Int32Array | Float32Array | Uint8Array, count: number) => {
      bytesOf(into).set(bytes.subarray(at, at + count * into.BYTES_PER_ELEMENT));
      at += count * into.BYTES_PER_ELEMENT;
    };
    const values = steps * plan.channels.length;
    const size = 4 * (sequences + 1 + values + (plan.classNames ? sequences : 0)) + ((values + 7) >> 3);
    if (bytes.length !== size)
      throw new DataError(
        `${path}: has ${bytes.length} bytes, expected ${size}. A block of the training data was changed while it was in use; train again.`,
      );
    take(room.offsets, sequences + 1);
    room.offsets.fill(steps, sequences + 1); // no steps behind the last
    take(room.values, values);
    if (room.labels) take(room.labels, sequences);
    if (room.observed) take(room.observed, (values + 7) >> 3);
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
