import { describe, expect, test } from "vitest";
import type { Difference, Measure } from "../../src/evaluate/comparison/comparison.js";
import { verdictOf as judge } from "../../src/evaluate/verdict.js";

const above = { difference: 0.05, low: 0.01, high: 0.09, classifier: "ridge" };
const around = { difference: 0.01, low: -0.02, high: 0.04, classifier: "logistic" };
const below = { difference: -0.05, low: -0.09, high: -0.01, classifier: "ridge" };
type Found = typeof above & Partial<Pick<Difference, "corrected" | "level">>;
/**
 * Latents against sets by name; `untrained`: the control; `control raw`: the control against raw; `+ raw`: latents and
 * raw together against raw, `+ raw best`: against statistics, the best baseline.
 */
type Differences = Record<string, Found>;

function listOf(differences: Differences, classifier = "ridge"): Difference[] {
  return Object.entries(differences).map(([key, { classifier: other, ...found }]) => {
    const [kind, name, best] = key.includes(" ") ? key.split(" ") : ["", key];
    const question =
      kind === "control"
        ? "controlBaseline"
        : kind === "+" && !best
          ? "addition"
          : name === "untrained"
            ? "control"
            : "baseline";
    const features = kind === "control" ? "untrained" : kind === "+" ? `latent+${name}` : "latent";
    const against = { features: best ? "statistics" : name, classifier: other };
    return { question, features, classifier, against, level: 0.95, ...found };
  });
}
const verdictOf = (differences: Differences, measure: Measure, classifier: string, positives?: number) =>
  judge(listOf(differences, classifier), measure, "latent", positives);
const decide = (differences: Differences) => verdictOf(differences, "accuracy", "ridge").decision;
/** The control beats both baselines. */
const controlToo = { "control raw": above, "control statistics": above };

describe("the decision", () => {
  test.each<[string, Differences, string]>([
    ["above everything", { raw: above, statistics: above, untrained: above }, "use the latents"],
    [
      "above the baselines, not above the control, which is above them too",
      { raw: above, statistics: above, untrained: around, ...controlToo },
      "use the untrained encoder",
    ],
    [
      "above the baselines, below the control",
      { raw: above, statistics: above, untrained: below, ...controlToo },
      "use the untrained encoder",
    ],
    [
      "above the baselines, not above the control, which is not shown to be",
      { raw: above, statistics: above, untrained: around, ...controlToo, "control raw": around },
      "use the latents",
    ],
    [
      "above the baselines and the control, which is above them too",
      { raw: above, statistics: above, untrained: above, ...controlToo },
      "use the latents",
    ],
    [
      "the control alone beats the baselines",
      { raw: around, untrained: below, ...controlToo },
      "use the untrained encoder",
    ],
    ["together better than the best baseline", { raw: below, "+ raw": above }, "add the latents"],
    [
      "together better than another, and the best",
      { raw: below, "+ raw": above, "+ raw best": above },
      "add the latents",
    ],
    [
      "together better than another, not the best",
      { raw: below, "+ raw": above, "+ raw best": around },
      "keep the baseline",
    ],
    ["together no better", { raw: around, "+ raw": around }, "no difference shown"],
    ["latents that win need nothing added", { raw: above, untrained: above, "+ raw": above }, "use the latents"],
    [
      "above by the cases, not by the resamples",
      {
        raw: { ...above, corrected: { difference: 0.05, low: -0.01, high: 0.11, p: 0.08 } },
        untrained: above,
      },
      "no difference shown",
    ],
    [
      "above by both",
      {
        raw: { ...above, corrected: { difference: 0.05, low: 0.01, high: 0.09, p: 0.02 } },
        untrained: above,
      },
      "use the latents",
    ],
    ["below one baseline", { raw: above, statistics: below, untrained: above }, "keep the baseline"],
    ["below both", { raw: below, statistics: below, untrained: around }, "keep the baseline"],
    ["around one baseline", { raw: above, statistics: around, untrained: above }, "no difference shown"],
    ["around everything", { raw: around, statistics: around, untrained: around }, "no difference shown"],
    ["below the control alone", { raw: around, statistics: around, untrained: below }, "no difference shown"],
    ["no control", { raw: above, statistics: above }, "use the latents"],
    ["one baseline", { raw: above, untrained: above }, "use the latents"],
    ["the control alone", { untrained: above }, "no difference shown"],
    ["nothing", {}, "no difference shown"],
    [
      "an interval that ends at 0",
      { raw: { ...above, low: 0 }, statistics: above, untrained: above },
      "no difference shown",
    ],
    [
      "a loss whose interval ends at 0",
      { raw: { ...below, high: 0 }, statistics: above, untrained: above },
      "no difference shown",
    ],
  ])("%s: %s", (_, differences, decision) => {
    expect(decide(differences)).toBe(decision);
  });
});

test("sentences give the reasons: difference, interval, both classifiers, unit", () => {
  const { sentences } = verdictOf({ raw: above, statistics: around, untrained: below }, "accuracy", "logistic");
  expect(sentences).toEqual([
    "The latents (logistic) against the raw values (ridge): +5.0 points of accuracy [+1.0, +9.0].",
    "The latents (logistic) against the statistics (logistic): +1.0 points of accuracy [-2.0, +4.0].",
    "The latents (logistic) against the untrained encoder (ridge): -5.0 points of accuracy [-9.0, -1.0].",
    expect.stringMatching(/Not every interval lies on one side of 0/),
    expect.stringMatching(/Training made the features worse than random weights did/),
  ]);
  expect(verdictOf({ raw: below }, "average-precision", "ridge").sentences[0]).toBe(
    "The latents (ridge) against the raw values (ridge): -0.050 average precision [-0.090, -0.010].",
  );
});

