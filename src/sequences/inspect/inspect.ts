import { someOf } from "../../errors.js";
import { type Channel, countOf, lengthOf, type StaticColumns } from "../set/sequence-set.js";
import { checkSequences, heldSteps, piecesOf, type Sequences, staticsOf } from "../set/windowed-set.js";
import { type ChannelStatistics, coarseNote, isCoarse, statisticsOfPieces } from "../transform/channel-statistics.js";
import { categoryCounts, limitCategories } from "../transform/limit-categories.js";
import { longGap, longGapWarning } from "../transform/long-gap.js";
import { channelsThatNameTheEntity, identifierWarning } from "./identifiers.js";
import { countDuplicates } from "./leakage.js";
import { channelsThatTellTheClass, targetLeakWarning } from "./target-leak.js";

/** What one channel holds; the statistics are null where nothing was observed or the channel is categorical. */
export interface ChannelDescription {
  name: string;
  kind: "numeric" | "categorical";
  /** Share of values that are missing, 0 to 1; 0 for a set without steps. */
  missing: number;
  min: number | null;
  mean: number | null;
  std: number | null;
  max: number | null;
  constant: boolean;
  allMissing: boolean;
  /** Size of the vocabulary, categorical only. */
  categories?: number;
}

export interface StaticDescription {
  name: string;
  /** Share of sequences without a value, 0 to 1. */
  missing: number;
  /** Null of categories, or where nothing was observed. */
  min: number | null;
  max: number | null;
  /** Size of the vocabulary, categorical only. */
  categories?: number;
}

export interface SetDescription {
  sequences: number;
  channels: ChannelDescription[];
  length: { min: number; median: number; max: number };
  /** Null for an unlabelled set. */
  classes: { name: string; count: number }[] | null;
  /** Share of the largest class among the labelled, null for an unlabelled set. */
  majorityRate: number | null;
  unlabelled: number;
  /** Sequences identical to an earlier one. */
  duplicates: number;
  /** Null if the set has no entities. */
  entities: number | null;
  /** Share of the gaps between steps that differ from the median gap by more than 1 %, null without times. */
  irregularGaps: number | null;
  /** The most frequent categories of the only channel, with their share of the steps; absent: it is none of categories. */
  tokens?: { token: string; share: number }[];
  /** Columns with one value per sequence; absent: there are none. */
  statics?: StaticDescription[];
  /** What to watch out for, in plain sentences. */
  warnings: string[];
}

/** Describes a set for a person: sizes, channels, classes, and what may go wrong with it. */
export function describeSet(set: Sequences): SetDescription {
  checkSequences(set, "describeSet");
  const N = countOf(set);
  const statics = staticsOf(set);
  const lengths = Float64Array.from({ length: N }, (_, n) => lengthOf(set, n)).sort();
  const counts = new Int32Array(set.classNames?.length ?? 0);
  let unlabelled = set.labels ? 0 : N;
  for (const label of set.labels ?? [])
    if (label >= 0) counts[label]++;
    else unlabelled++;
  const description: SetDescription = {
    sequences: N,
    channels: describeChannels(set),
    length: { min: lengths[0] ?? 0, median: median(lengths), max: lengths[N - 1] ?? 0 },
    classes: set.labels ? Array.from(counts, (count, c) => ({ name: set.classNames![c], count })) : null,
    majorityRate: set.labels && N > unlabelled ? Math.max(...counts) / (N - unlabelled) : null,
    unlabelled,
    duplicates: countDuplicates(set),
    entities: set.entities ? new Set(set.entities).size : null,
    irregularGaps: irregularGaps(set),
    ...(set.channels.length === 1 && set.channels[0].vocabulary && { tokens: mostFrequent(set) }),
    ...(statics && { statics: describeStatics(statics) }),
    warnings: [],
  };
  description.warnings = [
    ...warningsOf(description),
    ...limitCategories(set).notes,
    ...wrongTimes(set),
    ...channelsThatNameTheEntity(set).map(identifierWarning),
    ...channelsThatTellTheClass(set).map(targetLeakWarning),
  ];
  return description;
}

function describeChannels(set: Sequences): ChannelDescription[] {
  const steps = set.offsets[countOf(set)];
  const statistics = statisticsOfPieces(
    () => piecesOf(set),
    set.channels.map((_, f) => f),
  );
  return set.channels.map((channel, f) => describeChannel(channel, steps, statistics[f]));
}

function describeChannel(
  { name, kind, vocabulary }: Channel,
  steps: number,
  { observed, min, mean, std, max }: ChannelStatistics,
): ChannelDescription {
  const measured = kind === "numeric" && observed > 0;
  return {
    name,
    kind,
    missing: steps === 0 ? 0 : 1 - observed / steps,
    min: measured ? min : null,
    mean: measured ? mean : null,
    std: measured ? std : null,
    max: measured ? max : null,
    constant: observed > 0 && min === max,
    allMissing: steps > 0 && observed === 0,
    ...(kind === "categorical" ? { categories: vocabulary?.length ?? 0 } : {}),
  };
}

function describeStatics({ names, values, vocabularies }: StaticColumns): StaticDescription[] {
  return names.map((name, s) => {
    const column = values.filter((_, k) => k % names.length === s);
    const seen = column.filter((value) => !Number.isNaN(value)).sort();
    const categories = vocabularies?.[s]?.length;
    const measured = categories === undefined && seen.length > 0;
    return {
      name,
      missing: column.length === 0 ? 0 : 1 - seen.length / column.length,
      min: measured ? seen[0] : null,
      max: measured ? seen[seen.length - 1] : null,
      ...(categories !== undefined && { categories }),
    };
  });
}

const SHOWN = 8; // tokens

