import { DataError, OptionError, ShapeError, unknownName } from "../../errors.js";
import type { States } from "../../model/states.js";
import { fitComponents, modelSpace, type StateComponents } from "./model-space.js";
import { columnQuantiles, incrementsOf, QUANTILE_LEVELS, shareAbove } from "./proportion.js";
import { createSample, offerSeries, type RowSample, sampledCount } from "./sample.js";
import { type Direction, directionPrefix, directionsOf, layerPrefix, seriesReader } from "./series.js";
import { type Summary, summaries, summarise } from "./summary.js";

/** What can be read out of the states; columns keep this order. */
export const readOutParts = [...summaries, "ppv", "modelSpace", "incrementPpv"] as const;
export type ReadOutPart = (typeof readOutParts)[number];

export const readOutPresets = {
  narrow: summaries,
  levels: ["mean", "last", "ppv"],
  wide: readOutParts,
} as const satisfies Record<string, readonly ReadOutPart[]>;

export interface ReadOutOptions {
  /** A preset's name, or parts of one's own choice. */
  parts: keyof typeof readOutPresets | readonly ReadOutPart[];
  /** of the sample that quantiles and components are computed from; default 1 */
  seed?: number;
  /** states, and increments of all lags together, that this sample holds at most; default 20,000 */
  sampleSize?: number;
  /** steps that increments reach back, ascending; default 1 alone */
  lags?: readonly number[];
  /** principal components of the states in the model space; default 12 */
  components?: number;
  /** ridge penalty in the model space; default 10 */
  penalty?: number;
}

/** A fitted read-out: plain JSON, kept with the model. */
export interface ReadOutState {
  parts: ReadOutPart[];
  directions: Direction[];
  /** [Z, 10] of the states, with `ppv` */
  quantiles?: number[];
  /** [lags, Z, 10] of h_t - h_(t-lag), with `incrementPpv` */
  incrementQuantiles?: number[];
  /** with `incrementPpv`; absent: 1 alone */
  lags?: number[];
  /** one a layer, with `modelSpace` */
  components?: StateComponents[];
  penalty?: number;
  /** Provenance of the fitted numbers. */
  fittedOn: { cases: number; states: number; sampled: number; seed: number };
}

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
        states: createSample(wants("ppv") || wants("modelSpace") ? sampleSize : 0, Z, seed, 0),
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

/**
 * Names of the columns that `applyReadOut` gives, in order, such as `mean_forward_3`, `ppv_backward_7_q05` or
 * `incrementPpv_forward_7_lag4_q95`.
 */
export function readOutColumns({ parts, directions, components = [], lags = [1] }: ReadOutState): string[] {
  const units = directions.flatMap((direction) =>
    Array.from({ length: direction.width }, (_, k) => `${directionPrefix(direction, directions)}${k}`),
  );
  const levels = QUANTILE_LEVELS.map((level) => `q${String(Math.round(100 * level)).padStart(2, "0")}`);
  return parts.flatMap((part) => {
    switch (part) {
      case "ppv":
        return units.flatMap((unit) => levels.map((level) => `${part}_${unit}_${level}`));
      case "incrementPpv":
        return lags.flatMap((lag) =>
          units.flatMap((unit) => levels.map((level) => `${part}_${unit}_lag${lag}_${level}`)),
        );
      case "modelSpace":
        return components.flatMap(({ layer, projection, width }) => {
          const prefix = `${part}_${layerPrefix(layer, directions)}`;
          const K = Array.from({ length: projection.length / width }, (_, k) => k);
          return [
            ...K.flatMap((to) => K.map((from) => `${prefix}${from}_to_${to}`)),
            ...K.map((to) => `${prefix}bias_${to}`),
          ];
        });
      default:
        return units.map((unit) => `${part}_${unit}`);
    }
  });
}

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

function resolveParts(parts: ReadOutOptions["parts"]): ReadOutPart[] {
  if (typeof parts === "string" && !Object.hasOwn(readOutPresets, parts))
    unknownName("Read-out", "preset", parts, Object.keys(readOutPresets));
  const wanted: readonly ReadOutPart[] = typeof parts === "string" ? readOutPresets[parts] : parts;
  for (const part of wanted)
    if (!readOutParts.includes(part)) unknownName("Read-out", "part", part, readOutParts);
  if (wanted.length === 0)
    throw new OptionError(`Read-out: got no parts, expected some of ${readOutParts.join(", ")}.`);
  return readOutParts.filter((part) => wanted.includes(part));
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

function expectDirections(where: string, { views }: States, expected: readonly Direction[]): void {
  const describe = (all: readonly Direction[]) =>
    all
      .map(({ layer, reverse, width }) => `${width} ${reverse ? "backward" : "forward"} (layer ${layer})`)
      .join(", ");
  const got = describe(views);
  const wanted = describe(expected);
  if (got !== wanted)
    throw new ShapeError(
      `${where}: got the states ${got}, expected ${wanted}. The read-out belongs to the encoder it was fitted with; fit it again for this one.`,
    );
}
