import { DataError, OptionError, unknownName } from "../../errors.js";
import { expectOptions } from "../../options.js";
import { checkSequenceSet } from "../set/check.js";
import { expectRoom } from "../set/room.js";
import { countOf, createBitmap, lengthOf, type SequenceSet, setBit } from "../set/sequence-set.js";
import { type Curve, curveOf, positionsOf, sampleCurve } from "./curve.js";
import { type InterpolationMethod, interpolationMethods } from "./interpolate.js";
import { longGap, spanOf } from "./long-gap.js";

const MOST_STEPS = 1 << 27; // half a GiB of float32 per channel; a grid beyond that is a mistyped step

/** A grid of so many steps, and so many times the data's, is much longer than they: because of one gap, or in any case. */
const GAP_GRID = { steps: 1000, times: 100 };
const LONG_GRID = { steps: 100_000, times: 1000 };

/**
 * Puts every sequence on a regular grid that starts at its own first time.
 * "linear" and "previous" read each channel at the grid points as `interpolate` does; "none" averages the
 * observations of [t, t + step) and leaves an empty bin missing. Categorical channels hold the previous value
 * ("none": take the last of the bin).
 * @param step seconds, above 0
 * @throws {DataError} if the set has no times
 * @throws {OptionError} if `step` is not above 0, or so small that the grid would not fit in memory
 */
export function resampleToGrid(set: SequenceSet, options: { step: number; method: InterpolationMethod }): SequenceSet {
  expectOptions("resampleToGrid", options, ["step", "method"]);
  const { step, method } = options;
  if (!interpolationMethods.includes(method))
    unknownName("resampleToGrid", "method of interpolation", String(method), interpolationMethods);
  checkSequenceSet(set, "resampleToGrid");
  if (!(step > 0 && Number.isFinite(step)))
    throw new OptionError(`resampleToGrid: got a step of ${step} s, expected a number above 0.`);
  if (!set.times)
    throw new DataError(
      "resampleToGrid: the sequences have no times, expected one per step. A grid is regular in time; name the time column when reading, or resample to a length.",
    );
  const N = countOf(set);
  const offsets = new Int32Array(N + 1);
  let total = 0;
  for (let n = 0; n < N; n++) {
    const positions = positionsOf(set, n);
    const L = positions.length;
    // 1e-9: three steps of 0.1 s in 0.3 s, whatever the rounding
    total += L === 0 ? 0 : Math.floor((positions[L - 1] - positions[0]) / step + 1e-9) + 1;
    const own = total - offsets[n];
    const longer = ({ steps, times }: typeof LONG_GRID) => own > steps && own > times * L;
    const gap = longer(GAP_GRID) ? longGap(set, n) : undefined;
    if (gap || longer(LONG_GRID))
      throw new OptionError(
        `resampleToGrid: a step of ${step} s makes ${own} steps of the ${L} of sequence "${set.ids[n]}", expected a grid that is not much longer than the data. ${gap ? `One of its gaps is ${spanOf(gap.gap)} long and all others together are ${spanOf(gap.others)}: correct a wrong time stamp, or` : "Times are in seconds:"} choose a larger step.`,
      );
    const asks = `resampleToGrid: a step of ${step} s`;
    if (total > MOST_STEPS)
      throw new OptionError(
        `${asks} gives more than ${MOST_STEPS} steps by sequence "${set.ids[n]}", expected fewer. Times are in seconds; choose a larger step.`,
      );
    expectRoom(asks, total, set.channels.length, "Times are in seconds; choose a larger step.");
    offsets[n + 1] = total;
  }
  const times = new Float64Array(total);
  for (let n = 0; n < N; n++)
    for (let s = offsets[n]; s < offsets[n + 1]; s++) times[s] = set.times[set.offsets[n]] + (s - offsets[n]) * step;
  return rebuild(set, offsets, times, (n, f) => {
    const curve = curveOf(set, n, f, positionsOf(set, n));
    const categorical = set.channels[f].kind === "categorical";
    const grid = times.subarray(offsets[n], offsets[n + 1]);
    if (method === "none") return binned(curve, grid, step, categorical);
    return sampleCurve(curve, grid, categorical ? "previous" : method);
  });
}

/**
 * Brings every sequence to T steps, evenly spread from its first to its last step, linear in step index
 * (categorical: previous). Missing values are interpolated on the way. A single step is repeated, an empty
 * sequence becomes T missing steps; with T = 1 the middle is read. Times, where there are any, follow.
 * @throws {OptionError} if T is not a whole number above 0
 */
export function resampleToLength(set: SequenceSet, T: number): SequenceSet {
  if (!Number.isInteger(T) || T < 1)
    throw new OptionError(`resampleToLength: got a length of ${T}, expected a whole number of at least 1.`);
  const N = countOf(set);
  const offsets = Int32Array.from({ length: N + 1 }, (_, n) => n * T);
  const wanted = (n: number) => {
    const last = Math.max(lengthOf(set, n) - 1, 0);
    return Float64Array.from({ length: T }, (_, t) => (T === 1 ? last / 2 : (t * last) / (T - 1)));
  };
  const indices = (n: number) => Float64Array.from({ length: lengthOf(set, n) }, (_, t) => t);
  let times: Float64Array | undefined;
  if (set.times) {
    times = new Float64Array(N * T);
    for (let n = 0; n < N; n++) {
      const own = { at: indices(n), value: positionsOf(set, n) };
      times.set(sampleCurve(own, wanted(n), "linear") ?? new Float64Array(T), n * T);
    }
  }
  return rebuild(set, offsets, times, (n, f) => {
    const curve = curveOf(set, n, f, indices(n));
    return sampleCurve(curve, wanted(n), set.channels[f].kind === "categorical" ? "previous" : "linear");
  });
}

/** The set on new steps; `column` gives the values of channel f of sequence n, NaN or undefined = missing. */
function rebuild(
  set: SequenceSet,
  offsets: Int32Array,
  times: Float64Array | undefined,
  column: (n: number, f: number) => Float64Array | undefined,
): SequenceSet {
  const F = set.channels.length;
  const values = new Float32Array(offsets[offsets.length - 1] * F);
  const observed = createBitmap(values.length, true);
  let missing = 0;
  for (let n = 0; n + 1 < offsets.length; n++)
    for (let f = 0; f < F; f++) {
      const sampled = column(n, f);
      for (let s = offsets[n]; s < offsets[n + 1]; s++) {
        const value = sampled ? sampled[s - offsets[n]] : Number.NaN;
        if (!Number.isNaN(value)) values[s * F + f] = value;
        else {
          setBit(observed, s * F + f, false);
          missing++;
        }
      }
    }
  return { ...set, values, offsets, times, observed: missing > 0 ? observed : undefined };
}

/** Means (categorical: the last) of the points in [grid[g], grid[g] + step); NaN where there is none. */
function binned(curve: Curve, grid: Float64Array, step: number, categorical: boolean): Float64Array {
  const sums = new Float64Array(grid.length);
  const counts = new Int32Array(grid.length);
  for (let p = 0; p < curve.at.length; p++) {
    const bin = Math.min(Math.floor((curve.at[p] - grid[0]) / step + 1e-9), grid.length - 1);
    if (categorical) sums[bin] = curve.value[p];
    else sums[bin] += curve.value[p];
    counts[bin] = categorical ? 1 : counts[bin] + 1;
  }
  return sums.map((sum, g) => (counts[g] === 0 ? Number.NaN : sum / counts[g]));
}
