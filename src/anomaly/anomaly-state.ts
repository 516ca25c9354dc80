import { z } from "zod";
import { detectorNames } from "./detectors/detectors.js";
import { holdOutWays } from "./held-out-parts.js";

/** From which p-value down a case is called an anomaly, and by what rule. */
export const thresholdSchema = z.strictObject({
  rule: z.enum(["false-alarm-rate", "alerts-per-day"]),
  /** p-values up to this one are called. */
  level: z.number().positive().max(1),
  /** Of the second rule. */
  alertsPerDay: z.number().positive().optional(),
});
export type AnomalyThreshold = z.infer<typeof thresholdSchema>;

/** All that an anomaly predictor is, except its networks. Plain JSON: through JSON and back it gives the same bits. */
export const anomalyStateSchema = z.strictObject({
  kind: z.literal("anomaly"),
  detector: z.enum(detectorNames),
  /** What was held out: the latest cases, whole entities, or single cases. */
  heldOut: z.enum(holdOutWays),
  /** Held-out entities, or cases where there are none: what a p-value stands on. */
  units: z.int().positive(),
  /** Days with a held-out case; absent without times. */
  days: z.int().positive().optional(),
  threshold: thresholdSchema,
  /** One per fit of the detector, in the order of the networks. */
  parts: z
    .array(
      z.strictObject({
        /** What the detector learned; each has a schema of its own. */
        fitted: z.unknown(),
        /** Scores of its held-out cases, ascending: packed float64 numbers. */
        cases: z.string(),
        /** Scores of some of their steps, ascending; absent where only whole cases are scored. */
        steps: z.string().optional(),
      }),
    )
    .min(1),
});
export type AnomalyState = z.infer<typeof anomalyStateSchema>;
