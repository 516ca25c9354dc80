import { DataError, OptionError, someOf } from "../errors.js";
import { shortNote } from "../features/encode-notes.js";
import { type RowsFileOptions, readingOf } from "../features/rows-file.js";
import { type Input, shownInput } from "../read/find.js";
import { selectKept } from "../read/layouts/columns/carried.js";
import { channelsMade } from "../read/layouts/long/header.js";
import { readSource } from "../read/read.js";
import { expectSameKind, nothingAfter, timeAfter } from "../read/source/history.js";
import type { DataOptions } from "../read/source/options.js";
import type { ReadProgress } from "../read/source/watch.js";
import { type Channel, lengthOf } from "../sequences/set/sequence-set.js";
import { heldSteps, pickSequences, type Sequences } from "../sequences/set/windowed-set.js";
import type { RowLabels } from "../table/row-labels.js";
import type { About } from "./about.js";
import { pastOf } from "./cases.js";
import type { Predictor } from "./predictor.js";
import { scoreWithReasons } from "./score-columns.js";

/** Cases that are scored at a time: their features are in memory. */
const AT_ONCE = 20_000;

/** What takes the rows of scored cases. */
interface RowTaker {
  begin(): Promise<void>;
  append(
    set: Sequences,
    labels: Omit<RowLabels, "ids">,
    found: Awaited<ReturnType<typeof scoreWithReasons>>,
  ): Promise<void>;
  count(): number;
}

type Options = RowsFileOptions & { explain?: number; onProgress?(scored: number, total?: number): void };

/**
 * Scores events by all that is known before each of them: for predictors that read aggregates of an entity's and a second
 * entity's past. So all events are read whole, with those of the history.
 * @param atOnce cases that are scored at a time
 * @returns what reading noticed
 */
export async function eachKnownCase(
  predictor: Predictor,
  input: Input,
  outputs: readonly string[],
  options: Options,
  rows: RowTaker,
  atOnce = AT_ONCE,
): Promise<string[]> {
  const { onProgress, signal } = options;
  const { set, events, kept, chosen, notes } = await readKnown(predictor.about, input, outputs, options);
  const isLabelled = chosen.some((n) => (set.labels?.[n] ?? -1) >= 0);
  const past = pastOf(predictor.about, set, events);
  await rows.begin();
  for (let at = 0; at < chosen.length; at += atOnce) {
    const some = chosen.subarray(at, at + atOnce);
    const own = pickSequences(set, some);
    const labels = isLabelled && Array.from(own.labels!, (label) => own.classNames?.[label] ?? "");
    const beside = { ...(labels && { labels }), ...(kept && { kept: selectKept(kept, some) }) };
    const found = await scoreWithReasons(predictor, { set, events, rows: some, past }, options.explain);
    await rows.append(own, beside, found);
    signal?.throwIfAborted();
    onProgress?.(rows.count(), chosen.length);
  }
  return notes;
}

/** All events, those of the history among them, and which of them are to be scored. */
async function readKnown(about: About, input: Input, outputs: readonly string[], options: Options) {
  const { history, after, part = "all", sort, onRead, signal } = options;
  const reading = readingOf({ reading: about.data.reading }, withKinds(about, options.reading));
  const where = shownInput(input);
  if (sort || part !== "all")
    throw new OptionError(
      `${where}: got \`${sort ? "sort" : "part"}\` for a predictor that reads aggregates, expected it to be left out. All events are read whole, as one table.`,
    );
  const tell = (what: "data" | "history") => (progress: ReadProgress) => onRead?.(progress, what);
  const read = (of: Input, what: "data" | "history") =>
    readSource(of, reading, { signal, outputs, onRead: tell(what) });
  const earlier = history === undefined ? undefined : await read(history, "history");
  const all: Input = history === undefined ? input : [history, input].flat();
  const { train: set, events, kept, notes } = await read(all, "data");
  if (!events)
    throw new DataError(
      `${where}: these are no windows of timed events, expected some, as in training. Read them with \`window\` and \`time\`.`,
    );
  const time = after === undefined ? undefined : timeAfter(after, reading);
  if (time) expectSameKind(where, reading, time, events.calendar ?? false);
  const from = time?.seconds ?? Number.NEGATIVE_INFINITY;
  const last = latestOf(earlier?.events?.times ?? []);
  if (earlier)
    expectLater(where, shownInput(history!), { from, last, all: events.times, history: earlier.events!.times });
  const chosen = Int32Array.from(events.times.keys()).filter((n) => events.times[n] > Math.max(from, last));
  if (chosen.length === 0) throw nothingAfter(where, time!, latestOf(events.times));
  const short = chosen.filter((n) => lengthOf(set, n) < reading.window!).length;
  return {
    ...{ set, events, kept, chosen },
    notes: [
      ...notes,
      ...unknownCategories(where, set, about.channels),
      ...(short > 0 ? [shortNote(where, short, chosen.length, reading.window!, earlier !== undefined)] : []),
    ],
  };
}

/** @throws {DataError} for data without events of their own, or with some that are wanted and no later than the history */
function expectLater(
  where: string,
  history: string,
  times: { from: number; last: number; all: Float64Array; history: Float64Array },
): void {
  const { from, last } = times;
  const own = times.all.length - times.history.length;
  const early = [times.all, times.history].map((each) => each.filter((time) => time > from && time <= last).length);
  const mixed = early[0] - early[1];
  if (own > 0 && mixed === 0) return;
  throw new DataError(
    `${where}: ${own === 0 ? "it holds no other events than the history" : `${mixed} of ${own} events are not later than the last one of ${history}`}, expected a history that ends before the data begin. Give as \`history\` what came before, or join the files and say from which time on to score (\`after\`).`,
  );
}

/** Options of reading by which a column is what it was in training, whatever the new cells look like. */
function withKinds({ channels, data: { reading } }: About, given: DataOptions = {}): DataOptions {
  const made = channelsMade({ ...reading, ...given });
  const of = (kind: Channel["kind"]) =>
    channels.flatMap((channel) => (channel.kind === kind && !made.includes(channel.name) ? [channel.name] : []));
  return { category: of("categorical"), numeric: of("numeric"), ...given };
}

const latestOf = (times: ArrayLike<number>) =>
  Array.from(times).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);

/** Says which categories are not the predictor's. Aggregates count them, as they are. */
function unknownCategories(where: string, set: Sequences, known: readonly Channel[]): string[] {
  const { channels } = heldSteps(set).held;
  return channels.flatMap(({ name, vocabulary = [] }) => {
    const words = known.find((channel) => channel.name === name)?.vocabulary;
    const others = words ? vocabulary.filter((word) => !words.includes(word)) : [];
    if (others.length === 0) return [];
    return [
      `${where}: column "${name}" has ${others.length} categories that the model does not know (${someOf(others)}).`,
    ];
  });
}
