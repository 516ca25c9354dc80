import type { ComparisonRow, Difference, Measure, Verdict } from "./comparison/comparison.js";
import { bestOf } from "./difference.js";
import { goodnessOf, measureTable } from "./metrics/measures.js";
import { parseExpression, sayExpression } from "./sets/expression.js";

/** Fewer positive test cases than this show nothing. */
const FEW = 20;

/**
 * Says in words whether the trained latents helped, alone or together with others.
 * @param differences of `differencesOf`
 * @param latent the latents that decide: the first in the order of the rows; absent: none are compared
 * @param positives how many test cases are of the rarer class, where positives are rare
 * @param rows all that was compared
 */
export function verdictOf(
  differences: readonly Difference[],
  measure: Measure,
  latent: string | undefined,
  positives = Number.POSITIVE_INFINITY,
  rows: readonly Judged[] = [],
): Verdict {
  const of = (question: Difference["question"], features?: string) =>
    differences.filter((each) => each.question === question && (!features || each.features === features));
  const baselines = latent === undefined ? [] : of("baseline", latent);
  const [control] = latent === undefined ? [] : of("control", latent);
  const controlBaselines = of("controlBaseline");
  const additions = of("addition");
  const beatsAll = allAbove(baselines);
  const [added] = additions
    .filter((each) => isAbove(each) && of("baseline", each.features).every(isAbove))
    .sort((a, b) => b.difference - a.difference);
  const worse = baselines.filter(isBelow).sort((a, b) => a.difference - b.difference);

  const decide = (): Pick<Verdict, "decision" | "choice"> => {
    if (control && !isAbove(control) && allAbove(controlBaselines))
      return { decision: "use the untrained encoder", choice: ours(controlBaselines[0]) };
    if (beatsAll) return { decision: "use the latents", choice: ours(baselines[0]) };
    if (added) return { decision: "add the latents", choice: ours(added) };
    if (worse.length > 0) return { decision: "keep the baseline", choice: worse[0].against };
    return { decision: "no difference shown" };
  };
  const decided = decide();
  const { decision } = decided;
  const sentences = baselines.map((each) => say(each, measure));
  if (control) sentences.push(say(control, measure));
  if (beatsAll) sentences.push("The latents beat every baseline: all intervals lie above 0.");
  if (decision === "use the untrained encoder")
    sentences.push(
      `The untrained encoder ${beatsAll ? "does so too" : "beats every baseline: all intervals lie above 0"}.`,
    );
  if (decision !== "use the latents")
    for (const each of additions) {
      const [alike] = of("alike", each.features);
      const both = alike && ` With ${alike.classifier} on both sides: ${figuresOf(alike, measure)}.`;
      sentences.push(`${say(each, measure)}${both ?? ""}`);
    }
  if (decision === "add the latents")
    sentences.push(
      `Add the latents to ${sayFeatures(added.against.features)}: together they do better than the best baseline, and the interval lies above 0.`,
    );
  if (decision === "keep the baseline") sentences.push(sayKept(worse), ...sayAdded(additions));
  if (decision === "no difference shown")
    sentences.push(
      ...(differences.length === 0 && rows.length > 0
        ? [sayAlone(rows, measure)]
        : additions.some(isAbove)
          ? sayAdded(additions)
          : ["Not every interval lies on one side of 0: keep the simpler features, or bring more test cases."]),
    );
  if (control) sentences.push(sayTraining(control, baselines.some(isAbove)));
  if (positives >= FEW) return { ...decided, sentences };
  sentences.push(`Only ${positives} positive test cases: too few to trust any of this.`);
  return { decision: "too few positives", sentences };
}

type Judged = Pick<ComparisonRow, "features" | "classifier" | "role" | "metrics" | "alerts" | "expectedCost">;

/** What to say where there is no difference to look at. */
function sayAlone(rows: readonly Judged[], measure: Measure): string {
  const best = bestOf(rows, (row) => goodnessOf(row, measure));
  const { name, of } = measureTable[measure];
  const named = `${sayFeatures(best.features)} (${best.classifier}), with ${name} ${of(best)?.toFixed(3) ?? "unknown"}`;
  return rows.some(({ role }) => role === "latent" || role === "combination")
    ? `Nothing stands beside what was learned: the best row is ${named}. Compare with a baseline, too.`
    : `Nothing that was learned is among the features, so nothing was decided. The best row is ${named}. Add latent to the features to see whether learning helps.`;
}

/** @param worse baselines that the latents lose to, the largest loss first */
function sayKept(worse: readonly Difference[]): string {
  const names = worse.map(({ against }) => sayFeatures(against.features));
  if (names.length > 2)
    return `Keep ${names[0]}: the intervals against these and ${names.length - 1} other baselines lie below 0.`;
  const joined = names.some((name) => name.includes(" and ")) ? `either ${names.join(", or ")}` : names.join(" or ");
  return `Keep ${names.length > 1 ? joined : names[0]}: ${names.length > 1 ? "the intervals lie" : "the interval lies"} below 0.`;
}

/** Whether it was the learning that helped, or the read-out. */
function sayTraining(control: Difference, beatsAny: boolean): string {
  if (isAbove(control)) return "Training pays: the learning helps, not only the read-out.";
  if (isBelow(control))
    return "Training made the features worse than random weights did: train longer, or use the untrained encoder.";
  return beatsAny
    ? "The untrained encoder does as well: the read-out helps, not the learning."
    : "The untrained encoder does as well: nothing shows that training helped.";
}

/** What combinations add to, where none of them is shown to beat the best baseline. */
function sayAdded(additions: readonly Difference[]): string[] {
  if (additions.length === 0) return [];
  const partners = [...new Set(additions.filter(isAbove).map((each) => sayFeatures(each.against.features)))];
  return partners.length === 0
    ? ["Nothing is shown to add to a baseline."]
    : [`The latents add to ${partners.join(" and ")}, but are not shown to beat the best baseline that way.`];
}

/** Above 0 by the bootstrap over cases and, where there are several resamples, by the corrected test over these. */
function isAbove({ low, corrected }: Difference): boolean {
  return low > 0 && (corrected === undefined || corrected.low > 0);
}

function isBelow({ high }: Difference): boolean {
  return high < 0;
}

function allAbove(differences: readonly Difference[]): boolean {
  return differences.length > 0 && differences.every(isAbove);
}

const ours = ({ features, classifier }: Difference) => ({ features, classifier });

/** One difference as a sentence. */
export function say(difference: Difference, measure: Measure): string {
  const { features, classifier, against } = difference;
  const subject = sayFeatures(features);
  return `${subject[0].toUpperCase()}${subject.slice(1)} (${classifier}) against ${sayFeatures(against.features)} (${against.classifier}): ${figuresOf(difference, measure)}.`;
}

function figuresOf({ difference, low, high, level, corrected }: Difference, measure: Measure): string {
  const { scale, digits, unit } = measureTable[measure];
  const show = (value: number) => signed(scale * value, digits);
  const strict = level > 0.95 ? ` at ${Number((100 * level).toFixed(1))} %` : "";
  const test = corrected ? `; corrected over resamples [${show(corrected.low)}, ${show(corrected.high)}]` : "";
  return `${show(difference)} ${unit} [${show(low)}, ${show(high)}]${strict}${test}`;
}

function sayFeatures(features: string): string {
  return sayExpression(parseExpression(features));
}

function signed(value: number, digits: number): string {
  return `${value >= 0 ? "+" : "-"}${Math.abs(value).toFixed(digits)}`;
}
