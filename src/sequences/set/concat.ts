import { DataError } from "../../errors.js";
import { countOf, createBitmap, isObserved, type SequenceSet, setBit } from "./sequence-set.js";

/**
 * Both sets in one, the first one's sequences first.
 * @throws {DataError} if they do not have the same channels and classes
 */
export function concatSequences(a: SequenceSet, b: SequenceSet): SequenceSet {
  const describe = (set: SequenceSet) =>
    JSON.stringify([set.channels, set.classNames ?? [], set.statics?.names ?? [], set.statics?.vocabularies ?? []]);
  if (describe(a) !== describe(b))
    throw new DataError(
      "concatSequences: the two parts differ in channels, classes or static columns, expected the same. Read both with the same options.",
    );
  const F = a.channels.length;
  const N = countOf(a);
  const steps = a.offsets[N];
  const join = <A extends Float32Array | Float64Array | Int32Array>(first: A | undefined, second: A | undefined) => {
    if (!first || !second) return undefined;
    const joined = new (first.constructor as new (length: number) => A)(first.length + second.length);
    joined.set(first);
    joined.set(second, first.length);
    return joined;
  };
  const values = join(a.values, b.values)!;
  let observed: Uint8Array | undefined;
  if (a.observed || b.observed) {
    observed = createBitmap(values.length, true);
    for (let k = 0; k < a.values.length; k++) if (!isObserved(a, k)) setBit(observed, k, false);
    for (let k = 0; k < b.values.length; k++) if (!isObserved(b, k)) setBit(observed, steps * F + k, false);
  }
  return {
    channels: a.channels,
    values,
    offsets: Int32Array.from([...a.offsets, ...b.offsets.subarray(1).map((offset) => offset + steps)]),
    observed,
    times: join(a.times, b.times),
    ids: [...a.ids, ...b.ids],
    windows: a.windows && b.windows,
    entities: a.entities && b.entities && [...a.entities, ...b.entities],
    labels: join(a.labels, b.labels),
    classNames: a.classNames,
    weights: join(a.weights, b.weights),
    statics: a.statics && b.statics && { ...a.statics, values: join(a.statics.values, b.statics.values)! },
  };
}
