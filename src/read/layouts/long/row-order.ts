/** Rows that stay in cache. Each loop over them is a function that is called often: V8 makes it fast once and for all. */
const BLOCK = 512;

/**
 * [rows, columns], the rows in that order: each is written at once, as neighbours in memory.
 * @returns `complete`: whether no value is NaN
 */
export function interleaved(columns: readonly ArrayLike<number>[], order: Int32Array) {
  const F = columns.length;
  const values = new Float32Array(order.length * F);
  const places = new Int32Array(order.length);
  for (let from = 0; from < order.length; from += BLOCK) placeRows(order, from, places, F);
  let complete = true;
  for (let from = 0; from < order.length; from += BLOCK) {
    const to = Math.min(order.length, from + BLOCK);
    for (let f = 0; f < F; f++) if (!put(columns[f], from, to, values, places, f)) complete = false;
  }
  return { values, complete };
}

function placeRows(order: Int32Array, from: number, places: Int32Array, F: number): void {
  const to = Math.min(order.length, from + BLOCK);
  for (let s = from; s < to; s++) places[order[s]] = s * F;
}

/** Writes rows of a column to their places. @returns whether none is NaN */
function put(
  column: ArrayLike<number>,
  from: number,
  to: number,
  values: Float32Array,
  places: Int32Array,
  f: number,
): boolean {
  let complete = true;
  for (let row = from; row < to; row++) {
    const value = column[row];
    values[places[row] + f] = value;
    if (Number.isNaN(value)) complete = false;
  }
  return complete;
}

/** Rows in file order inside each entity (a counting sort), and where each entity begins. */
export function groupByEntity(owners: ArrayLike<number>, count: number) {
  const offsets = new Int32Array(count + 1);
  for (let from = 0; from < owners.length; from += BLOCK) tally(owners, from, offsets);
  for (let e = 0; e < count; e++) offsets[e + 1] += offsets[e];
  const next = offsets.slice();
  const order = new Int32Array(owners.length);
  for (let from = 0; from < owners.length; from += BLOCK) place(owners, from, next, order);
  return { order, offsets };
}

function tally(owners: ArrayLike<number>, from: number, offsets: Int32Array): void {
  const to = Math.min(owners.length, from + BLOCK);
  for (let row = from; row < to; row++) offsets[owners[row] + 1]++;
}

function place(owners: ArrayLike<number>, from: number, next: Int32Array, order: Int32Array): void {
  const to = Math.min(owners.length, from + BLOCK);
  for (let row = from; row < to; row++) order[next[owners[row]]++] = row;
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
  for (let e = 0; e + 1 < offsets.length; e++) sortOne(order, offsets[e], offsets[e + 1], times, sorted, tally);
  return sorted;
}

function sortOne(
  order: Int32Array,
  from: number,
  to: number,
  times: ArrayLike<number>,
  sorted: Float64Array,
  tally: { late: number; equal: number },
): void {
  let latest = -Infinity;
  let late = 0;
  for (let s = from; s < to; s++) {
    sorted[s] = times[order[s]];
    if (sorted[s] < latest) late++;
    else latest = sorted[s];
  }
  if (late > 0) {
    tally.late += late;
    order.subarray(from, to).sort((a, b) => times[a] - times[b] || a - b);
    for (let s = from; s < to; s++) sorted[s] = times[order[s]];
  }
  for (let s = from + 1; s < to; s++) if (sorted[s] === sorted[s - 1]) tally.equal++;
}
