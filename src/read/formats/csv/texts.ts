const LONGEST = 64; // bytes of a text that is kept
const SHORT = 8; // bytes of a text that is two words
const MANY = 1 << 16; // texts; a column with more keeps them only while they come again
const MASKS = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1); // by how many bytes of a word belong to a text
const BEYOND_ASCII = 0x80808080 | 0;

/** Texts of one column by their bytes: a text that comes again is not made again. */
export interface TextStore {
  /** A number of the text in ASCII, the same each time; -1: it is not kept. @param view of the same bytes */
  idOf(bytes: Uint8Array, view: DataView, start: number, end: number): number;
  textOf(id: number): string;
}

/**
 * A hash table with open addressing. A short text is compared by its words; the bytes of others lie together, because
 * texts of their own would be a cache miss each.
 */
export function createTextStore(): TextStore {
  let mask = 255;
  let slots = new Int32Array(mask + 1).fill(-1); // ids
  let hashes = new Int32Array(128); // by id
  let begins = new Int32Array(129);
  let words = new Int32Array(256); // two by id, of a short text
  let kept = new Uint8Array(1024);
  const texts: string[] = [];
  let asked = 0;
  let last = -1; // the id that was asked for before

  function add(bytes: Uint8Array, start: number, end: number, hash: number, low: number, high: number): number {
    const id = texts.length;
    if (id >= MANY && asked < 4 * id) return -1;
    if (id === hashes.length) grow();
    const begin = begins[id];
    if (begin + end - start > kept.length) kept = longer(kept, new Uint8Array(2 * kept.length + LONGEST));
    for (let k = start; k < end; k++) kept[begin + k - start] = bytes[k];
    begins[id + 1] = begin + end - start;
    hashes[id] = hash;
    words[2 * id] = low;
    words[2 * id + 1] = high;
    place(id);
    return texts.push(String.fromCharCode(...kept.subarray(begin, begin + end - start))) - 1;
  }

  function place(id: number): void {
    let slot = hashes[id] & mask;
    while (slots[slot] >= 0) slot = (slot + 1) & mask;
    slots[slot] = id;
  }

  /** Half of the slots are free. */
  function grow(): void {
    mask = 2 * mask + 1;
    const ids = (mask + 1) / 2;
    hashes = longer(hashes, new Int32Array(ids));
    begins = longer(begins, new Int32Array(ids + 1));
    words = longer(words, new Int32Array(2 * ids));
    slots = new Int32Array(mask + 1).fill(-1);
    for (let id = 0; id < texts.length; id++) place(id);
  }

  const isAsLong = (id: number, length: number) => begins[id + 1] - begins[id] === length;

  function isKept(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const begin = begins[id];
    for (let k = start; k < end; k++) if (kept[begin + k - start] !== bytes[k]) return false;
    return true;
  }

  function shortId(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const length = end - start;
    let low = 0;
    let high = 0;
    if (start + SHORT <= bytes.length) {
      low = view.getInt32(start, true) & MASKS[length < 4 ? length : 4];
      if (length > 4) high = view.getInt32(start + 4, true) & MASKS[length - 4];
    } else
      for (let k = 0; k < length; k++)
        if (k < 4) low |= bytes[start + k] << (8 * k);
        else high |= bytes[start + k] << (8 * k - 32);
    if (last >= 0 && words[2 * last] === low && words[2 * last + 1] === high && isAsLong(last, length)) return last;
    if (((low | high) & BEYOND_ASCII) !== 0) return -1;
    let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b) ^ length;
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash ^= hash >>> 13;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot];
      if (id < 0) return add(bytes, start, end, hash, low, high);
      if (words[2 * id] === low && words[2 * id + 1] === high && isAsLong(id, length)) return id;
    }
  }

  function longId(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0;
    let bits = 0;
    for (let k = start; k < end; k++) {
      hash = Math.imul(hash, 31) + bytes[k];
      bits |= bytes[k];
    }
    if (bits > 127) return -1;
    hash ^= hash >>> 15;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot];
      if (id < 0) return add(bytes, start, end, hash, 0, 0);
      if (hashes[id] === hash && isAsLong(id, end - start) && isKept(id, bytes, start, end)) return id;
    }
  }

  return {
    textOf: (id) => texts[id],
    idOf(bytes, view, start, end) {
      if (end - start > LONGEST) return -1;
      asked++;
      const id = end - start <= SHORT ? shortId(bytes, view, start, end) : longId(bytes, start, end);
      if (id >= 0) last = id;
      return id;
    },
  };
}

function longer<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
