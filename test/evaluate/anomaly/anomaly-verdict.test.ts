import { describe, expect, test } from "vitest";
import type { AnomalyDifference, AnomalyRow } from "../../../src/evaluate/anomaly/anomaly-comparison.js";
import { anomalyVerdict, type JudgedAnomaly } from "../../../src/evaluate/anomaly/anomaly-verdict.js";

const row = (detector: AnomalyRow["detector"], auc: number, called = 10): AnomalyRow => ({
  detector,
  role: detector === "autoencoder" ? "autoencoder" : "baseline",
  auc,
  averagePrecision: auc / 2,
  intervals: { auc: { low: 0, high: 1 }, "average-precision": { low: 0, high: 1 } },
  byResample: [auc],
  falseAlarms: { cases: 1000, called, rate: called / 1000, low: 0.8 * (called / 1000), high: 1.2 * (called / 1000) },
  found: { cases: 50, called: 20, rate: 0.4, low: 0.3, high: 0.5 },
  seconds: 1,
  notes: [],
});
const against = (detector: AnomalyRow["detector"], difference: number, low: number): AnomalyDifference => ({
  detector: "autoencoder",
  against: detector,
  ...{ difference, low, high: 2 * difference - low, level: 0.95 },
});
const judged = (some: Partial<JudgedAnomaly> = {}): JudgedAnomaly => ({
  measure: "auc",
  ...{ minGain: 0.01, level: 0.01, held: 200, expected: { low: 0.001, high: 0.023 }, anomalies: 50 },
  rows: [row("autoencoder", 0.95), row("isolation-forest", 0.9), row("z-score", 0.85)],
  differences: [against("isolation-forest", 0.05, 0.02), against("z-score", 0.1, 0.06)],
  ...some,
});

describe("the verdict on detectors", () => {
  test("above every baseline: use the autoencoder", () => {
    const { decision, answer, choice, sentences } = anomalyVerdict(judged());
    expect([decision, choice]).toEqual(["use the autoencoder", "autoencoder"]);
    expect(answer).toBe(
      "Use the autoencoder: area under the ROC curve 0.950 instead of 0.900 with isolation forest on statistics, a gain of +0.050 AUC [+0.020, +0.080].",
    );
    expect(sentences[0]).toBe(
      "At a false-alarm rate of 1 % the autoencoder calls 1 % of the 1000 normal test cases [0.8 %, 1.2 %] and 40 % of the 50 anomalies.",
    );
  });

  test("not shown to be above the strongest baseline: take it", () => {
    const differences = [against("isolation-forest", 0.05, -0.01), against("z-score", 0.1, 0.06)];
    const { decision, answer, choice } = anomalyVerdict(judged({ differences }));
    expect([decision, choice]).toEqual(["take a baseline", "isolation-forest"]);
    expect(answer).toBe(
      "Take isolation forest on statistics: area under the ROC curve 0.900. The autoencoder has 0.950, +0.050 AUC [-0.010, +0.110]: it is not shown to be better.",
    );
  });

  test("a weaker baseline that is in doubt is enough", () => {
    const differences = [against("isolation-forest", 0.05, 0.02), against("z-score", 0.1, -0.06)];
    expect(anomalyVerdict(judged({ differences })).answer).toContain(
      "it is not shown to be above the z-score of the statistics.",
    );
  });

  test("a gain that is shown and small does not count", () => {
    const verdict = anomalyVerdict(judged({ minGain: 0.06 }));
    expect(verdict.choice).toBe("isolation-forest");
    expect(verdict.answer).toContain("that is shown, and small.");
  });

  test("a doubt over the resamples counts", () => {
    const [first, second] = judged().differences;
    const corrected = { difference: 0.05, low: -0.1, high: 0.2, p: 0.4 };
    expect(anomalyVerdict(judged({ differences: [{ ...first, corrected }, second] })).decision).toBe("take a baseline");
  });

  test("average precision decides where it was asked for", () => {
    expect(anomalyVerdict(judged({ measure: "average-precision" })).answer).toContain(
      "average precision 0.475 instead",
    );
  });

  test("more false alarms than stated are told", () => {
    const rows = [row("autoencoder", 0.95, 30), row("isolation-forest", 0.9), row("z-score", 0.85)];
    expect(anomalyVerdict(judged({ rows })).sentences.join(" ")).toContain("That is more than was stated.");
    expect(anomalyVerdict(judged()).sentences.join(" ")).not.toContain("more than was stated");
  });

  test("how much one fit varies is told where single cases are held out", () => {
    const told = "A fit with 200 held-out cases has a rate between 0.1 % and 2.3 % nine times in ten.";
    expect(anomalyVerdict(judged()).sentences).toContain(told);
    expect(anomalyVerdict(judged({ expected: undefined })).sentences).toHaveLength(1);
  });

  test("too few anomalies, or nothing to compare with", () => {
    expect(anomalyVerdict(judged({ anomalies: 19 }))).toMatchObject({
      decision: "too few anomalies",
      answer: "Only 19 anomalous test cases: too few to decide anything. Bring more.",
    });
    const alone = anomalyVerdict(judged({ rows: [row("autoencoder", 0.95)], differences: [] }));
    expect(alone.decision).toBe("nothing to decide");
    expect(alone.answer).toContain("Compare with a baseline, too.");
    expect(alone.choice).toBeUndefined();
    const simple = anomalyVerdict(judged({ rows: [row("z-score", 0.95)], differences: [] }));
    expect(simple.answer).toContain("Add the autoencoder to see whether it helps.");
  });
});
