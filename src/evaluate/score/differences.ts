import type { ComparisonRow, Difference, Measure } from "../comparison/comparison.js";
import { type Draws, differenceOf } from "../metrics/bootstrap.js";
import { correctedResampledTest } from "../metrics/resampled-t-test.js";
import { type Expression, nameOfExpression, parseExpression } from "../sets/expression.js";
import { featureSets } from "../sets/feature-sets.js";
import { roleOf } from "../sets/feature-tables.js";

/** A row with what its differences to others are made of. */
export interface DrawnRow {
  row: ComparisonRow;
  draws: Draws;
}

export interface DifferenceOptions {
  measure: Measure;
  /** The classifier that ours are judged with, chosen without a look at the test part. */
  classifierOf(features: string): string;
  /** Mean size of the test part over that of the training part. */
  testToTrain: number;
}

/**
 * The differences that matter. Ours have a classifier chosen beforehand, what they stand against has its best one on
 * the test cases: in doubt the simpler features win.
 */
export function differencesOf(
  rows: readonly DrawnRow[],
  { measure, classifierOf, testToTrain }: DifferenceOptions,
): Difference[] {
  const features = [...new Map(rows.map(({ row }) => [row.features, row.role])).entries()];
  const named = (role: ComparisonRow["role"]) =>
    features.filter(([, its]) => its === role).map(([name]) => name);
  const best = (candidates: readonly string[]): DrawnRow | undefined => {
    const among = rows.filter(({ row }) => candidates.includes(row.features));
    return among.length === 0 ? undefined : bestOf(among, ({ row }) => row.metrics[measure]);
  };
  const own = (name: string) =>
    rows.find(({ row }) => row.features === name && row.classifier === classifierOf(name))!;
  const compared = (
    question: Difference["question"],
    a: DrawnRow,
    b: DrawnRow | undefined,
    level = 0.95,
  ): Difference[] => {
    if (!b) return [];
    const steps = a.row.byResample.map((value, k) => value - b.row.byResample[k]);
    const corrected = correctedResampledTest(steps.filter(Number.isFinite), testToTrain, level);
    return [
      {
        question,
        features: a.row.features,
        classifier: a.row.classifier,
        against: { features: b.row.features, classifier: b.row.classifier },
        ...differenceOf(a.draws, b.draws, level),
        level,
        ...(corrected && { corrected }),
      },
    ];
  };
  const baselines = named("baseline");
  const has = (name: string) => features.some(([its]) => its === name);
  const found: Difference[] = [];
  for (const latent of named("latent")) {
    for (const baseline of baselines) found.push(...compared("baseline", own(latent), best([baseline])));
    const control = controlOf(latent, has) ?? named("control")[0];
    if (control !== undefined) found.push(...compared("control", own(latent), best([control])));
  }
  const [main] = named("latent");
  const control = main === undefined ? undefined : (controlOf(main, has) ?? named("control")[0]);
  if (control !== undefined)
    for (const baseline of baselines)
      found.push(...compared("controlBaseline", own(control), best([baseline])));
  const combinations = named("combination");
  const level = 1 - 0.05 / Math.max(1, combinations.length);
  const strongest = best(baselines);
  for (const combination of combinations) {
    const partner = best(partnersOf(combination, has));
    found.push(...compared("addition", own(combination), partner, level));
    const alike = rows.find(
      ({ row }) => row.features === partner?.row.features && row.classifier === classifierOf(combination),
    );
    if (alike !== partner) found.push(...compared("alike", own(combination), alike, level));
    if (strongest && strongest.row.features !== partner?.row.features)
      found.push(...compared("baseline", own(combination), strongest, level));
    const twin = controlOf(combination, has);
    if (twin !== undefined) found.push(...compared("control", own(combination), best([twin])));
  }
  return found;
}

/** The item with the highest value, the first of equals. */
export function bestOf<T>(items: readonly T[], value: (item: T) => number | null): T {
  return items.reduce((best, item) => ((value(item) ?? -1) > (value(best) ?? -1) ? item : best));
}

/** The same with the untrained encoder in place of the trained one, where there is a row of it. */
function controlOf(name: string, has: (name: string) => boolean): string | undefined {
  const twin = nameOfExpression(untrainedTwin(parseExpression(name)));
  return twin !== name && has(twin) ? twin : undefined;
}

function untrainedTwin(expression: Expression): Expression {
  if (expression.kind !== "set") return { ...expression, parts: expression.parts.map(untrainedTwin) };
  return featureSets[expression.name].role === "latent" ? { ...expression, name: "untrained" } : expression;
}

/** What a combination adds to: the rest of it without ours, or else those of its parts that have a row. */
function partnersOf(name: string, has: (name: string) => boolean): string[] {
  const expression = parseExpression(name);
  if (expression.kind === "set") return [];
  const rest = expression.parts.filter((part) => roleOf(part) === "baseline");
  const together =
    rest.length === 1 ? nameOfExpression(rest[0]) : nameOfExpression({ kind: expression.kind, parts: rest });
  return has(together) ? [together] : rest.map(nameOfExpression).filter(has);
}
