/**
 * Class names in the order of their indices: numerically when all look like numbers, else alphabetically (by code
 * point, so that the order does not depend on the machine's language).
 */
export function sortClassNames(names: Iterable<string>): string[] {
  const unique = [...new Set(names)];
  const numeric = unique.every((name) => name.trim() !== "" && Number.isFinite(Number(name)));
  return numeric
    ? unique.sort((a, b) => Number(a) - Number(b))
    : unique.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The index of each label in `classNames`, -1 where there is none. */
export function encodeLabels(
  texts: readonly (string | undefined)[],
  classNames: readonly string[],
): Int32Array {
  const index = new Map(classNames.map((name, c) => [name, c]));
  return Int32Array.from(texts, (text) => (text === undefined ? -1 : (index.get(text) ?? -1)));
}

/** A label of a purely numeric format, so that "1", "1.0" and "1.0000000e+00" are one class. */
export function numericLabel(text: string): string {
  const value = Number(text);
  return text.trim() !== "" && Number.isFinite(value) ? String(value) : text.trim();
}

/**
 * Undoes the renumbering of classes as 1 .. K. Some array exports of the UCR archive (Wafer, whose official
 * labels are -1 and 1, is one) number the classes from 1 in ascending order of the official labels. So, when an
 * array has a label that the training part does not know and all its labels are among 1 .. K, number k stands
 * for the k-th training class.
 * @param trainNames sorted
 * @returns the official labels, or undefined when `texts` need no change or cannot be such numbers
 */
export function restoreRenumbered(
  texts: readonly (string | undefined)[],
  trainNames: readonly string[],
): (string | undefined)[] | undefined {
  const seen = new Set(texts.filter((text) => text !== undefined));
  const numbered = [...seen].every((text) => /^\d+$/.test(text) && +text >= 1 && +text <= trainNames.length);
  if (!numbered || [...seen].every((text) => trainNames.includes(text))) return undefined;
  return texts.map((text) => (text === undefined ? undefined : trainNames[+text - 1]));
}
