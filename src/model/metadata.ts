import { z } from "zod";
import { type AutoencoderSpec, specSchema } from "../network/spec/spec.js";
import type { Channel } from "../sequences/set/sequence-set.js";
import { interpolationMethods } from "../sequences/transform/interpolate.js";
import { type Scaler, scaleMethods } from "../sequences/transform/scale.js";
import type { Preparation } from "./prepare.js";
import type { HistoryEntry } from "./training-state.js";

const channelSchema: z.ZodType<Channel> = z.object({
  name: z.string(),
  kind: z.enum(["numeric", "categorical"]),
  vocabulary: z.array(z.string()).optional(),
});

const scalerSchema: z.ZodType<Scaler> = z.object({
  method: z.enum(scaleMethods),
  scope: z.enum(["channel", "series"]),
  channels: z.array(z.string()),
  center: z.array(z.number()),
  scale: z.array(z.number().positive()),
  logarithm: z.array(z.boolean()).optional(),
  fittedOn: z.object({ sequences: z.number(), values: z.number() }),
  notes: z.array(z.string()),
});

const preparationSchema: z.ZodType<Preparation> = z.object({
  channels: z.array(channelSchema),
  interpolation: z.enum(interpolationMethods),
  resample: z.object({ step: z.number().positive(), method: z.enum(interpolationMethods) }).optional(),
  differences: z.boolean().optional(),
  scaler: scalerSchema,
});

/** Everything in a model except its weights: the JSON of the file. */
export const metadataSchema = z.object({
  formatVersion: z.number(),
  /** Version of the library that wrote it. */
  library: z.string(),
  recipe: z.string(),
  spec: specSchema as z.ZodType<AutoencoderSpec>,
  preparation: preparationSchema,
  training: z.object({
    engine: z.string(),
    options: z.record(z.string(), z.unknown()),
    sequences: z.number(),
    validationSequences: z.number(),
    updates: z.number(),
    bestUpdate: z.number(),
    stopped: z.enum(["finished", "early", "untrained"]),
    /** JSON has no NaN: a number may come back as null */
    history: z.array(z.custom<HistoryEntry>((entry) => typeof (entry as HistoryEntry)?.update === "number")),
    warnings: z.array(z.string()),
  }),
  data: z.object({
    name: z.string(),
    files: z.array(z.object({ path: z.string(), sha256: z.string() })),
    /** SHA-256 over the ids of the training sequences, then of the validation sequences. */
    splitSha256: z.string(),
    /** Options with which the data was read, so that new data is read alike. */
    reading: z.record(z.string(), z.unknown()),
  }),
});
export type ModelMetadata = z.infer<typeof metadataSchema>;
