import { z } from "zod";
import { ArtefactError } from "../errors.js";
import { parseBounded } from "../files/safetensors.js";
import { type AutoencoderSpec, specSchema } from "../network/spec/spec.js";
import { listOf } from "../options.js";
import { DATA_OPTIONS } from "../read/source/options.js";
import type { Channel } from "../sequences/set/sequence-set.js";
import { interpolationMethods } from "../sequences/transform/interpolate.js";
import { type Scaler, scaleMethods } from "../sequences/transform/scale.js";
import { historySchema, isInOrder } from "./history.js";
import { inputChannels, type Preparation } from "./prepare.js";

const count = z.int().nonnegative();

export const channelSchema: z.ZodType<Channel> = z.object({
  name: z.string(),
  kind: z.enum(["numeric", "categorical"]),
  vocabulary: listOf(z.string()).optional(),
  rest: count.optional(),
  most: count.optional(),
});

const scalerSchema: z.ZodType<Scaler> = z.object({
  method: z.enum(scaleMethods),
  scope: z.enum(["channel", "series"]),
  channels: listOf(z.string()),
  center: listOf(z.number()),
  scale: listOf(z.number().positive()),
  logarithm: listOf(z.boolean()).optional(),
  fittedOn: z.object({ sequences: count, values: count }),
  notes: listOf(z.string()),
});

const preparationSchema: z.ZodType<Preparation> = z.object({
  channels: listOf(channelSchema),
  interpolation: z.enum(interpolationMethods),
  resample: z.object({ step: z.number().positive(), method: z.enum(interpolationMethods) }).optional(),
  differences: z.boolean().optional(),
  scaler: scalerSchema,
});

/** Everything in a model except its weights: the JSON of the file. */
export const metadataSchema = z.object({
  formatVersion: z.int().positive(),
  /** Version of the library that wrote it. */
  library: z.string(),
  recipe: z.string(),
  spec: specSchema as z.ZodType<AutoencoderSpec>,
  preparation: preparationSchema,
  training: z.object({
    engine: z.string(),
    options: z.record(z.string(), z.unknown()),
    sequences: count,
    validationSequences: count,
    updates: count,
    bestUpdate: count,
    stopped: z.enum(["finished", "early", "untrained"]),
    history: historySchema,
    warnings: listOf(z.string()),
  }),
  data: z.object({
    name: z.string(),
    files: listOf(z.object({ path: z.string(), sha256: z.string() })),
    /** SHA-256 over the ids of the training sequences, then of the validation sequences. */
    splitSha256: z.string(),
    /** Options with which the data was read, so that new data is read alike. */
    reading: DATA_OPTIONS.extend({ drop: listOf(z.string()).optional() }),
    /** Whether labels came from beside the data: a file of theirs, a manifest or the names of files. */
    labelsBeside: z.boolean().optional(),
  }),
});
export type ModelMetadata = z.infer<typeof metadataSchema>;

/** The version of the file format that this library writes; it reads this one and every earlier one. */
export const FORMAT_VERSION = 2;

/**
 * Checks the metadata of a model file: every field, then what fields say of one another.
 * @throws {ArtefactError} that names the field
 */
export function checkMetadata(json: string, where: string): ModelMetadata {
  const damaged = damagedModel(where);
  const raw = parseJson(json) as Record<string, unknown> | null | undefined;
  if (typeof raw !== "object" || raw === null) return damaged(" (not JSON, or of too many parts)");
  const { formatVersion: version, library } = raw;
  if (typeof version === "number" && version > FORMAT_VERSION)
    throw new ArtefactError(
      `${where}: the model has format version ${version}, this library reads up to ${FORMAT_VERSION}. ` +
        `It was written by undertone ${library}; update undertone to that version or a later one.`,
    );
  const removed = removedOption(raw.spec);
  if (removed)
    throw new ArtefactError(
      `${where}: the model has ${removed}, which this version of undertone no longer has. ` +
        `Train it again without, or read it with undertone ${library}, which wrote it.`,
    );
  // A key that no schema knows is of another version and without effect here, except where it says how data is read.
  const issue = metadataSchema
    .safeParse(raw)
    .error?.issues.find(({ code, path }) => code !== "unrecognized_keys" || path.join(".") === "data.reading");
  if (issue) return damaged(` at ${issue.path.join(".")}: ${issue.message}`);
  const checked = raw as ModelMetadata;
  checkScaler(checked.preparation, damaged);
  const { history, updates, bestUpdate } = checked.training;
  if (bestUpdate > updates || !isInOrder(history, updates))
    damaged(`: its history does not fit its ${updates} updates, of which ${bestUpdate} is the best`);
  return checked;
}

function checkScaler(preparation: Preparation, damaged: (why: string) => never): void {
  const { method, scope, channels, center, scale, logarithm } = preparation.scaler;
  for (const { name, kind, vocabulary, rest } of preparation.channels)
    if (kind === "categorical" && !vocabulary) damaged(`: its channel ${name} has no vocabulary`);
    else if (rest !== undefined && !(rest < (vocabulary?.length ?? 0)))
      damaged(`: its channel ${name} has ${vocabulary?.length ?? 0} categories and puts the rest into number ${rest}`);
  const numeric = inputChannels(preparation).flatMap(({ kind, name }) => (kind === "numeric" ? name : []));
  if (JSON.stringify(channels) !== JSON.stringify(numeric))
    damaged(`: its scaler has the channels ${channels.join(", ")}, its data ${numeric.join(", ")}`);
  const scales = scope === "channel" ? numeric.length : 0;
  if (center.length !== scales || scale.length !== scales)
    damaged(`: its scaler has ${center.length} centres and ${scale.length} scales, expected ${scales}`);
  const logarithms = method === "log-standard" ? numeric.length : undefined;
  if (logarithm?.length !== logarithms || (logarithm && scope === "series"))
    damaged(`: its scaler ${method} has ${logarithm?.length ?? "no"} logarithms, expected ${logarithms ?? "none"}`);
}

/** Names what a file of an earlier version may hold and no layer here knows. The defaults of then are accepted. */
function removedOption(spec: unknown): string | undefined {
  const { encoder, decoder, target } = (spec ?? {}) as Record<string, unknown>;
  if (target === "reversed") return 'target "reversed"';
  const layers: Record<string, unknown>[] = [encoder, decoder].filter(Array.isArray).flat();
  if (layers.some((layer) => layer?.type === "segmentMask")) return "a segmentMask layer";
  if (layers.some((layer) => layer?.forgetBias === "logUniform")) return 'forgetBias "logUniform"';
  return undefined;
}

/** Says that the file is a model, but not a sound one. */
export const damagedModel =
  (where: string) =>
  (why: string): never => {
    const shown = why.length > 500 ? `${why.slice(0, 500)} ...` : why;
    throw new ArtefactError(`${where}: the model's metadata is damaged${shown}. Train it again.`);
  };

/** The value of a JSON text; undefined for text that is none, or has more parts than a sound file. */
export function parseJson(text: string): unknown {
  try {
    return parseBounded(text);
  } catch {
    return undefined;
  }
}
