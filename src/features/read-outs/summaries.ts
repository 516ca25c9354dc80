import type { Part } from "./part.js";
import type { StateSeries } from "./states.js";

/** One number per unit over the present steps. */
const summary = (write: Part["write"]): Part => ({ names: (units) => [...units], write });

export const mean = summary((series, out) => {
  for (let z = 0; z < series.Z; z++) out[z] = meanOf(series, z);
});

export const max = summary((series, out) => extremes(series, out, 1));

export const min = summary((series, out) => extremes(series, out, -1));

/** The population standard deviation. */
export const std = summary((series, out) => {
  const { values, V, Z } = series;
  for (let z = 0; z < Z; z++) {
    const centre = meanOf(series, z);
    let squares = 0;
    for (let v = 0; v < V; v++) squares += (values[v * Z + z] - centre) ** 2;
    out[z] = Math.sqrt(squares / V);
  }
});

/** The state after the last step of each direction's walk. */
export const last = summary(({ values, V, Z, directions }, out) => {
  let z = 0;
  for (const { width, reverse } of directions)
    for (const end = z + width; z < end; z++) out[z] = values[(reverse ? 0 : V - 1) * Z + z];
});

function meanOf({ values, V, Z }: StateSeries, z: number): number {
  let sum = 0;
  for (let v = 0; v < V; v++) sum += values[v * Z + z];
  return sum / V;
}

function extremes({ values, V, Z }: StateSeries, out: Float32Array, sign: 1 | -1): void {
  for (let z = 0; z < Z; z++) {
    let best = values[z];
    for (let v = 1; v < V; v++) if (sign * values[v * Z + z] > sign * best) best = values[v * Z + z];
    out[z] = best;
  }
}
