import { expect, test } from "vitest";
import { describeSet } from "../../../src/sequences/inspect/inspect.js";
import { channelsThatTellTheClass } from "../../../src/sequences/inspect/target-leak.js";
import { randomSeries } from "../../series.js";

/** Two channels; the second one's last value is `answer(n)`. */
function withAnswer(N: number, answer: (label: number, n: number) => number) {
  const set = randomSeries({ N, F: 2 });
  set.labels!.forEach((label, n) => {
    set.values[set.offsets[n + 1] * 2 - 1] = answer(label, n);
  });
  return set;
}

test("a code that stands for the class is found and named", () => {
  const set = withAnswer(200, (label, n) => (label === 1 ? 3 + (n % 5) : 0));
  expect(channelsThatTellTheClass(set)).toEqual(["c1"]);
  expect(describeSet(set).warnings.join(" ")).toContain('`drop: ["c1"]`');
});

test("a code that is wrong now and then, a measurement, and a handful of cases are not", () => {
  expect(channelsThatTellTheClass(withAnswer(200, (label, n) => (n % 20 === 0 ? 1 - label : label)))).toEqual([]);
  expect(channelsThatTellTheClass(withAnswer(200, (label, n) => label + n / 1000))).toEqual([]);
  expect(channelsThatTellTheClass(withAnswer(8, (label) => label))).toEqual([]);
  expect(channelsThatTellTheClass({ ...withAnswer(200, (label) => label), labels: undefined })).toEqual([]);
});
