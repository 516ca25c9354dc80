import { DataError, MADE, unknownName } from "../../errors.js";
import { repeatOf } from "../../sequences/set/check.js";

/** The first name that stands twice, with both places, for messages. */
export function repeatedIn(names: readonly string[]): string | undefined {
  const again = repeatOf(names);
  return again && `"${names[again[0]]}" twice (columns ${again[0] + 1} and ${again[1] + 1})`;
}

/** The columns of a file, for messages. */
export function shownColumns(names: readonly string[]): string {
  return names
    .filter((name) => !name.startsWith(MADE))
    .slice(0, 20)
    .join(", ");
}

/** @throws {DataError} for a name that stands twice */
export function expectDistinct(path: string, names: readonly string[]): void {
  const twice = repeatedIn(names);
  if (twice !== undefined) refuseTwice(path, twice);
}

/**
 * The place of the column of that name.
 * @param what it is, for the message
 * @throws {OptionError} for an unknown name, {DataError} for one that stands twice
 */
export function columnOf(path: string, names: readonly string[], what: string, name: string): number {
  const place = names.indexOf(name);
  if (place < 0) unknownName(path, what, name, names);
  if (names.includes(name, place + 1))
    refuseTwice(path, `"${name}" twice (columns ${place + 1} and ${names.indexOf(name, place + 1) + 1})`);
  return place;
}

function refuseTwice(path: string, twice: string): never {
  throw new DataError(
    `${path}: got the column ${twice}, expected distinct names. Columns are chosen by name; rename one of them.`,
  );
}
