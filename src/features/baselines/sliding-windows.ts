import type { Codes } from "./event-columns.js";

/**
 * Events gathered by whom they belong to: group g owns the places starts[g] .. starts[g + 1) - 1 of `order`, which
 * holds event numbers, ascending inside a group.
 */
export interface EventGroups {
  times: Float64Array;
  order: Int32Array;
  starts: Int32Array;
}

export function groupEvents(times: Float64Array, { codes, count }: Codes): EventGroups {
  const starts = new Int32Array(count + 1);
  for (let i = 0; i < codes.length; i++) starts[codes[i] + 1]++;
  for (let g = 0; g < count; g++) starts[g + 1] += starts[g];
  const next = starts.slice();
  const order = new Int32Array(codes.length);
  for (let i = 0; i < codes.length; i++) order[next[codes[i]]++] = i;
  return { times, order, starts };
}

/** Counts over the past of a group: entry p is how many of the group's events before place p `counts` holds for. */
export function countsBefore({ order, starts }: EventGroups, counts: (event: number) => boolean): Int32Array {
  const before = new Int32Array(order.length);
  for (let g = 0; g + 1 < starts.length; g++) {
    let count = 0;
    for (let p = starts[g]; p < starts[g + 1]; p++) {
      before[p] = count;
      if (counts(order[p])) count++;
    }
  }
  return before;
}

/**
 * The sum of the values of the events in places [from, to) of one group, with the rounding of these values alone: no
 * earlier event changes a digit. A sum that rounding alone keeps from 0, as that of 0.02, 0.01 and -0.03 may be, is 0.
 *
 * Each running sum keeps what its rounding lost (Knuth, The Art of Computer Programming 2, section 4.2.2, theorem B).
 */
export function windowSums(
  { order, starts }: EventGroups,
  values: ArrayLike<number>,
): (from: number, to: number) => number {
  const sums = new Float64Array(order.length); // before each place, of its group
  const lost = new Float64Array(order.length);
  const sizes = new Float64Array(order.length); // of absolute values
  for (let g = 0; g + 1 < starts.length; g++) {
    let sum = 0;
    let rest = 0;
    let size = 0;
    for (let p = starts[g]; p < starts[g + 1]; p++) {
      sums[p] = sum;
      lost[p] = rest;
      sizes[p] = size;
      const value = values[order[p]];
      const next = sum + value;
      const added = next - sum;
      rest += sum - (next - added) + (value - added);
      sum = next;
      size += Math.abs(value);
    }
  }
  return (from, to) => {
    const total = sums[to] - sums[from] + (lost[to] - lost[from]);
    return Math.abs(total) <= Number.EPSILON * (sizes[to] - sizes[from]) ? 0 : total;
  };
}

/**
 * Walks over all events; for each, the places [from, to) of those events of its group that stand before it and whose
 * age in seconds is at least `delay` and less than `delay` + `window`.
 */
export function eachWindow(
  { times, order, starts }: EventGroups,
  window: number,
  delay: number,
  see: (event: number, from: number, to: number) => void,
): void {
  for (let g = 0; g + 1 < starts.length; g++) {
    let from = starts[g];
    let to = from;
    for (let p = starts[g]; p < starts[g + 1]; p++) {
      const now = times[order[p]];
      while (to < p && now - times[order[to]] >= delay) to++;
      while (from < to && now - times[order[from]] >= delay + window) from++;
      see(order[p], from, to);
    }
  }
}

/** How many different codes the window before each event holds, written to `out`. */
export function distinctBefore(groups: EventGroups, { codes, count }: Codes, window: number, out: Float32Array): void {
  const { order } = groups;
  const held = new Int32Array(count); // how often each code is in the window
  let different = 0;
  let first = 0; // the window held: places [first, last)
  let last = 0;
  eachWindow(groups, window, 0, (event, from, to) => {
    // places run on from group to group, so that what a group leaves behind is taken out at the next one's start
    for (; last < to; last++) if (held[codes[order[last]]]++ === 0) different++;
    for (; first < from; first++) if (--held[codes[order[first]]] === 0) different--;
    out[event] = different;
  });
}
