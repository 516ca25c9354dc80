import type { SequenceSet } from "../../sequences/set/sequence-set.js";

/** Sequences as they were read, with their place in the file and the labels as they are written. */
export interface RawSequences {
  set: SequenceSet;
  labelTexts?: readonly (string | undefined)[];
  /** [N], ascending */
  ordinals: readonly number[];
}

/**
 * Sequences as bytes that can stand behind others: length of a JSON text, the text, then times, offsets, values and
 * observed bits as they lie in memory. Channels are not among them.
 */
export function encodeChunk({ set, labelTexts, ordinals }: RawSequences): Uint8Array {
  const { ids, entities, windows, offsets, values, observed, times } = set;
  const labels = labelTexts?.map((text) => text ?? null);
  const header = { ids, entities, windows, labels, ordinals, steps: offsets.at(-1), values: values.length };
  const text = Buffer.from(JSON.stringify({ ...header, observed: observed !== undefined, times: times !== undefined }));
  const parts = [Uint32Array.of(text.length), text, times, offsets, values, observed];
  return Buffer.concat(parts.flatMap((part) => (part ? [bytesOf(part)] : [])));
}

/** All chunks of a file. @param channels of its sequences */
export function* decodeChunks(bytes: Uint8Array, channels: SequenceSet["channels"]): Generator<RawSequences> {
  let at = 0;
  const take = <A extends Uint8Array | Uint32Array | Int32Array | Float32Array | Float64Array>(array: A): A => {
    bytesOf(array).set(bytes.subarray(at, at + array.byteLength));
    at += array.byteLength;
    return array;
  };
  while (at < bytes.length) {
    const [length] = take(new Uint32Array(1));
    const header = JSON.parse(new TextDecoder().decode(take(new Uint8Array(length))));
    const { ids, entities, windows, labels, ordinals, steps, values, observed, times } = header;
    const set: SequenceSet = {
      channels,
      ids,
      entities,
      windows,
      times: times ? take(new Float64Array(steps)) : undefined,
      offsets: take(new Int32Array(ids.length + 1)),
      values: take(new Float32Array(values)),
      observed: observed ? take(new Uint8Array((values + 7) >> 3)) : undefined,
    };
    yield { set, ordinals, labelTexts: labels?.map((text: string | null) => text ?? undefined) };
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
