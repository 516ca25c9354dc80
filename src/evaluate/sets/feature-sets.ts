import type { Engine } from "../../engine/engine.js";
import {
  fitRandomConvolutions,
  transformRandomConvolutions,
} from "../../features/baselines/random-convolutions.js";
import { rawFeatures, rawLength } from "../../features/baselines/raw.js";
import { statisticsFeatures } from "../../features/baselines/statistics.js";
import { encode } from "../../features/encode.js";
import { fitReadOuts } from "../../features/fit-read-outs.js";
import { componentsOf, mustBeFitted, type ReadOut } from "../../features/read-outs/read-outs.js";
import { residualFeatures } from "../../features/residual-features.js";
import type { Model } from "../../model/model.js";
import { countOf, type SequenceSet, selectSequences } from "../../sequences/set/sequence-set.js";
import { type FeatureTable, selectColumns, selectRows, sideBySide } from "../../table/feature-table.js";
import { fitPca, transformPca } from "../../table/pca.js";
import { trainModel, untrainedAutoencoder } from "../../train/fit.js";
import type { FitOptions } from "../../train/options.js";
import type { TrainHooks } from "../../train/train.js";

/** What a feature set is in the argument: what ours must beat, the control, ours, or ours together with others. */
export type FeatureRole = "baseline" | "control" | "latent" | "combination";

/** The same features of both parts; everything that is fitted is fitted on the training part. */
export interface FeaturePair {
  train: FeatureTable;
  test: FeatureTable;
  /** Columns are principal components, whose scale may mean something: ridge tells, logistic regression keeps it. */
  components?: boolean;
  /** The network that made them. */
  model?: Model;
  notes?: readonly string[];
}

/** What a builder of features may see: both parts of one resample, and no test label. */
export interface FeatureContext {
  engine: Engine;
  train: SequenceSet;
  /** Without labels. */
  test: SequenceSet;
  /** Rows of each part in `aggregates`. */
  rows: { train: Int32Array; test: Int32Array };
  /** Aggregates of all events, made once; absent where there are no amounts. */
  aggregates?: () => FeatureTable;
  /** As given; training with the seed of this network. */
  fit: FitOptions;
  readOut: ReadOut;
  /** Windows of events are aligned at their last event, whole series are stretched to one length. */
  align: "stretch" | "end";
  /** Seed of what is drawn beside the network. */
  seed: number;
  hooks: TrainHooks;
  /** Makes a thing once for each resample and network seed: a trained network that several sets read. */
  remember<T>(key: string, make: () => Promise<T>): Promise<T>;
}

/** One row of the table of feature sets. A new set is one more entry. */
export interface FeatureSet {
  role: Exclude<FeatureRole, "combination">;
  /** What the verdict calls it. */
  says: string;
  /** Whether it depends on the seed of the network, so that it is made once for each. */
  network: boolean;
  /** Only for windows of events; with aggregates only where the source has amounts. */
  needs?: "events" | "amounts";
  build(context: FeatureContext): Promise<FeaturePair>;
}

/** Principal components of the raw values, at most. */
const COMPONENTS = 64;
/** Random convolutions: above so many training rows ridge takes minutes with ten thousand columns. */
const MANY_ROWS = 3000;
const CONVOLUTIONS = { few: 9996, many: 1512 };

const both = ({ train, test }: FeatureContext, of: (set: SequenceSet) => FeatureTable): FeaturePair => ({
  train: of(train),
  test: of(test),
});

