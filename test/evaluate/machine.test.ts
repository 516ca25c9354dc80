import { expect, test } from "vitest";
import { slowness, timeUpdates } from "../../src/evaluate/machine.js";
import { engine, labelledSet, range } from "./compare-cases.js";

/** Cases of 3, 5, 7, ... steps and an empty one; the last three are of the rare class. */
const N = 41;
const cases = range(0, N).map((n) => range(0, n === 20 ? 0 : 3 + 2 * (n % 5)).map((t) => [Math.sin(n + t)]));
const set = labelledSet(cases, (n) => (n >= N - 3 ? 1 : 0));
const among = Int32Array.from(range(0, N));
const fit = { units: 3, threads: 0 };

test("updates are timed on cases with steps, and told with their mean length", async () => {
  const timed = await timeUpdates(engine, set, among, fit, { updates: 4, batch: 64 });
  expect(timed.seconds).toBeGreaterThan(0);
  expect(timed.length).toBeCloseTo(cases.flat().length / (N - 1), 10);
});

test("few of many cases hold the rarest class too: a recipe that learns from labels can be timed", async () => {
  const options = { ...fit, recipe: "label-aware" };
  const { seconds } = await timeUpdates(engine, set, among, options, { updates: 50, batch: 5 });
  expect(seconds).toBeGreaterThan(0);
});

test("where there are more than 25 updates the first 25 do not count: threads and kernels warm up", async () => {
  const { seconds } = await timeUpdates(engine, set, among, fit, { updates: 50, batch: 8 });
  expect(seconds).toBeLessThan(1);
  expect(slowness()).toBeGreaterThan(0.05);
});
