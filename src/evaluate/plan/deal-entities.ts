import type { Random } from "../../random.js";
import { casesBy, casesByClass } from "./classes.js";

/** The labelled cases of one entity. */
interface Entity {
  cases: readonly number[];
  /** What its cases are counted in: 0 is all cases, 1 + k those of the k-th class. */
  columns: Int32Array;
  /** How many of them, in each of these. */
  adds: Float64Array;
}

/** The parts, with what is in them. */
interface Table {
  parts: number;
  /** [entities] */
  partOf: Int32Array;
  put(e: number, part: number): void;
  take(e: number): void;
  /** How much worse the whole gets if an entity that is in no part comes into this one. */
  cost(e: number, part: number): number;
  unevenness(): number;
}

/** Tries of an entity to change places in a round, and rounds: fewer of many entities, which moves alone make even. */
const SWAPS = { least: 1, most: 40, all: 200_000 };
const ROUNDS = { least: 3, most: 30, all: 500_000 };
/** The most even of so many draws is taken. */
const DRAWS = { least: 1, most: 5, all: 5000 };
/** A class that is missing from a part counts more than any unevenness, a part without a case more than that. */
const MISSING = 1000;
const EMPTY = 1e6;
/** What is no improvement. */
const LITTLE = 1e-10;

/**
 * Deals whole entities to parts, so that each part has its share of all cases and of each class as nearly as can be,
 * and has every class of which there are entities enough. Parts are drawn at random. Then entities move to another part
 * or change places with one another, as long as that helps.
 * @param shareOf of a class (undefined: of all cases) that a part is to have; those of all parts are 1 together
 * @returns [N], the part of each case; -1 without a label
 */
export function dealEntities(
  labels: ArrayLike<number>,
  entities: readonly string[],
  parts: number,
  shareOf: (part: number, label?: number) => number,
  random: Random,
): Int32Array {
  const classes = casesByClass(labels);
  const columns = new Map([...classes.keys()].map((label, k) => [label, 1 + k]));
  const all = [...casesBy(labels, (i) => entities[i]).values()].map((cases) => entityOf(cases, labels, columns));
  const sizes = [...classes.values()].map(({ length }) => length);
  const shares = Array.from({ length: parts }, (_, part) =>
    Float64Array.from([undefined, ...classes.keys()], (label) => shareOf(part, label)),
  );
  const counted = [sizes.reduce((sum, size) => sum + size, 0), ...sizes];
  let best = draw(openTable(all, shares, counted), all, shares, random);
  for (let more = timesOf(DRAWS, all.length) - 1; more > 0; more--) {
    const other = draw(openTable(all, shares, counted), all, shares, random);
    if (other.unevenness() < best.unevenness()) best = other;
  }
  const partOf = new Int32Array(labels.length).fill(-1);
  all.forEach(({ cases }, e) => {
    for (const i of cases) partOf[i] = best.partOf[e];
  });
  return partOf;
}

function draw(table: Table, all: readonly Entity[], shares: readonly Float64Array[], random: Random): Table {
  const order = random.shuffle(Int32Array.from(all.keys()));
  for (const e of order) table.put(e, drawPart(shares, random));
  // small ones first, and moves before swaps: so large ones mostly stay where chance put them
  order.sort((a, b) => all[a].cases.length - all[b].cases.length);
  for (const swaps of [0, timesOf(SWAPS, all.length)]) {
    let rounds = timesOf(ROUNDS, all.length);
    while (rounds > 0 && improve(table, order, swaps, random)) rounds--;
  }
  return table;
}

function timesOf({ least, most, all }: typeof SWAPS, count: number): number {
  return Math.max(least, Math.min(most, Math.ceil(all / count)));
}

function entityOf(cases: readonly number[], labels: ArrayLike<number>, columns: ReadonlyMap<number, number>): Entity {
  const counts = new Map([[0, cases.length]]);
  for (const i of cases) {
    const k = columns.get(labels[i])!;
    counts.set(k, (counts.get(k) ?? 0) + 1);
  }
  return { cases, columns: Int32Array.from(counts.keys()), adds: Float64Array.from(counts.values()) };
}

function drawPart(shares: readonly Float64Array[], random: Random): number {
  let rest = random.uniform();
  const found = shares.findIndex(([share]) => (rest -= share) < 0);
  return found >= 0 ? found : shares.length - 1;
}

/** Shares are the more even, the lower the sum of the squares of what they differ by from those aimed at. */
function openTable(all: readonly Entity[], shares: readonly Float64Array[], sizes: readonly number[]): Table {
  const held = shares.map(() => new Float64Array(sizes.length));
  const partOf = new Int32Array(all.length).fill(-1);
  const add = (e: number, part: number, sign: 1 | -1) => {
    const { columns, adds } = all[e];
    for (let j = 0; j < columns.length; j++) held[part][columns[j]] += sign * adds[j];
  };
  return {
    parts: shares.length,
    partOf,
    put(e, part) {
      add(e, part, 1);
      partOf[e] = part;
    },
    take(e) {
      add(e, partOf[e], -1);
      partOf[e] = -1;
    },
    cost(e, part) {
      const { columns, adds } = all[e];
      let sum = 0;
      for (let j = 0; j < columns.length; j++) {
        const k = columns[j];
        const share = adds[j] / sizes[k];
        sum += share * (share + 2 * (held[part][k] / sizes[k] - shares[part][k]));
        // a class of one entity goes where the larger share is aimed at: a holdout trains on it
        if (held[part][k] === 0) sum -= k === 0 ? EMPTY : MISSING * shares[part][k];
      }
      return sum;
    },
    unevenness() {
      let sum = 0;
      held.forEach((counts, part) => {
        counts.forEach((count, k) => {
          sum += (count / sizes[k] - shares[part][k]) ** 2;
          if (count === 0) sum += k === 0 ? EMPTY : MISSING * shares[part][k];
        });
      });
      return sum;
    },
  };
}

/** Each entity moves, or changes places with the first one where that helps. @returns whether any did */
function improve(table: Table, order: Int32Array, swaps: number, random: Random): boolean {
  const { partOf } = table;
  let improved = false;
  for (const e of order) {
    const from = partOf[e];
    let changed = move(table, e);
    for (let tried = 0; tried < swaps && !changed; tried++) {
      const other = order[random.integer(order.length)];
      changed = partOf[other] !== from && swap(table, e, other);
    }
    improved ||= changed;
  }
  return improved;
}

/** To where it fits best. */
function move(table: Table, e: number): boolean {
  const from = table.partOf[e];
  table.take(e);
  let best = from;
  let least = table.cost(e, from) - LITTLE;
  for (let part = 0; part < table.parts; part++) {
    const cost = table.cost(e, part);
    if (cost < least) [best, least] = [part, cost];
  }
  table.put(e, best);
  return best !== from;
}

function swap(table: Table, a: number, b: number): boolean {
  const [partA, partB] = [table.partOf[a], table.partOf[b]];
  table.take(a);
  const before = table.cost(a, partA);
  const after = table.cost(a, partB);
  table.put(a, partB);
  table.take(b);
  const gain = before - after + table.cost(b, partB) - table.cost(b, partA);
  if (gain > LITTLE) {
    table.put(b, partA);
    return true;
  }
  table.put(b, partB);
  table.take(a);
  table.put(a, partA);
  return false;
}
