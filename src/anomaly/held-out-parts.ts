import { DataError, OptionError } from "../errors.js";
import { randomStream, STREAMS } from "../random.js";
import { countOf } from "../sequences/set/sequence-set.js";
import { hasSeveralEntities } from "../sequences/set/split.js";
import { caseTimes, type Sequences } from "../sequences/set/windowed-set.js";

/** Cases of a training part, both ascending: what a detector is fitted on, and what it is then held against. */
export interface HeldOutPart {
  fitted: Int32Array;
  held: Int32Array;
}

/** forward: the latest cases are held out; entities: whole entities; random: single cases. */
export const holdOutWays = ["entities", "forward", "random"] as const;
export type HoldOutWay = (typeof holdOutWays)[number];

export interface HeldOutPlan {
  by: HoldOutWay;
  /** One, or folds that hold out every case once. */
  parts: HeldOutPart[];
  /** What was held out in all: entities, or cases where single ones are. */
  units: number;
}

export interface HoldOutOptions {
  by?: HoldOutWay;
  folds?: number;
  share?: number;
  seed: number;
}

/** Below these numbers one held-out part is too small for rare p-values: every case is held out once. */
const FEW_CASES = 500;
const FEW_UNITS = 100;
const FOLDS = 5;
const SHARE = 0.2;

/**
 * Which training cases are held out, so that the scores of others can be held against theirs. Labels are not looked at.
 * @param options.by default: whole entities where there are several; else the latest of windows of events, which share
 * steps with those before them; else single cases at random
 * @param options.folds 2 and more: every case is held out once, by one fold; default 5 below 500 cases or 100 entities.
 * Not forward
 * @param options.share held out where there are no folds, above 0 and below 1; default 0.2
 * @throws {OptionError} for entities that are not there, folds forward, more folds than cases or entities, or folds and
 * share
 * @throws {DataError} for fewer than 2 cases
 */
export function planHeldOut(train: Sequences, { by: wanted, folds, share, seed }: HoldOutOptions): HeldOutPlan {
  const N = countOf(train);
  if (N < 2)
    throw new DataError(
      `Anomaly: got ${N} training cases, expected at least 2: some are held out to be compared with.`,
    );
  if (folds !== undefined && share !== undefined)
    throw new OptionError("Anomaly: give folds or a held-out share, not both: folds hold out every case once.");
  const several = hasSeveralEntities(train);
  const by = wanted ?? (several ? "entities" : train.windows ? "forward" : "random");
  if (by === "entities" && !several)
    throw new OptionError(
      "Anomaly: got entities to hold out, and there are not several. Name the entity column (`entity`), or leave it out.",
    );
  if (by === "forward") {
    if (folds !== undefined)
      throw new OptionError(
        "Anomaly: got folds where the latest cases are held out, once. Leave them out, or give their share.",
      );
    return forward(train, share ?? SHARE);
  }
  const units = unitsOf(train, by, seed);
  const few = N < FEW_CASES || units.length < FEW_UNITS;
  const count = folds ?? (share === undefined && few ? Math.min(FOLDS, units.length) : undefined);
  if (count === undefined) {
    const { part, held } = oneShare(units, (share ?? SHARE) * N, N);
    return { by, parts: [part], units: held };
  }
  if (count > units.length)
    throw new OptionError(
      `Anomaly: got \`folds: ${count}\` for ${units.length} ${by === "entities" ? "entities" : "cases"}, expected no more folds than that.`,
    );
  const ofFold = (fold: number) => units.flatMap((cases, u) => (u % count === fold ? cases : []));
  return { by, parts: Array.from({ length: count }, (_, fold) => partOf(ofFold(fold), N)), units: units.length };
}

/** Without times in the order of the set, in which the windows of an entity follow one another. */
function forward(train: Sequences, share: number): HeldOutPlan {
  const N = countOf(train);
  const times = caseTimes(train);
  const order = Int32Array.from({ length: N }, (_, n) => n);
  if (times) order.sort((a, b) => times[a] - times[b] || a - b);
  const count = Math.min(N - 1, Math.max(1, Math.round(share * N)));
  return { by: "forward", parts: [partOf(order.subarray(N - count), N)], units: count };
}

/** The cases of each entity, or each case, in a random order. */
function unitsOf({ entities, offsets }: Sequences, by: "entities" | "random", seed: number): number[][] {
  const members = new Map<string | number, number[]>();
  for (let n = 0; n < countOf({ offsets }); n++) {
    const key = by === "entities" ? entities![n] : n;
    const cases = members.get(key);
    if (cases) cases.push(n);
    else members.set(key, [n]);
  }
  const units = [...members.values()];
  const order = randomStream(seed, STREAMS.heldOutCases).shuffle(Int32Array.from(units.keys()));
  return Array.from(order, (u) => units[u]);
}

/** The first units that have as many cases, at least one and not all. */
function oneShare(units: readonly number[][], wanted: number, N: number) {
  const cases: number[] = [];
  let held = 0;
  while (held < 1 || (held < units.length - 1 && cases.length + units[held].length / 2 <= wanted))
    cases.push(...units[held++]);
  return { part: partOf(cases, N), held };
}

function partOf(cases: ArrayLike<number>, N: number): HeldOutPart {
  const held = Int32Array.from(cases).sort();
  const out = new Set(held);
  return { fitted: Int32Array.from({ length: N }, (_, n) => n).filter((n) => !out.has(n)), held };
}
