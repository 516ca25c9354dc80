import { z } from "zod";
import { classifierNames } from "../classify/classifiers.js";
import { channelSchema } from "../model/metadata.js";
import { listOf } from "../options.js";
import { DATA_OPTIONS } from "../read/source/options.js";

const count = z.int().nonnegative();

/** What is known of the training cases, to see later whether new ones are like them. */
const referenceSchema = z.object({
  channels: listOf(
    z.object({
      name: z.string(),
      /** Share of steps without a value. */
      missing: z.number().min(0).max(1),
      /** Of numbers: minimum, 19 quantiles at 5 % steps, maximum. */
      quantiles: listOf(z.number()).optional(),
      /** Of categories: share of each, in the order of the vocabulary. */
      shares: listOf(z.number()).optional(),
    }),
  ),
  /** The same quantiles of the scores of held-out cases; of two classes those of the second, else of the likeliest. */
  scores: listOf(z.number()).optional(),
});
export type Reference = z.infer<typeof referenceSchema>;

/** What the files of classifiers and of detectors of anomalies say of themselves. */
const COMMON = {
  formatVersion: z.int().positive(),
  /** Version of the library that wrote it. */
  library: z.string(),
  name: z.string(),
  channels: listOf(channelSchema),
  reference: referenceSchema,
  data: z.object({
    files: listOf(z.object({ path: z.string(), sha256: z.string() })),
    /** SHA-256 over the training cases: values, ids, labels. */
    sha256: z.string(),
    /** Options with which the data was read, so that new data is read alike. */
    reading: DATA_OPTIONS.extend({ drop: listOf(z.string()).optional() }),
    labelsBeside: z.boolean().optional(),
  }),
};

/** Everything in a detector of anomalies except its networks and its state. */
export const anomalyAboutSchema = z.object({
  ...COMMON,
  task: z.literal("anomaly"),
  training: z.object({
    engine: z.string(),
    cases: count,
    settings: z.record(z.string(), z.unknown()),
    notes: listOf(z.string()),
  }),
});
export type AnomalyAbout = z.infer<typeof anomalyAboutSchema>;

/** Everything in a predictor except its fitted parts: the JSON of the file. */
export const aboutSchema = z.object({
  ...COMMON,
  task: z.literal("classify"),
  /** An expression without selections. */
  features: z.string(),
  classifiers: z.array(z.enum(classifierNames)).min(1),
  /** Of two classes the one that is looked for comes second. */
  classNames: z.array(z.string()).min(2),
  /** How raw values are laid out; see `compare`. */
  align: z.enum(["stretch", "end"]),
  statics: z.object({ names: z.array(z.string()), vocabularies: z.array(z.array(z.string()).nullable()) }).optional(),
  /** Aggregates see the labels of events that are so many seconds old. Absent: no labels. */
  labelDelay: z.number().nonnegative().optional(),
  /** Of two classes: cases whose score is at least this are called the second. `null` stands for infinity: none is. */
  threshold: z
    .object({
      value: z.number().nullable(),
      rule: z.enum(["F1", "cost", "alerts"]),
      costs: z.object({ miss: z.number(), alert: z.number() }).optional(),
      alertsPerDay: count.optional(),
      /** Held-out training cases that it was chosen on, those of them it calls positive, and those that are. */
      chosenOn: z.object({ cases: count, alerts: count, positives: count }),
    })
    .optional(),
  /** How scores become probabilities: the state of a calibration. */
  calibration: z.unknown().optional(),
  choice: z.object({
    measure: z.string(),
    at: count,
    tried: listOf(z.object({ features: z.string(), classifier: z.string(), validated: z.number().optional() })),
  }),
  training: z.object({
    engine: z.string(),
    cases: count,
    /** Of each class. */
    classes: z.array(count),
    heldOut: count,
    /** The time up to which cases were learned from. */
    until: z.number().optional(),
    settings: z.record(z.string(), z.unknown()),
    notes: listOf(z.string()),
  }),
});
export type About = z.infer<typeof aboutSchema>;
