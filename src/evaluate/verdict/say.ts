import {
  type Expression,
  isNested,
  nameOfExpression,
  parseExpression,
  roleOf,
  sayExpression,
  setsOf,
} from "../../features/sets/expression.js";
import type { ComparisonRow, Difference, Measure, Verdict } from "../comparison/comparison.js";
import { goodnessOf, measureTable, showScore } from "../metrics/measures.js";
import { bestOf } from "./chosen-rows.js";
import { isAbove } from "./differences.js";
import { type Judged, positivesOf, rowOf } from "./judged.js";

/** Why a gain that is shown does not count. */
export type Smallness = "size" | "alerts";

/** The answer where something helps. */
export function sayUse(decision: Verdict["decision"], claim: Difference, judged: Judged): string {
  const { measure } = judged;
  const { name } = measureTable[measure];
  const [ours, theirs] = [claim, claim.against].map((row) => scoreOf(rowOf(row, judged), measure));
  const what = decision === "add" ? `Add ${sayAddition(claim.features)}` : `Use ${sayFeatures(claim.features)}`;
  const more = `${what}: ${name} ${ours} (${claim.classifier}) instead of ${theirs} with ${sayRow(claim.against)}, a gain of ${sayGain(claim, measure)}.`;
  return decision === "use untrained" ? `${more} It needs no training.` : more;
}

/** The answer where nothing does, or too little. @param closest the claim with the largest gain */
export function sayKeep(closest: Difference, judged: Judged, small?: Smallness): string {
  const { measure, minGain } = judged;
  const { scale, unit } = measureTable[measure];
  const gain = sayGain(closest, measure);
  const subject = capital(sayFeatures(closest.features));
  const least =
    measure === "cost"
      ? `${100 * minGain} % of the cost`
      : `${+(scale * minGain).toFixed(6)} ${unit}`.replace(/^1 points/, "1 point");
  const why =
    small === "size"
      ? `${subject} would gain ${gain}: that is shown, and small (what counts begins at ${least}).`
      : small === "alerts"
        ? `${subject} would gain ${gain}: that is shown, but not one positive more is among the alerts.`
        : isAbove(closest)
          ? `${subject} (${closest.classifier}) would gain ${gain}, but is not shown to be above every other baseline.`
          : `Nothing that was learned is shown to help. What comes closest: ${sayFeatures(closest.features)} (${closest.classifier}), ${gain}.`;
  return `Keep ${sayRow(closest.against)}. ${why}`;
}

/** Where there is no difference to look at. */
export function sayAlone({ rows, measure }: Judged): string {
  const best = bestOf(rows, (row) => goodnessOf(row, measure));
  const named = `${sayRow(best)}, with ${measureTable[measure].name} ${scoreOf(best, measure)}`;
  return rows.some(({ role }) => role === "latent" || role === "combination")
    ? `Nothing stands beside what was learned: the best row is ${named}. Compare with a baseline, too.`
    : `Nothing that was learned is among the features, so nothing was decided. The best row is ${named}. Add latent to the features to see whether learning helps.`;
}

/** What the choice finds within the budget of alerts, and what the baseline finds. */
export function sayAlerts(row: ComparisonRow, baseline: ComparisonRow | undefined, { budget }: Judged): string[] {
  if (!budget || !row.alerts) return [];
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const instead = (of: (alerts: NonNullable<ComparisonRow["alerts"]>) => number) =>
    `${percent(of(row.alerts!))}${baseline?.alerts ? ` (baseline: ${percent(of(baseline.alerts))})` : ""}`;
  const where = budget.unit === "day" ? "a day" : "in the test part";
  const all = Math.round(positivesOf(row));
  return [
    `With ${budget.alerts} alerts ${where} it finds ${instead(({ recall }) => recall)} of the ${all} positives; ${instead(({ precision }) => precision)} of the alerts are right.`,
  ];
}

/** What a case costs with the choice, and with the baseline. */
export function sayCost({ expectedCost: ours }: ComparisonRow, baseline?: ComparisonRow): string[] {
  if (ours === undefined) return [];
  const theirs = baseline?.expectedCost;
  return [`A case costs ${ours.toFixed(3)}${theirs === undefined ? "" : ` (baseline: ${theirs.toFixed(3)})`}.`];
}

/** Baselines that an offer is not shown to be above, though it is above the one that was chosen. */
export function sayRivals(rivals: readonly Difference[], measure: Measure): string[] {
  return rivals
    .filter((each) => !isAbove(each))
    .map((each) => `It is not shown to be better than ${sayRow(each.against)}: ${sayGain(each, measure)}.`);
}

/** Whether it was the learning that helped, or the read-out. */
export function sayLearning(learning: Difference | undefined, measure: Measure): string[] {
  if (!learning) return [];
  const { features, against, high } = learning;
  const found = `${capital(sayFeatures(features))} against ${sayFeatures(against.features)}: ${sayGain(learning, measure)}.`;
  if (isAbove(learning)) return [`The learning helps, not only the read-out. ${found}`];
  return [
    high < 0
      ? `Training made these features worse than random weights did: train longer, or use the untrained encoder. ${found}`
      : `Random weights are not shown to do worse. ${found}`,
  ];
}

/** A gain and its interval: "+1.1 points of accuracy [+0.2, +2.0]". */
export function sayGain(
  { difference, low, high, level, corrected }: Omit<Difference, "question" | "features" | "classifier" | "against">,
  measure: Measure,
): string {
  const { scale, digits, unit } = measureTable[measure];
  const show = (value: number) => signed(scale * value, digits);
  const strict = level > 0.95 ? ` at ${Number((100 * level).toFixed(1))} %` : "";
  const test = corrected ? `; corrected over resamples [${show(corrected.low)}, ${show(corrected.high)}]` : "";
  return `${show(difference)} ${unit} [${show(low)}, ${show(high)}]${strict}${test}`;
}

/** A feature set in words. */
export function sayFeatures(features: string): string {
  return sayExpression(parseExpression(features));
}

const sayRow = ({ features, classifier }: { features: string; classifier: string }) =>
  `${sayFeatures(features)} (${classifier})`;

/**
 * "surprise to hand-made aggregates"; of averaged scores "the scores of the latents to those of convolutions"; of nested
 * ones "surprise, as average(statistics, window+surprise)".
 */
function sayAddition(features: string): string {
  const expression = parseExpression(features);
  if (expression.kind === "set" || expression.kind === "select") return sayFeatures(features);
  const ours = expression.parts.filter((part) => roleOf(part) !== "baseline");
  const rest = expression.parts.filter((part) => !ours.includes(part));
  if (rest.length === 0) return sayFeatures(features);
  const say = (parts: readonly Expression[]) => parts.map((part) => sayFeatures(nameOfExpression(part))).join(" and ");
  if (isNested(expression)) {
    const learned = ours.flatMap(setsOf).filter((part) => roleOf(part) !== "baseline");
    return `${say(learned)}, as ${nameOfExpression(expression)}`;
  }
  return expression.kind === "average"
    ? `the scores of ${say(ours)} to those of ${say(rest)}`
    : `${say(ours)} to ${say(rest)}`;
}

function scoreOf(row: ComparisonRow, measure: Measure): string {
  return showScore(measureTable[measure].of(row), measure);
}

function signed(value: number, digits: number): string {
  return `${value >= 0 ? "+" : "-"}${Math.abs(value).toFixed(digits)}`;
}

/** A name keeps its case. */
function capital(text: string): string {
  return /^[a-z]+\(/.test(text) ? text : `${text[0].toUpperCase()}${text.slice(1)}`;
}
