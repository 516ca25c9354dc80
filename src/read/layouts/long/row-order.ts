/** [rows, columns], the rows in that order: each is written at once, as neighbours in memory. */
export function interleaved(columns: readonly ArrayLike<number>[], order: Int32Array): Float32Array<ArrayBuffer> {
  const F = columns.length;
  const values = new Float32Array(order.length * F);
  const places = new Int32Array(order.length);
  for (let s = 0; s < order.length; s++) places[order[s]] = s * F;
  const BLOCK = 512; // rows that stay in cache while column after column is written
  for (let from = 0; from < order.length; from += BLOCK) {
    const to = Math.min(order.length, from + BLOCK);
    for (let f = 0; f < F; f++) {
      const column = columns[f];
      for (let row = from; row < to; row++) values[places[row] + f] = column[row];
    }
  }
  return values;
}

/** Rows in file order inside each entity (a counting sort), and where each entity begins. */
export function groupByEntity(owners: ArrayLike<number>, count: number) {
  const offsets = new Int32Array(count + 1);
  for (let row = 0; row < owners.length; row++) offsets[owners[row] + 1]++;
  for (let e = 0; e < count; e++) offsets[e + 1] += offsets[e];
  const next = offsets.slice();
  const order = new Int32Array(owners.length);
  for (let row = 0; row < owners.length; row++) order[next[owners[row]]++] = row;
  return { order, offsets };
}

/**
 * Sorts `order` by time inside each entity, in place; equal times keep the file's order.
 * @param tally the numbers of events that are out of order, or at the time of the one before, are added to it
 * @returns [events] the times in that order
 */
export function sortByTime(
  order: Int32Array,
  offsets: Int32Array,
  times: ArrayLike<number>,
  tally: { late: number; equal: number },
): Float64Array {
  const sorted = new Float64Array(order.length);
  for (let s = 0; s < order.length; s++) sorted[s] = times[order[s]];
  for (let e = 0; e + 1 < offsets.length; e++) {
    const [from, to] = [offsets[e], offsets[e + 1]];
    let latest = -Infinity;
    let unsorted = false;
    for (let s = from; s < to; s++) {
      if (sorted[s] < latest) {
        tally.late++;
        unsorted = true;
      } else latest = sorted[s];
    }
    if (unsorted) {
      order.subarray(from, to).sort((a, b) => times[a] - times[b] || a - b);
      for (let s = from; s < to; s++) sorted[s] = times[order[s]];
    }
    for (let s = from + 1; s < to; s++) if (sorted[s] === sorted[s - 1]) tally.equal++;
  }
  return sorted;
}
