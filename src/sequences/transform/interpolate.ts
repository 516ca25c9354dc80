import { unknownName } from "../../errors.js";
import { checkSequenceSet } from "../set/check.js";
import { countOf, createBitmap, isObserved, type SequenceSet, setBit } from "../set/sequence-set.js";
import { curveOf, positionsOf, sampleCurve } from "./curve.js";

export const interpolationMethods = ["linear", "previous", "none"] as const;
export type InterpolationMethod = (typeof interpolationMethods)[number];

/**
 * Fills the missing values inside each sequence, channel by channel; observed values stay as they are.
 * "linear" is linear in time (in step index without times), and takes the nearest observed value at both ends;
 * "previous" holds the last observed value, and takes the next one in a leading gap. Categorical channels always
 * use "previous". A channel with nothing observed in a sequence stays missing there; "none" changes nothing.
 */
export function interpolate(set: SequenceSet, method: InterpolationMethod): SequenceSet {
  if (!interpolationMethods.includes(method))
    unknownName("interpolate", "method", String(method), interpolationMethods);
  checkSequenceSet(set, "interpolate");
  return fillGaps(set, method);
}

/** As `interpolate`, of a set that is sound. */
export function fillGaps(set: SequenceSet, method: InterpolationMethod): SequenceSet {
  if (method === "none" || set.observed === undefined) return set;
  const F = set.channels.length;
  const values = set.values.slice();
  const observed = createBitmap(values.length, true);
  let missing = 0;
  for (let n = 0; n < countOf(set); n++) {
    const positions = positionsOf(set, n);
    for (let f = 0; f < F; f++) {
      const curve = curveOf(set, n, f, positions);
      if (curve.at.length === positions.length) continue;
      const kind = set.channels[f].kind === "categorical" ? "previous" : method;
      const filled = sampleCurve(curve, positions, kind);
      for (let t = 0; t < positions.length; t++) {
        const k = (set.offsets[n] + t) * F + f;
        if (isObserved(set, k)) continue;
        if (filled) values[k] = filled[t];
        else {
          setBit(observed, k, false);
          missing++;
        }
      }
    }
  }
  return { ...set, values, observed: missing > 0 ? observed : undefined };
}
