import { z } from "zod";
import { classifierNames } from "../../classify/classifiers.js";
import { OptionError, unknownName } from "../../errors.js";
import { type ReadOut, readOuts } from "../../features/read-outs/read-outs.js";
import { LABEL_DELAY } from "../../features/sets/event-aggregates.js";
import { type Expression, nameOfExpression, parseExpression, setsOf } from "../../features/sets/expression.js";
import { featureSets } from "../../features/sets/feature-sets.js";
import { parseOptions } from "../../options.js";
import { countOf, type DataSource } from "../../sequences/set/sequence-set.js";
import { heldSteps, type Sequences } from "../../sequences/set/windowed-set.js";
import { type FitOptions, fitOptionsSchema, resolveFitOptions } from "../../train/options.js";
import { measures } from "../metrics/measures.js";
import { planNames } from "../plan/resample-plan.js";
import type { ResultStore } from "./result-store.js";

/** Options of a comparison. */
export const compareOptionsSchema = z.strictObject({
  fit: fitOptionsSchema.optional(),
  features: z
    .array(z.string())
    .min(1)
    .readonly()
    .optional()
    .describe(
      "sets to compare: raw, latent:wide, latent+raw, average(latent, raw), select(latent, untrained); default: depends on the data",
    ),
  classifiers: z
    .array(z.enum(classifierNames))
    .min(1)
    .readonly()
    .optional()
    .describe(
      `of ${classifierNames.join(", ")}; default ridge,logistic and, up to 512 columns, forest,boosting; windows of events: logistic,boosting`,
    ),
  readOut: z.enum(readOuts).optional().describe("of the encoders; default wide; windows of events: pooled"),
  plan: z
    .enum(planNames)
    .optional()
    .describe(
      "which cases train and which are tested; default: the given split (redrawn, if a part has fewer than 500 cases), else whole entities, else stratified folds",
    ),
  folds: z
    .int()
    .positive()
    .optional()
    .describe("folds of a stratified or grouped plan, periods of a forward one; default 5; forward: 1"),
  repeats: z
    .int()
    .positive()
    .optional()
    .describe("how many times to draw the folds, or the 30 % test part; redrawn: splits in all; default 1; redrawn: 5"),
  testShare: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe("forward, or a holdout: share of the cases that is tested; default 0.3"),
  labelDelay: z
    .number()
    .nonnegative()
    .optional()
    .describe("forward: time until the label of an event is known; default 7 days"),
  measure: z
    .enum(measures)
    .optional()
    .describe(
      "what decides: alert-recall needs a budget of alerts, cost needs costs; default: average-precision if the class of two that is looked for is below 25 % of the training cases; else accuracy",
    ),
  minGain: z
    .number()
    .nonnegative()
    .optional()
    .describe(
      "the smallest gain that counts, in units of the measure (of cost, as a share of it); a smaller one is told and the baseline kept; default 0.01",
    ),
  positive: z
    .string()
    .optional()
    .describe("the class of two that is looked for; default: the rarer one if it is below 10 %, else the second"),
  networkSeeds: z
    .int()
    .positive()
    .default(1)
    .describe("networks per resample, each with its own seed; their figures are averaged"),
  classWeight: z
    .enum(["none", "balanced"])
    .optional()
    .describe(
      "weights of the classes; default: balanced if the rarer of two classes is below 10 %, except for logistic; else none",
    ),
  C: z
    .number()
    .positive()
    .optional()
    .describe(
      "strength of logistic regression: a smaller number is a stronger penalty; default: chosen on folds of the training part",
    ),
  alertsPerDay: z
    .int()
    .positive()
    .optional()
    .describe("alerts that can be checked per day; default 100 for rare events, if days have 200 cases or more"),
  alerts: z.int().positive().optional().describe("alerts that can be checked in the whole test part"),
  /** of two classes: the threshold is chosen, and rows are scored, by them; only their ratio decides */
  costs: z
    .strictObject({
      miss: z.number().nonnegative().describe("cost of a missed positive"),
      alert: z.number().nonnegative().describe("cost of checking an alert"),
    })
    .optional(),
  align: z
    .enum(["stretch", "end"])
    .optional()
    .describe("raw values: windows of events are aligned at their end, whole series are stretched to one length"),
  /** where results are kept, and found when the same comparison runs again */
  store: z.custom<ResultStore>().optional(),
  hooks: z
    .strictObject({
      signal: z.custom<AbortSignal>((given) => given instanceof AbortSignal, "expected an AbortSignal").optional(),
      /** Called before the work starts. @param seconds that it will take, within a factor of two or so */
      onEstimate: z
        .custom<(seconds: number) => void>((given) => typeof given === "function", "expected a function")
        .optional(),
      /** @param left seconds */
      onProgress: z
        .custom<(step: string, done: number, left?: number) => void>(
          (given) => typeof given === "function",
          "expected a function",
        )
        .optional(),
    })
    .optional(),
});
export type CompareOptions = z.input<typeof compareOptionsSchema>;

/** Options that do not depend on what the labels are like, with their defaults. */
export interface ResolvedOptions {
  fit: FitOptions;
  readOut: ReadOut;
  align: "stretch" | "end";
  features: Expression[];
  seed: number;
  networkSeeds: number[];
  labelDelay: number;
}

/** Whether sequences have one channel, of categories. */
export function isTokens({ channels }: Pick<Sequences, "channels">): boolean {
  return channels.length === 1 && channels[0].kind === "categorical";
}

/**
 * The default feature sets: for series, for tokens, whose order has no measure, and for windows of events, whose
 * aggregates need amounts; static columns alone, and beside the best baseline and the latents.
 */
