import { DataError, OptionError } from "../../errors.js";
import { expectOneOf, expectOptions } from "../../options.js";
import { checkSequenceSet } from "../set/check.js";
import { type Channel, countOf, type SequenceSet } from "../set/sequence-set.js";
import {
  type ChannelStatistics,
  channelStatistics,
  coarseNote,
  isCoarse,
  type Pieces,
  quantile,
  sortedOfPieces,
  sortedValues,
  statisticsOfPieces,
} from "./channel-statistics.js";
import { DIFFERENCE } from "./differences.js";
import { areSkewed, signedExp, signedLog, takeLogarithms } from "./logarithms.js";
import { changeSteps, changeValues, refuseScaled } from "./scaled-values.js";

const NEGLIGIBLE = 1e-6; // an interquartile range below this share of the deviation would blow up the tails

export const scaleMethods = ["standard", "min-max", "robust", "log-standard", "none"] as const;
export type ScaleMethod = (typeof scaleMethods)[number];

/** Plain, serialisable state of a fitted scaler; every array runs over the numeric channels. */
export interface Scaler {
  method: ScaleMethod;
  /** "channel": one centre and scale per channel; "series": every series has its own. */
  scope: "channel" | "series";
  /** Names of the numeric channels it was fitted on, in order. */
  channels: string[];
  /** Scaled = (value - center) / scale. Empty for scope "series". */
  center: number[];
  scale: number[];
  /** "log-standard": whether a channel is first replaced by its logarithms, sign(x) log(1 + |x|). */
  logarithm?: boolean[];
  /** Provenance: what the statistics were computed from. */
  fittedOn: { sequences: number; values: number };
  /** Channels that could not be scaled as requested, in sentences. */
  notes: string[];
}

/**
 * Computes centre and scale of every numeric channel from the observed values.
 *
 *   standard  mean, population standard deviation      min-max  minimum, maximum - minimum
 *   robust    median, interquartile range (standard deviation where that range is next to 0)
 *   log-standard  as standard; channels with a skewness above 3 that logarithms at least halve (amounts of money)
 *                 become sign(x) log(1 + |x|) first
 *
 * A constant channel gets scale 1, one with nothing observed centre 0 and scale 1; `notes` names both.
 * @throws {OptionError} for "log-standard" with a scale of each series' own: a series is too short to decide
 */
export function fitScaler(
  set: SequenceSet,
  options: { method?: ScaleMethod; scope?: "channel" | "series" } = {},
): Scaler {
  expectOptions("fitScaler", options, ["method", "scope"]);
  checkSequenceSet(set, "fitScaler");
  return fitScalerTo(() => [set], set.channels, options);
}

/** The same of a set in pieces of these channels, each of them sound. */
export function fitScalerTo(
  pieces: Pieces,
  channels: readonly Channel[],
  { method = "standard", scope = "channel" }: { method?: ScaleMethod; scope?: "channel" | "series" },
): Scaler {
  expectOneOf("fitScaler", "method", method, scaleMethods);
  expectOneOf("fitScaler", "scope", scope, ["channel", "series"]);
  if (method === "log-standard" && scope === "series")
    throw new OptionError(
      'fitScaler: "log-standard" looks at the whole training part, expected scope "channel". Take "standard" for a scale of each series\' own.',
    );
  const numeric = numericChannels({ channels });
  const logarithm = method === "log-standard" ? areSkewed(pieces, numeric) : undefined;
  const skewed = numeric.filter((_, i) => logarithm?.[i]);
  let sequences = 0;
  const source: Pieces = function* () {
    sequences = 0;
    for (const piece of pieces()) {
      sequences += countOf(piece);
      yield skewed.length > 0 ? takeLogarithms(piece, skewed) : piece;
    }
  };
  const statistics = statisticsOfPieces(source, numeric);
  const scaler: Scaler = {
    method,
    scope,
    channels: numericNames({ channels }),
    center: [],
    scale: [],
    ...(logarithm && { logarithm }),
    fittedOn: { sequences, values: 0 },
    notes: [],
  };
  const constant: string[] = [];
  numeric.forEach((f, i) => {
    const { name } = channels[f];
    const fitted = centerAndScale(statistics[i], method, () => sortedOfPieces(source, f));
    scaler.fittedOn.values += fitted.observed;
    if (scope === "channel") {
      scaler.center.push(fitted.center);
      scaler.scale.push(fitted.scale);
    }
    if (fitted.observed === 0) scaler.notes.push(`Channel "${name}": nothing was observed; left as it is.`);
    else if (fitted.constant) constant.push(name);
    else if (fitted.coarse) scaler.notes.push(coarseNote(name));
    else if (fitted.fellBack && scope === "channel")
      scaler.notes.push(
        `Channel "${name}": about half of the values are equal (interquartile range next to 0); scaled by the standard deviation instead.`,
      );
  });
  if (constant.length > 0) scaler.notes.unshift(constantNote(constant));
  return scaler;
}

