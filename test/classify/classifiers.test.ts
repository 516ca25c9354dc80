import { expect, test } from "vitest";
import { classifierTable } from "../../src/classify/classifiers.js";
import { randomStream } from "../../src/random.js";

test("logistic regression keeps the scale of components", () => {
  const random = randomStream(3);
  const values = Float32Array.from({ length: 120 }, (_, k) => random.normal() * (k % 2 ? 0.05 : 5));
  const x = { values, names: ["compact_0", "compact_1"], rows: 60 };
  const labels = Int32Array.from({ length: 60 }, (_, n) =>
    Number(values[2 * n] / 5 + values[2 * n + 1] / 0.05 > 0),
  );
  const scores = (standardise: boolean | "auto") =>
    classifierTable.logistic
      .make({ classWeight: "none", standardise, seed: 1, rows: 60 })
      .fit(x, labels, 2)
      .predictProba(x);
  expect(scores("auto")).toEqual(scores(false));
  expect(scores("auto")).not.toEqual(scores(true));
});
