import { DataError, OptionError } from "../errors.js";
import { countOf, createBitmap, isObserved, lengthOf, type SequenceSet, setBit } from "./sequence-set.js";

/**
 * Makes each event a case of its own: the event and up to `length` - 1 events before it in the same sequence,
 * so windows are shorter at the beginning of a history. With `stride` every stride-th event ends a window,
 * counted from the first. Ids are `id#k`, k from 1; entities are kept (the ids of the set where it has none).
 * @param stepLabels [total steps], class index of each event, -1 for none; a window takes that of its last event
 * @param classNames of `stepLabels`
 * @throws {OptionError} if `length` or `stride` is not a whole number above 0
 * @throws {DataError} if `stepLabels` does not have one label per step
 */
export function lastWindows(
  set: SequenceSet,
  {
    length,
    stride = 1,
    stepLabels,
    classNames = set.classNames,
  }: { length: number; stride?: number; stepLabels?: Int32Array; classNames?: readonly string[] },
): SequenceSet {
  for (const [name, value] of [
    ["length", length],
    ["stride", stride],
  ] as const)
    if (!Number.isInteger(value) || value < 1)
      throw new OptionError(`lastWindows: got ${name} ${value}, expected a whole number of at least 1.`);
  const total = set.offsets[countOf(set)];
  if (stepLabels && stepLabels.length !== total)
    throw new DataError(
      `lastWindows: got ${stepLabels.length} step labels, expected ${total}, one for each step of the set.`,
    );
  const owners: number[] = []; // sequence of each window
  const ends: number[] = []; // its last step
  for (let n = 0; n < countOf(set); n++)
    for (let k = 0; k < lengthOf(set, n); k += stride) {
      owners.push(n);
      ends.push(set.offsets[n] + k);
    }
  const N = ends.length;
  const start = (w: number) => Math.max(set.offsets[owners[w]], ends[w] - length + 1);
  const offsets = new Int32Array(N + 1);
  for (let w = 0; w < N; w++) offsets[w + 1] = offsets[w] + ends[w] + 1 - start(w);
  const F = set.channels.length;
  const values = new Float32Array(offsets[N] * F);
  const times = set.times && new Float64Array(offsets[N]);
  const observed = set.observed && createBitmap(values.length, true);
  for (let w = 0; w < N; w++) {
    const from = start(w);
    values.set(set.values.subarray(from * F, (ends[w] + 1) * F), offsets[w] * F);
    times?.set(set.times!.subarray(from, ends[w] + 1), offsets[w]);
    if (observed)
      for (let k = 0; k < (ends[w] + 1 - from) * F; k++)
        if (!isObserved(set, from * F + k)) setBit(observed, offsets[w] * F + k, false);
  }
  const S = set.statics?.names.length ?? 0;
  return {
    channels: set.channels,
    values,
    offsets,
    observed,
    times,
    ids: ends.map((end, w) => `${set.ids[owners[w]]}#${end - set.offsets[owners[w]] + 1}`),
    entities: owners.map((n) => (set.entities ?? set.ids)[n]),
    labels: stepLabels && Int32Array.from(ends, (end) => stepLabels[end]),
    classNames: stepLabels && classNames,
    weights: set.weights && Float32Array.from(owners, (n) => set.weights![n]),
    statics: set.statics && {
      names: set.statics.names,
      values: Float32Array.from(
        { length: N * S },
        (_, k) => set.statics!.values[owners[Math.floor(k / S)] * S + (k % S)],
      ),
    },
  };
}
