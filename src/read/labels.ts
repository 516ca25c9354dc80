import { DataError } from "../errors.js";
import type { SequenceSet } from "../sequences/set/sequence-set.js";
import { encodeLabels, sortClassNames } from "../sequences/set/sequences-from.js";
import type { Part } from "./source/part.js";

/** Gives both parts labels over the union of their classes. */
export function labelled(
  where: string,
  train: Part,
  test?: Part,
  testMayBeRenumbered = false,
): { train: SequenceSet; test?: SequenceSet; notes: string[] } {
  if (test && test.set.channels.length !== train.set.channels.length)
    throw new DataError(
      `${where}: got ${test.set.channels.length} channels in the test part, expected ${train.set.channels.length} as in the training part. A model of one cannot read the other; check that the files belong together.`,
    );
  if (!train.labelTexts) return { train: train.set, test: test?.set, notes: [] };
  const notes: string[] = [];
  const given = (texts: readonly (string | undefined)[]) => texts.filter((text) => text !== undefined);
  const trainNames = sortClassNames(given(train.labelTexts));
  let testTexts = test?.labelTexts ?? [];
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
    train: { ...train.set, labels: encodeLabels(train.labelTexts, classNames), classNames },
    test: test && { ...test.set, labels: encodeLabels(testTexts, classNames), classNames },
    notes,
  };
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
