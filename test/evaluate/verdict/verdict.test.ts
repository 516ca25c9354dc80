import { describe, expect, test } from "vitest";
import type { ComparisonRow, Difference } from "../../../src/evaluate/comparison/comparison.js";
import type { Judged } from "../../../src/evaluate/verdict/judged.js";
import { verdictOf } from "../../../src/evaluate/verdict/verdict.js";
import { parseExpression, roleOf } from "../../../src/features/sets/expression.js";

const above = { difference: 0.05, low: 0.01, high: 0.09 };
const more = { difference: 0.06, low: 0.02, high: 0.1 };
const around = { difference: 0.01, low: -0.02, high: 0.04 };
const below = { difference: -0.05, low: -0.09, high: -0.01 };
type Found = typeof above & Partial<Pick<Difference, "corrected" | "level">>;

const rowOf = (features: string, accuracy: number, more: Partial<ComparisonRow> = {}): ComparisonRow =>
  ({
    features,
    role: roleOf(parseExpression(features)),
    classifier: "ridge",
    metrics: {
      accuracy,
      averagePrecision: accuracy,
      confusion: [
        [60, 0],
        [20, 20],
      ],
    },
    bySeed: [accuracy],
    ...more,
  }) as ComparisonRow;

/** `latent`: against the best baseline, statistics; `latent/raw`: against another; `latent-untrained`: the learning. */
function judgedOf(found: Record<string, Found>, more: Partial<Judged> = {}): Judged {
  const differences = Object.entries(found).map(([key, difference]): Difference => {
    const [features, other] = key.split(/[/-]/);
    const control = roleOf(parseExpression(features)) === "control";
    const question = key.includes("/") ? "rival" : key.includes("-") ? "learning" : control ? "control" : "offer";
    const against = { features: other ?? "statistics", classifier: "ridge" };
    return { question, features, classifier: "ridge", against, level: 0.95, ...difference };
  });
  const names = new Set(differences.flatMap(({ features, against }) => [features, against.features]));
  const rows = [...names].map((name) => rowOf(name, name === "statistics" ? 0.8 : 0.85));
  return { rows, differences, measure: "accuracy", minGain: 0.01, ...more };
}
const decide = (found: Record<string, Found>) => {
  const { decision, choice } = verdictOf(judgedOf(found));
  return choice ? `${decision}: ${choice.features}` : decision;
};
const corrected = (low: number) => ({ ...above, corrected: { difference: 0.05, low, high: 0.11, p: 0.04 } });

describe("the decision", () => {
  test.each<[string, Record<string, Found>, string]>([
    ["one offer above", { latent: above, surprise: around }, "use: latent"],
    ["the offer with the largest gain", { latent: above, surprise: more }, "use: surprise"],
    ["a combination", { latent: around, "statistics+surprise": above }, "add: statistics+surprise"],
    ["none above", { latent: around, surprise: around }, "keep the baseline: statistics"],
    ["below", { latent: below }, "keep the baseline: statistics"],
    ["an interval that ends at 0", { latent: { ...above, low: 0 } }, "keep the baseline: statistics"],
    ["above by the cases, not over the resamples", { latent: corrected(-0.01) }, "keep the baseline: statistics"],
    ["above by both", { latent: corrected(0.01) }, "use: latent"],
    ["not above another baseline", { latent: above, "latent/raw": around }, "keep the baseline: statistics"],
    ["above all baselines", { latent: above, "latent/raw": above }, "use: latent"],
    [
      "the second offer, where the first does not beat another baseline",
      { latent: more, "latent/raw": around, surprise: above, "surprise/raw": above },
      "use: surprise",
    ],
    ["above random weights, too", { latent: more, untrained: above, "latent-untrained": above }, "use: latent"],
    [
      "random weights help and learning is not shown to add",
      { latent: more, untrained: above, "latent-untrained": around },
      "use untrained: untrained",
    ],
    [
      "learning is not shown to add, but random weights are not shown to help",
      { latent: above, untrained: around, "latent-untrained": around },
      "use: latent",
    ],
    [
      "random weights help, but not against every baseline",
      { latent: above, untrained: above, "untrained/raw": around, "latent-untrained": around },
      "use: latent",
    ],
    ["random weights alone help", { latent: around, untrained: above }, "use untrained: untrained"],
    [
      "a combination that random weights equal",
      {
        "statistics+latent": above,
        "statistics+untrained": above,
        "statistics+latent-statistics+untrained": around,
      },
      "use untrained: statistics+untrained",
    ],
    ["a gain too small to count", { latent: { ...above, difference: 0.009 } }, "keep the baseline: statistics"],
  ])("%s", (_, found, expected) => {
    expect(decide(found)).toBe(expected);
  });

  test("few positives are too few, whatever the differences", () => {
    const decided = (positives?: number) => verdictOf(judgedOf({ latent: above }, { positives }));
    expect(decided(19)).toMatchObject({ decision: "too few positives", answer: expect.stringMatching(/^Only 19 /) });
    expect(decided(19).choice).toBeUndefined();
    expect(decided(20).decision).toBe("use");
    expect(decided().decision).toBe("use");
  });
});

