import { z } from "zod";
import { DataError, unknownName } from "../errors.js";
import { type Channel, createBitmap, isObserved, type SequenceSet, setBit } from "../sequences/set/sequence-set.js";
import { isWindowed, piecesOf, type Sequences } from "../sequences/set/windowed-set.js";
import { addDifferences, differenceChannels } from "../sequences/transform/differences.js";
import { fillGaps, type InterpolationMethod, interpolationMethods } from "../sequences/transform/interpolate.js";
import { limitCategories } from "../sequences/transform/limit-categories.js";
import { resampleToGrid } from "../sequences/transform/resample.js";
import { fitScalerTo, type Scaler, scaleMethods, scaleSequences } from "../sequences/transform/scale.js";

/** How data becomes model input. */
export const prepareOptionsSchema = z.strictObject({
  scale: z
    .enum(scaleMethods)
    .optional()
    .describe("scaling, fitted on the training part; default standard; windows of events: log-standard"),
  scaleScope: z
    .enum(["channel", "series"])
    .default("channel")
    .describe("one scale per channel, or one per series and channel"),
  interpolation: z
    .enum(interpolationMethods)
    .optional()
    .describe("how to fill missing values inside a series; none: they stay masked; default: the recipe's"),
  resample: z
    .strictObject({
      step: z.number().positive().describe("resample timed sequences to a grid of this step, in seconds"),
      method: z.enum(interpolationMethods).optional().describe("default: interpolation, else linear"),
    })
    .optional(),
  differences: z
    .boolean()
    .optional()
    .describe("add the first differences of the numeric channels as channels; default: the recipe's"),
});
export type PrepareOptions = z.input<typeof prepareOptionsSchema>;

/** How data becomes model input: fitted on the training part once, kept with the model. */
export interface Preparation {
  channels: readonly Channel[];
  interpolation: InterpolationMethod;
  resample?: { step: number; method: InterpolationMethod };
  /** first differences stand behind the channels */
  differences?: boolean;
  scaler: Scaler;
}

/**
 * Fills in the defaults. Amounts of events are skewed, so windows of events are scaled as logarithms; a scale of each
 * series' own is never one of logarithms, because a series is too short to decide.
 * @param usual the recipe's interpolation
 * @param windows whether the sequences are windows of events
 */
export function resolvePrepareOptions(
  { scale, scaleScope = "channel", interpolation, resample, differences }: PrepareOptions,
  usual: Pick<Preparation, "interpolation" | "differences">,
  windows: boolean,
) {
  return {
    scale: scale ?? (windows && scaleScope === "channel" ? "log-standard" : "standard"),
    scaleScope,
    interpolation: interpolation ?? usual.interpolation,
    ...(resample && { resample: { step: resample.step, method: resample.method ?? interpolation ?? "linear" } }),
    differences: differences ?? usual.differences,
  } as const;
}
export type ResolvedPrepareOptions = ReturnType<typeof resolvePrepareOptions>;

/** What the model reads: the channels, and their differences where they are added. */
export function inputChannels({ channels, differences }: Pick<Preparation, "channels" | "differences">) {
  return differences ? differenceChannels(channels) : channels;
}

/** Fits the preparation on the training part. */
export function fitPreparation(train: Sequences, options: ResolvedPrepareOptions): Preparation {
  const { scale, scaleScope, interpolation, resample, differences } = options;
  const { channels } = limitCategories(train);
  const filling = { interpolation, resample, differences };
  const fillOne = (set: SequenceSet) => fill(conformChannels(set, channels), filling);
  const filled = isWindowed(train) ? undefined : fillOne(train);
  const pieces = function* () {
    if (filled) yield filled;
    else for (const piece of piecesOf(train)) yield fillOne(piece);
  };
  const scaler = fitScalerTo(pieces, inputChannels({ channels, differences }), { method: scale, scope: scaleScope });
  return { channels, interpolation, resample, ...(differences && { differences }), scaler };
}

/**
 * Any sound set of the same channels, made ready for the model: channels in the model's order, resampled,
 * interpolated, scaled.
 * @throws {OptionError} for a missing channel
 */
export function prepareSequences(set: SequenceSet, preparation: Preparation): SequenceSet {
  return scaleSequences(fill(conformChannels(set, preparation.channels), preparation), preparation.scaler);
}

function fill(
  set: SequenceSet,
  { interpolation, resample, differences }: Pick<Preparation, "interpolation" | "resample" | "differences">,
) {
  const filled = fillGaps(resample ? resampleToGrid(set, resample) : set, interpolation);
  return differences ? addDifferences(filled) : filled;
}

/**
 * The channels of `wanted`, by name, with its vocabularies. A category that `wanted` does not know is one of the rest,
 * where it has such a category, else missing.
 * @throws {OptionError} for a missing channel
 * @throws {DataError} for a channel of another kind
 */
export function conformChannels(set: SequenceSet, wanted: readonly Channel[]): SequenceSet {
  const names = set.channels.map((channel) => channel.name);
  const sources = wanted.map((channel) => {
    const at = names.indexOf(channel.name);
    if (at < 0) unknownName("The model was trained on other channels", "channel", channel.name, names);
    const found = set.channels[at];
    if (found.kind !== channel.kind)
      throw new DataError(
        `Channel "${channel.name}" is ${found.kind} here, expected ${channel.kind} as in training. Read the column as it was read then.`,
      );
    const codes = new Map(channel.vocabulary?.map((word, code) => [word, code]));
    const recode = channel.vocabulary && found.vocabulary?.map((word) => codes.get(word) ?? channel.rest ?? -1);
    return { at, recode };
  });
  const same = (a: Channel, b: Channel) =>
    a.name === b.name &&
    a.vocabulary?.length === b.vocabulary?.length &&
    (a.vocabulary ?? []).every((word, code) => word === b.vocabulary![code]);
  if (wanted.length === names.length && wanted.every((channel, k) => same(channel, set.channels[k])))
    return { ...set, channels: wanted };

  const C = names.length;
  const steps = set.offsets[set.offsets.length - 1];
  const values = new Float32Array(steps * wanted.length);
  const observed = createBitmap(values.length, true);
  for (let s = 0; s < steps; s++)
    sources.forEach(({ at, recode }, k) => {
      const to = s * wanted.length + k;
      const value = set.values[s * C + at];
      values[to] = recode ? recode[value] : value;
      const seen = isObserved(set, s * C + at) && values[to] >= (recode ? 0 : Number.NEGATIVE_INFINITY);
      if (!seen) {
        values[to] = 0;
        setBit(observed, to, false);
      }
    });
  return { ...set, channels: wanted, values, observed };
}
