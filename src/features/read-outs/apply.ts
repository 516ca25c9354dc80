import type { States } from "../../network/batch/states.js";
import { modelSpace } from "./model-space.js";
import { incrementsOf, QUANTILE_LEVELS, shareAbove } from "./proportion.js";
import { expectDirections, type ReadOutState } from "./readout.js";
import { seriesReader } from "./series.js";
import { type Summary, summarise } from "./summary.js";

/**
 * The read-out of every case of a batch, [B, columns], padding and masked steps left out. A case with no step that is
 * there gives zeros; one with no more steps than a lag has no increments of that lag, one with a single step no
 * dynamics, and zeros for those.
 * @throws {ShapeError} if the states are not those of the encoder it was fitted with
 */
export function applyReadOut(state: ReadOutState, states: States): Float32Array {
  const { parts, directions, lags = [1], components = [], penalty } = state;
  expectDirections("applyReadOut", states, directions);
  const read = seriesReader(states);
  const Z = directions.reduce((sum, { width }) => sum + width, 0);
  const ZQ = Z * QUANTILE_LEVELS.length;
  const quantiles = Float64Array.from(state.quantiles ?? []);
  const ofIncrements = Float64Array.from(state.incrementQuantiles ?? []);
  const spaces = components.map(({ projection, width }) => {
    const K = projection.length / width;
    return K * (K + 1);
  });
  const sizes = parts.map((part) => {
    if (part === "modelSpace") return spaces.reduce((sum, size) => sum + size, 0);
    if (part === "incrementPpv") return lags.length * ZQ;
    return part === "ppv" ? ZQ : Z;
  });
  const columns = sizes.reduce((sum, size) => sum + size, 0);
  const rows = new Float32Array(states.B * columns);
  for (let b = 0; b < states.B; b++) {
    const series = read(b);
    let at = b * columns;
    parts.forEach((part, p) => {
      const out = rows.subarray(at, at + sizes[p]);
      at += sizes[p];
      if (part === "ppv") shareAbove(series, quantiles, out);
      else if (part === "incrementPpv")
        lags.forEach((lag, k) => {
          const [from, to] = [k * ZQ, (k + 1) * ZQ];
          shareAbove(incrementsOf(series, lag), ofIncrements.subarray(from, to), out.subarray(from, to));
        });
      else if (part === "modelSpace") {
        let from = 0;
        components.forEach((layer, k) => {
          modelSpace(series, layer, penalty!, out.subarray(from, (from += spaces[k])));
        });
      } else summarise(part satisfies Summary, series, directions, out);
    });
  }
  return rows;
}
