import type { ClassifierEntry } from "../classify/base/classifier.js";
import { type ClassifierName, classifierTable } from "../classify/classifiers.js";
import { type Expression, nameOfExpression, type SingleSet, setsOf } from "../features/sets/expression.js";
import type { Cases, Features, FittedSet, Means } from "../features/sets/feature-set.js";
import { featureSets } from "../features/sets/feature-sets.js";
import { type BlockScale, fitBlocks, transformBlocks } from "../table/blocks.js";
import { type FeatureTable, sideBySide } from "../table/feature-table.js";
import type { SparseRows } from "../table/sparse-rows.js";

/** What a classifier reads of some cases: a table, or sparse rows. */
export type MemberRows = { table: FeatureTable; sparse?: undefined } | { table?: undefined; sparse: SparseRows };

/** The features of single sets of some cases, each made once. */
export function openFeatures(
  fitted: ReadonlyMap<string, FittedSet>,
  cases: Cases,
  means: Means,
): (single: SingleSet) => Promise<Features> {
  const made = new Map<string, Promise<Features>>();
  return (single) => {
    const name = nameOfExpression(single);
    const known = made.get(name);
    if (known) return known;
    const features = (async () => featureSets[single.name].features(fitted.get(name)!, cases, means))();
    made.set(name, features);
    return features;
  };
}

/** The blocks of an expression without averages. */
export async function blocksOf(
  part: Expression,
  featuresOf: (single: SingleSet) => Promise<Features>,
): Promise<Features[]> {
  const blocks: Features[] = [];
  for (const single of setsOf(part)) blocks.push(await featuresOf(single));
  return blocks;
}

/**
 * Blocks side by side, as the classifier reads them.
 * @param scale of a fit; absent: it is fitted here, where the classifier wants blocks of equal variance
 */
export function rowsFor(
  part: Expression,
  classifier: ClassifierName,
  blocks: readonly Features[],
  scale?: BlockScale,
): { rows: MemberRows; scale?: BlockScale } {
  const entry: ClassifierEntry = classifierTable[classifier];
  const [{ sparse }] = blocks;
  if (blocks.length === 1 && sparse && entry.sparse) return { rows: { sparse } };
  const tables = blocks.map(({ table }) => table);
  if (tables.length === 1) return { rows: { table: tables[0] } };
  const names = setsOf(part).map(nameOfExpression);
  if (!entry.balanced) return { rows: { table: sideBySide(tables, names) } };
  const fitted = scale ?? fitBlocks(tables);
  return { rows: { table: transformBlocks(fitted, tables, names) }, scale: fitted };
}
