const LONGEST = 64; // bytes of a text that is kept
const MANY = 1 << 16; // texts; a column with more keeps them only while they come again

/** Texts of one column by their bytes: a text that comes again is not made again. */
export interface TextStore {
  /** A number of the text in ASCII, the same each time; -1: it is not kept. */
  idOf(bytes: Buffer, start: number, end: number): number;
  textOf(id: number): string;
}

/** A hash table with open addressing. Its bytes lie together: texts of their own would be a cache miss each. */
export function createTextStore(): TextStore {
  let mask = 255;
  let slots = new Int32Array(mask + 1).fill(-1); // ids
  let hashes = new Int32Array(128); // by id
  let begins = new Int32Array(129);
  let kept = new Uint8Array(1024);
  const texts: string[] = [];
  let asked = 0;

  function add(bytes: Buffer, start: number, end: number, hash: number): number {
    const id = texts.length;
    if (id >= MANY && asked < 4 * id) return -1;
    if (id === hashes.length) grow();
    const begin = begins[id];
    if (begin + end - start > kept.length) kept = longer(kept, new Uint8Array(2 * kept.length + LONGEST));
    for (let k = start; k < end; k++) kept[begin + k - start] = bytes[k];
    begins[id + 1] = begin + end - start;
    hashes[id] = hash;
    place(id);
    return texts.push(bytes.toString("latin1", start, end)) - 1;
  }

  function place(id: number): void {
    let slot = hashes[id] & mask;
    while (slots[slot] >= 0) slot = (slot + 1) & mask;
    slots[slot] = id;
  }

  /** Half of the slots are free. */
  function grow(): void {
    mask = 2 * mask + 1;
    hashes = longer(hashes, new Int32Array((mask + 1) / 2));
    begins = longer(begins, new Int32Array((mask + 1) / 2 + 1));
    slots = new Int32Array(mask + 1).fill(-1);
    for (let id = 0; id < texts.length; id++) place(id);
  }

  function isKept(id: number, bytes: Buffer, start: number, end: number): boolean {
    const begin = begins[id];
    if (begins[id + 1] - begin !== end - start) return false;
    for (let k = start; k < end; k++) if (kept[begin + k - start] !== bytes[k]) return false;
    return true;
  }

  return {
    textOf: (id) => texts[id],
    idOf(bytes, start, end) {
      if (end - start > LONGEST) return -1;
      asked++;
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
        if (id < 0) return add(bytes, start, end, hash);
        if (hashes[id] === hash && isKept(id, bytes, start, end)) return id;
      }
    },
  };
}

function longer<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
