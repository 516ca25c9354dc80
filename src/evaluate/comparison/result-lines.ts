import { z } from "zod";
import { pack, unpack } from "../../classify/base/packed.js";
import { historySchema } from "../../model/history.js";
import { sha256 } from "../../sequences/set/hash.js";
import type { Built, Prediction, PredictionKey } from "./predictions.js";

/** How many numbers the predictions of a comparison have. */
export interface PredictionSizes {
  classes: number;
  /** Per resample: test cases, and cases that thresholds and classifiers are chosen on. */
  resamples: readonly { test: number; validation?: number }[];
}

/** What a line holds, besides the first. */
export type KeptRecord =
  | { kind: "answer"; key: PredictionKey; prediction: Prediction }
  | { kind: "built"; key: Omit<PredictionKey, "classifier">; built: Built };

const CHECKSUM = /,"sha256":"([0-9a-f]{64})"\}$/;

/**
 * A record as a line of JSON. Its last entry is the SHA-256 of the rest, with the checksum of the first line before it: so
 * a line belongs to one comparison.
 * @param first the checksum of the first line; "" for that line itself
 */
export async function sealLine(record: object, first: string): Promise<string> {
  const json = JSON.stringify(record);
  return `${json.slice(0, -1)},"sha256":"${await sha256(first + json)}"}`;
}

/** The JSON of a line without its checksum, and the checksum; undefined if it has none or they do not agree. */
export async function unsealLine(line: string, first: string): Promise<{ json: string; checksum: string } | undefined> {
  const found = CHECKSUM.exec(line);
  if (!found) return undefined;
  const json = `${line.slice(0, found.index)}}`;
  return (await sha256(first + json)) === found[1] ? { json, checksum: found[1] } : undefined;
}

/** The line of a record. */
export function packRecord(record: KeptRecord): object {
  if (record.kind === "built") return { kind: record.kind, ...record.key, built: record.built };
  const { probabilities, validation, ...rest } = record.prediction;
  const answer = {
    ...rest,
    probabilities: pack("float64", probabilities),
    ...(validation && { validation: pack("float64", validation) }),
  };
  return { kind: record.kind, ...record.key, answer };
}

const count = z.int().nonnegative();
/** JSON has no NaN: a figure that is not finite comes back as null, and is shown as missing. */
const figure = z.number().nullable();
const notes = z.array(z.string());
const key = { resample: z.int().positive(), features: z.string(), seed: count };
const shownCase = z.strictObject({
  id: z.string(),
  label: z.int(),
  error: z.number(),
  steps: count,
  channels: z.array(z.strictObject({ name: z.string(), given: z.array(figure), made: z.array(figure) })),
});
const built = z.strictObject({
  notes,
  seconds: z.number(),
  learning: z
    .strictObject({
      ...key,
      history: historySchema,
      bestUpdate: count,
      stopped: z.string(),
      weights: count,
      seconds: z.number(),
    })
    .optional(),
  map: z
    .strictObject({
      features: z.string(),
      resample: z.int().positive(),
      part: z.literal("test"),
      explained: z.tuple([figure, figure]),
      points: z.array(z.strictObject({ x: figure, y: figure, label: z.int(), id: z.string() })),
    })
    .optional(),
  reconstructions: z
    .strictObject({
      features: z.string(),
      cases: count,
      channels: count,
      worst: z.array(shownCase),
      best: z.array(shownCase),
    })
    .optional(),
});
const answer = z.strictObject({
  columns: z.int().positive(),
  probabilities: z.string(),
  validation: z.string().optional(),
  notes,
  seconds: z.number(),
});
const recordSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("answer"), ...key, classifier: z.string(), answer }),
  z.strictObject({ kind: z.literal("built"), ...key, built }),
]);

/**
 * What a line holds.
 * @throws {Error} in a few words when it is no record of a comparison of these sizes
 */
export function unpackRecord(json: string, sizes: PredictionSizes): KeptRecord {
  const value: unknown = JSON.parse(json);
  const issue = recordSchema.safeParse(value).error?.issues[0];
  if (issue) throw new Error(`${issue.path.join(".") || "record"}: ${issue.message}`);
  const record = value as z.infer<typeof recordSchema>; // its keys stay in their order
  const size = sizes.resamples[record.resample - 1];
  if (!size) throw new Error(`resample ${record.resample} of ${sizes.resamples.length}`);
  if (record.kind === "built") {
    const { kind, built, ...key } = record;
    return { kind, key, built: built as Built };
  }
  const { kind, answer, ...key } = record;
  const { probabilities, validation, ...rest } = answer;
  const held = (size.validation ?? 0) * (sizes.classes === 2 ? 1 : sizes.classes);
  const prediction = {
    ...rest,
    probabilities: unpackNumbers(probabilities, size.test * sizes.classes),
    ...(validation !== undefined && { validation: unpackNumbers(validation, held) }),
  };
  return { kind, key, prediction };
}

function unpackNumbers(text: string, length: number): Float64Array {
  const numbers = unpack("float64", text);
  if (numbers.length !== length) throw new Error(`${numbers.length} numbers in place of ${length}`);
  if (!numbers.every(Number.isFinite)) throw new Error("a number that is not finite");
  return numbers;
}
