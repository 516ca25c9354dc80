import { OptionError } from "../../errors.js";
import { expectOptions } from "../../options.js";
import type { FeatureTable } from "../../table/feature-table.js";
import { finiteFeatures } from "../../table/finite.js";
import { type Codes, codesOf, type EventColumns, expectEvents } from "./event-columns.js";
import {
  countsBefore,
  distinctBefore,
  type EventGroups,
  eachWindow,
  groupEvents,
  windowSums,
} from "./sliding-windows.js";

export interface AggregateOptions {
  /** Seconds, whole and ascending; default an hour, 6 hours, a day, 7 days, 30 days. */
  windows?: readonly number[];
  /** Seconds from an event until its label is known; only with labels. default 7 days */
  labelDelay?: number;
  /** What column names call an entity; default "entity". */
  entityName?: string;
  /** What column names call a second entity; default "second". */
  secondName?: string;
}

/** One number for each event. */
export interface AggregateColumn {
  name: string;
  values: Float32Array;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const WINDOWS: readonly number[] = [HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY];
/** Ratios are clipped to this range: larger ones only show a mean near 0. */
const MAX_RATIO = 1000;

/**
 * What a fraud engineer would compute by hand for each event from what happened before it: [events, columns], in
 * the order of the events. For the entity (customer, card) and, where there is one, for the second entity (terminal,
 * merchant), columns begin with its name, and windows are called 1h, 1d, 90s:
 *
 * - `since_last`: seconds since its last event, at most the longest window, which also stands for none;
 * - `ratio_ever`: this amount divided by the mean of all its earlier ones;
 * - per window `count`, `sum`, `mean` (0 without events), and `ratio`: this amount divided by that mean;
 * - per window `distinct_<name>`: how many different entities of the other kind, and categories where there are any;
 * - with labels, per window `known`, `positive`, `share`: how many of its events have a label that is known by now,
 *   how many of these are positive, and their share (0 without any), the window ending `labelDelay` ago;
 * - of the entity, `new_<second name>`: 1 if it meets this second entity for the first time.
 *
 * A ratio is 1 where the mean is 0. A window of w seconds holds events that stand before this one in the table, are
 * less than w seconds old, and never the event itself. A label is seen once its event is `labelDelay` seconds old.
 * So no row changes with events that come later, or with labels not known yet. Time is linear in events * windows.
 *
 * @throws {DataError} if columns differ in length, times fall, a time or an amount is not finite, or a label is none
 *   of 1, 0 and -1
 * @throws {OptionError} for windows that do not ascend, a negative delay, or an option without its column
 */
export function aggregateFeatures(events: EventColumns, options: AggregateOptions = {}): FeatureTable {
  return rowsOf(aggregateColumns(events, options), events.times.length);
}

/** The same, column by column. */
export function aggregateColumns(events: EventColumns, options: AggregateOptions): AggregateColumn[] {
  expectOptions("aggregateFeatures", options, ["windows", "labelDelay", "entityName", "secondName"]);
  const { windows = WINDOWS, labelDelay = 7 * DAY, entityName = "entity", secondName = "second" } = options;
  expectEffect(events, options, windows, labelDelay);
  expectEvents("aggregateFeatures", events);
  const { times, amounts, labels } = events;
  const entity = codesOf(events.entities);
  const second = events.secondEntities && codesOf(events.secondEntities);
  const category = events.categories && codesOf(events.categories);
  const columns: AggregateColumn[] = [];
  const add = (...parts: string[]) => {
    const values = new Float32Array(times.length);
    columns.push({ name: parts.join("_"), values });
    return values;
  };
  const describe = (name: string, own: Codes, others: readonly (readonly [string, Codes | undefined])[]) => {
    const groups = groupEvents(times, own);
    sinceLast(groups, windows[windows.length - 1], add(name, "since_last"));
    const sumOf = windowSums(groups, amounts);
    const ever = add(name, "ratio_ever");
    eachWindow(groups, Number.POSITIVE_INFINITY, 0, (event, from, to) => {
      ever[event] = ratio(amounts[event], sumOf(from, to), to - from);
    });
    for (const window of windows) {
      const span = spanName(window);
      const count = add(name, "count", span);
      const sum = add(name, "sum", span);
      const mean = add(name, "mean", span);
      const relative = add(name, "ratio", span);
      eachWindow(groups, window, 0, (event, from, to) => {
        const total = sumOf(from, to);
        count[event] = to - from;
        sum[event] = total;
        if (to > from) mean[event] = total / (to - from);
        relative[event] = ratio(amounts[event], total, to - from);
      });
      for (const [other, codes] of others)
        if (codes) distinctBefore(groups, codes, window, add(name, "distinct", other, span));
    }
    if (!labels) return;
    const knownBefore = countsBefore(groups, (event) => labels[event] >= 0);
    const positiveBefore = countsBefore(groups, (event) => labels[event] === 1);
    for (const window of windows) {
      const span = spanName(window);
      const known = add(name, "known", span);
      const positive = add(name, "positive", span);
      const share = add(name, "share", span);
      eachWindow(groups, window, labelDelay, (event, from, to) => {
        known[event] = knownBefore[to] - knownBefore[from];
        positive[event] = positiveBefore[to] - positiveBefore[from];
        if (known[event] > 0) share[event] = positive[event] / known[event];
      });
    }
  };
  describe(entityName, entity, [
    [secondName, second],
    ["category", category],
  ]);
  if (second) {
    firstMeetings(entity, second, add(entityName, "new", secondName));
    describe(secondName, second, [
      [entityName, entity],
      ["category", category],
    ]);
  }
  for (const { name, values } of columns)
    finiteFeatures("aggregateFeatures", { values, names: [name], rows: times.length });
  return columns;
}

function sinceLast({ times, order, starts }: EventGroups, longest: number, out: Float32Array): void {
  for (let g = 0; g + 1 < starts.length; g++)
    for (let p = starts[g]; p < starts[g + 1]; p++) {
      const gap = p > starts[g] ? times[order[p]] - times[order[p - 1]] : longest;
      out[order[p]] = Math.min(gap, longest);
    }
}

function ratio(amount: number, total: number, count: number): number {
  if (total === 0) return 1;
  return Math.max(-MAX_RATIO, Math.min(MAX_RATIO, (amount * count) / total));
}

/** 1 for the first event of each pair. */
function firstMeetings(entity: Codes, second: Codes, out: Float32Array): void {
  const met = new Set<number>();
  for (let i = 0; i < out.length; i++) {
    const pair = entity.codes[i] * second.count + second.codes[i];
    if (!met.has(pair)) out[i] = 1;
    met.add(pair);
  }
}

/** 3600 -> 1h, 604800 -> 7d, 90 -> 90s */
function spanName(seconds: number): string {
  if (seconds % DAY === 0) return `${seconds / DAY}d`;
  return seconds % HOUR === 0 ? `${seconds / HOUR}h` : `${seconds}s`;
}

function rowsOf(columns: readonly AggregateColumn[], rows: number): FeatureTable {
  const C = columns.length;
  const values = new Float32Array(rows * C);
  columns.forEach(({ values: column }, c) => {
    for (let row = 0; row < rows; row++) values[row * C + c] = column[row];
  });
  return { values, names: columns.map(({ name }) => name), rows };
}

function expectEffect(
  events: EventColumns,
  options: AggregateOptions,
  windows: readonly number[],
  labelDelay: number,
): void {
  const where = "aggregateFeatures";
  if (windows.length === 0 || windows.some((window, k) => !Number.isInteger(window) || window <= (windows[k - 1] ?? 0)))
    throw new OptionError(
      `${where}: got windows of ${windows.join(", ") || "no"} seconds, expected whole numbers above 0, each longer than the one before.`,
    );
  if (!(labelDelay >= 0 && labelDelay < Number.POSITIVE_INFINITY))
    throw new OptionError(`${where}: got a label delay of ${labelDelay}, expected seconds from 0 up.`);
  if (options.labelDelay !== undefined && !events.labels)
    throw new OptionError(
      `${where}: got a label delay but no labels, so it has no effect. Give labels, or leave it out.`,
    );
  if (options.secondName !== undefined && !events.secondEntities)
    throw new OptionError(
      `${where}: got a name for second entities but no second entities. Give them, or leave it out.`,
    );
  const { entityName = "entity", secondName = "second" } = options;
  if (entityName === secondName)
    throw new OptionError(
      `${where}: entities and second entities are both called "${entityName}", expected two names, so that column names differ.`,
    );
}
