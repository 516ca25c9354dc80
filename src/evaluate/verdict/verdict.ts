import type { Difference, Verdict } from "../comparison/comparison.js";
import { isAbove } from "./differences.js";
import { type Judged, positivesOf, rowOf } from "./judged.js";
import { type Smallness, sayAlerts, sayAlone, sayCost, sayKeep, sayLearning, sayRivals, sayUse } from "./say.js";

/** Fewer positive test cases than this show nothing. */
const FEW = 20;

/**
 * Whether anything that was learned helps: the offer with the largest gain among those that are shown to be above the
 * best baseline and above every other, if its gain counts. An offer that is not shown to be above the same with random
 * weights gives way to that, where it helps, too.
 */
export function verdictOf(judged: Judged): Verdict {
  const { differences, measure, positives = Number.POSITIVE_INFINITY } = judged;
  const claims = differences.filter(({ question }) => question === "offer" || question === "control");
  if (claims.length === 0) return { decision: "nothing to decide", answer: sayAlone(judged), sentences: [] };
  const baseline = claims[0].against;
  if (positives < FEW)
    return {
      decision: "too few positives",
      answer: `Only ${positives} positive test cases: too few to decide anything. Bring more.`,
      baseline,
      sentences: [],
    };
  const of = (question: Difference["question"], { features }: Difference) =>
    differences.filter((each) => each.question === question && each.features === features);
  const helping = claims.filter((claim) => isAbove(claim) && of("rival", claim).every(isAbove));
  const counting = helping.filter((claim) => smallnessOf(claim, judged) === undefined);
  const offer = largest(counting.filter(({ question }) => question === "offer"));
  const [learning] = offer ? of("learning", offer) : [];
  const twin = learning && helping.find(({ features }) => features === learning.against.features);
  const giveWay = offer ? twin !== undefined && !isAbove(learning) : true;
  const claim = offer && !giveWay ? offer : (twin ?? largest(counting));
  if (claim) {
    const row = rowOf(claim, judged);
    const decision = claim !== offer ? "use untrained" : row.role === "combination" ? "add" : "use";
    const theirs = rowOf(baseline, judged);
    return {
      decision,
      answer: sayUse(decision, claim, judged),
      choice: { features: claim.features, classifier: claim.classifier },
      baseline,
      sentences: [...sayAlerts(row, theirs, judged), ...sayCost(row, theirs), ...sayLearning(learning, measure)],
    };
  }
  const shown = largest(helping);
  const closest = shown ?? largest(claims.filter(({ question }) => question === "offer")) ?? claims[0];
  const row = rowOf(baseline, judged);
  return {
    decision: "keep the baseline",
    answer: sayKeep(closest, judged, shown && smallnessOf(shown, judged)),
    choice: baseline,
    baseline,
    ...(shown && { small: true }),
    sentences: [
      ...sayAlerts(row, undefined, judged),
      ...sayCost(row),
      ...sayRivals(of("rival", closest), measure),
      ...sayLearning(of("learning", closest)[0], measure),
    ],
  };
}

function largest(claims: readonly Difference[]): Difference | undefined {
  return [...claims].sort((a, b) => b.difference - a.difference)[0];
}

/** Why a gain does not count; undefined if it does. */
function smallnessOf(claim: Difference, judged: Judged): Smallness | undefined {
  const { measure, minGain, budget } = judged;
  const [ours, theirs] = [claim, claim.against].map((each) => rowOf(each, judged));
  const unit = measure === "cost" ? (theirs.expectedCost ?? 1) : 1;
  if (claim.difference < minGain * unit) return "size";
  if (!budget || !ours.alerts || !theirs.alerts) return undefined;
  const more = (ours.alerts.recall - theirs.alerts.recall) * positivesOf(ours);
  return more < 0.5 ? "alerts" : undefined;
}
