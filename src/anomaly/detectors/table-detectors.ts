import { z } from "zod";
import { rawFeatures, rawLength } from "../../features/baselines/raw.js";
import { statisticsFeatures } from "../../features/baselines/statistics.js";
import type { Sequences } from "../../sequences/set/windowed-set.js";
import type { FeatureTable } from "../../table/feature-table.js";
import type { Detector } from "./detector.js";
import { isolationForest, isolationForestState, loadIsolationForest } from "./isolation-forest.js";
import { fitZScore, zScoreState, zScores } from "./z-score.js";

/** Isolation forest on the statistics of each case. */
export const isolationForestOfStatistics = forestOf("isolation forest on statistics", z.strictObject({}), {
  fit: () => ({}),
  table: (_, set) => statisticsFeatures(set),
});

/** Isolation forest on the values themselves: series resampled to one length, windows of events aligned at their end. */
export const isolationForestOfValues = forestOf(
  "isolation forest on raw values",
  z.strictObject({ length: z.int().positive(), align: z.enum(["stretch", "end"]) }),
  {
    fit: (train) => ({ length: rawLength(train), align: train.windows ? ("end" as const) : ("stretch" as const) }),
    table: ({ length, align }, set) => rawFeatures(set, length, align),
  },
);

/** How far the statistics of a case are from their means. */
export const zScoreOfStatistics: Detector<z.infer<typeof zScoreState>> = {
  phrase: "the z-score of the statistics",
  network: false,
  state: zScoreState,
  fit: async (train) => ({ state: fitZScore(statisticsFeatures(train)) }),
  open: ({ state }) => ({ scores: async (set) => zScores(state, statisticsFeatures(set)) }),
};

function forestOf<S extends object>(
  phrase: string,
  features: z.ZodType<S>,
  { fit, table }: { fit(train: Sequences): S; table(state: S, set: Sequences): FeatureTable },
): Detector<{ features: S; forest: z.infer<typeof isolationForestState> }> {
  return {
    phrase,
    network: false,
    state: z.strictObject({ features, forest: isolationForestState }) as never,
    async fit(train, { fit: { train: { seed = 1 } = {} } }) {
      const state = fit(train);
      return { state: { features: state, forest: isolationForest({ seed }).fit(table(state, train)).toJSON() } };
    },
    open({ state: { features: fitted, forest } }) {
      const { score } = loadIsolationForest(forest);
      return { scores: async (set) => score(table(fitted, set)) };
    },
  };
}
