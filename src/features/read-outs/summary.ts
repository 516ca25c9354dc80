import type { Direction, StateSeries } from "./series.js";

export const summaries = ["mean", "max", "std", "min", "last"] as const;
export type Summary = (typeof summaries)[number];

/**
 * One number per unit over the steps that are there, [Z]; zeros for a case without one. `std` is the population
 * standard deviation; `last` is the state after the last step of each direction's walk.
 */
export function summarise(
  summary: Summary,
  { values, V, Z }: StateSeries,
  directions: readonly Direction[],
  out: Float32Array | Float64Array,
): void {
  out.fill(0, 0, Z);
  if (V === 0) return;
  switch (summary) {
    case "mean":
      for (let z = 0; z < Z; z++) out[z] = meanOf(values, V, Z, z);
      return;
    case "max":
    case "min": {
      const sign = summary === "max" ? 1 : -1;
      for (let z = 0; z < Z; z++) {
        let best = values[z];
        for (let v = 1; v < V; v++) if (sign * values[v * Z + z] > sign * best) best = values[v * Z + z];
        out[z] = best;
      }
      return;
    }
    case "std":
      for (let z = 0; z < Z; z++) {
        const mean = meanOf(values, V, Z, z);
        let squares = 0;
        for (let v = 0; v < V; v++) squares += (values[v * Z + z] - mean) ** 2;
        out[z] = Math.sqrt(squares / V);
      }
      return;
    case "last": {
      let z = 0;
      for (const { width, reverse } of directions)
        for (const end = z + width; z < end; z++) out[z] = values[(reverse ? 0 : V - 1) * Z + z];
    }
  }
}

function meanOf(values: Float64Array, V: number, Z: number, z: number): number {
  let sum = 0;
  for (let v = 0; v < V; v++) sum += values[v * Z + z];
  return sum / V;
}
