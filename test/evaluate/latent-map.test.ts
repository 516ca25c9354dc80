import { expect, test } from "vitest";
import { latentMap } from "../../src/evaluate/latent-map.js";
import { randomStream } from "../../src/random.js";
import type { FeatureTable } from "../../src/table/feature-table.js";

const random = randomStream(3);
function cloud(rows: number): FeatureTable {
  const values = new Float32Array(3 * rows);
  for (let row = 0; row < rows; row++) {
    const along = 5 * random.normal();
    values.set([along, along + 0.1 * random.normal(), 100 * random.normal()], 3 * row);
  }
  return { values, names: ["a", "b", "c"], rows };
}
const told = (test: FeatureTable, labels: Int32Array) =>
  latentMap(
    { train: cloud(300), test },
    {
      features: "latent",
      resample: 1,
      labels,
      ids: Array.from(labels, (_, n) => `s${n}`),
      classCount: 2,
      seed: 1,
    },
  )!;

test("two columns that go together are the first component, whatever the unit of the third", () => {
  const test_ = cloud(50);
  const { points, explained } = told(test_, new Int32Array(50));
  expect(explained[0]).toBeCloseTo(2 / 3, 1);
  const [x, a] = [points.map((point) => point.x), points.map((_, n) => test_.values[3 * n])];
  const correlation =
    x.reduce((sum, value, n) => sum + value * a[n], 0) /
    Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) * a.reduce((sum, v) => sum + v * v, 0));
  expect(Math.abs(correlation)).toBeGreaterThan(0.97);
});

test("at most 2,000 points, all of a rare class among them", () => {
  const labels = Int32Array.from({ length: 5000 }, (_, n) => (n % 100 === 0 ? 1 : 0));
  const { points } = told(cloud(5000), labels);
  expect(points).toHaveLength(2000);
  expect(points.filter(({ label }) => label === 1)).toHaveLength(50);
  for (const { id, label } of points) expect(label).toBe(labels[Number(id.slice(1))]);
});

test("no map of features that never vary", () => {
  const flat = { values: new Float32Array(30).fill(2), names: ["a", "b", "c"], rows: 10 };
  const labels = new Int32Array(10);
  expect(
    latentMap(
      { train: flat, test: flat },
      { features: "latent", resample: 1, labels, ids: [], classCount: 2, seed: 1 },
    ),
  ).toBeUndefined();
});
