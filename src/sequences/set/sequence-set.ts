/** One column of a sequence. A categorical channel's values are indices into its vocabulary. */
export interface Channel {
  name: string;
  kind: "numeric" | "categorical";
  /** Categorical only; index = value. */
  vocabulary?: readonly string[];
  /** The category that stands for all that the vocabulary lacks; without one they are missing. */
  rest?: number;
  /** How many categories a model may tell apart, the rest being one of them; absent: as many as it can. */
  most?: number;
}

/**
 * N sequences of F channels, ragged and columnar. Sequence n owns the steps offsets[n] .. offsets[n + 1) - 1;
 * step s owns values[s * F] .. values[s * F + F - 1].
 */
export interface SequenceSet {
  channels: readonly Channel[];
  /** [total steps, F], row-major. What is missing holds 0 here and a 0 bit in `observed`. */
  values: Float32Array;
  /** [N + 1], from 0 to the total number of steps; equal neighbours are an empty sequence. */
  offsets: Int32Array;
  /** One bit per value, bit (k & 7) of byte (k >> 3) for values[k]; absent: everything was observed. */
  observed?: Uint8Array;
  /** [total steps], seconds, ascending inside a sequence. */
  times?: Float64Array;
  /** [N], how the user names a sequence. */
  ids: readonly string[];
  /** Each sequence is a window: the event to classify, which is its last step, and events before it. */
  windows?: boolean;
  /** [N], who a sequence belongs to (customer, machine); sequences of one entity never cross a split. */
  entities?: readonly string[];
  /** [N], index into classNames; -1: no label. */
  labels?: Int32Array;
  classNames?: readonly string[];
  /** [N], weight of each sequence in training. */
  weights?: Float32Array;
  statics?: StaticColumns;
}

/** Columns with one value per sequence. */
export interface StaticColumns {
  names: readonly string[];
  /** [N, names.length], NaN = missing; of a column of categories indices into its vocabulary. */
  values: Float32Array;
  /** One per column, undefined for a numeric one; absent: all are numeric. */
  vocabularies?: readonly (readonly string[] | undefined)[];
}

/**
 * Of a source whose cases are single events with their history: what is known of each case's own event, one entry
 * per case of `train`, then of `test`, also from columns that are no channels.
 */
export interface EventDetails {
  /** Seconds. */
  times: Float64Array;
  /** Whether they were written as dates. */
  calendar?: boolean;
  entities: readonly string[];
  /** Column the entities come from. */
  entityName: string;
  /** Money, or whatever is summed up; missing is 0. */
  amounts?: Float64Array;
  amountName?: string;
  /** Whom the entity met (terminal, merchant), as numbers from 0 in the order of appearance. */
  secondEntities?: Int32Array;
  secondName?: string;
}

/**
 * A column of the data that is carried along, one cell per case: texts as they are written ("" = missing), or numbers
 * or dates (seconds since 1970 in UTC) of a file that has such types (NaN = missing).
 */
export type KeptColumn =
  | { name: string; kind: "texts"; values: readonly string[] }
  | { name: string; kind: "numbers" | "dates"; values: ArrayLike<number> };

/** A set as it was read: the training part, the test part where the source gives one, and where it came from. */
export interface DataSource<Set = SequenceSet> {
  name: string;
  train: Set;
  /** Present when the source itself is split (`NAME_TRAIN`, `NAME_TEST`). */
  test?: Set;
  /** With windows of timed events. */
  events?: EventDetails;
  /** Columns to keep, one cell per case of `train`, then of `test`. */
  kept?: readonly KeptColumn[];
  /** Files read, with the SHA-256 of their bytes, in reading order. */
  files: readonly { path: string; sha256: string }[];
  /** What reading changed or noticed, in plain sentences for the user. */
  notes: readonly string[];
}

/** N, the number of sequences. */
export function countOf(set: Pick<SequenceSet, "offsets">): number {
  return set.offsets.length - 1;
}

/** The number of steps of sequence n. */
export function lengthOf(set: Pick<SequenceSet, "offsets">, n: number): number {
  return set.offsets[n + 1] - set.offsets[n];
}

/** The largest number of steps of any sequence, 0 for none. */
export function longestOf(set: Pick<SequenceSet, "offsets">): number {
  let longest = 0;
  for (let n = 0; n < countOf(set); n++) longest = Math.max(longest, lengthOf(set, n));
  return longest;
}

