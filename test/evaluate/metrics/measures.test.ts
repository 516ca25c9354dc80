import fc from "fast-check";
import { expect, test } from "vitest";
import { scoreAlerts } from "../../../src/evaluate/metrics/alerts.js";
import { type Measure, measures, measureTable } from "../../../src/evaluate/metrics/measures.js";
import { logLosses, scorePredictions } from "../../../src/evaluate/metrics/metrics.js";
import { LANES, valueWhere } from "../../../src/evaluate/metrics/part-sums.js";
import { randomStream } from "../../../src/random.js";

const costs = { miss: 7, alert: 2 };

/** Cases of two classes with scores that are often equal, and how often each counts. */
const drawn = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 4,
    maxLength: 40,
  })
  .filter((cases) => new Set(cases.flatMap(([label, , count]) => (count > 0 ? label : []))).size === 2);

/** The row of the table that the cases make when each is written as often as it counts. */
function rowOf(cases: readonly (readonly [number, number, number])[]) {
  const each = cases.flatMap(([label, score, count]) => Array.from({ length: count }, () => [label, score / 8]));
  const labels = each.map(([label]) => label);
  const scores = each.map(([, score]) => score);
  const predicted = scores.map((score) => (score >= 0.5 ? 1 : 0));
  const probabilities = scores.flatMap((score) => [1 - score, score]);
  const metrics = scorePredictions({ labels, predicted, probabilities, classCount: 2 });
  const [[, wrong], [missed, found]] = metrics.confusion;
  const expectedCost = (costs.miss * missed + costs.alert * (wrong + found)) / labels.length;
  return { metrics, expectedCost };
}

test.each(measures.filter((measure) => measure !== "alert-recall"))(
  "%s: a case that counts twice is two cases",
  (measure: Measure) => {
    fc.assert(
      fc.property(drawn, (cases) => {
        const labels = Int32Array.from(cases, ([label]) => label);
        const scores = Float64Array.from(cases, ([, score]) => score / 8);
        const predicted = Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0));
        const probabilities = Array.from(scores).flatMap((score) => [1 - score, score]);
        const { of, weighted } = measureTable[measure];
        const given = { labels, predicted, scores, logLoss: logLosses(labels, probabilities, 2) };
        const measured = weighted(given, { classCount: 2, costs });
        const counts = cases.map(([, , count]) => count);
        expect(valueWhere(measured, counts)).toBeCloseTo(of(rowOf(cases))!, 10);
      }),
      { seed: 1, numRuns: 200 },
    );
  },
);

test("alert-recall: without weights it is the recall of the riskiest cases of each period", () => {
  fc.assert(
    fc.property(drawn, fc.integer({ min: 1, max: 9 }), (cases, alerts) => {
      const labels = Int32Array.from(cases, ([label]) => label);
      const scores = Float64Array.from(cases, ([, score]) => score / 8);
      const periods = cases.map((_, n) => n % 3);
      const figures = scoreAlerts(
        scores,
        Array.from(labels, (label) => label === 1),
        periods,
        alerts,
      );
      const measured = measureTable["alert-recall"].weighted(
        { labels, scores, predicted: labels },
        { classCount: 2, budget: { alerts, periods } },
      );
      expect(valueWhere(measured, new Int32Array(cases.length).fill(1))).toBeCloseTo(figures!.recall, 12);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test.each(measures)(
  "%s: draws side by side have the value that each has alone, cases of a group count together",
  (measure) => {
    const [N, groups] = [61, 7];
    const random = randomStream(3);
    const labels = Int32Array.from({ length: N }, (_, n) => (n % 3 === 0 ? 1 : 0));
    const scores = Float64Array.from(labels, (label) => Math.round(8 * (random.uniform() + 0.4 * label)) / 12);
    const predicted = Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0));
    const logLoss = Float64Array.from(labels, (label, n) => -Math.log(0.1 + 0.8 * (label ? scores[n] : 1 - scores[n])));
    const budget = { alerts: 5, periods: Array.from(labels, (_, n) => n % 2) };
    const [cases, context] = [
      { labels, scores, predicted, logLoss },
      { classCount: 2, costs, budget },
    ];
    const unitOf = Int32Array.from({ length: N }, (_, n) => (n * n) % groups);
    const counts = Int32Array.from({ length: groups * LANES }, () => random.integer(4));
    const values = new Float64Array(LANES);
    measureTable[measure].weighted(cases, context, unitOf)(counts, values);
    const alone = measureTable[measure].weighted(cases, context);
    const expected = Array.from(values, (_, lane) =>
      valueWhere(
        alone,
        unitOf.map((unit) => counts[unit * LANES + lane]),
      ),
    );
    expect(Array.from(values)).toEqual(expected);
    expect(new Set(expected).size).toBeGreaterThan(4);
  },
);

test("log loss: by hand; scores that are no probabilities have none", () => {
  const probabilities = [0.5, 0.5, 0.2, 0.8, 1, 0];
  expect(Array.from(logLosses([0, 1, 1], probabilities, 2)!)).toEqual([
    Math.LN2,
    -Math.log(0.8),
    52 * Math.LN2, // a sure mistake is not infinite
  ]);
  const metrics = scorePredictions({ labels: [0, 1], predicted: [0, 1], probabilities: [3, 1, 0, 2], classCount: 2 });
  expect(metrics.logLoss).toBeNull();
});