/** @param names those of differences follow from their channels */
function constantNote(names: readonly string[]): string {
  const own = names.filter((name) => !names.some((other) => name === `${other}${DIFFERENCE}`));
  if (own.length === 1) return `Channel "${own[0]}" is constant; its scale is 1 and it carries no information.`;
  const shown = own.slice(0, 8).map((name) => `"${name}"`);
  return `${own.length} channels are constant (${shown.join(", ")}${own.length > shown.length ? ", ..." : ""}); their scale is 1 and they carry no information.`;
}

/**
 * Scales the observed values of the numeric channels; everything else stays.
 * With scope "series" amounts are lost: call `seriesStatistics` first to keep them as static columns.
 * @throws {DataError} if the numeric channels are not those the scaler was fitted on, or a value is too far from them
 */
export function scaleSequences(set: SequenceSet, scaler: Scaler): SequenceSet {
  expectChannels("transform", set, scaler);
  const { values, within } = mapValues(set, set, scaler, scaleValue);
  if (!within) refuseScaled(set, values);
  return { ...set, values };
}

/** How the values of one numeric channel are scaled. */
export interface Scaling {
  center: number;
  scale: number;
  /** Whether logarithms come first. */
  logarithm: boolean;
}

/** Of every numeric channel, for a scaler of scope "channel". */
export function scalingsOf({ center, scale, logarithm }: Scaler): Scaling[] {
  return center.map((own, i) => ({ center: own, scale: scale[i], logarithm: logarithm?.[i] ?? false }));
}

/** What a value becomes, in 32-bit floats, its logarithm too. @param value a 32-bit float */
export function scaleValue(value: number, { center, scale, logarithm }: Scaling): number {
  return Math.fround(((logarithm ? Math.fround(signedLog(value)) : value) - center) / scale);
}

/** Undoes `scaleValue`, likewise. */
function unscaleValue(value: number, { center, scale, logarithm }: Scaling): number {
  const unscaled = Math.fround(value * scale + center);
  return logarithm ? Math.fround(signedExp(unscaled)) : unscaled;
}

/**
 * Undoes `transform`.
 * @param original needed for scope "series" alone: the unscaled set whose series, in the same order, give the statistics
 * @throws {DataError} if the numeric channels are not those the scaler was fitted on
 * @throws {OptionError} if the scope is "series" and `original` is missing or of another size
 */
export function unscaleSequences(set: SequenceSet, scaler: Scaler, original?: SequenceSet): SequenceSet {
  expectChannels("unscaleSequences", set, scaler);
  if (scaler.scope === "series" && (!original || countOf(original) !== countOf(set)))
    throw new OptionError(
      `unscaleSequences: got ${original ? `${countOf(original)} original series for ${countOf(set)} scaled ones` : "no original series"}, expected one for each. A scaler of scope "series" holds no statistics of its own; pass the set as it was before scaling.`,
    );
  return { ...set, values: mapValues(set, original ?? set, scaler, unscaleValue).values };
}

/**
 * Adds two static columns per numeric channel, `name_mean` and `name_std` (population), of each series' observed
 * values, so that scaling by series does not erase amounts. A series with nothing observed gets 0 and 0.
 */