test("what is kept is named, and whether learning or the read-out helped", () => {
  const told = (differences: Differences) => verdictOf(differences, "accuracy", "ridge").sentences.join(" ");
  expect(told({ raw: above, statistics: below })).toMatch(/Keep the statistics: the interval lies below 0/);
  expect(told({ raw: below, statistics: below })).toMatch(/Keep the raw values or the statistics: the intervals lie/);
  expect(told({ raw: above, statistics: above, untrained: above })).toMatch(/beat every baseline.*Training pays/);
  expect(told({ raw: above, statistics: above, untrained: around })).toMatch(/the read-out helps, not the learning/);
  // where nothing was beaten, nothing helped
  const lost = told({ raw: around, statistics: below, untrained: around });
  expect(lost).not.toMatch(/the read-out helps/);
  expect(lost).toMatch(/nothing shows that training helped/);
});

test("what the latents add to is told, and whether that is the best baseline", () => {
  const found = verdictOf({ raw: below, "+ raw": { ...above, level: 0.975 } }, "accuracy", "ridge");
  expect(found.choice).toEqual({ features: "latent+raw", classifier: "ridge" });
  expect(found.sentences.join(" ")).toMatch(
    /The latents and the raw values together \(ridge\) against the raw values \(ridge\): \+5.0 points of accuracy \[\+1.0, \+9.0\] at 97.5 %\..*Add the latents to the raw values/,
  );
  const other = verdictOf({ raw: around, "+ raw": above, "+ raw best": around }, "accuracy", "ridge");
  expect(other.sentences.join(" ")).toMatch(/add to the raw values, but are not shown to beat the best baseline/);
});

test("few positives are said to be too few", () => {
  const told = (positives?: number) =>
    verdictOf({ raw: above }, "average-precision", "logistic", positives).sentences.at(-1);
  expect(verdictOf({ raw: above }, "average-precision", "logistic", 19).decision).toBe("too few positives");
  expect(told(19)).toBe("Only 19 positive test cases: too few to trust any of this.");
  expect(told(20)).not.toMatch(/too few/);
  expect(told()).not.toMatch(/too few/);
});

test("an addition is told with the same classifier on both sides, too, and that decides nothing", () => {
  const list = listOf({ raw: around, "+ raw": around });
  const alike: Difference = { ...list[1], question: "alike", ...above, classifier: "ridge" };
  const found = judge([...list, alike], "accuracy", "latent");
  expect(found.decision).toBe("no difference shown");
  expect(found.sentences.join(" ")).toMatch(
    /\[-2\.0, \+4\.0\]\. With ridge on both sides: \+5\.0 points of accuracy \[\+1\.0, \+9\.0\]\./,
  );
});

test("where a baseline is kept, the verdict says what was added to", () => {
  const said = (found: Differences) => verdictOf(found, "accuracy", "ridge").sentences.join(" ");
  const some = said({ raw: below, "+ raw": above, "+ raw best": around });
  expect(some).toContain("The latents add to the raw values, but are not shown to beat the best baseline that way.");
  expect(some).not.toContain("Nothing is shown to add");
  expect(said({ raw: below, "+ raw": around })).toContain("Nothing is shown to add to a baseline.");
  expect(said({ raw: below })).not.toMatch(/add/);
});

describe("where nothing is compared", () => {
  const row = (features: string, role: "baseline" | "latent", accuracy: number) => ({
    features,
    role,
    classifier: "ridge",
    metrics: { accuracy } as never,
  });
  const rows = [row("raw", "baseline", 0.8), row("statistics", "baseline", 0.91)];

  test("without anything learned the best row is named, and nothing is said of intervals", () => {
    const { decision, choice, sentences } = judge([], "accuracy", undefined, undefined, rows);
    expect([decision, choice]).toEqual(["no difference shown", undefined]);
    expect(sentences).toEqual([
      "Nothing that was learned is among the features, so nothing was decided. The best row is the statistics (ridge), with accuracy 0.910. Add latent to the features to see whether learning helps.",
    ]);
  });

  test("without a baseline that is said", () => {
    const { sentences } = judge([], "accuracy", "latent", undefined, [row("latent", "latent", 0.7)]);
    expect(sentences).toEqual([
      expect.stringMatching(/^Nothing stands beside what was learned: the best row is the latents \(ridge\).*0\.700/),
    ]);
  });
});

test("two baselines that are kept are told apart where one is a combination", () => {
  const lost = ["aggregates+statistics", "statistics"].map(
    (features): Difference => ({
      ...below,
      question: "baseline",
      features: "latent",
      against: { features, classifier: "ridge" },
      level: 0.95,
    }),
  );
  expect(judge(lost, "accuracy", "latent").sentences.join(" ")).toMatch(
    /Keep either hand-made aggregates and the statistics together, or the statistics: the intervals lie below 0/,
  );
});
