import type { Interval } from "./bootstrap.js";
import type { FeatureSetName } from "./feature-sets.js";

export interface Verdict {
  /** use: latents beat every baseline; keep: a baseline is better; open: no difference was shown. */
  decision: "use latents" | "keep the baseline" | "no difference shown";
  /** Plain sentences with their reasons. */
  sentences: string[];
}

const NAMES: Record<FeatureSetName, string> = {
  raw: "the raw values",
  statistics: "the statistics",
  untrained: "the untrained encoder",
  latent: "the latent features",
};

/**
 * Says in words whether the trained latents helped.
 * @param differences latent minus each other set, in the measure
 * @param positives how many test cases are of the rarer class, for rare positives
 */
export function verdictOf(
  differences: Partial<Record<FeatureSetName, Interval>>,
  measure: "accuracy" | "averagePrecision",
  classifier: string,
  positives?: number,
): Verdict {
  const say = ({ difference, low, high }: Interval) =>
    measure === "accuracy"
      ? `${signed(100 * difference, 1)} points of accuracy [${signed(100 * low, 1)}, ${signed(100 * high, 1)}]`
      : `${signed(difference, 3)} average precision [${signed(low, 3)}, ${signed(high, 3)}]`;
  const sentences: string[] = [];
  const baselines = (["raw", "statistics"] as const).filter((name) => differences[name]);
  const better = baselines.filter((name) => differences[name]!.low > 0);
  const worse = baselines.filter((name) => differences[name]!.high < 0);
  for (const name of baselines) sentences.push(`Latents against ${NAMES[name]}: ${say(differences[name]!)}, with ${classifier}.`);
  let decision: Verdict["decision"] = "no difference shown";
  if (worse.length > 0) {
    decision = "keep the baseline";
    sentences.push(`Keep ${worse.map((name) => NAMES[name]).join(" and ")}: the interval lies below 0.`);
  } else if (baselines.length > 0 && better.length === baselines.length) {
    decision = "use latents";
    sentences.push(`Use the latents: ${better.length > 1 ? "all intervals lie" : "the interval lies"} above 0.`);
  } else sentences.push("No difference was shown against at least one baseline: keep the simpler features, or bring more test cases.");
  const control = differences.untrained;
  if (control) {
    sentences.push(`Against the untrained encoder: ${say(control)}.`);
    if (control.low <= 0)
      sentences.push(
        control.high < 0
          ? "Training made the features worse than random weights: train longer, or use the untrained encoder."
          : "The untrained encoder does as well: the read-out helps, not the learning.",
      );
    else sentences.push("Training pays: the learning helps, not only the read-out.");
  }
  if (positives !== undefined && positives < 20)
    sentences.push(`Only ${positives} positive test cases: too few to trust any of this.`);
  return { decision, sentences };
}

function signed(value: number, digits: number): string {
  return `${value >= 0 ? "+" : "-"}${Math.abs(value).toFixed(digits)}`;
}
