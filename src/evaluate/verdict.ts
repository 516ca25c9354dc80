import type { Interval } from "./bootstrap.js";
import type { FeatureSetName } from "./feature-sets.js";

/** Latents minus another feature set, and the classifier that the other one was given. */
export type Differences = Partial<Record<FeatureSetName, Interval & { classifier: string }>>;

export interface Verdict {
  decision: "use the latents" | "use the untrained encoder" | "keep the baseline" | "no difference shown";
  /** Plain sentences with their reasons. */
  sentences: string[];
}

const NAMES: Record<FeatureSetName, string> = {
  raw: "the raw values",
  statistics: "the statistics",
  untrained: "the untrained encoder",
  latent: "the latents",
};

/**
 * Says in words whether the trained latents helped.
 * @param classifier that the latents were given; every other set has the better of its own, which favours it
 * @param positives how many test cases are of the rarer class, where positives are rare
 */
export function verdictOf(
  differences: Differences,
  measure: "accuracy" | "averagePrecision",
  classifier: string,
  positives?: number,
): Verdict {
  const say = (name: FeatureSetName) => {
    const { difference, low, high, classifier: other } = differences[name]!;
    const [scale, digits, unit] =
      measure === "accuracy" ? [100, 1, "points of accuracy"] : [1, 3, "average precision"];
    const [d, l, h] = [difference, low, high].map((value) => signed(scale * value, digits as number));
    return `The latents (${classifier}) against ${NAMES[name]} (${other}): ${d} ${unit} [${l}, ${h}].`;
  };
  const baselines = (["raw", "statistics"] as const).filter((name) => differences[name]);
  const sentences = baselines.map(say);
  const better = baselines.filter((name) => differences[name]!.low > 0);
  const worse = baselines.filter((name) => differences[name]!.high < 0);
  const control = differences.untrained;
  const learned = control === undefined || control.low > 0;
  let decision: Verdict["decision"] = "no difference shown";
  if (worse.length > 0) {
    decision = "keep the baseline";
    sentences.push(
      `Keep ${worse.map((name) => NAMES[name]).join(" or ")}: ${worse.length > 1 ? "the intervals lie" : "the interval lies"} below 0.`,
    );
  } else if (baselines.length > 0 && better.length === baselines.length) {
    decision = learned ? "use the latents" : "use the untrained encoder";
    sentences.push("The encoder's features beat every baseline: all intervals lie above 0.");
  } else
    sentences.push(
      "Not every interval lies on one side of 0: keep the simpler features, or bring more test cases.",
    );
  if (control) {
    sentences.push(say("untrained"));
    if (learned) sentences.push("Training pays: the learning helps, not only the read-out.");
    else if (control.high < 0)
      sentences.push(
        "Training made the features worse than random weights did: train longer, or use the untrained encoder.",
      );
    else sentences.push("The untrained encoder does as well: the read-out helps, not the learning.");
  }
  if (positives !== undefined && positives < 20)
    sentences.push(`Only ${positives} positive test cases: too few to trust any of this.`);
  return { decision, sentences };
}

function signed(value: number, digits: number): string {
  return `${value >= 0 ? "+" : "-"}${Math.abs(value).toFixed(digits)}`;
}
