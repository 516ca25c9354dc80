import { expect, test } from "vitest";
import { decisionValues } from "../../src/classify/linear-model.js";
import { ridgeClassifier } from "../../src/classify/ridge.js";
import { columnScaling } from "../../src/classify/standardize.js";
import { madeData, tableOf } from "./table.js";

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
