import { expect, test } from "vitest";
import { planResamples } from "../../../src/evaluate/plan/resample.js";

test("data that end before a label is known: the message names the span and the delay", () => {
  const times = Float64Array.from({ length: 20 }, (_, n) => 1.7e9 + 1800 * n);
  const labels = Array.from({ length: 20 }, (_, n) => n % 2);
  const plan = { kind: "forward", testFraction: 0.3, delay: 7 * 86_400, folds: 1 } as const;
  expect(() => planResamples(plan, labels, undefined, times)).toThrow(
    /0 labelled cases to train on and 6 to test on.*span 9\.5 hours.*begins 7 hours.*known 7 days.*`labelDelay`.*0 if/s,
  );
  expect(planResamples({ ...plan, delay: 0 }, labels, undefined, times)[0].train).toHaveLength(14);
});