describe("the answer", () => {
  test("names what to use, both scores, the gain and its interval", () => {
    expect(verdictOf(judgedOf({ latent: { ...above, level: 0.99 } })).answer).toBe(
      "Use the latents: accuracy 85.0 % (ridge) instead of 80.0 % with the statistics (ridge), a gain of +5.0 points of accuracy [+1.0, +9.0] at 99 %.",
    );
    expect(verdictOf(judgedOf({ "statistics+surprise": above })).answer).toMatch(
      /^Add surprise to the statistics: accuracy 85\.0 %/,
    );
    expect(verdictOf(judgedOf({ "average(latent, convolutions)": above })).answer).toMatch(
      /^Add the scores of the latents to those of random convolutions: /,
    );
    expect(verdictOf(judgedOf({ "average(statistics, raw+surprise)": above })).answer).toMatch(
      /^Add surprise, as average\(statistics, raw\+surprise\): accuracy 85\.0 % \(ridge\) instead of /,
    );
    expect(verdictOf(judgedOf({ untrained: above })).answer).toMatch(/^Use the untrained encoder: .*no training\.$/);
  });

  test("where the baseline is kept, says what came closest", () => {
    const { answer, small } = verdictOf(judgedOf({ latent: below, surprise: around }));
    expect(answer).toBe(
      "Keep the statistics (ridge). Nothing that was learned is shown to help. What comes closest: surprise (ridge), +1.0 points of accuracy [-2.0, +4.0].",
    );
    expect(small).toBeUndefined();
  });

  test("a small gain is told, with what would count", () => {
    const { answer, small } = verdictOf(judgedOf({ latent: { difference: 0.009, low: 0.005, high: 0.013 } }));
    expect(answer).toMatch(/would gain \+0\.9 points .*shown, and small \(what counts begins at 1 point of accuracy\)/);
    expect(small).toBe(true);
    const dearer = judgedOf({ latent: above }, { minGain: 0.06 });
    expect(verdictOf(dearer).decision).toBe("keep the baseline");
    expect(verdictOf({ ...dearer, minGain: 0.05 }).decision).toBe("use");
  });

  test("a gain that finds no positive more within the budget is small", () => {
    const budget = { unit: "day" as const, alerts: 10, periods: 3 };
    const judged = (ours: number) => {
      const rows = [
        rowOf("latent", 0.85, { alerts: { precision: 0.5, recall: ours } }),
        rowOf("statistics", 0.8, { alerts: { precision: 0.5, recall: 0.5 } }),
      ];
      return verdictOf({ ...judgedOf({ latent: above }, { measure: "average-precision" }), rows, budget });
    };
    expect(judged(0.51)).toMatchObject({ decision: "keep the baseline", small: true });
    expect(judged(0.51).answer).toMatch(/not one positive more is among the alerts/);
    expect(judged(0.55).decision).toBe("use"); // two of forty
    expect(judged(0.55).sentences[0]).toBe(
      "With 10 alerts a day it finds 55.0 % (baseline: 50.0 %) of the 40 positives; 50.0 % (baseline: 50.0 %) of the alerts are right.",
    );
  });

  test("of a cost the least gain is a share, and the costs are told", () => {
    const rows = [rowOf("latent", 0.8, { expectedCost: 9.95 }), rowOf("statistics", 0.8, { expectedCost: 10 })];
    const judged = { ...judgedOf({ latent: { difference: 0.05, low: 0.01, high: 0.09 } }), rows };
    expect(verdictOf({ ...judged, measure: "cost" })).toMatchObject({ decision: "keep the baseline", small: true });
    const enough = verdictOf({ ...judged, measure: "cost", minGain: 0.005 });
    expect(enough.decision).toBe("use");
    expect(enough.sentences).toContain("A case costs 9.950 (baseline: 10.000).");
  });

  test("whether it was the learning", () => {
    const told = (learning: Found) =>
      verdictOf(judgedOf({ latent: above, untrained: around, "latent-untrained": learning })).sentences.join(" ");
    expect(told(above)).toMatch(/The learning helps, not only the read-out\./);
    expect(told(around)).toMatch(/Random weights are not shown to do worse\./);
    expect(told(below)).toMatch(/Training made these features worse/);
  });

  test("which other baseline stands in the way", () => {
    const found = verdictOf(judgedOf({ latent: above, "latent/raw": around, "latent/pca": above }));
    const { answer, sentences } = found;
    expect(answer).toBe(
      "Keep the statistics (ridge). The latents (ridge) would gain +5.0 points of accuracy [+1.0, +9.0], but is not shown to be above every other baseline.",
    );
    expect(sentences).toEqual([
      "It is not shown to be better than the raw values (ridge): +1.0 points of accuracy [-2.0, +4.0].",
    ]);
  });
});

describe("where nothing is compared", () => {
  const judged = (...rows: ComparisonRow[]) => verdictOf({ rows, differences: [], measure: "accuracy", minGain: 0.01 });

  test("without anything learned the best row is named", () => {
    const { decision, choice, answer } = judged(rowOf("raw", 0.8), rowOf("statistics", 0.91));
    expect([decision, choice]).toEqual(["nothing to decide", undefined]);
    expect(answer).toBe(
      "Nothing that was learned is among the features, so nothing was decided. The best row is the statistics (ridge), with accuracy 91.0 %. Add latent to the features to see whether learning helps.",
    );
  });

  test("without a baseline that is said", () => {
    expect(judged(rowOf("latent", 0.7)).answer).toMatch(
      /^Nothing stands beside what was learned: the best row is the latents \(ridge\).*70\.0 %/,
    );
  });
});
