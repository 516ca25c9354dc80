import { convolutions } from "./convolutions.js";
import { aggregates } from "./event-aggregates.js";
import type { FeatureSet } from "./feature-set.js";
import { labelAware, latent, residuals, surprise, untrained } from "./latents.js";
import { ngrams } from "./ngrams.js";
import { fields, pca, raw, window } from "./raw.js";
import { statics } from "./statics.js";
import { statistics } from "./statistics.js";

export type { FeatureRole } from "./feature-set.js";

/** Every feature set by its name. A new one is a file beside this one, and a line here. */
export const featureSets: Readonly<Record<string, FeatureSet>> = {
  raw,
  statistics,
  statics,
  pca,
  convolutions,
  ngrams,
  fields,
  window,
  aggregates,
  untrained,
  latent,
  residuals,
  surprise,
  "label-aware": labelAware,
};
