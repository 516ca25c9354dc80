import { DataError } from "../../errors.js";
import { countOf, isObserved, type SequenceSet } from "./sequence-set.js";

/**
 * Rasters write the largest 32-bit float, of either sign, where they have no data: 3.4028235e38, in 6 digits or more.
 * As a value it would drown all others, so numbers from here on are no values.
 */
export const NO_DATA = 3.40282e38;

/**
 * Checks a set that may have been made by hand, once, at the edge of the library: its parts agree with one another, and
 * every value that counts as observed is a number, or the index of a category.
 * @throws {DataError} that names the part that does not fit, or case, step and channel
 */
export function checkSequenceSet(set: SequenceSet, where: string): void {
  const fail = (message: string): never => {
    throw new DataError(`${where}: ${message} sequencesFrom makes a sound set from arrays.`);
  };
  expectParts(set, fail);
  expectValues(set, fail);
}

type Fail = (message: string) => never;

/** Where the first name stands that comes again: its place, and that of the other. */
export function repeatOf(names: readonly string[]): [number, number] | undefined {
  const places = new Map<string, number>();
  const again = names.findIndex((name, k) => places.size === places.set(name, places.get(name) ?? k).size);
  return again < 0 ? undefined : [places.get(names[again])!, again];
}

/** A model knows channels by name. */
export function expectNames(names: readonly string[], fail: Fail): void {
  const again = repeatOf(names);
  if (again) fail(`got "${names[again[0]]}" as channel ${again.join(" and as channel ")}, expected distinct names.`);
}

/** Lengths and kinds of the arrays. */
function expectParts(set: SequenceSet, fail: Fail): void {
  const expect = (ok: boolean, message: () => string) => {
    if (!ok) fail(message());
  };
  const kindOf = (array: unknown) => Object.prototype.toString.call(array).slice(8, -1); // also across realms
  const expectKind = (name: string, array: unknown, kind: string) =>
    expect(array === undefined || kindOf(array) === kind, () => `got ${name} as ${kindOf(array)}, expected ${kind}.`);
  const { channels, values, offsets, observed, times, ids, entities, labels, classNames, weights, statics } = set;
  expectKind("values", values ?? null, "Float32Array");
  expectKind("offsets", offsets ?? null, "Int32Array");
  expectKind("observed", observed, "Uint8Array");
  expectKind("times", times, "Float64Array");
  expectKind("labels", labels, "Int32Array");
  expect(channels?.length > 0, () => "got no channels, expected at least one value per step.");
  expectNames(
    channels.map(({ name }) => name),
    fail,
  );
  expect(offsets.length > 0, () => "got no offsets, expected one more than there are sequences.");
  const N = countOf(set);
  const F = channels.length;
  const steps = offsets[N];
  expect(offsets[0] === 0, () => `offsets start at ${offsets[0]}, expected 0.`);
  for (let n = 0; n < N; n++)
    if (offsets[n] > offsets[n + 1]) fail(`offsets fall at sequence ${n}, expected ascending ones.`);
  expect(values.length === steps * F, () => `got ${values.length} values, expected ${steps} x ${F}.`);
  expect(ids?.length === N, () => `got ${ids?.length ?? "no"} ids, expected ${N}.`);
  for (const [name, part] of Object.entries({ labels, entities, weights }))
    expect(part === undefined || part.length === N, () => `got ${part?.length} ${name}, expected ${N}.`);
  const bytes = (steps * F + 7) >> 3;
  expect(
    observed === undefined || observed.length === bytes,
    () => `the bitmap of observed values has ${observed?.length} bytes, expected ${bytes}.`,
  );
  expect(times === undefined || times.length === steps, () => `got ${times?.length} times, expected ${steps}.`);
  const columns = N * (statics?.names.length ?? 0);
  expect(
    statics === undefined || statics.values.length === columns,
    () => `got ${statics?.values.length} static values, expected ${columns}.`,
  );
  for (let n = 0; n < N; n++) {
    if (labels && (labels[n] < -1 || labels[n] >= (classNames?.length ?? Number.POSITIVE_INFINITY)))
      fail(
        `${caseOf(set, n)}: got label ${labels[n]}, expected -1 (none) or an index of ${classNames?.length} classes.`,
      );
    if (weights && !(weights[n] >= 0 && Number.isFinite(weights[n])))
      fail(`${caseOf(set, n)}: got weight ${weights[n]}, expected a number from 0 up.`);
  }
}

/** Steps of one call, so that the loop over them is a function that is called often: V8 makes it fast once and for all. */
const BLOCK = 1024;

/** One pass over the values, and one over the times. */
function expectValues(set: SequenceSet, fail: Fail): void {
  const { channels, values, times } = set;
  const sizes = Int32Array.from(channels, ({ kind, vocabulary }) =>
    kind === "categorical" && vocabulary ? vocabulary.length : ANY,
  );
  for (let from = 0; from < values.length; from += BLOCK * channels.length) {
    const k = firstStrange(set, from, Math.min(values.length, from + BLOCK * channels.length), sizes);
    if (k >= 0) fail(`${placeOf(set, k)}: ${isValue(values[k]) ? noIndex(set, k) : notAValue(values[k])}`);
  }
  for (let n = 0; times && n < countOf(set); n++) expectAscending(set, times, n, fail);
}

const ANY = -1; // of numbers

/** The first observed value from `from` to `to` - 1 that is no number, or no index of a category; -1: none. */
function firstStrange(set: SequenceSet, from: number, to: number, sizes: Int32Array): number {
  const { values } = set;
  const F = sizes.length;
  for (let k = from, f = 0; k < to; k++, f = f + 1 === F ? 0 : f + 1) {
    const value = values[k];
    const sound = sizes[f] === ANY ? isValue(value) : value >= 0 && value < sizes[f] && Math.trunc(value) === value;
    if (!sound && isObserved(set, k)) return k;
  }
  return -1;
}

function isValue(value: number): boolean {
  return Math.abs(value) < NO_DATA;
}

function expectAscending(set: SequenceSet, times: Float64Array, n: number, fail: Fail): void {
  const [first, end] = [set.offsets[n], set.offsets[n + 1]];
  for (let s = first; s < end; s++)
    if (!Number.isFinite(times[s]) || (s > first && times[s] < times[s - 1]))
      fail(
        `${caseOf(set, n)}, step ${s - first}: got the time ${times[s]}${s > first ? ` after ${times[s - 1]}` : ""}, expected seconds in ascending order.`,
      );
}

function noIndex({ channels, values }: SequenceSet, k: number): string {
  return `got ${values[k]}, expected the index of one of its ${channels[k % channels.length].vocabulary!.length} categories.`;
}

function notAValue(value: number): string {
  return `got ${value}, expected a ${Number.isFinite(value) ? "number that is no mark for missing data" : "finite number"}. A missing value has a 0 bit in the bitmap of observed values.`;
}

/** Case, step and channel of values[k], as a message names them. */
export function placeOf(set: SequenceSet, k: number): string {
  const F = set.channels.length;
  const step = Math.floor(k / F);
  let low = 0; // the sequence: the last with offsets[n] <= step
  let high = countOf(set) - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (set.offsets[middle] <= step) low = middle;
    else high = middle - 1;
  }
  return `${caseOf(set, low)}, step ${step - set.offsets[low]}, channel "${set.channels[k % F].name}"`;
}

export function caseOf(set: Pick<SequenceSet, "ids">, n: number): string {
  return `case "${set.ids[n] ?? n}"`;
}
