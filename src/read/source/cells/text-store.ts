const LONGEST = 64; // bytes of a text that is kept
const SHORT = 7; // bytes of a text that is two words, with its length
const MANY = 1 << 16; // texts; a column with more keeps them only while they come again
const MASKS = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1); // by how many bytes of a word belong to a text
const BEYOND_ASCII = 0x80808080 | 0;
const LONG = -1; // in the place of a length

/**
 * Texts of one column by their bytes: a text that comes again is not made again. A hash table with open addressing. Its
 * keys and the bytes of long texts lie together: else each is a cache miss.
 */
export interface TextStore {
  texts: string[]; // by id
  mask: number;
  slots: Int32Array; // ids
  keys: Int32Array; // by slot: the words of a short text, or the hash of a long one and LONG
  begins: Int32Array; // by id
  kept: Uint8Array;
  asked: number;
  /** The key and the id of the short text before. */
  low: number;
  high: number;
  last: number;
}

export function createTextStore(): TextStore {
  return {
    texts: [],
    mask: 255,
    slots: new Int32Array(256).fill(-1),
    keys: new Int32Array(512),
    begins: new Int32Array(129),
    kept: new Uint8Array(1024),
    asked: 0,
    low: 0,
    high: 0,
    last: -1,
  };
}

/** A number of the text in ASCII, the same each time; -1: it is not kept. @param view of the same bytes */
export function idOf(store: TextStore, bytes: Uint8Array, view: DataView, start: number, end: number): number {
  if (end - start > LONGEST) return -1;
  store.asked++;
  return end - start <= SHORT ? shortId(store, bytes, view, start, end) : longId(store, bytes, start, end);
}

function add(
  store: TextStore,
  bytes: Uint8Array,
  start: number,
  end: number,
  slot: number,
  first: number,
  second: number,
): number {
  const { texts, begins, keys, slots } = store;
  const id = texts.length;
  if (id >= MANY && store.asked < 4 * id) return -1;
  const begin = begins[id];
  if (begin + end - start > store.kept.length)
    store.kept = longer(store.kept, new Uint8Array(2 * store.kept.length + LONGEST));
  const { kept } = store;
  for (let k = start; k < end; k++) kept[begin + k - start] = bytes[k];
  begins[id + 1] = begin + end - start;
  keys[2 * slot] = first;
  keys[2 * slot + 1] = second;
  slots[slot] = id;
  texts.push(String.fromCharCode(...kept.subarray(begin, begin + end - start)));
  if (id + 2 === begins.length) {
    store.begins = longer(begins, new Int32Array(2 * begins.length));
    Object.assign(store, widened(slots, keys)); // half of the slots are free
    store.mask = store.slots.length - 1;
  }
  return id;
}

function shortId(store: TextStore, bytes: Uint8Array, view: DataView, start: number, end: number): number {
  const within = start + 8 <= bytes.length;
  const first = within ? view.getInt32(start, true) & MASKS[Math.min(end - start, 4)] : wordOf(bytes, start, end);
  const rest = within
    ? view.getInt32(start + 4, true) & MASKS[Math.max(end - start - 4, 0)]
    : wordOf(bytes, start + 4, end);
  const second = rest | ((end - start) << 24);
  if (first === store.low && second === store.high && store.last >= 0) return store.last;
  if (((first | second) & BEYOND_ASCII) !== 0) return -1;
  const { slots, keys, mask } = store;
  let slot = hashOf(first, second) & mask;
  while (slots[slot] >= 0 && (keys[2 * slot] !== first || keys[2 * slot + 1] !== second)) slot = (slot + 1) & mask;
  const id = slots[slot] < 0 ? add(store, bytes, start, end, slot, first, second) : slots[slot];
  store.low = first;
  store.high = second;
  store.last = id;
  return id;
}

function longId(store: TextStore, bytes: Uint8Array, start: number, end: number): number {
  let [hash, bits] = [0, 0];
  for (let k = start; k < end; k++) {
    hash = Math.imul(hash, 31) + bytes[k];
    bits |= bytes[k];
  }
  if (bits > 127) return -1;
  hash ^= hash >>> 15;
  const { slots, keys, mask, begins, kept } = store;
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const id = slots[slot];
    if (id < 0) return add(store, bytes, start, end, slot, hash, LONG);
    if (
      keys[2 * slot] === hash &&
      keys[2 * slot + 1] === LONG &&
      isSame(kept, begins[id], begins[id + 1], bytes, start, end)
    )
      return id;
  }
}

function isSame(kept: Uint8Array, begin: number, end: number, bytes: Uint8Array, from: number, to: number): boolean {
  if (end - begin !== to - from) return false;
  for (let k = begin; k < end; k++) if (kept[k] !== bytes[from + k - begin]) return false;
  return true;
}

/** Up to four bytes as a number, the first one lowest. */
function wordOf(bytes: Uint8Array, start: number, end: number): number {
  let word = 0;
  for (let k = start; k < Math.min(end, start + 4); k++) word |= bytes[k] << (8 * (k - start));
  return word;
}

/** The table with twice the slots. */
function widened(slots: Int32Array, keys: Int32Array) {
  const mask = 2 * slots.length - 1;
  const wider = { slots: new Int32Array(mask + 1).fill(-1), keys: new Int32Array(2 * (mask + 1)) };
  for (let from = 0; from < slots.length; from++) {
    if (slots[from] < 0) continue;
    const [first, second] = [keys[2 * from], keys[2 * from + 1]];
    let slot = (second === LONG ? first : hashOf(first, second)) & mask;
    while (wider.slots[slot] >= 0) slot = (slot + 1) & mask;
    wider.slots[slot] = slots[from];
    wider.keys[2 * slot] = first;
    wider.keys[2 * slot + 1] = second;
  }
  return wider;
}

function hashOf(first: number, second: number): number {
  const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}

function longer<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
