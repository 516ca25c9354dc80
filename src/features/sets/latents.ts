import { z } from "zod";
import { selectColumns } from "../../table/feature-table.js";
import { encode } from "../encode.js";
import { componentsOf, mustBeFitted, readOuts } from "../read-outs/read-outs.js";
import { residualFeaturesOnThreads } from "../residual-features.js";
import type { FeatureRole, FeatureSet } from "./feature-set.js";
import type { NetworkName } from "./networks.js";

const readOutState = z.object({ readOut: z.enum(readOuts) });

export const untrained = encoded("control", "the untrained encoder", "untrained");

export const latent = encoded("latent", "the latents", "trained");

export const labelAware = encoded("latent", "the label-aware latents", "label-aware");

export const residuals = missed("what the decoder missed in the last step", "trained", /^(error$|residual_)/);

/** Of a network that predicts the next step; what was not rebuilt is in `residuals`. */
export const surprise = missed("surprise", "composite", /^(unexpected|surprise)_/);

type SetOfNetwork<State> = FeatureSet<State> & { network: NetworkName };

function encoded(
  role: Exclude<FeatureRole, "combination">,
  phrase: string,
  network: NetworkName,
): SetOfNetwork<z.infer<typeof readOutState>> {
  return {
    ...{ role, phrase, network },
    state: readOutState,
    async fit({ readOut }, { model, withReadOuts }) {
      const components = componentsOf(readOut) !== undefined;
      return {
        state: { readOut },
        model: mustBeFitted(readOut) ? await withReadOuts(components) : model,
        ...(components && { components }),
      };
    },
    async features({ state: { readOut }, model }, { set }, { engine, threads }) {
      return { table: await encode(engine, model!, set, { readOut, threads }) };
    },
  };
}

function missed(phrase: string, network: NetworkName, columns: RegExp): SetOfNetwork<Record<string, never>> {
  return {
    ...{ role: "latent", phrase, network },
    state: z.object({}),
    fit: (_, { model }) => ({ state: {}, model }),
    async features({ model }, { set }, { engine, threads }) {
      return { table: selectColumns(await residualFeaturesOnThreads(engine, model!, set, threads), columns) };
    },
  };
}
