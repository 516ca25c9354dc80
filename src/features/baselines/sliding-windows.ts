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

/**
 * Sums over the past of a group: entry p is the sum over the group's events before place p. Each group starts from
 * 0, so that not even the rounding of a sum knows of later events elsewhere.
 */
export function sumsBefore({ order, starts }: EventGroups, value: (event: number) => number): Float64Array {
  const sums = new Float64Array(order.length);
  for (let g = 0; g + 1 < starts.length; g++) {
    let sum = 0;
    for (let p = starts[g]; p < starts[g + 1]; p++) {
      sums[p] = sum;
      sum += value(order[p]);
    }
  }
  return sums;
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
