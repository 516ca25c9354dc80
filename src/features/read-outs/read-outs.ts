import { OptionError, unknownName } from "../../errors.js";
import type { Model } from "../../model/model.js";
import type { AutoencoderSpec } from "../../network/spec/spec.js";
import type { FeatureTable } from "../../table/feature-table.js";
import { type Pca, transformPca } from "../../table/pca.js";
import type { ReadOutState } from "./fit.js";
import { expectParts, type PartName, partNames, partOf, type ReadOutParts, readOutColumns } from "./parts.js";
import type { Direction } from "./states.js";

interface OfParts {
  /** Recurrent layers of the encoder that it reads. Parts that are fitted need all. */
  layers: "last" | "all";
  parts: readonly PartName[];
}

const SUMMARIES = ["mean", "max", "std", "min", "last"] as const;

/** What is read out of the encoder's states. Noise moves the columns of `levels` least. */
const ofParts = {
  last: { layers: "last", parts: ["last"] },
  pooled: { layers: "last", parts: ["mean", "max", "last"] },
  narrow: { layers: "all", parts: SUMMARIES },
  levels: { layers: "all", parts: ["mean", "last", "ppv"] },
  wide: { layers: "all", parts: [...SUMMARIES, "ppv", "modelSpace", "incrementPpv"] },
} as const satisfies Record<string, OfParts>;

/** Principal components of another read-out, half whitened: their scale means something. */
const ofComponents = { compact: { of: "wide", components: 64 } } as const satisfies Record<
  string,
  { of: keyof typeof ofParts; components: number }
>;

type OfComponents = keyof typeof ofComponents;
export type ReadOut = keyof typeof ofParts | OfComponents;
export const readOuts = Object.keys({ ...ofParts, ...ofComponents }) as ReadOut[];

/** What a column of a read-out is called: its part or its own name, then a number of a unit, a component or a quantile. */
export const readOutColumn = new RegExp(`^(?:${[...partNames, ...Object.keys(ofComponents)].join("|")})_\\w*\\d$`);

/** The read-out whose components it is, and how many; undefined for one that is of parts itself. */
export function componentsOf(readOut: ReadOut) {
  return Object.hasOwn(ofComponents, readOut) ? ofComponents[readOut as OfComponents] : undefined;
}

function entryOf(readOut: ReadOut): OfParts {
  return ofParts[componentsOf(readOut)?.of ?? (readOut as keyof typeof ofParts)];
}

/** Whether it needs numbers of the training states, see `fitReadOuts`. */
export function mustBeFitted(readOut: ReadOut): boolean {
  return componentsOf(readOut) !== undefined || entryOf(readOut).parts.some((part) => partOf(part).fit);
}

/** What the encoder must write, its columns, and what becomes of them. */
export interface ResolvedReadOut {
  request: ReadOutParts;
  names: string[];
  project(table: FeatureTable): FeatureTable;
}

/** @throws {OptionError} for an unknown read-out, or one that the model has not been fitted for */
export function resolveReadOut(spec: AutoencoderSpec, readOut: ReadOut, kept?: Model["readOut"]): ResolvedReadOut {
  if (!readOuts.includes(readOut)) unknownName("encode", "read-out", readOut, readOuts);
  const { layers, parts } = entryOf(readOut);
  const resolved = (request: ReadOutParts, project: ResolvedReadOut["project"] = (table) => table) => ({
    request,
    names: readOutColumns(request),
    project,
  });
  if (!mustBeFitted(readOut)) return resolved({ parts: [...parts], ...directionsOf(spec, layers) });
  const fitted = kept?.state[FITTED] as ReadOutState | undefined;
  if (fitted) expectParts(fitted.parts);
  // the parts that it was fitted with, in their order: a model keeps its columns when a read-out gets a part more
  const own = fitted?.parts.filter((part) => parts.includes(part)) ?? [];
  const pca = componentsOf(readOut) && pcaOf(kept, readOut);
  if (!fitted || own.length === 0 || (componentsOf(readOut) && !pca))
    throw new OptionError(
      `The read-out "${readOut}" needs quantiles and components of the training states, and this model has none. ` +
        'Fit them with fitReadOuts, train the model again with "undertone fit", or use narrow.',
    );
  const request = { ...fitted, parts: own };
  if (!pca) return resolved(request);
  return resolved(request, (table) => {
    const { values, names, rows } = transformPca(pca, table);
    return { values, names: names.map((_, k) => `${readOut}_${k}`), rows };
  });
}

/** The key of the fitted parts in a model file, whichever read-outs have them. */
export const FITTED = "wide";

/** Keeps fitted parts with a model, in place of all that it had. */
export function keepParts(model: Model, fitted: ReadOutState): Model {
  return { ...model, readOut: { state: { [FITTED]: fitted }, tensors: {} } };
}

/** Keeps the components of a read-out with a model: the large part as a tensor. */
export function keepPca(model: Model, readOut: ReadOut, { components, ...rest }: Pca): Model {
  const { state, tensors } = model.readOut!;
  const shape = [rest.variances.length, rest.columns];
  return {
    ...model,
    readOut: {
      state: { ...state, [readOut]: rest },
      tensors: { ...tensors, [tensorOf(readOut)]: { shape, data: Float32Array.from(components) } },
    },
  };
}

/** The name of the tensor of its components. */
export const tensorOf = (readOut: ReadOut) => `readOut.${readOut}`;

function pcaOf(kept: Model["readOut"], readOut: ReadOut): Pca | undefined {
  const rest = kept?.state[readOut] as Omit<Pca, "components"> | undefined;
  const components = kept?.tensors[tensorOf(readOut)];
  return rest && components && { ...rest, components: Array.from(components.data) };
}

/** One for each direction of each recurrent layer of the encoder, as `statesOf` hands them out. */
export function directionsOf(
  { encoder }: AutoencoderSpec,
  layers: OfParts["layers"],
): Pick<ReadOutParts, "directions" | "lastLayer"> {
  const recurrent = encoder.filter((layer) => layer.type === "lstm");
  const directions = recurrent.flatMap(({ units, bidirectional, goBackwards = false }, layer): Direction[] =>
    (bidirectional ? [false, true] : [goBackwards]).map((reverse) => ({ layer, reverse, width: units })),
  );
  if (layers === "all") return { directions };
  return { directions: directions.filter(({ layer }) => layer === recurrent.length - 1), lastLayer: true };
}
