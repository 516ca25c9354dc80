import { expect, test } from "vitest";
import { timeUpdates } from "../../src/evaluate/machine.js";
import { engine, labelledSet, range } from "./compare-cases.js";

/** Cases of 3, 5, 7, ... steps and an empty one. */
const N = 41;
const cases = range(0, N).map((n) => range(0, n === 20 ? 0 : 3 + 2 * (n % 5)).map((t) => [Math.sin(n + t)]));
const set = labelledSet(cases, (n) => n % 2);
const among = Int32Array.from(range(0, N));
const fit = { units: 3, threads: 0 };

test("updates are timed on cases with steps, and told with their mean length", async () => {
  const timed = await timeUpdates(engine, set, among, fit, { updates: 4, batch: 64 });
  expect(timed.seconds).toBeGreaterThan(0);
  expect(timed.length).toBeCloseTo(cases.flat().length / (N - 1), 10);
});
