import { DataError } from "../../errors.js";
import { type Column, shownIn, type TableChunk, timeIn, valueIn } from "../source/table.js";
import { TIME } from "./columns/roles.js";

/** Steps that are words and have no number in their names. */
const CALENDAR =
  /^(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?|mon(day)?|tues?(day)?|wed(nesday)?|thu(rs(day)?)?|fri(day)?|sat(urday)?|sun(day)?)$/i;
const ENTITY =
  /(^|_)(id|entity|customer|client|user|card|account|patient|subject|machine|engine|unit|device|sensor|station|store|vehicle)(_|$)/i;
/** Rows from which on a column can be said to repeat. */
const ENOUGH = 8;

/**
 * Looks whether a table that is read as one sequence per row has one step per row instead: its names are no steps, one
 * is that of a time, or its first column repeats as that of an entity does.
 * @param names of all columns; undefined without a header
 * @param steps the columns that would be steps
 * @param from the first row below the header
 * @returns what is strange, and the options with which it is read; undefined: nothing is
 */
export function strangeSteps(
  names: readonly string[] | undefined,
  steps: readonly number[],
  chunk: TableChunk,
  from: number,
): { what: string; advice: string } | undefined {
  const isWord = (c: number) => names !== undefined && /^\D{2,}$/.test(names[c]) && !CALENDAR.test(names[c]);
  const words = steps.filter(isWord);
  const all = [...Array(chunk.width).keys()];
  const repeats = (c: number) => repeatsInRuns(chunk.column(c), from, chunk.rows.length);
  const first = steps[0];
  const counted = countsInRuns(chunk, from);
  const named = names !== undefined && names[first] !== "" && isWord(first) && repeats(first);
  if (chunk.rows.length - from < 2) return undefined; // one row tells nothing
  const things = words.length > steps.length / 2 || steps.some((c) => names !== undefined && TIME.test(names[c]));
  if (!things && !named && !counted) return undefined;
  const show = (c: number) => (names ? `"${names[c]}"` : `${c + 1}`);
  const shown = (words.length > 0 ? words : steps).slice(0, 4).map(show).join(", ");
  const repeated = `the same value in row after row of column ${show(counted ? 0 : first)} (if that is the label, name it: \`label\`)`;
  return {
    what: things ? `columns called ${shown}` : repeated,
    advice: advice(names, all, isWord, repeats, chunk, from),
  };
}

/** @throws {DataError} for what `strangeSteps` found */
export function refuseSteps(path: string, { what, advice }: { what: string; advice: string }): never {
  throw new DataError(
    `${path}: got ${what}, expected one sequence per row, whose columns are steps (0, 1, 2 or t1, t2, t3). Each row looks like one step. ${advice} If each row is a sequence all the same, say so: \`wide\`.`,
  );
}

function advice(
  names: readonly string[] | undefined,
  all: readonly number[],
  isWord: (c: number) => boolean,
  repeats: (c: number) => boolean,
  chunk: TableChunk,
  from: number,
): string {
  if (!names) return 'Its columns have no names and are called c1, c2, ...: read it with `entity: "c1"` `time: "c2"`.';
  const isDate = (c: number) => chunk.rows.length > from && timeIn(chunk.column(c), from)?.calendar === true;
  const time = all.find((c) => TIME.test(names[c]) || isDate(c));
  const others = all.filter((c) => c !== time && isWord(c));
  const entity =
    others.find((c) => repeats(c) && distinctIn(chunk.column(c), from, chunk.rows.length) > 2) ??
    others.find(
      (c) => ENTITY.test(names[c]) && distinctIn(chunk.column(c), from, chunk.rows.length) < chunk.rows.length - from,
    );
  const timed = time === undefined ? "" : ` \`time: "${names[time]}"\``;
  const one = `If all rows are steps of one sequence: \`oneEntity\`${timed}.`;
  if (entity === undefined) return `Name the column that says whose step it is (\`entity\`). ${one}`;
  return `Read it with \`entity: "${names[entity]}"\`${timed}. ${one}`;
}

function distinctIn(column: Column, from: number, to: number): number {
  const seen = new Set<string>();
  for (let r = from; r < to; r++) seen.add(shownIn(column, r));
  return seen.size;
}

/** Whether most rows have the value of the row before, and not all. */
function repeatsInRuns(column: Column, from: number, to: number): boolean {
  if (to - from < ENOUGH) return false;
  let same = 0;
  for (let r = from + 1; r < to; r++) if (shownIn(column, r) === shownIn(column, r - 1)) same++;
  return same > (to - from) / 2 && same < to - from - 1;
}

/** Whether the second column counts 1, 2, 3 within each run of the first, and begins anew with the next. */
function countsInRuns(chunk: TableChunk, from: number): boolean {
  if (chunk.rows.length - from < ENOUGH || chunk.width < 3) return false;
  const [entity, step] = [chunk.column(0), chunk.column(1)];
  let same = 0;
  let begin: number | undefined;
  for (let r = from; r < chunk.rows.length; r++) {
    const value = valueIn(step, r);
    const first = r === from || shownIn(entity, r) !== shownIn(entity, r - 1);
    if (first) begin ??= value;
    if (value === undefined || value !== (first ? begin : valueIn(step, r - 1)! + 1)) return false;
    if (!first) same++;
  }
  return (begin === 0 || begin === 1) && same > (chunk.rows.length - from) / 2;
}
