import { z } from "zod";
import { readOuts } from "../features/read-outs/read-outs.js";

// What requests and answers look like. The page of the interface is made from these; the steps of sequences are checked by
// code of their own (score/sequences-body.ts), which knows the channels.

const value = z
  .union([z.number(), z.string(), z.null()])
  .meta({ id: "Value", description: "A value of one channel: a number, or a category as text; null: missing." });

const step = z.union([value, z.array(value), z.record(z.string(), value)]).meta({
  id: "Step",
  description: "A value (of a model of one channel), values in the order of the channels, or values by channel.",
});

const sequence = z
  .union([
    z.array(step),
    z.strictObject({
      id: z.union([z.string(), z.number()]).optional().describe("how the answer names it; default: its number, from 1"),
      steps: z.array(step),
      times: z
        .array(z.union([z.number(), z.string()]))
        .optional()
        .describe("one per step, for models that look at times: seconds, or ISO dates"),
      static: z.record(z.string(), value).optional().describe("values by static column, for models that have some"),
    }),
  ])
  .meta({ id: "Sequence", description: "The steps of one sequence, or an object with them." });

const eventRow = z
  .record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))
  .meta({ id: "Event", description: "One row as in the file that the model was trained on, by column." });

const cases = {
  sequences: z.array(sequence).min(1).optional().describe('the sequences; or else "events"'),
  events: z
    .array(eventRow)
    .min(1)
    .optional()
    .describe('rows of a model of events: those that are wanted, and their past, in any order; or else "sequences"'),
  score: z
    .union([z.enum(["last", "all"]), z.array(z.union([z.string(), z.number()])).min(1)])
    .optional()
    .describe(
      "which events are wanted: the last of each entity (the default for windows of events), all, or these ids",
    ),
};

const readOut = z.enum(readOuts).default("last").describe("what is read out of the states of the encoder");
const top = z.int().min(1).max(1000).default(5).describe("columns per case, those first that moved its score most");

export const encodeBody = z.strictObject({ ...cases, readOut }).meta({ id: "EncodeRequest" });
export const predictBody = z.strictObject(cases).meta({ id: "PredictRequest" });
export const explainBody = z.strictObject({ ...cases, top }).meta({ id: "ExplainRequest" });

/** Without a look into the cases. */
const unread = { sequences: z.array(z.unknown()).min(1).optional(), events: z.array(z.unknown()).min(1).optional() };
export const envelopes = {
  encode: encodeBody.extend(unread),
  predict: predictBody.extend(unread),
  explain: explainBody.extend(unread),
};

/** What a model can be asked for. */
export type Operation = keyof typeof envelopes;
export const operations = Object.keys(envelopes) as Operation[];

const about = {
  model: z.string(),
  version: z.string().describe("SHA-256 of the model's file"),
};
const notes = z.array(z.string()).optional().describe("what was noticed, such as categories that training did not see");

export const encodedAnswer = z
  .object({
    ...about,
    readOut: z.string(),
    names: z.array(z.string()).describe("names of the features"),
    cases: z.array(z.object({ id: z.string(), features: z.array(z.number()).describe('in the order of "names"') })),
    notes,
  })
  .meta({ id: "Encoded" });

const predicted = {
  id: z.string(),
  probabilities: z.record(z.string(), z.number()).describe("by class"),
  score: z.number().optional().describe("of two classes: what the threshold looks at, before calibration"),
  decision: z.string().describe("the class, by the frozen threshold or the likeliest"),
};

export const predictedAnswer = z
  .object({
    ...about,
    positive: z.string().optional().describe("the class that the threshold is about"),
    threshold: z.number().nullish().describe("the positive class is decided from this score on; null: never"),
    cases: z.array(z.object(predicted)),
    notes,
  })
  .meta({ id: "Predicted" });

export const explainedAnswer = z
  .object({
    ...about,
    cases: z.array(
      z.object({
        ...predicted,
        reasons: z.object({
          class: z.string().describe("whose score is explained: of two classes the positive one, else the decision"),
          unit: z.string().describe("what contributions are measured in"),
          base: z
            .number()
            .describe("the mean score of the training cases, to which all contributions add up the score"),
          contributions: z.array(z.object({ column: z.string(), contribution: z.number() })),
        }),
      }),
    ),
    notes,
  })
  .meta({ id: "Explained" });

export const modelInfo = z
  .object({
    name: z.string(),
    version: z.string().describe("SHA-256 of the model's file"),
    loadedAt: z.string(),
    kind: z.enum(["encoder", "predictor"]),
    can: z.array(z.string()).describe("what it can be asked for"),
    channels: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(["numeric", "categorical"]),
        categories: z.int().optional().describe("how many it knows"),
      }),
    ),
    derived: z.array(z.string()).describe("channels that are made of times, so requests do not have them"),
    reading: z.record(z.string(), z.unknown()).describe("the columns of events by their role, as in training"),
    readOuts: z.array(z.string()),
    classNames: z.array(z.string()).optional(),
    features: z.string().optional().describe("the feature sets that a predictor reads"),
    classifiers: z.array(z.string()).optional(),
    positive: z.string().optional(),
    threshold: z.number().nullish(),
  })
  .meta({ id: "Model" });

export const modelsAnswer = z.object({ models: z.array(modelInfo) }).meta({ id: "Models" });

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe("where, got, expected, why, what to do"),
    requestId: z.string(),
  })
  .meta({ id: "Problem", description: "What went wrong (RFC 9457)." });
