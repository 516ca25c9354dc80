import { DataError } from "../../../errors.js";

/** Numbers of a place in the table: three of the hash, and the row. */
const PLACE = 4;

/**
 * Finds an id that comes again. It holds 96 bits of a hash per id and not its text: some 20 to 40 bytes per id, where
 * the texts of a large file would take several times that. Among 10^9 ids the chance of two equal hashes is 10^-11.
 */
export function createUniqueIds(path: string, name: string) {
  let places = new Uint32Array(PLACE << 10);
  let count = 0;
  /** Where the hash stands, or would stand. */
  const find = (a: number, b: number, c: number): number => {
    const mask = places.length - 1;
    let at = (a * PLACE) & mask;
    while (places[at + 3] !== 0 && (places[at] !== a || places[at + 1] !== b || places[at + 2] !== c))
      at = (at + PLACE) & mask;
    return at;
  };
  const put = (a: number, b: number, c: number, row: number, at: number) => {
    places[at] = a;
    places[at + 1] = b;
    places[at + 2] = c;
    places[at + 3] = row;
  };
  const grow = () => {
    const old = places;
    places = new Uint32Array(2 * old.length);
    for (let k = 0; k < old.length; k += PLACE)
      if (old[k + 3] !== 0) put(old[k], old[k + 1], old[k + 2], old[k + 3], find(old[k], old[k + 1], old[k + 2]));
  };
  return {
    /** @param row of the id, from 1 @throws {DataError} with both rows, if it was seen */
    see(id: string, row: number): void {
      const [a, b, c] = hashOf(id);
      const at = find(a, b, c);
      if (places[at + 3] !== 0)
        throw new DataError(
          `${path}, row ${row}, column "${name}": got the id "${id}" again (row ${places[at + 3]}), expected another one. An id names one case, else its features cannot be joined back; remove one of the rows, or name a column that is unique (\`id\`).`,
        );
      put(a, b, c, row, at);
      count++;
      if (PLACE * count > 0.75 * places.length) grow();
    },
  };
}

/** 96 bits, each third by multipliers of its own (those of MurmurHash3 and xxHash). */
function hashOf(text: string): [number, number, number] {
  let [a, b, c] = [0x9e3779b9, 0x85ebca6b, 0xc2b2ae35];
  for (let k = 0; k < text.length; k++) {
    const code = text.charCodeAt(k);
    a = Math.imul(a ^ code, 0x85ebca6b);
    a ^= a >>> 13;
    b = Math.imul(b ^ code, 0x9e3779b1);
    b ^= b >>> 15;
    c = Math.imul(c ^ code, 0xc2b2ae3d);
    c ^= c >>> 16;
  }
  const mix = (h: number) => {
    const once = Math.imul(h ^ (h >>> 16) ^ text.length, 0x27d4eb2f);
    return (once ^ (once >>> 15)) >>> 0;
  };
  return [mix(a), mix(b ^ (a << 7)), mix(c ^ (b << 11))];
}
