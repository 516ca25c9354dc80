import { expect, test } from "vitest";
import { lossAndSlopes } from "../../../src/classify/linear/linear-model.js";
import { manyClasses, twoClasses } from "../../../src/classify/linear/row-losses.js";
import { randomStream } from "../../../src/random.js";

test.each([
  [2, "one weight for all rows", 1],
  [2, "weights that change from row to row", 3],
  [5, "weights that change from row to row", 3],
])("%i classes, %s: losses and slopes are those of single rows", (classes, _, kinds) => {
  const [from, count, outputs] = [11, 128, classes === 2 ? 1 : classes];
  const random = randomStream(3);
  const scores = Float64Array.from({ length: count * outputs }, (_, k) => (k % 7 === 0 ? 1e3 : 4) * random.normal());
  if (kinds === 1) scores.fill(-0.125, 1); // with the offset 0: the largest product of a block
  const target = Int32Array.from({ length: from + count }, () => random.integer(classes));
  const weights = Float64Array.from({ length: from + count }, (_, row) => (row % kinds) + 0.5);
  const offsets = Float64Array.from({ length: outputs }, (_, t) => (t + 1) / 8);
  let expected = 0;
  const slopes: number[] = [];
  for (let r = 0; r < count; r++) {
    const own = offsets.map((offset, t) => offset + scores[r * outputs + t]);
    expected += weights[from + r] * lossAndSlopes(own, target[from + r]);
    slopes.push(...own.map((slope) => weights[from + r] * slope));
  }
  const sums = new Float64Array(outputs).fill(2);
  const block = classes === 2 ? twoClasses : manyClasses;
  const loss = block(scores, from, count, { target, weights, offsets }, sums);
  expect(Math.abs(loss / expected - 1)).toBeLessThan(1e-13); // some hundred roundings
  expect([...scores]).toEqual(slopes);
  sums.forEach((sum, t) => {
    expect(sum).toBe(slopes.reduce((total, slope, k) => (k % outputs === t ? total + slope : total), 2));
  });
});
