import { countOf, isObserved, lengthOf } from "../set/sequence-set.js";
import { heldSteps, type Sequences } from "../set/windowed-set.js";

/** Fewer entities than this tell an identifier from a measurement by luck. */
const FEW = 10;
/** Share of the entities that have a number of their own. */
const OWN = 0.9;

/**
 * Numeric channels of whole numbers, each the same in all of an entity and in next to no other: a serial or customer
 * number, from which a classifier learns the entities by heart.
 */
export function channelsThatNameTheEntity(set: Sequences): string[] {
  const { entities } = set;
  if (!entities) return [];
  return set.channels.flatMap(({ name, kind }, f) => {
    const own = kind === "numeric" ? numberPerEntity(set, f) : undefined;
    if (!own || own.size < FEW) return [];
    const others = new Set(own.values()).size;
    return others >= OWN * own.size ? [name] : [];
  });
}

/** The one whole number of each entity in channel f; undefined if it is not whole, or changes. */
function numberPerEntity(set: Sequences, f: number): Map<string, number> | undefined {
  const F = set.channels.length;
  const { held, starts } = heldSteps(set);
  const own = new Map<string, number>();
  for (let n = 0; n < countOf(set); n++)
    for (let k = starts[n] * F + f; k < (starts[n] + lengthOf(set, n)) * F; k += F) {
      if (!isObserved(held, k)) continue;
      const value = held.values[k];
      const known = own.get(set.entities![n]);
      if (!Number.isInteger(value) || (known !== undefined && known !== value)) return undefined;
      own.set(set.entities![n], value);
    }
  return own;
}

export function identifierWarning(channel: string): string {
  return `Channel "${channel}" has one whole number for each entity and another for the next, like a serial number: scores can come from knowing the entities. If it is an identifier, leave it out (\`drop: ["${channel}"]\`).`;
}
