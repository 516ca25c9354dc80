import { z } from "zod";
import { finiteFeatures } from "../../table/finite.js";
import { fitPca, pcaSchema, transformPca } from "../../table/pca.js";
import { rawFeatures, rawLength } from "../baselines/raw.js";
import type { Cases, FeatureSet } from "./feature-set.js";

/** Principal components of the raw values, at most. */
const COMPONENTS = 64;

const rawState = z.object({ length: z.int().positive(), align: z.enum(["stretch", "end"]) });
type RawState = z.infer<typeof rawState>;

const rawTable = ({ length, align }: RawState, { set }: Cases) => rawFeatures(set, length, align);

export const raw: FeatureSet<RawState> = {
  role: "baseline",
  phrase: "the raw values",
  state: rawState,
  fit: ({ train, align }) => ({ state: { length: rawLength(train), align } }),
  features: ({ state }, cases) => ({ table: rawTable(state, cases) }),
};

const pcaState = rawState.extend({ pca: pcaSchema });

export const pca: FeatureSet<z.infer<typeof pcaState>> = {
  role: "baseline",
  phrase: "principal components of the raw values",
  state: pcaState,
  fit({ train, cases, align }) {
    const state = { length: rawLength(train), align };
    // channels differ in unit; the steps of one do not
    const pca = fitPca(rawTable(state, cases), COMPONENTS, { standardise: train.channels.length > 1 });
    return { state: { ...state, pca }, components: true };
  },
  features: ({ state }, cases) => ({
    table: finiteFeatures("pca", transformPca(state.pca, rawTable(state, cases)), cases.set),
  }),
};

const noState = z.object({});

export const fields: FeatureSet<Record<string, never>> = {
  role: "baseline",
  phrase: "the event's own fields",
  needs: "events",
  state: noState,
  fit: () => ({ state: {} }),
  features: (_, { set }) => ({ table: rawFeatures(set, 1, "end") }),
};

export const window: FeatureSet<RawState> = {
  role: "baseline",
  phrase: "the flattened window",
  needs: "events",
  state: rawState,
  fit: ({ train }) => ({ state: { length: rawLength(train), align: "end" } }),
  features: ({ state }, cases) => ({ table: rawTable(state, cases) }),
};
