import { DataError, OptionError } from "../errors.js";
import { type RowsFileOptions, readingOf } from "../features/rows-file.js";
import { type Input, shownInput } from "../read/find.js";
import { selectKept } from "../read/layouts/columns/carried.js";
import { readSource } from "../read/read.js";
import { timeAfter } from "../read/source/history.js";
import type { ReadProgress } from "../read/source/watch.js";
import { countOf } from "../sequences/set/sequence-set.js";
import { pickSequences, type Sequences } from "../sequences/set/windowed-set.js";
import type { Predictor, Scored } from "./predictor.js";
import { type ScoreLabels, withReasons } from "./score-columns.js";

/** Cases that are scored at a time: their features are in memory. */
const AT_ONCE = 20_000;

/** What takes the rows of scored cases. */
interface RowTaker {
  begin(): Promise<void>;
  append(set: Sequences, labels: ScoreLabels, scored: Scored): Promise<void>;
  count(): number;
}

/**
 * Scores events by all that is known before each of them: for predictors that read aggregates of an entity's and a second
 * entity's past. So all events are read whole, with those of the history.
 * @returns what reading noticed
 */
export async function eachKnownCase(
  predictor: Predictor,
  input: Input,
  outputs: readonly string[],
  options: RowsFileOptions & { explain?: number; onProgress?(scored: number, total?: number): void },
  rows: RowTaker,
): Promise<string[]> {
  const { history, after, part = "all", sort, onRead, onProgress, signal } = options;
  const reading = readingOf({ reading: predictor.about.data.reading }, options.reading);
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
  const from = after === undefined ? undefined : timeAfter(after, reading).seconds;
  const last = earlier?.events?.times.reduce((latest, time) => Math.max(latest, time), Number.NEGATIVE_INFINITY);
  const chosen = Int32Array.from(events.times.keys()).filter(
    (n) => (from === undefined || events.times[n] > from) && (last === undefined || events.times[n] > last),
  );
  if (earlier && from === undefined) {
    const own = countOf(set) - countOf(earlier.train);
    if (chosen.length !== own || own === 0)
      throw new DataError(
        `${where}: ${own === 0 ? "it holds no other events than the history" : `${own - chosen.length} of ${own} events are not later than the last one of ${shownInput(history!)}`}, expected a history that ends before the data begin. Give as \`history\` what came before, or join the files and say from which time on to score (\`after\`).`,
      );
  }
  await rows.begin();
  for (let at = 0; at < chosen.length || at === 0; at += AT_ONCE) {
    const some = chosen.subarray(at, at + AT_ONCE);
    const cases = { set, events, rows: some };
    const scored = await predictor.score(cases);
    const own = pickSequences(set, some);
    const labels = own.labels && Array.from(own.labels, (label) => own.classNames?.[label] ?? "");
    const beside = { ...(labels && { labels }), ...(kept && { kept: selectKept(kept, some) }) };
    await rows.append(own, await withReasons(predictor, cases, beside, options), scored);
    signal?.throwIfAborted();
    onProgress?.(rows.count(), chosen.length);
  }
  return [...notes];
}
