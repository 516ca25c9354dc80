/**
 * Errors a user can act on. Every message says where, got, expected, why and what to do, in one paragraph.
 * The `name` is the kind of trouble; the command line prints the message and exits with `exitCode`.
 */
export class UndertoneError extends Error {
  /** 1: the work failed; 2: the request was wrong (options, names). */
  readonly exitCode: number = 1;
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The content of a file or a set is not what it must be; the message names file, row and column. */
export class DataError extends UndertoneError {}

/** The rows of an entity, read in pieces, do not stand together; reading the file whole would do. */
export class ScatteredError extends DataError {
  /** @param advice how to sort the file: the end of the message */
  constructor(
    readonly problem: string,
    readonly advice = "",
  ) {
    super(`${problem} ${advice}`.trim());
  }
}

/** A tensor or table has the wrong shape. */
export class ShapeError extends UndertoneError {}

/** An option, name or combination of options that cannot be honoured. */
export class OptionError extends UndertoneError {
  override readonly exitCode = 2;
}

/** A model file that is truncated, newer than this version, or not a model at all. */
export class ArtefactError extends UndertoneError {}

/** Training could not go on (weights not finite after every retry). */
export class TrainingError extends UndertoneError {}

/** The requested engine cannot run here. */
export class EngineError extends UndertoneError {}

/** The error of that class again, after it crossed from another thread. */
export function errorFrom(name: string, message: string): Error {
  const classes = [
    UndertoneError,
    DataError,
    ScatteredError,
    ShapeError,
    OptionError,
    ArtefactError,
    TrainingError,
    EngineError,
  ];
  const found = classes.find((each) => each.name === name);
  return found ? new found(message) : new Error(`${name}: ${message}`);
}

/** The name in `names` closest to `wanted` by edit distance, or undefined when none is near. */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(wanted.length / 2)) + 1;
  for (const name of names) {
    const distance = editDistance(wanted.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      bestDistance = distance;
      best = name;
    }
  }
  return best;
}

/** How the name of a column begins that no file has: no name in a file is one, and none is offered to the user. */
export const MADE = "\0";

/** Throws an OptionError that lists the known names and suggests the nearest. */
export function unknownName(where: string, what: string, wanted: string, all: readonly string[]): never {
  const names = all.filter((name) => !name.startsWith(MADE));
  const near = nearestName(wanted, names);
  const shown = names.slice(0, 20).join(", ") + (names.length > 20 ? `, ... (${names.length} in all)` : "");
  throw new OptionError(
    `${where}: there is no ${what} "${wanted}". ${near ? `Did you mean "${near}"? ` : ""}There are: ${shown || "none"}.`,
  );
}

/** The first names, and dots for two or more others: where one is left, it takes no more room than they. */
export function someOf(names: readonly string[]): string {
  return names.length <= 4 ? names.join(", ") : `${names.slice(0, 3).join(", ")}, ...`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j] + 1, current[j - 1] + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length];
}