function defaultFeatures(
  align: "stretch" | "end",
  { hasAmounts, hasStatics, hasTokens }: Readonly<Record<"hasAmounts" | "hasStatics" | "hasTokens", boolean>>,
): string[] {
  const withStatics = (best: string) => (hasStatics ? ["statics", `${best}+statics`, "latent+statics"] : []);
  if (align === "stretch" && hasTokens)
    return [
      ...["statistics", "ngrams", "untrained", "latent", "average(untrained, ngrams)", "average(latent, ngrams)"],
      ...withStatics("ngrams"),
    ];
  if (align === "stretch")
    return [
      ...["raw", "statistics", "pca", "convolutions", "untrained", "latent"],
      ...["average(untrained, convolutions)", "average(latent, convolutions)"],
      ...withStatics("statistics"),
    ];
  const best = hasAmounts ? "aggregates" : "window";
  const beside = hasAmounts ? "aggregates+statistics" : "statistics";
  return [
    "fields",
    "statistics",
    "window",
    ...(hasTokens ? ["ngrams"] : []),
    ...(hasAmounts ? ["aggregates", "aggregates+statistics"] : []),
    "untrained",
    "latent",
    "residuals",
    "surprise",
    "fields+surprise",
    ...["untrained", "latent", "residuals", "surprise"].map((ours) => `${best}+${ours}`),
    ...(hasAmounts ? ["aggregates+statistics+surprise"] : []),
    `average(${best}, ${beside})`, // this and the next cost no fit: their parts stand above
    ...["untrained", "surprise"].map((ours) => `average(${beside}, ${best}+${ours})`),
    ...withStatics(best),
  ];
}

/** @throws {OptionError} for what is not known, or of no use for this source */
export function resolveOptions(source: DataSource<Sequences>, options: CompareOptions): ResolvedOptions {
  const { networkSeeds } = parseOptions(compareOptionsSchema, options, source.name);
  const { labelDelay } = options;
  const { align = source.train.windows || source.events ? "end" : "stretch" } = options;
  const { readOut = align === "end" ? "pooled" : "wide" } = options;
  // Other defaults are those of the recipe, which is another one for some feature sets.
  const { recipe, activation, prepare } = resolveFitOptions(options.fit, align === "end");
  const { scale, scaleScope } = prepare;
  const fit: FitOptions = {
    ...(options.fit?.spec === undefined && { recipe, activation }),
    ...options.fit,
    prepare: { ...options.fit?.prepare, scale, scaleScope },
  };
  const where = source.name;
  const hasAmounts = source.events?.amounts !== undefined;
  const hasStatics = heldSteps(source.train).held.statics !== undefined;
  const hasTokens = isTokens(source.train);
  const features = (options.features ?? defaultFeatures(align, { hasAmounts, hasStatics, hasTokens })).map(
    parseExpression,
  );
  for (const { name, readOut: own } of features.flatMap(setsOf)) {
    const known = Object.keys(featureSets);
    if (!known.includes(name)) unknownName(where, "feature set", name, known);
    const { needs, network } = featureSets[name];
    if (own !== undefined && !network)
      throw new OptionError(
        `${where}: got a read-out for "${name}" (${name}:${own}), which is no encoder. Leave it out.`,
      );
    if (own !== undefined && !readOuts.includes(own as ReadOut)) unknownName(where, "read-out", own, readOuts);
    if (needs === "events" && align !== "end")
      throw new OptionError(
        `${where}: "${name}" is for windows of events, which end at the scored event; these are whole series. Read a long table with \`window\`, or take raw.`,
      );
    if (needs === "amounts" && !hasAmounts)
      throw new OptionError(
        `${where}: "${name}" needs windows of timed events and an amount to sum up; one of them is missing. Read with \`window\` and \`time\`, and name the column with \`amount\`.`,
      );
    if (needs === "tokens" && !hasTokens)
      throw new OptionError(
        `${where}: "${name}" needs tokens, and the data are not one channel of categories. Read texts (\`text\`), or choose that channel (\`channels\`).`,
      );
    if (needs === "statics" && !hasStatics)
      throw new OptionError(
        `${where}: "${name}" needs columns with one value per entity, and the data has none. Name them with \`static\`.`,
      );
  }
  const names = features.map(nameOfExpression);
  const twice = names.find((name, k) => names.indexOf(name) < k);
  if (twice !== undefined) throw new OptionError(`${where}: got the features "${twice}" twice, expected each once.`);
  if (options.alertsPerDay !== undefined && options.alerts !== undefined)
    throw new OptionError(`${where}: give \`alertsPerDay\` or \`alerts\`, not both.`);
  if (options.alertsPerDay !== undefined && !heldSteps(source.train).held.times)
    throw new OptionError(
      `${where}: got alerts per day, but these cases have no times. Name the time column (\`time\`), or give a number for the whole test part (\`alerts\`).`,
    );
  if (labelDelay !== undefined && options.plan !== "forward")
    throw new OptionError(
      `${where}: a label delay is for plans forward in time; here it would have no effect. Add \`plan: "forward"\`.`,
    );
  if (options.C !== undefined && options.classifiers && !options.classifiers.includes("logistic"))
    throw new OptionError(
      `${where}: got a strength of logistic regression (\`C\`), which is not among \`classifiers\`. Leave it out, or add logistic.`,
    );
  const seed = fit.train?.seed ?? 1;
  const cases = countOf(source.train) + (source.test ? countOf(source.test) : 0);
  if (source.events && source.events.times.length !== cases)
    throw new OptionError(
      `${where}: got details of ${source.events.times.length} events for ${cases} cases, expected one each.`,
    );
  return {
    fit,
    readOut,
    align,
    features,
    seed,
    networkSeeds: Array.from({ length: networkSeeds }, (_, k) => seed + k),
    labelDelay: labelDelay ?? LABEL_DELAY,
  };
}