/** Whether values[k] was observed. */
export function isObserved(set: SequenceSet, k: number): boolean {
  return set.observed === undefined || (set.observed[k >> 3] & (1 << (k & 7))) !== 0;
}

/** A bitmap for `count` values, all bits `value`. */
export function createBitmap(count: number, value: boolean): Uint8Array {
  return new Uint8Array((count + 7) >> 3).fill(value ? 0xff : 0);
}

/** Sets or clears bit k. */
export function setBit(bitmap: Uint8Array, k: number, value: boolean): void {
  if (value) bitmap[k >> 3] |= 1 << (k & 7);
  else bitmap[k >> 3] &= ~(1 << (k & 7));
}

/** The sequences at `indices`, in that order, copied. */
export function selectSequences(set: SequenceSet, indices: ArrayLike<number>): SequenceSet {
  const pick = <V>(items: ArrayLike<V> | undefined): V[] | undefined => items && Array.from(indices, (n) => items[n]);
  const starts = pick(set.offsets)!;
  return {
    ...copyPieces(
      set,
      indices,
      starts,
      Array.from(indices, (n) => set.offsets[n + 1]),
    ),
    ids: pick(set.ids)!,
    windows: set.windows,
    entities: pick(set.entities),
    labels: set.labels && Int32Array.from(pick(set.labels)!),
    classNames: set.classNames,
  };
}

/**
 * Pieces of sequences, copied: piece k has the steps starts[k] .. ends[k] - 1 of the set, which belong to sequence
 * owners[k], and that one's weight and static columns.
 */
export function copyPieces(
  set: SequenceSet,
  owners: ArrayLike<number>,
  starts: ArrayLike<number>,
  ends: ArrayLike<number>,
): Omit<SequenceSet, "ids" | "entities" | "labels" | "classNames"> {
  const F = set.channels.length;
  const N = owners.length;
  const offsets = new Int32Array(N + 1);
  for (let k = 0; k < N; k++) offsets[k + 1] = offsets[k] + ends[k] - starts[k];
  const values = new Float32Array(offsets[N] * F);
  const observed = set.observed && createBitmap(values.length, true);
  const times = set.times && new Float64Array(offsets[N]);
  for (let k = 0; k < N; k++) {
    const [from, to] = [starts[k], ends[k]];
    values.set(set.values.subarray(from * F, to * F), offsets[k] * F);
    times?.set(set.times!.subarray(from, to), offsets[k]);
    if (observed)
      for (let j = 0; j < (to - from) * F; j++)
        if (!isObserved(set, from * F + j)) setBit(observed, offsets[k] * F + j, false);
  }
  const S = set.statics?.names.length ?? 0;
  return {
    channels: set.channels,
    values,
    offsets,
    observed,
    times,
    weights: set.weights && Float32Array.from(owners, (n) => set.weights![n]),
    statics: set.statics && {
      ...set.statics,
      values: Float32Array.from({ length: N * S }, (_, j) => {
        const k = Math.floor(j / S);
        return set.statics!.values[owners[k] * S + (j - k * S)];
      }),
    },
  };
}

/**
 * The same sequences in memory that threads can share, without what a model does not look at: ids, entities, times,
 * static columns and, unless requested, labels. Where memory cannot be shared it stays as it is.
 */
export function shareSequences(set: SequenceSet, withLabels = false): SequenceSet {
  const { channels, offsets, values, observed, weights, labels, classNames } = set;
  return {
    labels: withLabels && labels ? shareArray(labels) : undefined,
    classNames: withLabels ? classNames : undefined,
    channels,
    ids: [],
    offsets: shareArray(offsets),
    values: shareArray(values),
    observed: observed && shareArray(observed),
    weights: weights && shareArray(weights),
  };
}

/** The same numbers in memory that threads can share, where there is any. */
export function shareArray<A extends Float32Array | Float64Array | Int32Array | Uint8Array>(array: A): A {
  if (typeof SharedArrayBuffer === "undefined" || array.buffer instanceof SharedArrayBuffer) return array;
  const shared = new SharedArrayBuffer(array.byteLength);
  const copy = new (array.constructor as new (buffer: SharedArrayBuffer) => A)(shared);
  copy.set(array);
  return copy;
}
