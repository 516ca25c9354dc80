import { z } from "zod";
import { statisticsFeatures } from "../baselines/statistics.js";
import type { FeatureSet } from "./feature-set.js";

export const statistics: FeatureSet<Record<string, never>> = {
  role: "baseline",
  phrase: "the statistics",
  state: z.object({}),
  fit: () => ({ state: {} }),
  features: (_, { set }) => ({ table: statisticsFeatures(set) }),
};
