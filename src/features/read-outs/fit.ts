import { DataError, OptionError } from "../../errors.js";
import type { States } from "../../network/batch/states.js";
import { fitComponents } from "./model-space.js";
import { columnQuantiles, incrementsOf } from "./proportion.js";
import {
  expectDirections,
  type ReadOutOptions,
  type ReadOutPart,
  type ReadOutState,
  resolveParts,
} from "./readout.js";
import { createSample, offerSeries, type RowSample, sampledCount } from "./sample.js";
import { type Direction, directionsOf, seriesReader } from "./series.js";

/**
 * Fits quantiles and principal components on the states of the training part, one pass over its batches. They are
 * computed from a uniform sample of at most `sampleSize` states (and as many increments); the same seed and order of
 * cases give the same sample, however they are batched and padded.
 * @param batches each read before the next is asked for, so that they may share memory
 * @throws {OptionError} for an unknown part, or numbers out of range
 * @throws {DataError} without a batch
 * @throws {ShapeError} if batches differ in layers, directions or widths
 */
export function fitReadOut(options: ReadOutOptions, batches: Iterable<States>): ReadOutState {
  const { seed = 1, sampleSize = 20_000, components: K = 12, penalty = 10, lags = [1] } = options;
  const parts = resolveParts(options.parts);
  for (const [name, value] of [
    ["sampleSize", sampleSize],
    ["components", K],
  ] as const)
    if (!(Number.isInteger(value) && value > 0))
      throw new OptionError(`fitReadOut: ${name} is ${value}, expected a whole number above 0.`);
  if (!(penalty > 0 && Number.isFinite(penalty)))
    throw new OptionError(`fitReadOut: penalty is ${penalty}, expected a number above 0.`);
  if (lags.length === 0 || lags.some((lag, k) => !Number.isInteger(lag) || lag <= (lags[k - 1] ?? 0)))
    throw new OptionError(
      `fitReadOut: lags are ${lags.join(", ") || "none"}, expected whole numbers above 0, ascending.`,
    );
  const wants = (part: ReadOutPart) => parts.includes(part);
  let fitted: { directions: Direction[]; Z: number } | undefined;
  let samples = { states: createSample(0, 0, seed, 0), increments: [] as RowSample[] };
  let cases = 0;
  for (const batch of batches) {
    if (!fitted) {
      const directions = directionsOf(batch.views);
      const Z = directions.reduce((sum, { width }) => sum + width, 0);
      fitted = { directions, Z };
      samples = {
        states: createSample(
          wants("ppv") || wants("modelSpace") ? sampleSize : 0,
          ...([Z, seed, 0] as const),
        ),
        increments: wants("incrementPpv")
          ? lags.map((lag) => createSample(Math.ceil(sampleSize / lags.length), Z, seed, lag))
          : [],
      };
    }
    expectDirections("fitReadOut", batch, fitted.directions);
    const read = seriesReader(batch);
    for (let b = 0; b < batch.B; b++) {
      const series = read(b);
      offerSeries(samples.states, series);
      samples.increments.forEach((sample, k) => {
        offerSeries(sample, incrementsOf(series, lags[k]));
      });
    }
    cases += batch.B;
  }
  if (!fitted) throw new DataError("fitReadOut: got no batch of training states, expected at least one.");
  const { directions, Z } = fitted;
  const { rows, seen } = samples.states;
  const count = sampledCount(samples.states);
  return {
    parts,
    directions,
    ...(wants("ppv") && { quantiles: columnQuantiles(rows, count, Z) }),
    ...(wants("modelSpace") && {
      components: layersOf(directions).map((layer) => fitComponents(rows, count, Z, layer, K)),
      penalty,
    }),
    ...(wants("incrementPpv") && {
      incrementQuantiles: samples.increments.flatMap((sample) =>
        columnQuantiles(sample.rows, sampledCount(sample), Z),
      ),
      lags: [...lags],
    }),
    fittedOn: { cases, states: seen, sampled: count, seed },
  };
}

/** Neighbouring columns of each layer; the directions of a layer stand side by side. */
function layersOf(directions: readonly Direction[]): { layer: number; from: number; width: number }[] {
  const layers: { layer: number; from: number; width: number }[] = [];
  let from = 0;
  for (const { layer, width } of directions) {
    const last = layers.at(-1);
    if (last?.layer === layer) last.width += width;
    else layers.push({ layer, from, width });
    from += width;
  }
  return layers;
}
