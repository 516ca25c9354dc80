import { expect, test } from "vitest";
import { shareOnThreads } from "../../src/evaluate/predict.js";

test("work that is spread takes its share of the time, but no less than what the calling thread does itself", () => {
  const share = (making: number, fitting: number, alone: number, threads: number) =>
    shareOnThreads({ making, fitting, alone }, threads);
  expect(share(10, 30, 0, 1)).toBe(1);
  expect(share(10, 30, 0, 2)).toBe(0.5);
  expect(share(30, 10, 0, 2)).toBe(0.75); // tables are made by one thread
  expect(share(10, 30, 30, 2)).toBe(1); // all fits are too large for others
  expect(share(10, 30, 20, 2)).toBe(0.75);
  expect(share(10, 30, 0, 0)).toBe(1);
  expect(share(0, 0, 0, 2)).toBe(1);
});
