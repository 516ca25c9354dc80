import { DataError, OptionError } from "../errors.js";
import { isTokens } from "../evaluate/comparison/compare-options.js";
import { eventAggregates } from "../features/sets/event-aggregates.js";
import { parseExpression, setsOf } from "../features/sets/expression.js";
import type { Aggregates, Cases } from "../features/sets/feature-set.js";
import { featureSets } from "../features/sets/feature-sets.js";
import { conformChannels } from "../model/prepare.js";
import { type Channel, countOf, type EventDetails, type SequenceSet } from "../sequences/set/sequence-set.js";
import { heldSteps, mapSteps, pickSequences, type Sequences } from "../sequences/set/windowed-set.js";
import type { About } from "./about.js";

/** Cases to score, as they were read. Labels are not needed; where aggregates know past labels, they see them late. */
export interface CasesToScore {
  /** All cases that are known: those to score, and of events those that came before. */
  set: Sequences;
  /** Of windows of events; only aggregates need them. */
  events?: EventDetails;
  /** Which cases to score; default: all. */
  rows?: ArrayLike<number>;
  /** What `pastOf` made of these events, where they are scored some at a time; default: made here. */
  past?: Aggregates;
}

/**
 * Cases as the feature sets of a predictor take them: channels, categories and static columns as in the training part.
 * @throws {OptionError} for a missing channel or static column, or events without what aggregates need
 * @throws {DataError} for a channel of another kind, or a label of another class
 */
export function casesOf(about: About, { set, events, rows, past }: CasesToScore): Cases {
  const needs = needsOf(about);
  const wanted = rows ?? Int32Array.from({ length: countOf(set) }, (_, n) => n);
  const bare: Sequences = { ...set, labels: undefined, classNames: undefined };
  const chosen = rows ? pickSequences(bare, rows) : bare;
  const conformed = mapSteps(chosen, (steps) => {
    const conform = conformChannels(steps, about.channels);
    return needs.has("statics") ? conformStatics(conform, about) : conform;
  });
  if (needs.has("amounts") && !events?.amounts)
    throw new OptionError(
      `${about.name}: this predictor needs windows of timed events and an amount to sum up; one of them is missing. Read the data with the same \`window\`, \`time\` and \`amount\` as in training.`,
    );
  return {
    set: conformed,
    ...(isTokens(set) && needs.has("tokens") && { tokens: chosen }),
    rows: wanted,
    ...(needs.has("amounts") && {
      aggregates: () => past ?? pastOf(about, set, events!),
    }),
  };
}

function needsOf({ features }: Pick<About, "features">) {
  return new Set(setsOf(parseExpression(features)).map(({ name }) => featureSets[name].needs));
}

/** Whether a case's features look at more of the past than its window. */
export function needsAmounts(about: Pick<About, "features">): boolean {
  return needsOf(about).has("amounts");
}

/** The static columns that the features read, as channels; none where they read none. */
export function staticChannels(about: Pick<About, "features" | "statics">): Channel[] {
  if (!about.statics || !needsOf(about).has("statics")) return [];
  const { names, vocabularies } = about.statics;
  return names.map((name, s) => {
    const vocabulary = vocabularies[s];
    return vocabulary ? { name, kind: "categorical", vocabulary } : { name, kind: "numeric" };
  });
}

/** What aggregates know of the past of each event. */
export function pastOf(about: About, set: Sequences, events: EventDetails): Aggregates {
  return eventAggregates(inOrder(set, about), events, pastLabels(set, about), about.labelDelay ?? 0);
}

/** The channels in the order of the training part, each with the categories that the data have. */
function inOrder(set: Sequences, { channels }: About): Sequences {
  const { channels: own } = heldSteps(set).held;
  const wanted = channels.map((channel) => {
    const found = own.find(({ name }) => name === channel.name);
    return found?.kind === channel.kind ? found : channel;
  });
  return mapSteps(set, (steps) => conformChannels(steps, wanted));
}

/** [cases] 1, 0 and -1 (not known), by the classes of the training part; undefined: aggregates know none. */
function pastLabels({ labels, classNames = [], ids }: Sequences, about: About): Int32Array | undefined {
  if (about.labelDelay === undefined) return undefined;
  if (!labels) return new Int32Array(ids.length).fill(-1);
  const codes = classNames.map((name) => about.classNames.indexOf(name));
  const unknown = labels.find((label) => label >= 0 && codes[label] < 0);
  if (unknown !== undefined)
    throw new DataError(
      `${about.name}: got the label "${classNames[unknown]}", expected one of ${about.classNames.join(", ")}, as in training, or none. Aggregates look at the labels of earlier events.`,
    );
  return labels.map((label) => (label < 0 ? -1 : codes[label]));
}

/** Static columns by name, with the categories of the training part: one that it did not have is missing. */
function conformStatics(set: SequenceSet, { statics: wanted, name }: About): SequenceSet {
  if (!wanted) return set;
  const { statics } = set;
  const N = countOf(set);
  const S = wanted.names.length;
  const own = statics?.names.length ?? 0;
  const values = new Float32Array(N * S);
  wanted.names.forEach((column, s) => {
    const at = statics?.names.indexOf(column) ?? -1;
    if (at < 0)
      throw new OptionError(
        `${name}: got no static column "${column}", expected ${wanted.names.join(", ")}, as in training. Add the column to the data.`,
      );
    const vocabulary = statics!.vocabularies?.[at];
    const trained = wanted.vocabularies[s];
    if ((vocabulary === undefined) !== (trained === null))
      throw new DataError(
        `${name}: the static column "${column}" has ${vocabulary ? "categories" : "numbers"} here, expected ${trained ? "categories" : "numbers"}, as in training. Read the column as it was read then.`,
      );
    const codes = vocabulary?.map((word) => trained!.indexOf(word));
    for (let n = 0; n < N; n++) {
      const value = statics!.values[n * own + at];
      const code = codes && !Number.isNaN(value) ? codes[value] : value;
      values[n * S + s] = codes && code < 0 ? Number.NaN : code;
    }
  });
  const vocabularies = wanted.vocabularies.map((words) => words ?? undefined);
  return { ...set, statics: { names: wanted.names, values, vocabularies } };
}
