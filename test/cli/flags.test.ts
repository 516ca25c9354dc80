import { expect, test } from "vitest";
import { fitOptionsOf } from "../../src/cli/flags.js";

test("networks see logarithms of amounts in windows of events, unless told otherwise", () => {
  const scaleOf = (options: Record<string, unknown>) =>
    fitOptionsOf({ scaleScope: "channel", ...options }).prepare!.scale;
  expect(scaleOf({})).toBe("standard");
  expect(scaleOf({ window: 10 })).toBe("log-standard");
  expect(scaleOf({ window: 10, scale: "robust" })).toBe("robust");
  expect(scaleOf({ window: 10, scaleScope: "series" })).toBe("standard");
});
