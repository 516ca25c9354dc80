import type { EventDetails, SequenceSet } from "../../../sequences/set/sequence-set.js";
import type { Sequences } from "../../../sequences/set/windowed-set.js";
import { uncutWindows, windowsEnding } from "../../../sequences/transform/window.js";
import { type EventChoice, expectSameKind } from "../../source/history.js";
import type { DataOptions } from "../../source/options.js";
import type { Piece } from "../../source/piece.js";
import { selectKept } from "../columns/carried.js";
import type { LongTable } from "./collect-long.js";
import { withHistory } from "./entity-history.js";

/**
 * Each event of a long table as a case: a window that ends with it.
 * @param finish adds channels that are made, before windows are cut
 * @throws {OptionError} for `after` of another kind than the times, {DataError} as withHistory
 */
export function windowsOf(
  path: string,
  long: LongTable,
  options: DataOptions & { window: number },
  { history, after }: EventChoice,
  finish: (set: SequenceSet) => SequenceSet,
): Piece<Sequences> {
  const { set, stepLabels, carried = {} } = long;
  const details = long.details && { ...long.details, ...(long.calendarTimes && { calendar: true }) };
  const length = options.window;
  if (!history && !after) {
    const windows = uncutWindows(finish(set), { length }); // one ends at every step, in their order
    const ids = carried.ids ?? windows.ids;
    return { set: { ...windows, ids }, labelTexts: stepLabels, events: details, kept: carried.kept, notes: [] };
  }
  if (after) expectSameKind(path, options, after, long.calendarTimes);
  const whole = history ? withHistory(path, long, history) : { set, before: undefined, counts: undefined };
  const steps: number[] = []; // of the table
  const owners: number[] = [];
  const ends: number[] = []; // with the history
  const ids: string[] = [];
  for (let n = 0; n < set.ids.length; n++)
    for (let s = set.offsets[n]; s < set.offsets[n + 1]; s++) {
      if (after && !(set.times![s] > after.seconds)) continue;
      const k = s - set.offsets[n] + 1;
      steps.push(s);
      owners.push(n);
      ends.push(whole.set.offsets[n] + (whole.before?.[n] ?? 0) + k);
      ids.push(carried.ids?.[s] ?? `${set.ids[n]}#${(whole.counts?.[n] ?? 0) + k}`);
    }
  return {
    set: { ...windowsEnding(finish(whole.set), { length, owners, ends }), ids },
    labelTexts: stepLabels && steps.map((s) => stepLabels[s]),
    events: details && selectDetails(details, steps),
    kept: carried.kept && selectKept(carried.kept, steps),
    notes: [],
  };
}

function selectDetails(details: EventDetails, steps: readonly number[]): EventDetails {
  const { times, entities, amounts, secondEntities } = details;
  return {
    ...details,
    times: Float64Array.from(steps, (s) => times[s]),
    entities: steps.map((s) => entities[s]),
    ...(amounts && { amounts: Float64Array.from(steps, (s) => amounts[s]) }),
    ...(secondEntities && { secondEntities: Int32Array.from(steps, (s) => secondEntities[s]) }),
  };
}
