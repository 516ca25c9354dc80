import { readFileSync } from "node:fs";
import type { Comparison, ReconstructedCase } from "../../src/evaluate/comparison/comparison.js";

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

/** The example with every part that a comparison may have. */
export function fullExample(): Comparison {
  return {
    ...readExample("comparison"),
    reconstructions: {
      ...{ features: "latent", cases: 40, channels: 2 },
      worst: [reconstructed("case 7", 1, 0.8), reconstructed("case 9", 0, 0.7)],
      best: [reconstructed("case 2", 0, 0.1), reconstructed("case 3", 0, 0.2)],
    },
  };
}
