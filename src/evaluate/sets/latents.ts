import { encode } from "../../features/encode.js";
import { componentsOf, mustBeFitted } from "../../features/read-outs/read-outs.js";
import { residualFeaturesOnThreads } from "../../features/residual-features.js";
import type { Sequences } from "../../sequences/set/windowed-set.js";
import { selectColumns } from "../../table/feature-table.js";
import type { FeatureContext, FeaturePair, FeatureSet } from "./feature-set.js";
import type { SharedNetwork } from "./networks.js";

export const untrained: FeatureSet = {
  role: "control",
  phrase: "the untrained encoder",
  network: "untrained",
  build: encoded,
};

export const latent: FeatureSet = {
  role: "latent",
  phrase: "the latents",
  network: "trained",
  build: encoded,
};

export const labelAware: FeatureSet = {
  role: "latent",
  phrase: "the label-aware latents",
  network: "label-aware",
  build: encoded,
};

export const residuals: FeatureSet = {
  role: "latent",
  phrase: "what the decoder missed in the last step",
  network: "trained",
  build: (context, network) => missed(context, network, /^(error$|residual_)/),
};

/** Of a network that predicts the next step; what was not rebuilt is in `residuals`. */
export const surprise: FeatureSet = {
  role: "latent",
  phrase: "surprise",
  network: "composite",
  build: (context, network) => missed(context, network, /^(unexpected|surprise)_/),
};

async function encoded(
  { engine, train, test, fit, readOut }: FeatureContext,
  network: SharedNetwork,
): Promise<FeaturePair> {
  const components = componentsOf(readOut) !== undefined;
  const model = mustBeFitted(readOut) ? await network.withReadOuts(components) : network.model;
  const options = { readOut, threads: fit.threads };
  return {
    train: await encode(engine, model, train, options),
    test: await encode(engine, model, test, options),
    ...(components && { components: true }),
  };
}

async function missed(
  { engine, train, test, fit }: FeatureContext,
  { model }: SharedNetwork,
  columns: RegExp,
): Promise<FeaturePair> {
  const of = async (set: Sequences) =>
    selectColumns(await residualFeaturesOnThreads(engine, model, set, fit.threads), columns);
  return { train: await of(train), test: await of(test) };
}
