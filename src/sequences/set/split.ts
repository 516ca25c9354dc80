import { DataError, OptionError } from "../../errors.js";
import { expectWhole } from "../../options.js";
import { randomStream } from "../../random.js";
import { countOf, type SequenceSet } from "./sequence-set.js";
import { checkSequences, type Sequences } from "./windowed-set.js";

/** Indices of the sequences on either side, each ascending. */
export interface Split {
  first: Int32Array;
  second: Int32Array;
}

/**
 * Splits at random, class by class, so that both sides have the classes in the same shares. Every class of at
 * least two sequences is on both sides; a class of one goes to the first, unless every class has but one.
 * Unlabelled sequences count as one class. The same seed gives the same split.
 * @param fraction share of the first side, in (0, 1)
 * @throws {OptionError} if `fraction` is outside (0, 1)
 */
export function splitStratified(set: Sequences, fraction: number, seed: number): Split {
  expectFraction("splitStratified", fraction);
  expectWhole("splitStratified", "seed", seed);
  checkSequences(set, "splitStratified");
  const strata = new Map<number, number[]>();
  for (let n = 0; n < countOf(set); n++) append(strata, set.labels?.[n] ?? -1, n);
  const classes = [...strata.keys()].sort((a, b) => a - b);
  const groups = classes.every((c) => strata.get(c)!.length === 1)
    ? [[...strata.values()].flat()] // nothing to stratify by
    : classes.map((c) => strata.get(c)!);
  const first: number[] = [];
  const second: number[] = [];
  let seen = 0;
  groups.forEach((members, g) => {
    randomStream(seed, g).shuffle(members);
    seen += members.length;
    // aims at the running total, so that rounding does not add up over many small classes
    const aim = Math.round(fraction * seen) - first.length;
    const count = members.length === 1 ? 1 : Math.min(Math.max(aim, 1), members.length - 1);
    first.push(...members.slice(0, count));
    second.push(...members.slice(count));
  });
  return sorted(first, second);
}

/** Whether sequences belong to entities, and to more than one. */
export function hasSeveralEntities({ entities }: Pick<SequenceSet, "entities">): boolean {
  return entities !== undefined && new Set(entities).size > 1;
}

/** Whole entities where there are several, else class by class. */
export function splitCases(set: Sequences, fraction: number, seed: number): Split {
  return (hasSeveralEntities(set) ? splitGrouped : splitStratified)(set, fraction, seed);
}

/**
 * Splits by entity: all sequences of one entity are on one side. Entities with any label other than the majority
 * class are spread in the same proportion as the others. The same seed gives the same split.
 * @param fraction aimed share of the sequences on the first side, in (0, 1); entities are never cut to meet it
 * @throws {OptionError} if `fraction` is outside (0, 1), or the set has no entities
 * @throws {DataError} if there are fewer than two entities
 */
export function splitGrouped(set: Sequences, fraction: number, seed: number): Split {
  expectFraction("splitGrouped", fraction);
  expectWhole("splitGrouped", "seed", seed);
  checkSequences(set, "splitGrouped");
  if (!set.entities)
    throw new OptionError(
      "splitGrouped: the sequences belong to no entities. Name the entity column when reading, or split at random within classes.",
    );
  const members = new Map<string, number[]>();
  set.entities.forEach((entity, n) => {
    append(members, entity, n);
  });
  if (members.size < 2)
    throw new DataError(
      `splitGrouped: got ${members.size} entities, expected at least two. A whole entity goes to one side, so the other would be empty; split at random within classes instead.`,
    );
  const majority = majorityLabel(set);
  const plain: string[] = [];
  const special: string[] = [];
  for (const [entity, cases] of members)
    (cases.some((n) => (set.labels?.[n] ?? majority) !== majority) ? special : plain).push(entity);
  const first: number[] = [];
  const second: number[] = [];
  // A stratum of one entity must not empty a side, so it joins the other.
  const strata = Math.min(plain.length, special.length) < 2 ? [[...special, ...plain]] : [special, plain];
  strata.forEach((entities, g) => {
    const order = randomStream(seed, g).shuffle(Int32Array.from(entities, (_, i) => i));
    const total = entities.reduce((sum, entity) => sum + members.get(entity)!.length, 0);
    let taken = 0;
    let count = 0;
    for (const i of order) {
      const size = members.get(entities[i])!.length;
      if (count > 0 && (taken + size / 2 > fraction * total || count === entities.length - 1)) break;
      taken += size;
      count++;
    }
    order.forEach((i, rank) => {
      (rank < count ? first : second).push(...members.get(entities[i])!);
    });
  });
  return sorted(first, second);
}

function majorityLabel(set: Sequences): number {
  const counts = new Map<number, number>();
  for (const label of set.labels ?? []) counts.set(label, (counts.get(label) ?? 0) + 1);
  let majority = -1;
  for (const [label, count] of counts) if (count > (counts.get(majority) ?? 0)) majority = label;
  return majority;
}

function append<K>(groups: Map<K, number[]>, key: K, n: number): void {
  const group = groups.get(key);
  if (group) group.push(n);
  else groups.set(key, [n]);
}

function sorted(first: number[], second: number[]): Split {
  return { first: Int32Array.from(first).sort(), second: Int32Array.from(second).sort() };
}

function expectFraction(where: string, fraction: number): void {
  if (!(fraction > 0 && fraction < 1))
    throw new OptionError(
      `${where}: got a fraction of ${fraction}, expected one between 0 and 1 (the share of the first side).`,
    );
}
