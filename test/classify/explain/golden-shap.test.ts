import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ClassifierState } from "../../../src/classify/classifiers.js";
import { explainClassifier } from "../../../src/classify/explain-classifier.js";
import { expectClose } from "../../close.js";
import { tableOf } from "../table.js";

interface Case {
  name: string;
  columns: number;
  state: ClassifierState;
  /** null is missing. */
  test: (number | null)[];
  base: number[];
  contributions: number[];
}

// golden/shap_explain.py
const golden = JSON.parse(readFileSync(new URL("../../golden/shap-explain.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

test("the golden file has each classifier with two and three classes, and missing values for boosting", () => {
  const all = golden.cases.map(({ name, state }) => `${name} ${state.classes.length}`);
  const names = ["boosting", "forest", "ridge", "logistic"];
  expect(all).toEqual([2, 3].flatMap((classes) => names.map((name) => `${name} ${classes}`)));
  for (const { name, test } of golden.cases)
    expect(test.filter((value) => value === null).length > 10).toBe(name === "boosting");
});

test.each(golden.cases)("$name, $state.classCount classes: contributions of the shap package", (data) => {
  const x = tableOf(
    data.test.map((value) => value ?? Number.NaN),
    data.columns,
  );
  const { base, contributions } = explainClassifier(data.state, x);
  // float64 on both sides; algorithm 2 subtracts on its way, and loses a few digits
  expectClose(base, data.base, { rtol: 1e-12, name: "base" });
  expectClose(contributions, data.contributions, { rtol: 1e-10, name: "contributions" });
});
