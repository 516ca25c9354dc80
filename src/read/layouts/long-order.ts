/** Rows in file order inside each entity (a counting sort), and where each entity begins. */
export function groupByEntity(owners: readonly number[], count: number) {
  const offsets = new Int32Array(count + 1);
  for (const owner of owners) offsets[owner + 1]++;
  for (let e = 0; e < count; e++) offsets[e + 1] += offsets[e];
  const next = offsets.slice();
  const order = new Int32Array(owners.length);
  owners.forEach((owner, row) => {
    order[next[owner]++] = row;
  });
  return { order, offsets };
}

/** How many events were out of order, and at the same time as the one before them. */
export interface TimeTally {
  late: number;
  equal: number;
}

/**
 * Sorts `order` by time inside each entity, in place; equal times keep the file's order.
 * @param tally what was out of order or at equal times is added to it
 * @returns [events] the times in that order
 */
export function sortByTime(
  order: Int32Array,
  offsets: Int32Array,
  times: readonly number[],
  tally: TimeTally,
): Float64Array {
  for (let e = 0; e + 1 < offsets.length; e++) {
    const rows = order.subarray(offsets[e], offsets[e + 1]);
    let latest = -Infinity;
    let unsorted = false;
    for (const row of rows) {
      if (times[row] < latest) {
        tally.late++;
        unsorted = true;
      } else latest = times[row];
    }
    if (unsorted) rows.sort((a, b) => times[a] - times[b] || a - b);
    for (let i = 1; i < rows.length; i++) if (times[rows[i]] === times[rows[i - 1]]) tally.equal++;
  }
  return Float64Array.from(order, (row) => times[row]);
}

/** What to tell the user of it. */
export function timeNotes({ late, equal }: TimeTally): string[] {
  const notes: string[] = [];
  if (late > 0)
    notes.push(`${late} rows were earlier than one before them of the same entity; sorted by time.`);
  if (equal > 0)
    notes.push(
      `${equal} events have the same time as the one before them of their entity; kept in file order.`,
    );
  return notes;
}
