import { describe, expect, test } from "vitest";
import { type Differences, verdictOf } from "../../src/evaluate/verdict.js";

const above = { difference: 0.05, low: 0.01, high: 0.09, classifier: "ridge" };
const around = { difference: 0.01, low: -0.02, high: 0.04, classifier: "logistic" };
const below = { difference: -0.05, low: -0.09, high: -0.01, classifier: "ridge" };
const decide = (differences: Differences) => verdictOf(differences, "accuracy", "ridge").decision;

describe("the decision", () => {
  test.each<[string, Differences, string]>([
    ["above everything", { raw: above, statistics: above, untrained: above }, "use the latents"],
    [
      "above the baselines, not above the control",
      { raw: above, statistics: above, untrained: around },
      "use the untrained encoder",
    ],
    [
      "above the baselines, below the control",
      { raw: above, statistics: above, untrained: below },
      "use the untrained encoder",
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
  const { sentences } = verdictOf(
    { raw: above, statistics: around, untrained: below },
    "accuracy",
    "logistic",
  );
  expect(sentences).toEqual([
    "The latents (logistic) against the raw values (ridge): +5.0 points of accuracy [+1.0, +9.0].",
    "The latents (logistic) against the statistics (logistic): +1.0 points of accuracy [-2.0, +4.0].",
    expect.stringMatching(/Not every interval lies on one side of 0/),
    "The latents (logistic) against the untrained encoder (ridge): -5.0 points of accuracy [-9.0, -1.0].",
    expect.stringMatching(/Training made the features worse than random weights did/),
  ]);
  expect(verdictOf({ raw: below }, "averagePrecision", "ridge").sentences[0]).toBe(
    "The latents (ridge) against the raw values (ridge): -0.050 average precision [-0.090, -0.010].",
  );
});

test("what is kept is named, and whether learning or the read-out helped", () => {
  const told = (differences: Differences) => verdictOf(differences, "accuracy", "ridge").sentences.join(" ");
  expect(told({ raw: above, statistics: below })).toMatch(/Keep the statistics: the interval lies below 0/);
  expect(told({ raw: below, statistics: below })).toMatch(
    /Keep the raw values or the statistics: the intervals lie/,
  );
  expect(told({ raw: above, statistics: above, untrained: above })).toMatch(
    /beat every baseline.*Training pays/,
  );
  expect(told({ raw: above, statistics: above, untrained: around })).toMatch(
    /the read-out helps, not the learning/,
  );
});

test("few positives are said to be too few", () => {
  const told = (positives?: number) =>
    verdictOf({ raw: above }, "averagePrecision", "logistic", positives).sentences.at(-1);
  expect(told(19)).toBe("Only 19 positive test cases: too few to trust any of this.");
  expect(told(20)).not.toMatch(/too few/);
  expect(told()).not.toMatch(/too few/);
});
