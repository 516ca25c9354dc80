import { DataError, UndertoneError } from "../errors.js";
import { countOf } from "../sequences/set/sequence-set.js";
import { encodeLabels, sortClassNames } from "../sequences/set/sequences-from.js";
import type { Sequences } from "../sequences/set/windowed-set.js";
import { looksMissing } from "./layouts/columns/column-kind.js";
import { listed } from "./source/marks.js";
import { isMark } from "./source/notation.js";
import type { Piece } from "./source/piece.js";

/** Gives both parts labels over the union of their classes. */
export function labelled<Set extends Sequences>(
  where: string,
  train: Piece<Set>,
  test?: Piece<Set>,
  testMayBeRenumbered = false,
): { train: Set; test?: Set; notes: string[] } {
  if (test && test.set.channels.length !== train.set.channels.length)
    throw new DataError(
      `${where}: got ${test.set.channels.length} channels in the test part, expected ${train.set.channels.length} as in the training part. A model of one cannot read the other; check that the files belong together.`,
    );
  if (!train.labelTexts && !test?.labelTexts) return { train: train.set, test: test?.set, notes: [] };
  const given = (texts: readonly (string | undefined)[]) => texts.filter((text) => text !== undefined);
  const none = (piece: Piece<Set>) => new Array<undefined>(countOf(piece.set)).fill(undefined);
  const written = [train.labelTexts ?? none(train), test && (test.labelTexts ?? none(test))] as const;
  const { same, notes } = sameNames(where, given(written.flatMap((texts) => texts ?? [])));
  const [trainTexts, readTexts = []] = written.map((texts) => texts?.map((text) => text && same.get(text)));
  const trainNames = sortClassNames(given(trainTexts!));
  let testTexts = readTexts;
  const restored = testMayBeRenumbered ? restoreRenumbered(testTexts, trainNames) : undefined;
  if (restored) {
    testTexts = restored;
    notes.push(
      `${where}: the labels of the test array are class numbers; 1 to ${trainNames.length} were read as ${trainNames.join(", ")}.`,
    );
  }
  const classNames = sortClassNames([...trainNames, ...given(testTexts)]);
  const unseen = classNames.filter((name) => !trainNames.includes(name));
  if (unseen.length > 0)
    notes.push(
      `${where}: ${unseen.length === 1 ? "class" : "classes"} ${unseen.join(", ")} of the test part ${unseen.length === 1 ? "is" : "are"} not in the training part, so no classifier can predict ${unseen.length === 1 ? "it" : "them"}.`,
    );
  return {
    train: { ...train.set, labels: encodeLabels(trainTexts!, classNames), classNames },
    test: test && { ...test.set, labels: encodeLabels(testTexts, classNames), classNames },
    notes,
  };
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Labels were written as numbers, and now one is a text: all must be written again, as they stand. */
export class TextLabels extends UndertoneError {}

/**
 * The class of each label of data that come in pieces, as `labelled` finds it in all: of equal numbers (1, 1.0) the one
 * that comes first, and no class for marks of a missing number, unless labels are texts.
 * @param asTexts they are known to be texts
 */
export function createLabelNames(where: string, asTexts = false) {
  const first = new Map<number, string>();
  const same = new Map<string, string>();
  const merged: string[] = [];
  let changed: string | undefined; // the first label that is not written as it stands
  const learn = (text: string) => {
    let name = text;
    if (!asTexts && NUMBER.test(text)) {
      const value = Number(text);
      const known = first.get(value);
      if (known === undefined || Math.abs(value) > Number.MAX_SAFE_INTEGER) first.set(value, text);
      else {
        name = known;
        merged.push(`${text} as ${known}`);
      }
    } else if (!asTexts && looksMissing(text)) name = "";
    else asTexts = true;
    same.set(text, name);
    if (name !== text) changed ??= text;
  };
  const expectNoTexts = () => {
    if (asTexts && changed !== undefined) throw new TextLabels(`${where}: labels are texts, and "${changed}" is one.`);
  };
  return {
    /** @throws {TextLabels} if those before were taken for numbers, and are texts */
    of(texts: readonly (string | undefined)[]): string[] {
      for (const text of texts) if (text !== undefined && !same.has(text)) learn(text);
      expectNoTexts();
      return texts.map((text) => (text === undefined ? "" : same.get(text)!));
    },
    /** What a user reads at the end. @throws {TextLabels} for marks without a number */
    notes(): string[] {
      if (first.size === 0) asTexts = true;
      expectNoTexts();
      return mergedNotes(where, merged);
    },
  };
}

function mergedNotes(where: string, merged: readonly string[]): string[] {
  if (merged.length === 0) return [];
  return [
    `${where}: labels are numbers and were compared as such: ${merged.slice(0, 5).join(", ")}${merged.length > 5 ? ` and ${merged.length - 5} others` : ""}.`,
  ];
}

/**
 * Labels that are numbers are compared as numbers: 1 and 1.0 are one class, by the name that comes first, and marks for
 * a missing number are no class. Among texts a mark is a class like others (NA is a region, too), with a note.
 * @param texts of both parts, the training part first
 * @returns `same`: the class of each text; undefined where there is none
 */
function sameNames(where: string, texts: readonly string[]) {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const names = [...counts.keys()];
  const marks = names.filter(looksMissing);
  const numbers = names.filter((name) => NUMBER.test(name));
  const same = new Map<string, string | undefined>(names.map((name) => [name, name]));
  const listedMarks = () => listed(new Map(marks.map((mark) => [mark, counts.get(mark)!])));
  if (numbers.length === 0 || numbers.length + marks.length < names.length) {
    const notes = [
      `${where}: the labels are texts, and ${listedMarks()} are read as names of classes; if that means no label, give \`missing: ["${marks.join('", "')}"]\`.`,
    ];
    return { same, notes: marks.length > 0 ? notes : [] };
  }
  const first = new Map<number, string>();
  const merged: string[] = [];
  for (const name of numbers) {
    const value = Number(name);
    const known = first.get(value);
    if (known === undefined || Math.abs(value) > Number.MAX_SAFE_INTEGER) first.set(value, name);
    else {
      same.set(name, known);
      merged.push(`${name} as ${known}`);
    }
  }
  for (const mark of marks) same.set(mark, undefined);
  const notes = mergedNotes(where, merged);
  if (marks.some(isMark)) notes.push(`${where}: ${listedMarks()} among labels that are numbers count as missing.`);
  return { same, notes };
}

/**
 * Undoes the renumbering of classes as 1 .. K. Some array exports of the UCR archive (Wafer, whose official
 * labels are -1 and 1, is one) number the classes from 1 in ascending order of the official labels. So, when an
 * array has a label that the training part does not know and all its labels are among 1 .. K, number k stands
 * for the k-th training class.
 * @param trainNames sorted
 * @returns the official labels, or undefined when `texts` need no change or cannot be such numbers
 */
function restoreRenumbered(
  texts: readonly (string | undefined)[],
  trainNames: readonly string[],
): (string | undefined)[] | undefined {
  const seen = new Set(texts.filter((text) => text !== undefined));
  const numbered = [...seen].every((text) => /^\d+$/.test(text) && +text >= 1 && +text <= trainNames.length);
  if (!numbered || [...seen].every((text) => trainNames.includes(text))) return undefined;
  return texts.map((text) => (text === undefined ? undefined : trainNames[+text - 1]));
}
