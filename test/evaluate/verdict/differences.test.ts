import { describe, expect, test } from "vitest";
import type { ScoredRow } from "../../../src/evaluate/verdict/chosen-rows.js";
import { chosenRows } from "../../../src/evaluate/verdict/chosen-rows.js";
import { differencesOf } from "../../../src/evaluate/verdict/differences.js";
import { parseExpression, roleOf } from "../../../src/features/sets/expression.js";

/** A row with its score on the held-out training cases and on the test cases; draws lie a hundredth around it. */
function scored(features: string, classifier: string, validated: number | undefined, value: number): ScoredRow {
  const row = { features, classifier, role: roleOf(parseExpression(features)), validated, byResample: [value] };
  const drawn = Float64Array.from({ length: 200 }, (_, k) => value + 0.01 * Math.sin(k));
  return { row: row as ScoredRow["row"], draws: { value, drawn } };
}
/** Rows of a table: features, classifier, score on the held-out training cases, score on the test cases. */
const table = (...lines: [string, string, number, number][]) => lines.map((line) => scored(...line));
const parts = { measure: "accuracy" as const, resamples: [{ train: { length: 60 }, test: { length: 30 } }] };
const pairs = (rows: ScoredRow[]) =>
  differencesOf(rows, parts).map(({ question, features, classifier, against }) =>
    [question, `${features} ${classifier}`, `${against.features} ${against.classifier}`].join(", "),
  );

test("each set has the classifier that did best on the training part; of equals, and unknown, the first", () => {
  const rows = [
    scored("raw", "ridge", 0.7, 0.9),
    scored("raw", "forest", 0.8, 0.6),
    scored("latent", "ridge", 0.7, 0.5),
    scored("latent", "forest", 0.7, 0.9),
    scored("pca", "ridge", undefined, 0.5),
    scored("pca", "forest", undefined, 0.9),
  ];
  expect(chosenRows(rows).map(({ row }) => `${row.features} ${row.classifier}`)).toEqual([
    "raw forest",
    "latent ridge",
    "pca ridge",
  ]);
});

describe("what stands against what", () => {
  test("test scores choose neither the baseline nor a classifier", () => {
    const rows = table(
      ["raw", "ridge", 0.9, 0.5],
      ["raw", "forest", 0.8, 0.99],
      ["pca", "ridge", 0.7, 0.97],
      ["latent", "ridge", 0.6, 0.98],
      ["latent", "forest", 0.7, 0.4],
    );
    expect(pairs(rows)).toEqual(["offer, latent forest, raw ridge"]);
  });

  test("an offer above the baseline meets every other one; the learning is told apart", () => {
    const rows = table(
      ["raw", "ridge", 0.9, 0.5],
      ["pca", "ridge", 0.7, 0.6],
      ["untrained", "ridge", 0.6, 0.4],
      ["latent", "ridge", 0.6, 0.7],
    );
    expect(pairs(rows)).toEqual([
      "control, untrained ridge, raw ridge",
      "offer, latent ridge, raw ridge",
      "rival, latent ridge, pca ridge",
      "learning, latent ridge, untrained ridge",
    ]);
  });

  test("it also meets every baseline with its own classifier, whatever was chosen for that", () => {
    const rows = table(
      ["raw", "ridge", 0.6, 0.65],
      ["raw", "forest", 0.9, 0.5],
      ["pca", "ridge", 0.5, 0.6],
      ["pca", "forest", 0.7, 0.6],
      ["latent", "ridge", 0.7, 0.7],
      ["latent", "forest", 0.6, 0.7],
    );
    expect(pairs(rows)).toEqual([
      "offer, latent ridge, raw forest",
      "rival, latent ridge, raw ridge",
      "rival, latent ridge, pca ridge",
      "rival, latent ridge, pca forest",
    ]);
  });

  test("a combination stands against its own with random weights, and latents of another read-out against any", () => {
    const rows = ["raw", "untrained", "raw+untrained", "raw+latent", "latent:narrow"].map((features) =>
      scored(features, "ridge", 0.5, 0.5),
    );
    expect(pairs(rows).filter((pair) => pair.startsWith("learning"))).toEqual([
      "learning, raw+latent ridge, raw+untrained ridge",
      "learning, latent:narrow ridge, untrained ridge",
    ]);
  });

  test("the more is claimed, the higher the level; the learning is no claim", () => {
    const of = (...names: string[]) =>
      differencesOf(
        ["raw", ...names].map((features) => scored(features, "ridge", 0.5, 0.5)),
        parts,
      );
    expect(of("latent").map(({ level }) => level)).toEqual([0.95]);
    const three = of("untrained", "latent", "raw+latent");
    expect(three.map(({ question, level }) => [question, Number(level.toFixed(6))])).toEqual([
      ["control", 0.983333],
      ["offer", 0.983333],
      ["learning", 0.95],
      ["offer", 0.983333],
    ]);
  });

  test("nothing without a baseline, or without an offer, but what learning does", () => {
    expect(pairs([scored("raw", "ridge", 0.5, 0.5), scored("pca", "ridge", 0.5, 0.5)])).toEqual([]);
    expect(pairs([scored("untrained", "ridge", 0.5, 0.5), scored("latent", "ridge", 0.5, 0.5)])).toEqual([
      "learning, latent ridge, untrained ridge",
    ]);
  });
});

test("of a measure that falls, what is saved is above 0", () => {
  const rows = [scored("raw", "ridge", -0.5, 0.6), scored("latent", "ridge", -0.4, 0.4)];
  const [offer] = differencesOf(rows, { ...parts, measure: "log-loss" });
  expect(offer.difference).toBeCloseTo(0.2, 12);
});
