import { DataError } from "../../errors.js";
import type { Channel } from "../../sequences/set/sequence-set.js";
import { MOST_CATEGORIES } from "../../sequences/transform/limit-categories.js";

/** Where a channel lies among the columns that a model reads: numbers as they are, categories one-hot. */
export interface ColumnGroup {
  channel: string;
  kind: Channel["kind"];
  start: number;
  width: number;
}

/**
 * The columns of a model for these channels.
 * @throws {DataError} for a categorical channel with no categories, or too many
 */
export function oneHotColumns(channels: readonly Channel[]): { groups: ColumnGroup[]; width: number } {
  let start = 0;
  const groups = channels.map((channel): ColumnGroup => {
    const width = channel.kind === "numeric" ? 1 : (channel.vocabulary?.length ?? 0);
    if (width < 1 || width > MOST_CATEGORIES)
      throw new DataError(
        `Channel "${channel.name}" has ${width} categories, expected 1 to ${MOST_CATEGORIES}. ` +
          "A name or an id is no category: drop the channel (`drop`), or group its rare values.",
      );
    const group = { channel: channel.name, kind: channel.kind, start, width };
    start += width;
    return group;
  });
  return { groups, width: start };
}
