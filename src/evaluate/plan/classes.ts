import { DataError } from "../../errors.js";
import type { Sequences } from "../../sequences/set/windowed-set.js";

/** @throws {DataError} without labels, or with one class only */
export function expectClasses(name: string, { labels, classNames = [] }: Sequences): void {
  if (!labels)
    throw new DataError(`${name}: the sequences have no labels to compare on. Name the column with \`label\`.`);
  const present = countClasses(labels, classNames).flatMap((count, c) => (count > 0 ? classNames[c] : []));
  if (present.length < 2)
    throw new DataError(
      `${name}: got ${present.length === 1 ? `one class only ("${present[0]}")` : "no labelled sequence"}, expected at least two classes. Check the label column.`,
    );
}

/** @throws {DataError} for a training part of one class */
export function expectTwoClasses(name: string, k: number, train: Sequences, classNames: readonly string[]): void {
  if (new Set(train.labels).size > 1) return;
  throw new DataError(
    `${name}: the training part of resample ${k + 1} has one class only ("${classNames[train.labels![0]]}"), expected at least two. Use another plan (\`plan\`, \`folds\`), or more cases.`,
  );
}

/** Cases of each class. */
export function countClasses(labels: Int32Array, classNames: readonly string[]): number[] {
  return classNames.map((_, c) => labels.filter((label) => label === c).length);
}

/** Says which classes are of one entity only, if any: no split can have them on both sides. */
export function tellLoneClasses({ labels, entities, classNames }: Sequences): string[] {
  if (!entities) return [];
  const owners = new Map<number, Set<string>>();
  labels!.forEach((label, n) => {
    if (label >= 0) owners.set(label, (owners.get(label) ?? new Set()).add(entities[n]));
  });
  const lone = [...owners].flatMap(([label, of]) => (of.size === 1 ? `"${classNames![label]}" ("${[...of][0]}")` : []));
  if (lone.length === 0) return [];
  const names = `${lone.slice(0, 5).join(", ")}${lone.length > 5 ? ", ..." : ""}`;
  return [
    `${lone.length === 1 ? "A class is" : `${lone.length} classes are`} of one entity only: ${names}. Its cases are trained on or tested, never both, so no score tells whether such cases would be found.`,
  ];
}

export function pick(values: Int32Array, indices: Int32Array): Int32Array {
  return indices.map((n) => values[n]);
}

/** The same set with its two classes in the other order, so that class 1, the positive one, is the rarer. */
export function swapClasses(set: Sequences): Sequences {
  return {
    ...set,
    labels: set.labels?.map((label) => (label < 0 ? label : 1 - label)),
    classNames: set.classNames?.toReversed(),
  };
}

/** Labelled cases of each class, classes ascending. */
export function casesByClass(labels: ArrayLike<number>): Map<number, number[]> {
  return new Map([...casesBy(labels, (i) => labels[i])].sort(([a], [b]) => a - b));
}

/** Labelled cases by what `key` says of each. */
export function casesBy<K>(labels: ArrayLike<number>, key: (i: number) => K): Map<K, number[]> {
  const found = new Map<K, number[]>();
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] < 0) continue;
    const cases = found.get(key(i));
    if (cases) cases.push(i);
    else found.set(key(i), [i]);
  }
  return found;
}
