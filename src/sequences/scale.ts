import { DataError, OptionError } from "../errors.js";
import { channelStatistics, quantile, sortedValues } from "./channel-statistics.js";
import { countOf, isObserved, type SequenceSet } from "./sequence-set.js";

const NEGLIGIBLE = 1e-6; // an interquartile range below this share of the deviation would blow up the tails

export type ScaleMethod = "standard" | "min-max" | "robust" | "none";

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
  /** Provenance: what the statistics were computed from. */
  fittedOn: { sequences: number; values: number };
  /** Channels that could not be scaled as asked, in plain sentences. */
  notes: string[];
}

/**
 * Computes centre and scale of every numeric channel from the observed values.
 *
 *   standard  mean, population standard deviation      min-max  minimum, maximum - minimum
 *   robust    median, interquartile range (standard deviation where that range is next to 0)
 *
 * A constant channel gets scale 1, one with nothing observed centre 0 and scale 1; `notes` names both.
 */
export function fitScaler(
  set: SequenceSet,
  { method = "standard", scope = "channel" }: { method?: ScaleMethod; scope?: "channel" | "series" } = {},
): Scaler {
  const N = countOf(set);
  const steps = set.offsets[N];
  const scaler: Scaler = {
    method,
    scope,
    channels: numericNames(set),
    center: [],
    scale: [],
    fittedOn: { sequences: N, values: 0 },
    notes: [],
  };
  for (const f of numericChannels(set)) {
    const { name } = set.channels[f];
    const fitted = centerAndScale(set, f, 0, steps, method);
    scaler.fittedOn.values += fitted.observed;
    if (scope === "channel") {
      scaler.center.push(fitted.center);
      scaler.scale.push(fitted.scale);
    }
    if (fitted.observed === 0) scaler.notes.push(`Channel "${name}": nothing was observed; left as it is.`);
    else if (fitted.constant)
      scaler.notes.push(`Channel "${name}" is constant; its scale is 1 and it carries no information.`);
    else if (fitted.fellBack && scope === "channel")
      scaler.notes.push(
        `Channel "${name}": about half of the values are equal (interquartile range next to 0); scaled by the standard deviation instead.`,
      );
  }
  return scaler;
}

/**
 * Scales the observed values of the numeric channels; everything else stays.
 * With scope "series" amounts are lost: call `seriesStatistics` first to keep them as static columns.
 * @throws {DataError} if the numeric channels are not those the scaler was fitted on
 */
export function transform(set: SequenceSet, scaler: Scaler): SequenceSet {
  expectChannels("transform", set, scaler);
  return mapValues(set, set, scaler, (value, center, scale) => (value - center) / scale);
}

/**
 * Undoes `transform`.
 * @param original needed for scope "series" alone: the unscaled set whose series, in the same order, give the statistics
 * @throws {DataError} if the numeric channels are not those the scaler was fitted on
 * @throws {OptionError} if the scope is "series" and `original` is missing or of another size
 */
export function inverseTransform(set: SequenceSet, scaler: Scaler, original?: SequenceSet): SequenceSet {
  expectChannels("inverseTransform", set, scaler);
  if (scaler.scope === "series" && (!original || countOf(original) !== countOf(set)))
    throw new OptionError(
      `inverseTransform: got ${original ? `${countOf(original)} original series for ${countOf(set)} scaled ones` : "no original series"}, expected one for each. A scaler of scope "series" holds no statistics of its own; pass the set as it was before scaling.`,
    );
  return mapValues(set, original ?? set, scaler, (value, center, scale) => value * scale + center);
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
  return { ...set, statics: { names, values } };
}

function numericChannels(set: SequenceSet): number[] {
  return set.channels.flatMap((channel, f) => (channel.kind === "numeric" ? [f] : []));
}

function numericNames(set: SequenceSet): string[] {
  return numericChannels(set).map((f) => set.channels[f].name);
}

function centerAndScale(set: SequenceSet, f: number, from: number, to: number, method: ScaleMethod) {
  const { observed, mean, std, min, max } = channelStatistics(set, f, from, to);
  const constant = observed > 0 && min === max;
  const fitted = { observed, constant, fellBack: false, center: 0, scale: 1 };
  if (observed === 0 || method === "none") return fitted;
  if (method === "standard") Object.assign(fitted, { center: mean, scale: std });
  else if (method === "min-max") Object.assign(fitted, { center: min, scale: max - min });
  else {
    const sorted = sortedValues(set, f, from, to);
    const range = quantile(sorted, 0.75) - quantile(sorted, 0.25);
    fitted.center = quantile(sorted, 0.5);
    fitted.fellBack = range <= NEGLIGIBLE * std;
    fitted.scale = fitted.fellBack ? std : range;
  }
  if (fitted.scale === 0) fitted.scale = 1;
  return fitted;
}

/** A copy of `set` with `change` applied; for scope "series" the statistics are those of `source`. */
function mapValues(
  set: SequenceSet,
  source: SequenceSet,
  scaler: Scaler,
  change: (value: number, center: number, scale: number) => number,
): SequenceSet {
  const F = set.channels.length;
  const values = set.values.slice();
  const apply = (f: number, from: number, to: number, center: number, scale: number) => {
    for (let k = from * F + f; k < to * F; k += F)
      if (isObserved(set, k)) values[k] = change(values[k], center, scale);
  };
  numericChannels(set).forEach((f, i) => {
    if (scaler.scope === "channel") apply(f, 0, set.offsets[countOf(set)], scaler.center[i], scaler.scale[i]);
    else
      for (let n = 0; n < countOf(set); n++) {
        const own = centerAndScale(source, f, source.offsets[n], source.offsets[n + 1], scaler.method);
        apply(f, set.offsets[n], set.offsets[n + 1], own.center, own.scale);
      }
  });
  return { ...set, values };
}

function expectChannels(where: string, set: SequenceSet, scaler: Scaler): void {
  const names = numericNames(set);
  if (names.length === scaler.channels.length && names.every((name, i) => name === scaler.channels[i]))
    return;
  throw new DataError(
    `${where}: got the numeric channels ${listed(names)}, expected ${listed(scaler.channels)}, in this order. The scaler was fitted on those; select the same columns, or fit a new one.`,
  );
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "(none)" : names.map((name) => `"${name}"`).join(", ");
}