/** Every feature set there is. */
export const featureSets: Readonly<Record<string, FeatureSet>> = {
  raw: {
    role: "baseline",
    says: "the raw values",
    network: false,
    async build(context) {
      const T = rawLength(context.train);
      return both(context, (set) => rawFeatures(set, T, context.align));
    },
  },
  statistics: {
    role: "baseline",
    says: "the statistics",
    network: false,
    build: async (context) => both(context, statisticsFeatures),
  },
  pca: {
    role: "baseline",
    says: "principal components of the raw values",
    network: false,
    async build(context) {
      const raw = await context.remember("raw", () => featureSets.raw.build(context));
      // channels differ in unit; the steps of one do not
      const pca = fitPca(raw.train, COMPONENTS, { standardise: context.train.channels.length > 1 });
      return { train: transformPca(pca, raw.train), test: transformPca(pca, raw.test), components: true };
    },
  },
  convolutions: {
    role: "baseline",
    says: "random convolutions",
    network: false,
    async build(context) {
      const features = countOf(context.train) > MANY_ROWS ? CONVOLUTIONS.many : CONVOLUTIONS.few;
      const state = fitRandomConvolutions(context.train, { features, seed: context.seed });
      return both(context, (set) => transformRandomConvolutions(state, set));
    },
  },
  fields: {
    role: "baseline",
    says: "the event's own fields",
    network: false,
    needs: "events",
    build: async (context) => both(context, (set) => rawFeatures(set, 1, "end")),
  },
  window: {
    role: "baseline",
    says: "the flattened window",
    network: false,
    needs: "events",
    async build(context) {
      const T = rawLength(context.train);
      return both(context, (set) => rawFeatures(set, T, "end"));
    },
  },
  aggregates: {
    role: "baseline",
    says: "hand-made aggregates",
    network: false,
    needs: "amounts",
    async build({ train, test, rows, aggregates }) {
      const all = aggregates!();
      const part = (set: SequenceSet, indices: Int32Array) =>
        sideBySide([rawFeatures(set, 1, "end"), selectRows(all, indices)]);
      return { train: part(train, rows.train), test: part(test, rows.test) };
    },
  },
  untrained: {
    role: "control",
    says: "the untrained encoder",
    network: true,
    build: (context) =>
      encoded(context, "untrained", async (c) => untrainedAutoencoder(c.engine, c.train, c.fit)),
  },
  latent: {
    role: "latent",
    says: "the latents",
    network: true,
    build: (context) => encoded(context, "latent", ({ fit: options }) => trained(context, options)),
  },
  residuals: {
    role: "latent",
    says: "what the decoder missed in the last step",
    network: true,
    async build(context) {
      const { engine, fit: options, remember } = context;
      const model = await remember("model latent", () => trained(context, options));
      const kept = (set: SequenceSet) =>
        selectColumns(residualFeatures(engine, model, set), /^(error$|residual_)/);
      return { ...both(context, kept), model, notes: model.metadata.training.warnings };
    },
  },
  surprise: {
    role: "latent",
    says: "surprise",
    network: true,
    // the recipe with a head that predicts the next step; what was not rebuilt is in `residuals`
    async build(context) {
      const {
        engine,
        fit: { spec, noise, dropout, ...options },
        remember,
      } = context;
      const model = await remember("model surprise", () =>
        trained(context, { ...options, recipe: "composite" }),
      );
      const kept = (set: SequenceSet) =>
        selectColumns(residualFeatures(engine, model, set), /^(unexpected|surprise)_/);
      return { ...both(context, kept), model, notes: model.metadata.training.warnings };
    },
  },
  "label-aware": {
    role: "latent",
    says: "the label-aware latents",
    network: true,
    // layers, noise and dropout of one's own belong to `latent`; this recipe has its own
    build: (context) =>
      encoded(context, "label-aware", ({ fit: { spec, noise, dropout, ...options } }) =>
        trained(context, { ...options, recipe: "label-aware" }),
      ),
  },
};

/** A network trained on the training part. */
function trained({ engine, train, hooks }: FeatureContext, options: FitOptions): Promise<Model> {
  return trainModel(engine, train, options, hooks);
}

/**
 * The read-out of a network of both parts.
 * @param key what the network is called; sets with the same key share it
 */
async function encoded(
  context: FeatureContext,
  key: string,
  make: (context: FeatureContext) => Promise<Model>,
): Promise<FeaturePair> {
  const { engine, train, test, fit: options, readOut, remember } = context;
  const { threads } = options;
  const bare = await remember(`model ${key}`, () => make(context));
  const model = mustBeFitted(readOut)
    ? await remember(`read-outs ${key}`, () =>
        fitReadOuts(engine, bare, train, { threads, seed: context.seed }),
      )
    : bare;
  return {
    train: await encode(engine, model, train, { readOut, threads }),
    test: await encode(engine, model, test, { readOut, threads }),
    ...(componentsOf(readOut) && { components: true }),
    model,
    notes: model.metadata.training.warnings,
  };
}

/** A part of a resample without its labels: what builders get to see of the test part. */
export function withoutLabels(set: SequenceSet, indices: ArrayLike<number>): SequenceSet {
  return selectSequences({ ...set, labels: undefined, classNames: undefined }, indices);
}
