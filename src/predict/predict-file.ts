import { OptionError } from "../errors.js";
import { joined } from "../evaluate/comparison/predictions.js";
import { checkRowsFile, eachRow, type RowsFileOptions, readingOf } from "../features/rows-file.js";
import { withHooks } from "../hooks.js";
import { expectOneOf, expectOptions, expectSwitch, expectWhole } from "../options.js";
import type { Input } from "../read/find.js";
import { countOf, type KeptColumn } from "../sequences/set/sequence-set.js";
import type { Sequences } from "../sequences/set/windowed-set.js";
import type { RowLabels } from "../table/row-labels.js";
import { expectOwnNames, type FeatureFile, openFeatureFile } from "../table/write-features.js";
import { needsAmounts, staticChannels } from "./cases.js";
import { eachKnownCase } from "./known-cases.js";
import { decide, type Predictor } from "./predictor.js";
import { alertsPerDay, daysOf, namesOfScores, scoreColumns, scoreWithReasons } from "./score-columns.js";
import { type ScoreFormat, scoreFileFormat, scoreFormats, withTime } from "./score-file.js";

export interface PredictFileOptions extends RowsFileOptions {
  /** call cases of two classes the second from this score on; default: the frozen threshold */
  threshold?: number;
  /** call so many cases of each day the second class, those of the largest scores, whatever the threshold */
  alertsPerDay?: number;
  /** write so many columns that moved each score most, with what each added to it */
  explain?: number;
  /** format of the output, where its name does not tell it, as for - (standard output) */
  outputFormat?: ScoreFormat;
  /** @param total cases in all, where they are read whole */
  onProgress?(scored: number, total?: number): void;
}

export interface PredictedFile {
  files: string[];
  rows: number;
  /** Cases that were called each class, in the order of `about.classNames`. */
  decided: number[];
  /** What reading changed or noticed, in plain sentences for the user. */
  notes: readonly string[];
}

const OPTIONS = [
  ...["reading", "history", "after", "part", "force", "sort", "keep", "onRead", "signal"],
  ...["threshold", "alertsPerDay", "explain", "outputFormat", "onProgress"],
] as const;

/**
 * Reads cases, scores them and writes a row for each, whole or not at all: id, part and label where there are any, kept
 * columns, of windows of events the time, the decision, of two classes the score, and a probability per class. A table is
 * read in pieces, unless aggregates need all events at once.
 * @param input read as for the training of the predictor
 * @param output .parquet or .csv, or - for standard output
 * @throws {OptionError} for an option that does not fit the predictor or the data, or an output that would destroy a file
 * @throws {DataError} for content that cannot be read, with file and row
 */
export async function predictFile(
  predictor: Predictor,
  input: Input,
  output: string,
  options: PredictFileOptions = {},
): Promise<PredictedFile> {
  expectOptions("predictFile", options, OPTIONS);
  expectOneOf("predictFile", "part", options.part, [undefined, "all", "train", "test"]);
  expectOneOf("predictFile", "outputFormat", options.outputFormat, [undefined, ...scoreFormats]);
  expectSwitch("predictFile", "sort", options.sort);
  expectWhole("predictFile", "alertsPerDay", options.alertsPerDay, 1);
  expectWhole("predictFile", "explain", options.explain, 1);
  return withHooks("predictFile", options, ["onRead", "onProgress"], (guarded) =>
    predictToFile(predictor, input, output, guarded),
  );
}

