import type { ClassifierEntry } from "../classify/base/classifier.js";
import { classifierTable } from "../classify/classifiers.js";
import type { ComparisonPlan } from "../evaluate/plan.js";
import type { ReadOut } from "../features/read-outs/read-outs.js";
import { type Expression, nameOfExpression, partsOf, setsOf } from "../features/sets/expression.js";
import type { FitContext, FittedSet } from "../features/sets/feature-set.js";
import { featureSets } from "../features/sets/feature-sets.js";
import { selectByLeaveOneOut } from "../features/sets/feature-tables.js";
import { shareNetworks } from "../features/sets/networks.js";
import { sideBySide } from "../table/feature-table.js";
import type { Candidate } from "./choose.js";
import { blocksOf, openFeatures, rowsFor } from "./member-rows.js";
import type { Member } from "./members.js";

/** What is needed to fit on all training cases. */
export interface MemberContext {
  context: FitContext;
  plan: Pick<ComparisonPlan, "classCount" | "classWeights">;
  /** Strength of logistic regression; absent: chosen. */
  C?: number;
  /** Feature sets by name; gets those that it lacks. */
  fitted: Map<string, FittedSet>;
  onProgress?(step: string): void;
}

/**
 * Fits the chosen classifiers on the chosen features of all training cases, as a comparison does: the same bits.
 * @returns the features, each `select` of which is what it chose, and one member for each part and classifier
 */
export async function fitMembers(
  { features, classifiers }: Candidate,
  { context, plan, C, fitted, onProgress }: MemberContext,
): Promise<{ features: Expression; members: Member[]; notes: string[] }> {
  await fitMissingSets(context, features, fitted, onProgress);
  const { engine, cases, fit, seed, hooks } = context;
  const labels = context.train.labels!;
  const featuresOf = openFeatures(fitted, cases, { engine, threads: fit.threads });
  const { classCount, classWeights } = plan;
  const select = async (parts: readonly Expression[]) => {
    const tables = [];
    for (const part of parts) {
      const blocks = (await blocksOf(part, featuresOf)).map(({ table }) => table);
      tables.push(blocks.length === 1 ? blocks[0] : sideBySide(blocks, setsOf(part).map(nameOfExpression)));
    }
    return parts[selectByLeaveOneOut(tables, labels, classCount, { classWeight: classWeights.ridge }).chosen];
  };
  const chosen = await withoutSelections(features, select);
  const members: Member[] = [];
  const notes: string[] = [];
  for (const part of partsOf(chosen)) {
    const blocks = await blocksOf(part, featuresOf);
    const components = blocks.length === 1 && fitted.get(nameOfExpression(part))!.components;
    for (const classifier of classifiers) {
      hooks.signal?.throwIfAborted();
      onProgress?.(`${nameOfExpression(part)}: ${classifier} on all training cases`);
      await new Promise((go) => setTimeout(go, 0)); // progress is shown, and a signal can arrive
      const entry: ClassifierEntry = classifierTable[classifier];
      const { rows, scale } = rowsFor(part, classifier, blocks);
      const standardise = blocks.length > 1 ? !entry.balanced : components ? ("auto" as const) : true;
      const options = { classWeight: classWeights[classifier], standardise, seed, C };
      const made = rows.sparse
        ? entry.sparse!(options).fit(rows.sparse, labels, classCount)
        : entry.make(options).fit(rows.table, labels, classCount);
      notes.push(...made.notes);
      members.push({
        ...{ features: nameOfExpression(part), classifier, state: made.toJSON() },
        ...(scale && { blocks: scale }),
      });
    }
  }
  return { features: chosen, members, notes: [...new Set(notes)] };
}

/** Fits the sets that an expression names and that are not fitted yet. @param fitted gets them */
async function fitMissingSets(
  context: FitContext,
  expression: Expression,
  fitted: Map<string, FittedSet>,
  onProgress?: (step: string) => void,
): Promise<void> {
  const networkOf = shareNetworks(context);
  for (const single of setsOf(expression)) {
    const name = nameOfExpression(single);
    if (fitted.has(name)) continue;
    onProgress?.(name);
    const set = featureSets[single.name];
    const own = { ...context, readOut: (single.readOut as ReadOut) ?? context.readOut };
    const network = set.network && (await networkOf(set.network));
    fitted.set(name, await (set.network ? set.fit(own, network!) : set.fit(own)));
  }
}

/** An expression whose every `select(a, b)` is replaced by what it chooses. */
async function withoutSelections(
  expression: Expression,
  select: (parts: readonly Expression[]) => Promise<Expression>,
): Promise<Expression> {
  if (expression.kind === "set") return expression;
  const parts: Expression[] = [];
  for (const part of expression.parts) parts.push(await withoutSelections(part, select));
  return expression.kind === "select" ? select(parts) : { ...expression, parts };
}
