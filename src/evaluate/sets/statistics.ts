import { statisticsFeatures } from "../../features/baselines/statistics.js";
import { both, type FeatureSet } from "./feature-set.js";

export const statistics: FeatureSet = {
  role: "baseline",
  phrase: "the statistics",
  build: (context) => both(context, statisticsFeatures),
};
