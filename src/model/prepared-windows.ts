import { type Channel, type SequenceSet, shareArray, shareSequences } from "../sequences/set/sequence-set.js";
import {
  cutAll,
  cutSequences,
  isWindowed,
  piecesOf,
  type Sequences,
  type WindowedSet,
} from "../sequences/set/windowed-set.js";
import { inputChannels, type Preparation, prepareSequences } from "./prepare.js";

/** Windows that are cut and made ready for a model when they are looked at. */
export interface PreparedWindows extends Pick<WindowedSet, "offsets" | "labels" | "classNames"> {
  channels: readonly Channel[];
  windows: WindowedSet;
  preparation: Preparation;
}

/** Sequences that are ready for a model, or will be. */
export type PreparedSet = SequenceSet | PreparedWindows;

function isLater(set: PreparedSet): set is PreparedWindows {
  return "preparation" in set;
}

/** As prepareSequences; windows are cut later, unless their lengths would change. */
export function prepareLater(set: Sequences, preparation: Preparation): PreparedSet {
  if (!isWindowed(set) || preparation.resample) return prepareSequences(cutAll(set), preparation);
  const { offsets, labels, classNames } = set;
  return { channels: inputChannels(preparation), offsets, labels, classNames, windows: set, preparation };
}

/** The sequences at `indices`, and where they are in what is returned. */
export function takePrepared(
  set: PreparedSet,
  indices: ArrayLike<number>,
): { set: SequenceSet; indices: ArrayLike<number> } {
  if (!isLater(set)) return { set, indices };
  const cut = prepareSequences(cutSequences(set.windows, indices), set.preparation);
  return { set: cut, indices: Int32Array.from({ length: indices.length }, (_, k) => k) };
}

/** All of it. */
export function prepareNow(set: PreparedSet): SequenceSet {
  return isLater(set) ? prepareSequences(cutAll(set.windows), set.preparation) : set;
}

/** All of it, in order, some at a time. */
export function* preparedPieces(set: PreparedSet): Generator<SequenceSet> {
  if (!isLater(set)) yield set;
  else for (const piece of piecesOf(set.windows)) yield prepareSequences(piece, set.preparation);
}

/** Whether every value is known to be observed. */
export function isComplete(set: PreparedSet): boolean {
  return (isLater(set) ? set.windows.whole : set).observed === undefined;
}

/** The weight of each sequence. */
export function weightsOf(set: PreparedSet): Float32Array | undefined {
  if (!isLater(set)) return set.weights;
  const { whole, owners } = set.windows;
  return whole.weights && Float32Array.from(owners, (n) => whole.weights![n]);
}

/** As shareSequences. */
export function sharePrepared(set: PreparedSet, withLabels = false): PreparedSet {
  if (!isLater(set)) return shareSequences(set, withLabels);
  const { windows, offsets, labels, classNames, ...rest } = set;
  const { whole, owners, starts } = windows;
  const shared = shareArray(offsets);
  return {
    ...rest,
    offsets: shared,
    labels: withLabels && labels ? shareArray(labels) : undefined,
    classNames: withLabels ? classNames : undefined,
    windows: {
      channels: windows.channels,
      windows: true,
      // times decide how gaps are filled
      whole: { ...shareSequences(whole), ids: whole.ids, times: whole.times && shareArray(whole.times) },
      owners: shareArray(owners),
      starts: shareArray(starts),
      offsets: shared,
      ids: [],
    },
  };
}