async function predictToFile(
  predictor: Predictor,
  input: Input,
  output: string,
  options: PredictFileOptions,
): Promise<PredictedFile> {
  const { about } = predictor;
  const { outputFormat, signal, onProgress } = options;
  expectDecision(predictor, options);
  const reading = withTime(about.data.reading, options.reading);
  const asked = readingOf({ reading: about.data.reading }, reading);
  await checkRowsFile(input, [{ path: output, kind: "scores", kept: asked.keep }], asked, options);
  expectOwnNames(
    output,
    (asked.keep ?? []).map((name) => ({ name })),
    namesOfScores(about, options.explain),
  );
  const rows = openRows(predictor, options, () =>
    openFeatureFile(output, scoreFileFormat(output, outputFormat), "scores"),
  );
  const maker = {
    channels: about.channels,
    statics: staticChannels(about),
    reading: about.data.reading,
    labelsBeside: about.data.labelsBeside,
    begin: rows.begin,
    async append(set: Sequences, labels: Omit<RowLabels, "ids">, total?: number) {
      await rows.append(set, labels, await scoreWithReasons(predictor, { set }, options.explain));
      signal?.throwIfAborted();
      onProgress?.(rows.count(), total);
    },
  };
  try {
    const given = { ...options, reading };
    const notes = needsAmounts(about)
      ? await eachKnownCase(predictor, input, [output], given, rows)
      : await eachRow(input, output, [output], given, maker);
    return { ...(await rows.finish()), notes };
  } catch (error) {
    await rows.abandon();
    throw error;
  }
}

/** @throws {OptionError} for two rules at once, or one that these classes do not have */
function expectDecision({ about }: Predictor, { threshold, alertsPerDay }: PredictFileOptions): void {
  if (threshold === undefined && alertsPerDay === undefined) return;
  const name = threshold === undefined ? "alertsPerDay" : "threshold";
  if (threshold !== undefined && alertsPerDay !== undefined)
    throw new OptionError("predictFile: got `threshold` and `alertsPerDay`, expected one of the two.");
  if (about.classNames.length > 2)
    throw new OptionError(
      `predictFile: got \`${name}\` for ${about.classNames.length} classes, expected two, one of which is looked for. Leave it out: the class of the largest score is decided.`,
    );
  if (threshold !== undefined && !(threshold >= 0 && threshold <= 1))
    throw new OptionError(`predictFile, \`threshold\`: got ${threshold}, expected a number from 0 to 1.`);
}

/** Scores of some cases, and columns that stand behind them. */
type WithReasons = Awaited<ReturnType<typeof scoreWithReasons>>;

/** Rows of scores on their way into the file: as they come, or all at the end, where a day's decisions need all of them. */
function openRows(
  { about }: Predictor,
  { threshold, alertsPerDay: most }: PredictFileOptions,
  open: () => Promise<FeatureFile>,
) {
  let file: FeatureFile | undefined;
  let waiting: { labels: RowLabels; found: WithReasons; days: Float64Array }[] = [];
  let count = 0;
  let decided = new Array<number>(about.classNames.length).fill(0);
  const write = async (labels: RowLabels, { scored, reasons }: WithReasons, decisions: Int32Array) => {
    for (const c of decisions) decided[c]++;
    const columns: KeptColumn[] = [
      ...(labels.kept ?? []),
      ...scoreColumns(about, { ...scored, decisions }),
      ...reasons,
    ];
    const none = { values: new Float32Array(), names: [], rows: decisions.length };
    await file!.append(none, { ...labels, kept: columns });
  };
  return {
    async begin() {
      await file?.abandon();
      file = await open();
      [waiting, count, decided] = [[], 0, decided.map(() => 0)];
    },
    async append(set: Sequences, labels: Omit<RowLabels, "ids">, found: WithReasons) {
      const { scored } = found;
      count += countOf(set);
      const named = { ids: set.ids, ...labels };
      if (most === undefined)
        return write(
          named,
          found,
          threshold === undefined ? scored.decisions : decide(about, scored.scores, threshold),
        );
      const days = daysOf(set);
      if (!days)
        throw new OptionError(
          `${about.name}: got \`alertsPerDay\`, but these cases have no times. Name the time column (\`time\`), or leave it out.`,
        );
      waiting.push({ labels: named, found, days });
    },
    count: () => count,
    async finish() {
      if (most !== undefined) {
        const join = (of: (each: (typeof waiting)[number]) => Float64Array) => joined(waiting.map(of));
        const scores = join(({ found }) => found.scored.scores.filter((_, k) => k % 2 === 1));
        const alerts = alertsPerDay(
          scores,
          join(({ days }) => days),
          most,
        );
        let from = 0;
        for (const { labels, found } of waiting)
          await write(labels, found, alerts.subarray(from, (from += found.scored.decisions.length)));
      }
      return { files: await file!.finish(), rows: count, decided };
    },
    async abandon() {
      await file?.abandon();
    },
  };
}
