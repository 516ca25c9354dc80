import { DataError, OptionError } from "../../errors.js";
import { expectOptions } from "../../options.js";
import { checkSequenceSet } from "../set/check.js";
import { expectRoom } from "../set/room.js";
import { copyPieces, countOf, type SequenceSet } from "../set/sequence-set.js";

/**
 * Makes each event a case of its own: the event and up to `length` - 1 events before it in the same sequence,
 * so windows are shorter at the beginning of a history. With `stride` every stride-th event ends a window,
 * counted from the first. Ids are `id#k`, k from 1; entities are kept (the ids of the set where it has none).
 * @param stepLabels [total steps], class index of each event, -1 for none; a window takes that of its last event
 * @param classNames of `stepLabels`
 * @throws {OptionError} if `length` or `stride` is not a whole number above 0, or the windows would not fit in memory
 * @throws {DataError} if `stepLabels` does not have one label per step
 */
export function lastWindows(
  set: SequenceSet,
  options: { length: number; stride?: number; stepLabels?: Int32Array; classNames?: readonly string[] },
): SequenceSet {
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
  const owners: number[] = []; // sequence of each window
  const ends: number[] = []; // the step behind its last one
  for (let n = 0; n < countOf(set); n++)
    for (let end = set.offsets[n] + 1; end <= set.offsets[n + 1]; end += stride) {
      owners.push(n);
      ends.push(end);
    }
  return {
    ...windowsEnding(set, { length, owners, ends }),
    ids: ends.map((end, w) => `${set.ids[owners[w]]}#${end - set.offsets[owners[w]]}`),
    labels: stepLabels && Int32Array.from(ends, (end) => stepLabels[end - 1]),
    classNames: stepLabels && classNames,
  };
}

/**
 * One window per entry of `ends`: the steps before ends[w] of sequence owners[w], at most `length`.
 * @throws {OptionError} if they would not fit in memory
 */
export function windowsEnding(
  set: SequenceSet,
  { length, owners, ends }: { length: number; owners: readonly number[]; ends: readonly number[] },
): Omit<SequenceSet, "ids"> {
  const starts = ends.map((end, w) => Math.max(set.offsets[owners[w]], end - length));
  let steps = 0;
  ends.forEach((end, w) => {
    steps += end - starts[w];
  });
  expectRoom(
    `lastWindows: length ${length}`,
    steps,
    set.channels.length,
    "Every event brings its own history. Use a shorter window, or leave channels out.",
  );
  return {
    ...copyPieces(set, owners, starts, ends),
    windows: true,
    entities: owners.map((n) => (set.entities ?? set.ids)[n]),
  };
}
