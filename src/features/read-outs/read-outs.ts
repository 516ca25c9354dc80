import { OptionError } from "../../errors.js";
import type { Model } from "../../model/model.js";
import type { AutoencoderSpec } from "../../network/spec/spec.js";
import type { FeatureTable } from "../../table/feature-table.js";
import { type Pca, transformPca } from "../../table/pca.js";
import { PLAIN_PARTS, type PlainReadOut, plainReadOuts } from "./plain-read-out.js";
import { type ReadOutState, readOutColumns, readOutPresets } from "./readout.js";
import type { Direction } from "./series.js";

/**
 * What is read out of the encoder's states. `last`: the last state; `pooled`: mean, max and last; `narrow`: mean, max,
 * std, min and last; `levels`: mean, last and the shares of states above quantiles, which noise moves little; `wide`:
 * all of these, shares of increments above quantiles, and the model space; `compact`: 64 principal components of `wide`,
 * half whitened: their scale means something. The last three must have been fitted, see `fitReadOuts`.
 */
export const readOuts = [...plainReadOuts, "narrow", "levels", "wide", "compact"] as const;
export type ReadOut = (typeof readOuts)[number];

/** What the encoder must write, its columns, and what becomes of them. */
export interface ResolvedReadOut {
  request: PlainReadOut | ReadOutState;
  names: string[];
  project(table: FeatureTable): FeatureTable;
}

/** @throws {OptionError} if the model has no fitted read-out of that name */
export function resolveReadOut(model: Model, readOut: ReadOut): ResolvedReadOut {
  const same = (table: FeatureTable) => table;
  const directions = directionsOfSpec(model.metadata.spec);
  if (readOut === "last" || readOut === "pooled") {
    const top = directions.at(-1)!.layer;
    const Z = directions.reduce((sum, { layer, width }) => sum + (layer === top ? width : 0), 0);
    const names = PLAIN_PARTS[readOut].flatMap((part) => Array.from({ length: Z }, (_, z) => `${part}_${z}`));
    return { request: readOut, names, project: same };
  }
  if (readOut === "narrow") {
    const request: ReadOutState = {
      parts: [...readOutPresets.narrow],
      directions,
      fittedOn: { cases: 0, states: 0, sampled: 0, seed: 0 },
    };
    return { request, names: readOutColumns(request), project: same };
  }
  const wide = model.readOut?.state.wide as ReadOutState | undefined;
  const request = wide && readOut === "levels" ? { ...wide, parts: [...readOutPresets.levels] } : wide;
  const pca = readOut === "compact" ? pcaOf(model) : undefined;
  if (!request || (readOut === "compact" && !pca))
    throw new OptionError(
      `The read-out "${readOut}" needs quantiles and components of the training states, and this model has none. ` +
        'Fit them with fitReadOuts, train the model again with "undertone fit", or use narrow.',
    );
  const project = pca
    ? (table: FeatureTable) => {
        const { values, names, rows } = transformPca(pca, table);
        return { values, names: names.map((_, k) => `compact_${k}`), rows };
      }
    : same;
  return { request, names: readOutColumns(request), project };
}

/** Keeps the components of `compact` with a model: the large part as a tensor. */
export function keepPca(model: Model, { components, ...rest }: Pca): Model {
  const { state, tensors } = model.readOut!;
  const shape = [rest.variances.length, rest.columns];
  return {
    ...model,
    readOut: {
      state: { ...state, compact: rest },
      tensors: { ...tensors, "readOut.compact": { shape, data: Float32Array.from(components) } },
    },
  };
}

function pcaOf({ readOut }: Model): Pca | undefined {
  const rest = readOut?.state.compact as Omit<Pca, "components"> | undefined;
  const components = readOut?.tensors["readOut.compact"];
  return rest && components && { ...rest, components: Array.from(components.data) };
}

/** One for each direction of each recurrent layer of the encoder, as `statesOf` hands them out. */
function directionsOfSpec({ encoder }: AutoencoderSpec): Direction[] {
  const recurrent = encoder.filter((layer) => layer.type === "lstm");
  return recurrent.flatMap(({ units, bidirectional, goBackwards = false }, layer) =>
    (bidirectional ? [false, true] : [goBackwards]).map((reverse) => ({ layer, reverse, width: units })),
  );
}
