import { type Channel, countOf, type SequenceSet } from "../../sequences/set/sequence-set.js";
import { MOST_CATEGORIES } from "../../sequences/transform/limit-categories.js";
import { componentsOf, type ReadOut } from "../read-outs/read-outs.js";
import { type Expression, type SingleSet, setsOf } from "./expression.js";

/** What the number of columns depends on. */
export interface ColumnContext {
  set: Pick<SequenceSet, "channels" | "offsets">;
  readOut: ReadOut;
  align: string;
}

/** About as many columns as a classifier will read; of averages the most that one reads. */
export function columnsOf(expression: Expression, context: ColumnContext): number {
  if (expression.kind === "average") return Math.max(...expression.parts.map((part) => columnsOf(part, context)));
  return setsOf(expression).reduce((sum, single) => sum + columnsOfSet(single, context), 0);
}

/** About as many columns as the set will have. */
export function columnsOfSet({ name, readOut: own }: SingleSet, { set, readOut, align }: ColumnContext): number {
  const width = widthOf(set.channels);
  const C = set.channels.length;
  const steps = Math.ceil(set.offsets[countOf(set)] / Math.max(1, countOf(set)));
  const timed = align === "end" ? 4 : 0;
  const few: Record<string, number> = {
    fields: width,
    raw: Math.min(4096, width * steps),
    window: Math.min(4096, width * steps),
    pca: 64,
    statistics: 9 * C + width,
    aggregates: width + 90,
    convolutions: countOf(set) > 3000 ? 1512 : 9996,
    statics: 10,
    ngrams: 1024,
    residuals: 1 + C + width,
    surprise: 3 + (2 + timed) * C,
  };
  const read = (own ?? readOut) as ReadOut;
  return few[name] ?? componentsOf(read)?.components ?? (read === "wide" ? 600 : 192);
}

/** With no more categories than a network reads. */
export function limited(channel: Channel): Channel {
  const { vocabulary, most = MOST_CATEGORIES } = channel;
  return vocabulary && vocabulary.length > most ? { ...channel, vocabulary: vocabulary.slice(0, most) } : channel;
}

export function widthOf(channels: readonly Channel[]): number {
  return channels.reduce((sum, channel) => sum + (limited(channel).vocabulary?.length ?? 1), 0);
}