function mostFrequent(set: Sequences): { token: string; share: number }[] {
  const vocabulary = set.channels[0].vocabulary!;
  const counts = categoryCounts(set, 0);
  const all = counts.reduce((sum, count) => sum + count, 0);
  return Array.from(vocabulary, (token, code) => ({ token, share: counts[code] / Math.max(1, all) }))
    .sort((a, b) => b.share - a.share)
    .slice(0, SHOWN);
}

/** Sequences that one long gap divides, as a wrong time stamp does. */
function wrongTimes(set: Sequences): string[] {
  if (!heldSteps(set).held.times) return [];
  const found = Array.from({ length: countOf(set) }, (_, n) => n).filter((n) => longGap(set, n));
  return found.length === 0 ? [] : [longGapWarning(set, found)];
}

function irregularGaps(set: Sequences): number | null {
  const { held, starts } = heldSteps(set);
  const { times } = held;
  if (!times) return null;
  const gaps = new Float64Array(set.offsets[countOf(set)]); // room for more than there are
  let count = 0;
  for (let n = 0; n < countOf(set); n++)
    for (let s = starts[n] + 1; s < starts[n] + lengthOf(set, n); s++) gaps[count++] = times[s] - times[s - 1];
  if (count === 0) return 0;
  const all = gaps.subarray(0, count);
  const usual = (select(all, (count - 1) >> 1) + select(all, count >> 1)) / 2;
  let irregular = 0;
  for (let k = 0; k < count; k++) if (Math.abs(all[k] - usual) > 0.01 * usual) irregular++;
  return irregular / count;
}

/** The k-th smallest number, without sorting all of them (Hoare's selection); they change places. */
function select(values: Float64Array, k: number): number {
  let [from, to] = [0, values.length - 1];
  while (from < to) {
    const pivot = values[(from + to) >> 1];
    let [i, j] = [from, to];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const value = values[i];
      values[i++] = values[j];
      values[j--] = value;
    }
    if (k <= j) to = j;
    else if (k >= i) from = i;
    else break;
  }
  return values[k];
}

function median(ascending: Float64Array): number {
  const N = ascending.length;
  return N === 0 ? 0 : (ascending[(N - 1) >> 1] + ascending[N >> 1]) / 2;
}

function warningsOf(of: SetDescription): string[] {
  const warnings: string[] = [];
  const { channels, length, classes, majorityRate, entities, sequences } = of;
  if (sequences === 0) warnings.push("There are no sequences.");
  const sparse = channels.filter(({ missing, allMissing, constant }) => missing > 0.5 && !allMissing && !constant);
  if (sparse.length > 0) {
    const most = sparse.reduce((a, b) => (b.missing > a.missing ? b : a));
    warnings.push(
      sparse.length === 1
        ? `Channel "${most.name}" is missing in ${percent(most.missing)} of the steps.`
        : `${sparse.length} channels are missing in more than half of the steps, most of all "${most.name}" (${percent(most.missing)}).`,
    );
  }
  const wild: string[] = [];
  for (const channel of channels) {
    const name = `Channel "${channel.name}"`;
    if (channel.allMissing) warnings.push(`${name} has no observed value at all; drop it.`);
    else if (channel.constant) warnings.push(`${name} has the same value everywhere and carries no information.`);
    const { min, mean, std, max } = channel;
    if (std !== null && isCoarse({ min: min!, max: max!, std })) warnings.push(coarseNote(channel.name));
    if (std !== null && std > 0 && Math.max(max! - mean!, mean! - min!) > 20 * std) wild.push(channel.name);
    if (channel.kind === "numeric" && /(^|[_ ])id$/i.test(channel.name))
      warnings.push(`${name} looks like a name, not a measurement; leave it out (\`drop: ["${channel.name}"]\`).`);
  }
  if (wild.length > 0)
    warnings.push(
      `${wild.length === 1 ? `Channel "${wild[0]}" has` : `${wild.length} channels (${someOf(wild)}) have`} values more than 20 deviations from ${wild.length === 1 ? "its" : "their"} mean; \`scale: "robust"\` resists them.`,
    );
  if (sequences > 0 && length.max === 0) warnings.push("All sequences are empty: nothing to train on.");
  else if (sequences > 0 && length.min === 0) warnings.push("Some sequences are empty.");
  else if (length.max > 3 * length.min)
    warnings.push(
      `Lengths vary strongly, from ${length.min} to ${length.max} steps; padding is ignored, whatever the recipe.`,
    );
  if (classes) {
    const present = classes.filter(({ count }) => count > 0);
    if (present.length === 1)
      warnings.push(`One class only ("${present[0].name}"); a classifier has nothing to learn.`);
    const small = present.filter(({ count }) => count < 5);
    if (present.length > 1 && small.length > 0)
      warnings.push(
        `Few cases in ${small.length} of ${present.length} classes (fewer than 5, the smallest has ${Math.min(...small.map(({ count }) => count))}); expect wide intervals.`,
      );
    if (present.length > 1 && majorityRate! >= 0.9)
      warnings.push(
        `Highly imbalanced: always predicting the most common class scores ${percent(majorityRate!)} accuracy; use average precision, not accuracy.`,
      );
  }
  if (entities !== null && sequences >= 2 * entities && entities > 0)
    warnings.push(`${entities} entities have ${sequences} sequences; compare keeps those of one entity together.`);
  if (of.duplicates > 0) warnings.push(`${of.duplicates} sequences are identical to an earlier one.`);
  const seesGaps = channels.some(({ name }) => name === "time_gap");
  if (of.irregularGaps !== null && of.irregularGaps > 0.05 && !seesGaps)
    warnings.push(
      `Times are irregular (${percent(of.irregularGaps)} of the gaps differ from the median gap); resample to a grid, or give the model the gaps as a channel.`,
    );
  return warnings;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
