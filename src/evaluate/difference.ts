import type { ComparisonRow, Difference, Measure } from "./comparison/comparison.js";
import { differenceOf } from "./metrics/bootstrap.js";
import { goodnessOf, measureTable } from "./metrics/measures.js";
import { correctedResampledTest } from "./metrics/resampled-t-test.js";
import type { ComparisonPlan } from "./plan.js";
import type { ScoredRow } from "./score.js";
import { type Expression, nameOfExpression, parseExpression, roleOf } from "./sets/expression.js";
import { featureSets } from "./sets/feature-sets.js";

/**
 * The differences that matter. Ours have a classifier chosen beforehand, what they stand against has its best one on
 * the test cases: in doubt the simpler features win.
 */
export function differencesOf(
  rows: readonly ScoredRow[],
  { measure, resamples }: Pick<ComparisonPlan, "measure" | "resamples">,
): Difference[] {
  const roles = new Map(rows.map(({ row }) => [row.features, row.role]));
  const has = (name: string) => roles.has(name);
  const named = (role: ComparisonRow["role"]) => [...roles.keys()].filter((name) => roles.get(name) === role);
  const best = (candidates: readonly string[]): ScoredRow | undefined => {
    const among = rows.filter(({ row }) => candidates.includes(row.features));
    return among.length === 0 ? undefined : bestOf(among, ({ row }) => goodnessOf(row, measure));
  };
  const own = (name: string) => chosenRow(rows, name, measure);
  const sizeOf = (part: "train" | "test") => resamples.reduce((sum, each) => sum + each[part].length, 0);
  const testToTrain = sizeOf("test") / sizeOf("train");
  const found: Difference[] = [];
  const compare = (question: Difference["question"], a: ScoredRow, b: ScoredRow | undefined, level = 0.95): void => {
    if (!b) return;
    const [more, less] = measureTable[measure].falls ? [b, a] : [a, b];
    const steps = more.row.byResample.map((value, k) => value - less.row.byResample[k]);
    const corrected = correctedResampledTest(steps.filter(Number.isFinite), testToTrain, level);
    found.push({
      question,
      features: a.row.features,
      classifier: a.row.classifier,
      against: { features: b.row.features, classifier: b.row.classifier },
      ...differenceOf(more.draws, less.draws, level),
      level,
      ...(corrected && { corrected }),
    });
  };
  const baselines = named("baseline");
  const [main] = named("latent");
  const controlFor = (latent: string) => controlOf(latent, has) ?? named("control")[0];
  for (const latent of named("latent")) {
    for (const baseline of baselines) compare("baseline", own(latent), best([baseline]));
    compare("control", own(latent), best([controlFor(latent)]));
  }
  if (main !== undefined && controlFor(main) !== undefined)
    for (const baseline of baselines) compare("controlBaseline", own(controlFor(main)), best([baseline]));
  const combinations = named("combination");
  const level = 1 - 0.05 / Math.max(1, combinations.length);
  const strongest = best(baselines);
  for (const combination of combinations) {
    const ours = own(combination);
    const partner = best(partnersOf(combination, has));
    compare("addition", ours, partner, level);
    const alike = rows.find(
      ({ row }) => row.features === partner?.row.features && row.classifier === ours.row.classifier,
    );
    if (alike !== partner) compare("alike", ours, alike, level);
    if (strongest?.row.features !== partner?.row.features) compare("baseline", ours, strongest, level);
    compare("control", ours, best([controlOf(combination, has) ?? ""]));
  }
  return found;
}

/**
 * The row of features that are ours, with the classifier that was chosen without a look at the test part: the best one
 * on the validation parts where positives are rare, else the first.
 */
function chosenRow(rows: readonly ScoredRow[], name: string, measure: Measure): ScoredRow {
  const own = rows.filter(({ row }) => row.features === name);
  if (measure === "accuracy" || own.some(({ validated }) => validated === undefined)) return own[0];
  return bestOf(own, ({ validated }) => validated!);
}

/** The item with the highest value, the first of equals. */
export function bestOf<T>(items: readonly T[], value: (item: T) => number | null): T {
  const of = (item: T) => value(item) ?? Number.NEGATIVE_INFINITY;
  return items.reduce((best, item) => (of(item) > of(best) ? item : best));
}

/** The same with the untrained encoder in place of the trained one, if it has a row. */
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
