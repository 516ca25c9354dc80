import { DataError } from "../../errors.js";
import { expectOptions, expectSwitch } from "../../options.js";
import { checkSequenceSet } from "../set/check.js";
import { countOf, isObserved, lengthOf, type SequenceSet } from "../set/sequence-set.js";

/** Sequences of the second set that are identical to one of the first, and entities on both sides. */
export interface LeakageReport {
  /** `id` in the second set, `of` the first identical one in the first set. */
  duplicates: { id: string; of: string }[];
  sharedEntities: string[];
}

/**
 * Looks for what two parts that should be independent have in common: identical sequences (same length, values,
 * missing bits and, where both have them, times; empty ones are left out) and shared entities. Duplicates are
 * reported, not rejected: some public sets have them.
 * @throws {DataError} if an entity is on both sides, unless `allowSharedEntities`
 */
export function checkLeakage(
  a: SequenceSet,
  b: SequenceSet,
  options: { allowSharedEntities?: boolean } = {},
): LeakageReport {
  expectOptions("checkLeakage", options, ["allowSharedEntities"]);
  const { allowSharedEntities = false } = options;
  expectSwitch("checkLeakage", "allowSharedEntities", allowSharedEntities);
  checkSequenceSet(a, "checkLeakage");
  checkSequenceSet(b, "checkLeakage");
  const inA = new Set(a.entities);
  const sharedEntities = [...new Set(b.entities)].filter((entity) => inA.has(entity));
  if (sharedEntities.length > 0 && !allowSharedEntities)
    throw new DataError(
      `checkLeakage: ${sharedEntities.length} entities are on both sides (${sharedEntities.slice(0, 5).join(", ")}${sharedEntities.length > 5 ? ", ..." : ""}), expected none. A model that has seen an entity is not tested fairly on it; split by entity.`,
    );
  const find = indexSequences(a);
  const duplicates: LeakageReport["duplicates"] = [];
  for (let n = 0; n < countOf(b); n++) {
    const twin = find(b, n);
    if (twin !== undefined) duplicates.push({ id: b.ids[n], of: a.ids[twin] });
  }
  return { duplicates, sharedEntities };
}

/** The number of sequences of a set that are identical to an earlier one of the same set. */
export function countDuplicates(set: SequenceSet): number {
  const find = indexSequences(set);
  let count = 0;
  for (let n = 0; n < countOf(set); n++) {
    const twin = find(set, n);
    if (twin !== undefined && twin !== n) count++;
  }
  return count;
}

/** Finds the first sequence of `set` identical to sequence n of another (or the same) set. */
function indexSequences(set: SequenceSet): (other: SequenceSet, n: number) => number | undefined {
  const buckets = new Map<number, number[]>();
  const setBits = bitsOf(set);
  for (let n = 0; n < countOf(set); n++) {
    const key = hash(set, setBits, n);
    const bucket = buckets.get(key);
    if (!bucket) buckets.set(key, [n]);
    else if (!bucket.some((m) => identical(set, m, set, n))) bucket.push(n);
  }
  return (other, n) => {
    if (lengthOf(other, n) === 0 || other.channels.length !== set.channels.length) return undefined;
    return buckets.get(hash(other, bitsOf(other), n))?.find((m) => identical(set, m, other, n));
  };
}

function bitsOf(set: SequenceSet): Int32Array {
  return new Int32Array(set.values.buffer, set.values.byteOffset, set.values.length);
}

/** FNV-1a over 32-bit words. */
function hash(set: SequenceSet, bits: Int32Array, n: number): number {
  const F = set.channels.length;
  let h = 0x811c9dc5;
  for (let k = set.offsets[n] * F; k < set.offsets[n + 1] * F; k++) {
    h = Math.imul(h ^ bits[k], 0x01000193);
    h ^= h >>> 15; // word-wise FNV leaves the low bits weak
  }
  return h;
}

function identical(a: SequenceSet, m: number, b: SequenceSet, n: number): boolean {
  const L = lengthOf(a, m);
  if (L !== lengthOf(b, n)) return false;
  const F = a.channels.length;
  for (let i = 0; i < L * F; i++) {
    const j = a.offsets[m] * F + i;
    const k = b.offsets[n] * F + i;
    if (!Object.is(a.values[j], b.values[k]) || isObserved(a, j) !== isObserved(b, k)) return false;
  }
  if (a.times && b.times)
    for (let t = 0; t < L; t++) if (a.times[a.offsets[m] + t] !== b.times[b.offsets[n] + t]) return false;
  return true;
}
