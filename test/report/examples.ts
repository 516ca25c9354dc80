import { readFileSync } from "node:fs";
import type { Comparison, ReconstructedCase, ReliabilityBin } from "../../src/evaluate/comparison/comparison.js";

/** A comparison as the command printed it: `comparison` has two classes and curves, `classes` has nine. */
export function readExample(name: "comparison" | "classes"): Comparison {
  return JSON.parse(readFileSync(new URL(`example-${name}.json`, import.meta.url), "utf8"));
}

/** Sines with a gap, and what a decoder that smooths too much would make of them. */
function reconstructed(id: string, label: number, flattened: number): ReconstructedCase {
  const channels = ["amount", "gap"].map((name, f) => {
    const made = Array.from({ length: 24 }, (_, t) => (1 - flattened) * Math.sin(0.4 * t + f));
    const given = made.map((_, t) => (t > 8 && t < 12 ? null : Math.sin(0.4 * t + f)));
    return { name, given, made };
  });
  return { id, label, error: 0.5 * flattened ** 2, steps: 24, channels };
}

/** Ten bins of 50 cases: probabilities up to `top`, of which the given share comes true. */
function binsOf(top: number, share: number): ReliabilityBin[] {
  return Array.from({ length: 10 }, (_, k) => {
    const probability = top * ((k + 1) / 10) ** 3;
    return { cases: 50, probability, share: k === 0 ? 0 : share * probability };
  });
}

/** The rows with curves of probabilities that are too high, and right after calibration; the last row without. */
export function withProbabilities(comparison: Comparison, top: number, share: number): Comparison {
  const rows = comparison.rows.map((row, k, { length }) => ({
    ...row,
    metrics: { ...row.metrics, brier: 0.0125 },
    reliability: binsOf(top, share),
    ...(k < length - 1 && {
      calibrated: { methods: ["platt" as const], brier: 0.00625, logLoss: 0.04, reliability: binsOf(top * share, 1) },
    }),
  }));
  return { ...comparison, rows };
}

/** The example with every part that a comparison may have. */
export function fullExample(): Comparison {
  return {
    ...withProbabilities(readExample("comparison"), 0.4, 0.1),
    reconstructions: {
      ...{ features: "latent", cases: 40, channels: 2 },
      worst: [reconstructed("case 7", 1, 0.8), reconstructed("case 9", 0, 0.7)],
      best: [reconstructed("case 2", 0, 0.1), reconstructed("case 3", 0, 0.2)],
    },
  };
}
