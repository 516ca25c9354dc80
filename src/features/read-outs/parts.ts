import { OptionError, ShapeError, unknownName } from "../../errors.js";
import { modelSpace } from "./model-space.js";
import type { Part } from "./part.js";
import { incrementPpv, ppv } from "./shares.js";
import { type Direction, type States, seriesReader } from "./states.js";
import { last, max, mean, min, std } from "./summaries.js";

/** All parts. Columns of a read-out keep this order, and begin with the name of their part. */
export const parts = { mean, max, std, min, last, ppv, modelSpace, incrementPpv } satisfies Record<string, Part>;

export type PartName = keyof typeof parts;
export const partNames = Object.keys(parts) as PartName[];
export const partOf = (name: PartName): Part => parts[name];

/** Parts that are read out of states, with what was fitted for them beside: plain JSON. */
export interface ReadOutParts {
  parts: PartName[];
  directions: Direction[];
  /** States of the last layer alone; units are numbered through. */
  lastLayer?: boolean;
}

/** @throws {OptionError} for an unknown part, as of a model file of a later version, or none */
export function expectParts(wanted: readonly string[]): void {
  for (const name of wanted) if (!Object.hasOwn(parts, name)) unknownName("Read-out", "part", name, partNames);
  if (wanted.length === 0) throw new OptionError(`Read-out: got no parts, expected some of ${partNames.join(", ")}.`);
}

/** Names of all columns, in order, such as `mean_forward_3` or `ppv_layer1_backward_7_q05`. */
export function readOutColumns(readOut: ReadOutParts): string[] {
  return columnsByPart(readOut).flat();
}

function columnsByPart(readOut: ReadOutParts): string[][] {
  const units = unitNames(readOut);
  return readOut.parts.map((name) =>
    partOf(name)
      .names(units, readOut)
      .map((column) => `${name}_${column}`),
  );
}

/** One name per column of the states: `forward_3`, of several layers `layer1_forward_3`, of the last layer alone `3`. */
function unitNames({ directions, lastLayer }: ReadOutParts): string[] {
  const several = directions.some(({ layer }) => layer !== directions[0].layer);
  const names = directions.flatMap(({ layer, reverse, width }) => {
    const prefix = `${several ? `layer${layer}_` : ""}${reverse ? "backward" : "forward"}`;
    return Array.from({ length: width }, (_, k) => `${prefix}_${k}`);
  });
  return lastLayer ? names.map((_, z) => String(z)) : names;
}

/**
 * Writes the columns of every sequence of a batch. Padding and masked steps are left out; a sequence without a present
 * step gives zeros.
 * @returns a function that writes the columns of sequence b into row `rowOf(b)` of `out`
 * @throws {ShapeError} if the states are not those of the encoder it was fitted with
 */
export function readOutWriter(readOut: ReadOutParts) {
  const steps = columnsByPart(readOut).map((columns, k) => ({
    write: partOf(readOut.parts[k]).write,
    columns: new Float32Array(columns.length), // reused: cheaper than a view of `out` per part and sequence
  }));
  const width = steps.reduce((sum, { columns }) => sum + columns.length, 0);
  return (states: States, out: Float32Array, rowOf: (b: number) => number): void => {
    expectDirections("encode", states, readOut.directions);
    const read = seriesReader(states);
    for (let b = 0; b < states.B; b++) {
      const series = read(b);
      let at = rowOf(b) * width;
      if (series.V === 0) {
        out.fill(0, at, at + width);
        continue;
      }
      for (const { write, columns } of steps) {
        write(series, columns, readOut);
        out.set(columns, at);
        at += columns.length;
      }
    }
  };
}

/** @throws {ShapeError} if states are not those of `expected` */
export function expectDirections(where: string, { views }: States, expected: readonly Direction[]): void {
  const describe = (all: readonly Direction[]) =>
    all.map(({ layer, reverse, width }) => `${width} ${reverse ? "backward" : "forward"} (layer ${layer})`).join(", ");
  const got = describe(views);
  const wanted = describe(expected);
  if (got !== wanted)
    throw new ShapeError(
      `${where}: got the states ${got}, expected ${wanted}. The read-out belongs to the encoder it was fitted with; fit it again for this one.`,
    );
}
