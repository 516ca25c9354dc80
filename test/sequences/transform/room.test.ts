import { expect, test } from "vitest";
import { OptionError } from "../../../src/errors.js";
import type { SequenceSet } from "../../../src/sequences/set/sequence-set.js";
import { noisyCopies } from "../../../src/sequences/transform/noisy-copies.js";
import { resampleToGrid } from "../../../src/sequences/transform/resample.js";
import { lastWindows } from "../../../src/sequences/transform/window.js";

const series = (steps: number, F: number): SequenceSet => ({
  channels: Array.from({ length: F }, (_, f) => ({ name: `c${f}`, kind: "numeric" as const })),
  values: new Float32Array(steps * F),
  offsets: Int32Array.of(0, steps),
  times: Float64Array.from({ length: steps }, (_, s) => 400 * s),
  ids: ["s"],
});

test.each([
  ["windows as long as a long history", () => lastWindows(series(100_000, 1), { length: 100_000 })],
  ["copies without number", () => noisyCopies(series(40, 2), { stddev: 0.5, copies: 100_000_000 })],
  ["a grid for many channels", () => resampleToGrid(series(500, 5000), { step: 0.45, method: "linear" })],
])("%s are refused with their size, before memory is asked for", (_, make) => {
  const before = process.memoryUsage().rss;
  expect(make).toThrow(OptionError);
  expect(make).toThrow(/GB of numbers, expected at most 8\.6 GB/);
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
});
