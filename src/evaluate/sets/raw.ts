import { rawFeatures, rawLength } from "../../features/baselines/raw.js";
import { finiteFeatures } from "../../table/finite.js";
import { fitPca, transformPca } from "../../table/pca.js";
import { both, type FeatureSet } from "./feature-set.js";

/** Principal components of the raw values, at most. */
const COMPONENTS = 64;

export const raw = {
  role: "baseline",
  phrase: "the raw values",
  build(context) {
    const T = rawLength(context.train);
    return both(context, (set) => rawFeatures(set, T, context.align));
  },
} satisfies FeatureSet;

export const pca: FeatureSet = {
  role: "baseline",
  phrase: "principal components of the raw values",
  build(context) {
    const { train, test } = raw.build(context);
    // channels differ in unit; the steps of one do not
    const fitted = fitPca(train, COMPONENTS, { standardise: context.train.channels.length > 1 });
    const components = (table: typeof train, set: typeof context.train) =>
      finiteFeatures("pca", transformPca(fitted, table), set);
    return { train: components(train, context.train), test: components(test, context.test), components: true };
  },
};

export const fields: FeatureSet = {
  role: "baseline",
  phrase: "the event's own fields",
  needs: "events",
  build: (context) => both(context, (set) => rawFeatures(set, 1, "end")),
};

export const window: FeatureSet = {
  role: "baseline",
  phrase: "the flattened window",
  needs: "events",
  build: (context) => raw.build({ ...context, align: "end" }),
};
