import { autoencoder } from "./autoencoder.js";
import type { Detector } from "./detector.js";
import { isolationForestOfStatistics, isolationForestOfValues, zScoreOfStatistics } from "./table-detectors.js";

/** Every detector by name. One that is listed here is fitted, loaded, compared and tested. */
export const detectors = {
  autoencoder,
  "isolation-forest": isolationForestOfStatistics,
  "isolation-forest-raw": isolationForestOfValues,
  "z-score": zScoreOfStatistics,
} as unknown as Readonly<Record<DetectorName, Detector>>;

export const detectorNames = ["autoencoder", "isolation-forest", "isolation-forest-raw", "z-score"] as const;
export type DetectorName = (typeof detectorNames)[number];
