import { DataError, OptionError } from "../../errors.js";
import { expectOptions } from "../../options.js";
import { checkSequenceSet } from "../set/check.js";
import { expectRoom } from "../set/room.js";
import { countOf, lengthOf, type SequenceSet } from "../set/sequence-set.js";
import { cutAll, type WindowedSet } from "../set/windowed-set.js";

export interface WindowOptions {
  length: number;
  stride?: number;
  stepLabels?: Int32Array;
  classNames?: readonly string[];
}

/**
 * Makes each event a case of its own: the event and up to `length` - 1 events before it in the same sequence,
 * so windows are shorter at the beginning of a history. With `stride` every stride-th event ends a window,
 * counted from the first. Ids are `id#k`, k from 1; entities are kept (the ids of the set where it has none).
 * @param stepLabels [total steps], class index of each event, -1 for none; a window takes that of its last event
 * @param classNames of `stepLabels`
 * @throws {OptionError} if `length` or `stride` is not a whole number above 0, or the windows would not fit in memory
 * @throws {DataError} if `stepLabels` does not have one label per step
 */
export function lastWindows(set: SequenceSet, options: WindowOptions): SequenceSet {
  return cutAll(uncutWindows(set, options, set.channels.length));
}

/**
 * The same windows, not cut.
 * @param numbers to be made of each step
 */
export function uncutWindows(set: SequenceSet, options: WindowOptions, numbers = 1): WindowedSet {
  expectOptions("lastWindows", options, ["length", "stride", "stepLabels", "classNames"]);
  const { length, stride = 1, stepLabels, classNames = set.classNames } = options;
  checkSequenceSet(set, "lastWindows");
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
  let N = 0;
  for (let n = 0; n < countOf(set); n++) N += Math.ceil(lengthOf(set, n) / stride);
  const owners = new Int32Array(N);
  const ends = new Int32Array(N);
  let w = 0;
  for (let n = 0; n < countOf(set); n++)
    for (let end = set.offsets[n] + 1; end <= set.offsets[n + 1]; end += stride) {
      owners[w] = n;
      ends[w++] = end;
    }
  return {
    ...windowsEnding(set, { length, owners, ends }, numbers),
    ids: Array.from(ends, (end, w) => `${set.ids[owners[w]]}#${end - set.offsets[owners[w]]}`),
    labels: stepLabels && ends.map((end) => stepLabels[end - 1]),
    classNames: stepLabels && classNames,
  };
}

/**
 * One window per entry of `ends`, not cut: the steps before ends[w] of sequence owners[w], at most `length`.
 * @throws {OptionError} if they would not fit in memory
 */
export function windowsEnding(
  set: SequenceSet,
  { length, owners, ends }: { length: number; owners: ArrayLike<number>; ends: ArrayLike<number> },
  numbers = 1,
): Omit<WindowedSet, "ids"> {
  const N = ends.length;
  const starts = Int32Array.from({ length: N }, (_, w) => Math.max(set.offsets[owners[w]], ends[w] - length));
  let steps = 0;
  for (let w = 0; w < N; w++) steps += ends[w] - starts[w];
  expectRoom(
    `lastWindows: length ${length}`,
    steps,
    numbers,
    "Every event brings its own history. Use a shorter window, or leave channels out.",
  );
  const offsets = new Int32Array(N + 1);
  for (let w = 0; w < N; w++) offsets[w + 1] = offsets[w] + ends[w] - starts[w];
  return {
    channels: set.channels,
    ...{ whole: set, owners: Int32Array.from(owners), starts, offsets },
    windows: true,
    entities: Array.from(owners, (n) => (set.entities ?? set.ids)[n]),
  };
}
