import { expect, test } from "vitest";
import { columnScaling } from "../../../src/classify/base/training-rows.js";
import { decisionValues } from "../../../src/classify/linear/linear-model.js";
import { ridgeClassifier, ridgeLeaveOneOut } from "../../../src/classify/linear/ridge.js";
import { randomStream } from "../../../src/random.js";
import { madeData, tableOf } from "../table.js";

// fewer rows than columns, and more
test.each([
  [23, 31],
  [61, 7],
])("ridge on %i x %i leaves the scale of columns alone when told to", (rows, columns) => {
  const { x, labels } = madeData(rows, columns, 3, 5);
  const { mean, scale } = columnScaling("test", x);
  const z = tableOf(
    x.values.map((value, k) => (value - mean[k % columns]) / scale[k % columns]),
    columns,
  );
  const plain = ridgeClassifier({ standardise: false });
  const expected = decisionValues(ridgeClassifier().fit(x, labels, 3).toJSON(), x);
  const got = decisionValues(plain.fit(z, labels, 3).toJSON(), z);
  got.forEach((value, k) => {
    expect(value).toBeCloseTo(expected[k], 4); // z is rounded to float32
  });
  // a column made 100 times smaller is held down by the penalty, which standardising would undo
  const shrunk = tableOf(
    z.values.map((value, k) => (k % columns === 0 ? value / 100 : value)),
    columns,
  );
  const small = decisionValues(plain.fit(shrunk, labels, 3).toJSON(), shrunk);
  const full = decisionValues(plain.fit(z, labels, 3).toJSON(), z);
  expect(Math.max(...full.map((value, k) => Math.abs(value - small[k])))).toBeGreaterThan(0.05);
});

/** Two classes told apart by column 0; column 1 .. are noise of the given spread. */
function scaled(rows: number, columns: number, signal: number, noise: number) {
  const random = randomStream(7, rows, columns);
  const labels = Int32Array.from({ length: rows }, (_, n) => n % 2);
  const values = Array.from({ length: rows * columns }, (_, k) =>
    k % columns === 0
      ? signal * ((labels[Math.floor(k / columns)] ? 1 : -1) + 0.3 * random.normal())
      : noise * random.normal(),
  );
  return { x: tableOf(values, columns), labels };
}

// noise that its small scale holds down, and a small column that says all
test.each([
  { signal: 1, noise: 0.01, better: false },
  { signal: 0.001, noise: 10, better: true },
])("standardise auto takes the way with the smaller leave-one-out error: $better", (made) => {
  for (const [rows, columns] of [
    [20, 40],
    [40, 20],
  ]) {
    const { x, labels } = scaled(rows, columns, made.signal, made.noise);
    const error = (standardise: boolean | "auto") => ridgeLeaveOneOut(x, labels, 2, { standardise });
    expect(error(made.better)).toBeLessThan(0.8 * error(!made.better));
    expect(error("auto")).toBe(error(made.better));
    const stateOf = (standardise: boolean | "auto") => ridgeClassifier({ standardise }).fit(x, labels, 2).toJSON();
    expect(stateOf("auto")).toEqual(stateOf(made.better));
    expect(stateOf("auto")).not.toEqual(stateOf(!made.better));
  }
});

test("standardise auto minds the weights of rows", () => {
  const { x, labels } = scaled(30, 12, 1, 0.05);
  const weights = Float32Array.from({ length: 30 }, (_, n) => 1 + (n % 3));
  const fit = (standardise: boolean | "auto") =>
    ridgeClassifier({ standardise, classWeight: "balanced" }).fit(x, labels, 2, { weights }).toJSON();
  expect(fit("auto")).toEqual(fit(false));
  expect(fit("auto")).not.toEqual(ridgeClassifier({ standardise: "auto" }).fit(x, labels, 2).toJSON());
});
