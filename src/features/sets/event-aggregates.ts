import { z } from "zod";
import { DataError } from "../../errors.js";
import { type EventDetails, isObserved } from "../../sequences/set/sequence-set.js";
import { lastSteps, type Sequences } from "../../sequences/set/windowed-set.js";
import { aggregateColumns } from "../baselines/aggregates.js";
import { rawFeatures } from "../baselines/raw.js";
import type { Aggregates, FeatureSet } from "./feature-set.js";

/** The default: as long as a fraud case takes to be found. */
export const LABEL_DELAY = 7 * 86_400;

const aggregatesState = z.object({
  /** Columns of aggregates, which depend on what is known of an event. */
  columns: z.array(z.string()),
});

export const aggregates: FeatureSet<z.infer<typeof aggregatesState>> = {
  role: "baseline",
  phrase: "hand-made aggregates",
  needs: "amounts",
  state: aggregatesState,
  fit: ({ cases }) => ({ state: { columns: [...cases.aggregates!().names] } }),
  features({ state: { columns } }, { set, rows, aggregates }) {
    const all = aggregates!();
    expectColumns(all.names, columns);
    return { table: all.beside(rawFeatures(set, 1, "end"), rows) };
  },
};

/** @throws {DataError} for events of which other things are known than of those of the training part */
function expectColumns(got: readonly string[], expected: readonly string[]): void {
  const other = expected.find((name) => !got.includes(name)) ?? got.find((name, c) => name !== expected[c]);
  if (other === undefined) return;
  throw new DataError(
    `aggregates: got ${got.length} columns, expected the ${expected.length} of the training part; the first that is on one side alone is ${other}. ` +
      "Read these events with the same entity, second entity, categories and labels as the training part.",
  );
}

/**
 * Aggregates of each case's own event, in the order of the cases: what `aggregateFeatures` makes of the entity's and
 * the second entity's past. Counts, sums, times and ratios as logarithms (sign kept), which suits linear classifiers
 * and is all the same to trees; shares as they are.
 *
 * @param set windows, one per case; distinct categories are counted of its first categorical channel
 * @param labels [cases] 1, 0 and -1, where past labels may be seen once they are `labelDelay` old; absent: never
 */
export function eventAggregates(
  set: Sequences,
  events: EventDetails,
  labels: Int32Array | undefined,
  labelDelay: number,
): Aggregates {
  const { times, entities, amounts, secondEntities, entityName, secondName } = events;
  // by time; events of one instant in the order of the cases
  const order = Int32Array.from(times, (_, n) => n).sort((a, b) => times[a] - times[b] || a - b);
  const inOrder = <V>(column: ArrayLike<V>) => Array.from(order, (n) => column[n]);
  const category = set.channels.findIndex(({ kind }) => kind === "categorical");
  const columns = aggregateColumns(
    {
      times: Float64Array.from(order, (n) => times[n]),
      entities: inOrder(entities),
      amounts: inOrder(amounts!),
      ...(secondEntities && { secondEntities: inOrder(secondEntities) }),
      ...(category >= 0 && { categories: inOrder(lastValues(set, category)) }),
      ...(labels && { labels: inOrder(labels) }),
    },
    { entityName, ...(secondEntities && { secondName }), ...(labels && { labelDelay }) },
  );
  for (const { name, values } of columns)
    if (!name.includes("_share_"))
      for (let k = 0; k < values.length; k++) values[k] = Math.sign(values[k]) * Math.log1p(Math.abs(values[k]));
  const places = new Int32Array(order.length); // of each case in the order of time
  order.forEach((n, place) => {
    places[n] = place;
  });
  const names = columns.map(({ name }) => name);
  return {
    names,
    beside(table, cases) {
      const before = table.names.length;
      const width = before + names.length;
      const values = new Float32Array(table.rows * width);
      for (let row = 0; row < table.rows; row++) {
        values.set(table.values.subarray(row * before, (row + 1) * before), row * width);
        const place = places[cases[row]];
        for (let c = 0; c < names.length; c++) values[row * width + before + c] = columns[c].values[place];
      }
      return { values, names: [...table.names, ...names], rows: table.rows };
    },
  };
}

/** The value of a channel in the last step of each case, -1 where it is missing. */
function lastValues(set: Sequences, channel: number): Int32Array {
  const F = set.channels.length;
  const { held, steps } = lastSteps(set);
  return steps.map((step) => {
    const k = step * F + channel;
    return step >= 0 && isObserved(held, k) ? held.values[k] : -1;
  });
}
