/**
 * Moves the rows of a node that go left to its front, in their order; returns where the others start.
 *
 * @param rows the node is rows[from .. to - 1]
 * @param aside [as long as rows], scratch
 * @param base where the codes of the column start
 * @param bin codes up to this one go left
 * @param missing so does this one; -1 for none
 */
export function partition(
  rows: Int32Array,
  aside: Int32Array,
  codes: Uint8Array,
  base: number,
  bin: number,
  missing: number,
  from: number,
  to: number,
): number {
  let left = from;
  let right = 0;
  for (let i = from; i < to; i++) {
    const row = rows[i];
    const code = codes[base + row];
    rows[left] = row; // both are written, one of them counts: no jump to guess wrong
    aside[right] = row;
    const goesLeft = code <= bin || code === missing ? 1 : 0;
    left += goesLeft;
    right += 1 - goesLeft;
  }
  for (let i = 0; i < right; i++) rows[left + i] = aside[i];
  return left;
}
