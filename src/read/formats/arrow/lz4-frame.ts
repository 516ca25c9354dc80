const MAGIC = 0x184d2204;

/**
 * Unpacks an LZ4 frame, as Arrow stores buffers. Its blocks may refer to those before them.
 * @param size of what it unpacks to
 * @throws {Error} for a frame that is damaged, or of another size
 */
export function unpackLz4Frame(bytes: Uint8Array, size: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new Error("no LZ4 frame");
  if (!(size >= 0 && size <= 255 * bytes.length)) throw new Error(`${bytes.length} bytes that unpack to ${size}`);
  const flags = bytes[4];
  const checked = (flags & 0x10) !== 0; // a checksum behind each block
  let at = 7 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0);
  const output = new Uint8Array(size);
  let end = 0;
  for (;;) {
    const stored = view.getUint32(at, true);
    at += 4;
    if (stored === 0) break;
    const length = stored & 0x7fffffff;
    if (at + length > bytes.length) throw new Error("an LZ4 block that ends too early");
    const block = bytes.subarray(at, at + length);
    if (stored >>> 31) {
      output.set(block, end); // not packed
      end += length;
    } else end = unpackBlock(block, output, end);
    at += length + (checked ? 4 : 0);
  }
  if (end !== size) throw new Error(`an LZ4 frame of ${end} bytes, not ${size}`);
  return output;
}

/** @returns the end of what was put into `output` */
function unpackBlock(block: Uint8Array, output: Uint8Array, begin: number): number {
  let at = 0;
  let end = begin;
  const lengthOf = (nibble: number) => {
    let length = nibble;
    if (nibble === 15)
      for (let more = 255; more === 255; length += more) {
        if (at >= block.length) throw new Error("an LZ4 block that ends too early");
        more = block[at++];
      }
    return length;
  };
  while (at < block.length) {
    const token = block[at++];
    const literals = lengthOf(token >> 4);
    if (at + literals > block.length || end + literals > output.length)
      throw new Error("an LZ4 block that is too long");
    output.set(block.subarray(at, at + literals), end);
    at += literals;
    end += literals;
    if (at >= block.length) break;
    const distance = block[at] | (block[at + 1] << 8);
    at += 2;
    const matched = lengthOf(token & 15) + 4;
    if (distance === 0 || distance > end || end + matched > output.length)
      throw new Error("an LZ4 block that is damaged");
    for (let k = 0; k < matched; k++, end++) output[end] = output[end - distance];
  }
  return end;
}
