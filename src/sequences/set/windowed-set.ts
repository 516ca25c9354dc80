import { DataError } from "../../errors.js";
import { checkSequenceSet } from "./check.js";
import {
  copyPieces,
  countOf,
  lengthOf,
  type SequenceSet,
  type StaticColumns,
  selectSequences,
} from "./sequence-set.js";

/**
 * Windows that are not cut: the sequences, once, and where each window lies in them. Cut, they are a `SequenceSet` that
 * is as many times larger as a window is long.
 */
export interface WindowedSet extends Omit<SequenceSet, "values" | "observed" | "times" | "weights" | "statics"> {
  windows: true;
  /** What windows are cut from, with its channels, times, weights and static columns. */
  whole: SequenceSet;
  /** [N], the sequence of `whole` that a window is cut from. */
  owners: Int32Array;
  /** [N], its first step in `whole`. */
  starts: Int32Array;
  values?: undefined;
}

/** Sequences, as they are or as windows to be cut. */
export type Sequences = SequenceSet | WindowedSet;

/** Steps that are cut at a time. */
const PIECE = 250_000;

export function isWindowed(set: Sequences): set is WindowedSet {
  return "whole" in set;
}

/** The sequences at `indices`, in that order; windows stay uncut. */
export function pickSequences(set: SequenceSet, indices: ArrayLike<number>): SequenceSet;
export function pickSequences(set: Sequences, indices: ArrayLike<number>): Sequences;
export function pickSequences(set: Sequences, indices: ArrayLike<number>): Sequences {
  if (!isWindowed(set)) return selectSequences(set, indices);
  const N = indices.length;
  const offsets = new Int32Array(N + 1);
  for (let k = 0; k < N; k++) offsets[k + 1] = offsets[k] + lengthOf(set, indices[k]);
  const numbers = (of: Int32Array) => Int32Array.from({ length: N }, (_, k) => of[indices[k]]);
  return {
    ...set,
    offsets,
    owners: numbers(set.owners),
    starts: numbers(set.starts),
    ids: Array.from(indices, (n) => set.ids[n]),
    entities: set.entities && Array.from(indices, (n) => set.entities![n]),
    labels: set.labels && numbers(set.labels),
  };
}

/** The sequences at `indices`, in that order, copied; windows are cut. */
export function cutSequences(set: Sequences, indices: ArrayLike<number>): SequenceSet {
  return isWindowed(set) ? cutWindows(pickSequences(set, indices) as WindowedSet) : selectSequences(set, indices);
}

/** All sequences; windows are cut. */
export function cutAll(set: Sequences): SequenceSet {
  return isWindowed(set) ? cutWindows(set) : set;
}

function cutWindows({ whole, owners, starts, offsets, ...windows }: WindowedSet): SequenceSet {
  const ends = starts.map((start, k) => start + offsets[k + 1] - offsets[k]);
  const { channels, ids, entities, labels, classNames } = windows;
  return { ...copyPieces(whole, owners, starts, ends), channels, ids, windows: true, entities, labels, classNames };
}

/** All sequences, in order: a set as it is; windows cut, some at a time, at least one piece. */
export function* piecesOf(set: Sequences): Generator<SequenceSet> {
  if (!isWindowed(set)) {
    yield set;
    return;
  }
  const N = countOf(set);
  for (let from = 0, to = 0; from < N || to === 0; from = to) {
    while (to < N && (to === from || set.offsets[to + 1] - set.offsets[from] <= PIECE)) to++;
    yield cutSequences(
      set,
      Int32Array.from({ length: to - from }, (_, k) => from + k),
    );
    if (N === 0) return;
  }
}

/** Where the steps of each sequence begin in the set that holds them. */
export function heldSteps(set: Sequences): { held: SequenceSet; starts: Int32Array } {
  return isWindowed(set) ? { held: set.whole, starts: set.starts } : { held: set, starts: set.offsets };
}

/** The last step of each sequence, as a step of `held`; -1 of an empty one. */
export function lastSteps(set: Sequences): { held: SequenceSet; steps: Int32Array } {
  const { held, starts } = heldSteps(set);
  const steps = Int32Array.from({ length: countOf(set) }, (_, n) => {
    const length = lengthOf(set, n);
    return length > 0 ? starts[n] + length - 1 : -1;
  });
  return { held, steps };
}

/** When each case happened: the time of its last step. Undefined without times. */
export function caseTimes(set: Sequences): Float64Array | undefined {
  const { held, steps } = lastSteps(set);
  const { times } = held;
  return times && Float64Array.from(steps, (step) => times[step] ?? Number.NaN);
}

/** Static columns, a row for each sequence. */
export function staticsOf(set: Sequences): StaticColumns | undefined {
  if (!isWindowed(set)) return set.statics;
  const { statics } = set.whole;
  const S = statics?.names.length ?? 0;
  const values = new Float32Array(countOf(set) * S);
  for (let k = 0; k < values.length; k++) values[k] = statics!.values[set.owners[Math.floor(k / S)] * S + (k % S)];
  return statics && { ...statics, values };
}

/** Windows without all but their last `length` steps. */
export function shortenWindows(set: WindowedSet, length: number): WindowedSet {
  const N = countOf(set);
  const offsets = new Int32Array(N + 1);
  const starts = new Int32Array(N);
  for (let n = 0; n < N; n++) {
    const kept = Math.min(length, lengthOf(set, n));
    offsets[n + 1] = offsets[n] + kept;
    starts[n] = set.starts[n] + lengthOf(set, n) - kept;
  }
  return { ...set, offsets, starts };
}

/** @throws as checkSequenceSet */
export function checkSequences(set: Sequences, where: string): void {
  if (!isWindowed(set)) {
    checkSequenceSet(set, where);
    return;
  }
  checkSequenceSet(set.whole, where);
  const { owners, starts, ids, labels, entities, whole } = set;
  const N = countOf(set);
  for (const [name, part] of Object.entries({ owners, starts, ids, labels, entities }))
    if (part && part.length !== N)
      throw new DataError(`${where}: got ${part.length} ${name} for ${N} windows, expected one for each.`);
  for (let n = 0; n < N; n++)
    if (starts[n] < whole.offsets[owners[n]] || starts[n] + lengthOf(set, n) > whole.offsets[owners[n] + 1])
      throw new DataError(`${where}: window "${ids[n]}" leaves its sequence, expected steps of one sequence.`);
}

/** The same with `of` done to what windows are cut from: for what changes steps, not sequences. */
export function mapSteps(set: Sequences, of: (set: SequenceSet) => SequenceSet): Sequences {
  if (!isWindowed(set)) return of(set);
  const whole = of(set.whole);
  return { ...set, whole, channels: whole.channels };
}
