import { z } from "zod";
import { OptionError } from "../errors.js";
import { parseOptions } from "../options.js";
import { type FitOptions, fitOptionsSchema, resolveFitOptions, specOf } from "../train/options.js";
import { detectorNames, detectors } from "./detectors/detectors.js";
import { holdOutWays } from "./held-out-parts.js";

/** Options of an anomaly predictor; its threshold has one rule. */
export const anomalyOptionsSchema = z.strictObject({
  detector: z
    .enum(detectorNames)
    .default("autoencoder")
    .describe(`what scores cases: ${detectorNames.join(", ")}; default autoencoder`),
  fit: fitOptionsSchema.optional(),
  holdOutBy: z
    .enum(holdOutWays)
    .optional()
    .describe(
      "which training cases are held out to compare others with: whole entities, the latest (forward), single ones; default: entities where there are several, else forward for windows of events, else random",
    ),
  folds: z
    .int()
    .min(2)
    .optional()
    .describe(
      "fits that hold out every training case once; default 5 below 500 cases or 100 entities, else none; forward: none",
    ),
  heldOut: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe("share of the training cases held out once, to compare others with, instead of folds; default 0.2"),
  falseAlarmRate: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe("share of normal cases that may be called anomalies; default 0.01"),
  alertsPerDay: z
    .number()
    .positive()
    .optional()
    .describe("alerts per day on normal cases, instead of a rate; default: none"),
});
export type AnomalyOptions = z.input<typeof anomalyOptionsSchema>;

/** The network of an anomaly predictor, unless options say otherwise: it rebuilds steps and predicts the next one. */
const USUAL = { recipe: "composite", updates: 600 } as const;

/**
 * Checks the options and fills in defaults.
 * @param windows whether the cases are windows of events
 * @throws {OptionError} for an option that is unknown, out of range or without effect
 */
export function resolveAnomalyOptions(options: AnomalyOptions, windows: boolean) {
  const resolved = parseOptions(anomalyOptionsSchema, options, "Anomaly");
  return { ...resolved, fit: networkOf(resolved.detector, options.fit ?? {}, windows) };
}

function networkOf(detector: AnomalyOptions["detector"] & string, fit: FitOptions, windows: boolean): FitOptions {
  if (!detectors[detector].network) {
    const { threads: _threads, train: { seed: _seed, ...training } = {}, ...others } = fit;
    const given = (some: object) => Object.entries(some).filter(([, value]) => value !== undefined);
    const idle = [...given(training), ...given(others)].filter(([, value]) => !isEmpty(value)).map(([name]) => name);
    if (idle.length > 0)
      throw new OptionError(
        `Anomaly: got \`${idle[0]}\` for the detector ${detector}, which has no network, so it would have no effect. Leave it out.`,
      );
    return fit;
  }
  const { updates, epochs } = fit.train ?? {};
  const usual: FitOptions = {
    ...fit,
    ...(fit.spec === undefined && { recipe: fit.recipe ?? USUAL.recipe }),
    train: { ...fit.train, ...(updates === undefined && epochs === undefined && { updates: USUAL.updates }) },
  };
  const spec = specOf(resolveFitOptions(usual, windows));
  if (spec.readOutLoss?.crossEntropy)
    throw new OptionError(
      "Anomaly: got a recipe that learns from labels, and an anomaly predictor looks at none. Take another `recipe`; composite is the usual one.",
    );
  return usual;
}

const isEmpty = (value: unknown) =>
  typeof value === "object" && value !== null && Object.values(value).every((each) => each === undefined);
