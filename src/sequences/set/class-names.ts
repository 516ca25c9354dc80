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
