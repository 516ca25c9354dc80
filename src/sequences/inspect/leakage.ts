import { DataError } from "../../errors.js";
import { expectOptions, expectSwitch } from "../../options.js";
import { countOf, isObserved, lengthOf } from "../set/sequence-set.js";
import { checkSequences, heldSteps, type Sequences } from "../set/windowed-set.js";

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
  a: Sequences,
  b: Sequences,
  options: { allowSharedEntities?: boolean } = {},
): LeakageReport {
  expectOptions("checkLeakage", options, ["allowSharedEntities"]);
  const { allowSharedEntities = false } = options;
  expectSwitch("checkLeakage", "allowSharedEntities", allowSharedEntities);
  checkSequences(a, "checkLeakage");
  checkSequences(b, "checkLeakage");
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
export function countDuplicates(set: Sequences): number {
  const find = indexSequences(set);
  let count = 0;
  for (let n = 0; n < countOf(set); n++) {
    const twin = find(set, n);
    if (twin !== undefined && twin !== n) count++;
  }
  return count;
}

/** Finds the first sequence of `set` identical to sequence n of another (or the same) set. */
function indexSequences(set: Sequences): (other: Sequences, n: number) => number | undefined {
  const N = countOf(set);
  const hashes = hashesOf(set);
  const heads = new Int32Array(2 ** Math.ceil(Math.log2(2 * N + 1))).fill(-1); // a chain for each end of a hash
  const next = new Int32Array(N);
  const find = (other: Sequences, n: number, hash: number) => {
    let m = heads[hash & (heads.length - 1)];
    while (m >= 0 && !(hashes[m] === hash && identical(set, m, other, n))) m = next[m];
    return m;
  };
  for (let n = 0; n < N; n++) {
    const hash = hashes[n];
    if (find(set, n, hash) >= 0) continue;
    next[n] = heads[hash & (heads.length - 1)];
    heads[hash & (heads.length - 1)] = n;
  }
  const known = new Map<Sequences, Int32Array>([[set, hashes]]);
  return (other, n) => {
    if (lengthOf(other, n) === 0 || other.channels.length !== set.channels.length) return undefined;
    if (!known.has(other)) known.set(other, hashesOf(other));
    const twin = find(other, n, known.get(other)![n]);
    return twin < 0 ? undefined : twin;
  };
}

/** FNV-1a over the 32-bit words of each sequence. */
function hashesOf(set: Sequences): Int32Array {
  const { held, starts } = heldSteps(set);
  const bits = new Int32Array(held.values.buffer, held.values.byteOffset, held.values.length);
  const F = set.channels.length;
  return Int32Array.from({ length: countOf(set) }, (_, n) => {
    let h = 0x811c9dc5;
    const end = (starts[n] + lengthOf(set, n)) * F;
    for (let k = starts[n] * F; k < end; k++) {
      h = Math.imul(h ^ bits[k], 0x01000193);
      h ^= h >>> 15; // word-wise FNV leaves the low bits weak
    }
    return h;
  });
}

function identical(a: Sequences, m: number, b: Sequences, n: number): boolean {
  const L = lengthOf(a, m);
  if (L !== lengthOf(b, n)) return false;
  const F = a.channels.length;
  const [ofA, ofB] = [heldSteps(a), heldSteps(b)];
  for (let i = 0; i < L * F; i++) {
    const j = ofA.starts[m] * F + i;
    const k = ofB.starts[n] * F + i;
    if (!Object.is(ofA.held.values[j], ofB.held.values[k])) return false;
    if (isObserved(ofA.held, j) !== isObserved(ofB.held, k)) return false;
  }
  const [times, others] = [ofA.held.times, ofB.held.times];
  if (times && others)
    for (let t = 0; t < L; t++) if (times[ofA.starts[m] + t] !== others[ofB.starts[n] + t]) return false;
  return true;
}
