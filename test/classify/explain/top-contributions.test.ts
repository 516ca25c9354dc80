import { expect, test } from "vitest";
import type { Explanation } from "../../../src/classify/explain/explanation.js";
import { topContributions } from "../../../src/classify/explain/top-contributions.js";
import { OptionError, ShapeError } from "../../../src/errors.js";

const one: Explanation = {
  names: ["a", "b", "c", "d"],
  rows: 2,
  classes: [1],
  unit: "log-odds",
  base: Float64Array.of(0.5),
  contributions: Float64Array.of(1, -3, 3, 0, 0, 2, -2, 2),
};
const three: Explanation = {
  ...one,
  rows: 1,
  classes: [0, 2, 3],
  base: new Float64Array(3),
  contributions: Float64Array.of(1, 2, 3, 4, 4, 3, 2, 1, 0, 0, -5, 0),
};
const namesOf = (explanation: Explanation, k: number, classes?: Int32Array) =>
  topContributions(explanation, k, classes && { classes }).map((row) => row.map(({ name }) => name).join(""));

test("the largest by magnitude come first, of equal ones the first column", () => {
  expect(topContributions(one, 2)).toEqual([
    [
      { name: "b", column: 1, contribution: -3 },
      { name: "c", column: 2, contribution: 3 },
    ],
    [
      { name: "b", column: 1, contribution: 2 },
      { name: "c", column: 2, contribution: -2 },
    ],
  ]);
  expect(namesOf(one, 1)).toEqual(["b", "b"]);
  expect(namesOf(one, 3)).toEqual(["bca", "bcd"]);
  expect(namesOf(one, 9)).toEqual(["bcad", "bcda"]);
});

test("of several classes each row asks about one", () => {
  expect(namesOf(three, 2, Int32Array.of(0))).toEqual(["dc"]);
  expect(namesOf(three, 2, Int32Array.of(2))).toEqual(["ab"]);
  expect(namesOf(three, 2, Int32Array.of(3))).toEqual(["ca"]);
});

test("what cannot be answered is refused", () => {
  for (const k of [0, -1, 1.5, Number.NaN, "2" as never]) expect(() => topContributions(one, k)).toThrow(OptionError);
  expect(() => topContributions(one, 1, { classes: Int32Array.of(0, 1) })).toThrow(/class 1 alone/);
  expect(() => topContributions(three, 1)).toThrow(/classes 0, 2, 3/);
  expect(() => topContributions(three, 1, { classes: Int32Array.of(1) })).toThrow(/class of row 0 is 1/);
  expect(() => topContributions(three, 1, { classes: Int32Array.of(0, 0) })).toThrow(ShapeError);
  expect(() => topContributions(one, 1, { class: 1 } as never)).toThrow(/no option "class"/);
});