export function seriesStatistics(set: SequenceSet): SequenceSet {
  const N = countOf(set);
  const before = set.statics?.names.length ?? 0;
  const numeric = numericChannels(set);
  const names = [
    ...(set.statics?.names ?? []),
    ...numeric.flatMap((f) => [`${set.channels[f].name}_mean`, `${set.channels[f].name}_std`]),
  ];
  const S = names.length;
  const values = new Float32Array(N * S);
  for (let n = 0; n < N; n++) {
    for (let s = 0; s < before; s++) values[n * S + s] = set.statics!.values[n * before + s];
    numeric.forEach((f, i) => {
      const { mean, std } = channelStatistics(set, f, set.offsets[n], set.offsets[n + 1]);
      values[n * S + before + 2 * i] = mean;
      values[n * S + before + 2 * i + 1] = std;
    });
  }
  const { vocabularies } = set.statics ?? {};
  return {
    ...set,
    statics: { names, values, ...(vocabularies && { vocabularies: names.map((_, s) => vocabularies[s]) }) },
  };
}

function numericChannels(set: Pick<SequenceSet, "channels">): number[] {
  return set.channels.flatMap((channel, f) => (channel.kind === "numeric" ? [f] : []));
}

function numericNames(set: Pick<SequenceSet, "channels">): string[] {
  return numericChannels(set).map((f) => set.channels[f].name);
}

function centerAndScale(
  { observed, mean, std, min, max }: ChannelStatistics,
  method: ScaleMethod,
  sort: () => Float32Array,
) {
  const constant = observed > 0 && min === max;
  const coarse = observed > 0 && isCoarse({ min, max, std });
  const fitted = { observed, constant, coarse, fellBack: false, center: 0, scale: 1 };
  if (observed === 0 || method === "none") return fitted;
  if (method === "standard" || method === "log-standard") Object.assign(fitted, { center: mean, scale: std });
  else if (method === "min-max") Object.assign(fitted, { center: min, scale: max - min });
  else {
    const sorted = sort();
    const range = quantile(sorted, 0.75) - quantile(sorted, 0.25);
    fitted.center = quantile(sorted, 0.5);
    fitted.fellBack = range <= NEGLIGIBLE * std;
    fitted.scale = fitted.fellBack ? std : range;
  }
  if (fitted.scale === 0) fitted.scale = 1;
  return fitted;
}

/**
 * A copy of the values of `set` with `change` applied, and whether all are within MOST_SCALED then; for scope "series"
 * the statistics are those of `source`.
 */
function mapValues(
  set: SequenceSet,
  source: SequenceSet,
  scaler: Scaler,
  change: (value: number, scaling: Scaling) => number,
): { values: Float32Array; within: boolean } {
  const values = set.values.slice();
  const numeric = numericChannels(set);
  if (scaler.scope === "channel")
    return { values, within: changeSteps(set, values, numeric, scalingsOf(scaler), change) };
  let within = true;
  for (const f of numeric)
    for (let n = 0; n < countOf(set); n++) {
      const steps = [source.offsets[n], source.offsets[n + 1]] as const;
      const statistics = channelStatistics(source, f, ...steps);
      const own = centerAndScale(statistics, scaler.method, () => sortedValues(source, f, ...steps));
      const scaling = { ...own, logarithm: false };
      if (!changeValues(set, values, f, set.offsets[n], set.offsets[n + 1], scaling, change)) within = false;
    }
  return { values, within };
}

function expectChannels(where: string, set: SequenceSet, scaler: Scaler): void {
  const names = numericNames(set);
  if (names.length === scaler.channels.length && names.every((name, i) => name === scaler.channels[i])) return;
  throw new DataError(
    `${where}: got the numeric channels ${listed(names)}, expected ${listed(scaler.channels)}, in this order. The scaler was fitted on those; select the same columns, or fit a new one.`,
  );
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "(none)" : names.map((name) => `"${name}"`).join(", ");
}
