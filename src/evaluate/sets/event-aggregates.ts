import { aggregateFeatures } from "../../features/baselines/aggregates.js";
import { rawFeatures } from "../../features/baselines/raw.js";
import { type EventDetails, isObserved, lengthOf, type SequenceSet } from "../../sequences/set/sequence-set.js";
import { type FeatureTable, selectRows, sideBySide } from "../../table/feature-table.js";
import type { FeatureSet } from "./feature-set.js";

/** The default: as long as a fraud case takes to be found. */
export const LABEL_DELAY = 7 * 86_400;

export const aggregates: FeatureSet = {
  role: "baseline",
  phrase: "hand-made aggregates",
  needs: "amounts",
  build({ train, test, rows, aggregates }) {
    const all = aggregates!();
    const part = (set: SequenceSet, indices: Int32Array) =>
      sideBySide([rawFeatures(set, 1, "end"), selectRows(all, indices)]);
    return { train: part(train, rows.train), test: part(test, rows.test) };
  },
};

/**
 * Aggregates of each case's own event, in the order of the cases: what `aggregateFeatures` makes of the entity's and
 * the second entity's past. Counts, sums, times and ratios as logarithms (sign kept), which suits linear classifiers
 * and is all the same to trees; shares as they are.
 *
 * @param set windows, one per case; distinct categories are counted of its first categorical channel
 * @param labels [cases] 1, 0 and -1, where past labels may be seen once they are `labelDelay` old; absent: never
 */
export function eventAggregates(
  set: SequenceSet,
  events: EventDetails,
  labels: Int32Array | undefined,
  labelDelay: number,
): FeatureTable {
  const { times, entities, amounts, secondEntities, entityName, secondName } = events;
  // by time; events of one instant in the order of the cases
  const order = Int32Array.from(times, (_, n) => n).sort((a, b) => times[a] - times[b] || a - b);
  const inOrder = <V>(column: ArrayLike<V>) => Array.from(order, (n) => column[n]);
  const category = set.channels.findIndex(({ kind }) => kind === "categorical");
  const table = aggregateFeatures(
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
  const C = table.names.length;
  const isShare = table.names.map((name) => name.includes("_share_"));
  const values = new Float32Array(table.values.length);
  order.forEach((n, row) => {
    for (let c = 0; c < C; c++) {
      const value = table.values[row * C + c];
      values[n * C + c] = isShare[c] ? value : Math.sign(value) * Math.log1p(Math.abs(value));
    }
  });
  return { values, names: table.names, rows: table.rows };
}

/** The value of a channel in the last step of each case, -1 where it is missing. */
function lastValues(set: SequenceSet, channel: number): Int32Array {
  const F = set.channels.length;
  return Int32Array.from(set.ids, (_, n) => {
    const k = (set.offsets[n + 1] - 1) * F + channel;
    return lengthOf(set, n) > 0 && isObserved(set, k) ? set.values[k] : -1;
  });
}
