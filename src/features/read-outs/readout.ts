import { OptionError, ShapeError, unknownName } from "../../errors.js";
import type { States } from "../../network/batch/states.js";
import type { StateComponents } from "./model-space.js";
import { QUANTILE_LEVELS } from "./proportion.js";
import { type Direction, directionPrefix, layerPrefix } from "./series.js";
import { summaries } from "./summary.js";

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

/** The parts that are asked for, in the order of `readOutParts`. @throws {OptionError} for an unknown one, or none */
export function resolveParts(parts: ReadOutOptions["parts"]): ReadOutPart[] {
  if (typeof parts === "string" && !Object.hasOwn(readOutPresets, parts))
    unknownName("Read-out", "preset", parts, Object.keys(readOutPresets));
  const wanted: readonly ReadOutPart[] = typeof parts === "string" ? readOutPresets[parts] : parts;
  for (const part of wanted)
    if (!readOutParts.includes(part)) unknownName("Read-out", "part", part, readOutParts);
  if (wanted.length === 0)
    throw new OptionError(`Read-out: got no parts, expected some of ${readOutParts.join(", ")}.`);
  return readOutParts.filter((part) => wanted.includes(part));
}

/** @throws {ShapeError} if states are not those of `expected` */
export function expectDirections(where: string, { views }: States, expected: readonly Direction[]): void {
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
