import type { ClassifierState } from "../classify/classifiers.js";
import type { Explanation, ScoreUnit } from "../classify/explain/explanation.js";
import { type Contribution, topContributions } from "../classify/explain/top-contributions.js";
import { openExplainer } from "../classify/explain-classifier.js";
import { OptionError } from "../errors.js";
import { type Expression, nameOfExpression } from "../features/sets/expression.js";
import type { FeatureTable } from "../table/feature-table.js";
import type { Member } from "./members.js";

/** Why a case has its score. */
export interface Reasons {
  /** Of two classes the second, else the one of the largest score. */
  classIndex: number;
  unit: ScoreUnit;
  /** The mean score of the training cases, to which all contributions add up the score of the case. */
  base: number;
  /** The columns that moved the score most, `set:column`, the largest first. */
  contributions: Contribution[];
}

/** A member with its share of the averaged score. */
interface Part {
  member: Pick<Member, "features" | "classifier" | "state">;
  share: number;
  explain(x: FeatureTable): Explanation;
}

/**
 * Explains scores by the columns that the classifiers read. Of an average it is the mean of what the classifiers are
 * explained by, in their own unit, which must be one.
 * @throws {OptionError} for a classifier that has no such explanation, or members of several units
 */
export function openReasons(expression: Expression, members: readonly Part["member"][], classifiers: number) {
  const parts = members.map((member): Part => {
    if ((member.state as { kind?: string }).kind === "sparseLogistic")
      throw new OptionError(
        "explain: the classifier reads the sparse columns of all n-grams, which have no names. Fit one without n-grams to explain its scores.",
      );
    return {
      member,
      share: shareOf(expression, member.features) / classifiers,
      explain: openExplainer(member.state as ClassifierState),
    };
  });
  /** @param tables what each member reads @param classes [rows] the likeliest class; of two the second is asked about */
  return (tables: readonly FeatureTable[], classes: Int32Array, k: number): Reasons[] => {
    const all = parts.map(({ explain, member }, m) => named(explain(tables[m]), member.features));
    const units = [...new Set(all.map(({ unit }) => unit))];
    if (units.length > 1)
      throw new OptionError(
        `explain: the averaged classifiers have scores of several units (${units.join(", ")}), expected one. Average classifiers of one kind, or fit one of them to explain its scores.`,
      );
    const joined = joinExplanations(
      all,
      parts.map(({ share }) => share),
    );
    const asked = joined.classes.length === 1 ? undefined : classes;
    const top = topContributions(joined, k, asked && { classes: asked });
    return top.map((contributions, row) => {
      const classIndex = asked?.[row] ?? joined.classes[0];
      return { classIndex, unit: joined.unit, base: joined.base[joined.classes.indexOf(classIndex)], contributions };
    });
  };
}

/** How much a part counts in the mean of means that an expression is. */
function shareOf(expression: Expression, part: string): number {
  if (expression.kind !== "average") return nameOfExpression(expression) === part ? 1 : 0;
  const shares = expression.parts.map((each) => shareOf(each, part));
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** Columns of one set alone get its name, as those of several have it. */
function named(explanation: Explanation, features: string): Explanation {
  if (features.includes("+")) return explanation;
  return { ...explanation, names: explanation.names.map((name) => `${features}:${name}`) };
}

/** The mean of explanations; what several say of one column is added up. */
function joinExplanations(all: readonly Explanation[], shares: readonly number[]): Explanation {
  const names = [...new Set(all.flatMap((each) => each.names))];
  const [{ rows, classes, unit }] = all;
  const columns = names.length;
  const contributions = new Float64Array(rows * classes.length * columns);
  const base = new Float64Array(classes.length);
  const places = new Map(names.map((name, c) => [name, c]));
  for (const [m, each] of all.entries()) {
    const own = each.names.length;
    const at = each.names.map((name) => places.get(name)!);
    for (let c = 0; c < classes.length; c++) base[c] += shares[m] * each.base[c];
    for (let line = 0; line < rows * classes.length; line++)
      for (let j = 0; j < own; j++)
        contributions[line * columns + at[j]] += shares[m] * each.contributions[line * own + j];
  }
  return { names, rows, classes, unit, base, contributions };
}
