import type { Channel } from "../../../sequences/set/sequence-set.js";
import type { DataOptions } from "../../source/options.js";

/** Fewer entities share a value by chance. */
const FEWEST = 4;

/**
 * The first channel that may be a label which nobody named: two values in all, and one per entity of several events.
 * @param channels their values by event, NaN = missing
 * @param owners the entity of each event
 */
export function labelAmong(
  channels: readonly { channel: Channel; values: ArrayLike<number> }[],
  owners: ArrayLike<number>,
  entities: number,
  { label, newData, channels: chosen = [], category = [], numeric = [] }: DataOptions,
): string | undefined {
  if (label !== undefined || newData || entities < FEWEST || owners.length < 2 * entities) return undefined;
  const decided = new Set([...chosen, ...category, ...numeric]);
  return channels.find(({ channel, values }) => !decided.has(channel.name) && isLabel(values, owners, entities))
    ?.channel.name;
}

export function labelNote(path: string, name: string): string {
  return `${path}: column "${name}" is read as a channel. It has one value per entity and two in all: is it a label? If it is, name it (\`label: "${name}"\`), since a model must not see it; if it describes the entity, \`static: ["${name}"]\`.`;
}

/** It ends at the first event that is against it. */
function isLabel(values: ArrayLike<number>, owners: ArrayLike<number>, entities: number): boolean {
  const own = new Float64Array(entities).fill(Number.NaN);
  const distinct = new Set<number>();
  for (let k = 0; k < owners.length; k++) {
    const value = values[k];
    if (Number.isNaN(value)) continue;
    const before = own[owners[k]];
    if (Number.isNaN(before)) {
      own[owners[k]] = value;
      if (distinct.add(value).size > 2) return false;
    } else if (before !== value) return false;
  }
  return distinct.size === 2;
}
