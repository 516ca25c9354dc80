import type { ThresholdRule } from "../anomaly/threshold.js";
import { OptionError } from "../errors.js";
import { checkRowsFile, eachRow, type RowsFileOptions, readingOf } from "../features/rows-file.js";
import { withHooks } from "../hooks.js";
import { expectOneOf, expectOptions, expectSwitch, expectWhole } from "../options.js";
import type { Input } from "../read/find.js";
import { selectKept } from "../read/layouts/columns/carried.js";
import { countOf, type KeptColumn, type SequenceSet } from "../sequences/set/sequence-set.js";
import type { RowLabels } from "../table/row-labels.js";
import { expectOwnNames, type FeatureFile, openFeatureFile } from "../table/write-features.js";
import type { Detector } from "./detector.js";
import { type ScoreFormat, scoreFileFormat, scoreFormats, withTime } from "./score-file.js";

export interface DetectFileOptions extends RowsFileOptions, ThresholdRule {
  /** write a row for each step of a case, in place of one for each case; default false */
  perStep?: boolean;
  /** threads that score; default: one per core */
  threads?: number;
  /** format of the output, where its name does not tell it, as for - (standard output) */
  outputFormat?: ScoreFormat;
  /** @param total cases in all, where they are read whole */
  onProgress?(scored: number, total?: number): void;
}

export interface DetectedFile {
  files: string[];
  rows: number;
  /** Rows that were called anomalies. */
  anomalies: number;
  /** p-values up to this one are called. */
  level: number;
  /** What reading changed or noticed, in plain sentences for the user. */
  notes: readonly string[];
}

const OPTIONS = [
  ...["reading", "history", "after", "part", "force", "sort", "keep", "onRead", "signal"],
  ...["perStep", "threads", "falseAlarmRate", "alertsPerDay", "outputFormat", "onProgress"],
] as const;

/**
 * Reads cases, compares them with the usual and writes a row for each, or for each of their steps, whole or not at all: id,
 * part and label where there are any, kept columns, the step (from 0), the decision, the score and the p-value.
 * @throws {OptionError} for an option that does not fit the detector or the data, or an output that would destroy a file
 * @throws {DataError} for content that cannot be read, with file and row
 */
export async function detectFile(
  detector: Detector,
  input: Input,
  output: string,
  options: DetectFileOptions = {},
): Promise<DetectedFile> {
  expectOptions("detectFile", options, OPTIONS);
  expectOneOf("detectFile", "part", options.part, [undefined, "all", "train", "test"]);
  expectOneOf("detectFile", "outputFormat", options.outputFormat, [undefined, ...scoreFormats]);
  expectSwitch("detectFile", "sort", options.sort);
  expectSwitch("detectFile", "perStep", options.perStep);
  expectWhole("detectFile", "threads", options.threads, 0);
  return withHooks("detectFile", options, ["onRead", "onProgress"], (guarded) =>
    detectToFile(detector, input, output, guarded),
  );
}

async function detectToFile(
  detector: Detector,
  input: Input,
  output: string,
  options: DetectFileOptions,
): Promise<DetectedFile> {
  const { about } = detector;
  const { outputFormat, signal, onProgress, perStep = false, threads, falseAlarmRate, alertsPerDay } = options;
  if (perStep && alertsPerDay !== undefined)
    throw new OptionError(
      "detectFile: got `alertsPerDay` and `perStep`, expected one of the two. Alerts are cases; for steps give a rate (`falseAlarmRate`).",
    );
  const asked = falseAlarmRate !== undefined || alertsPerDay !== undefined;
  const level = asked ? detector.levelOf({ falseAlarmRate, alertsPerDay }) : detector.level;
  const reading = withTime(about.data.reading, options.reading);
  const read = readingOf({ reading: about.data.reading }, reading);
  await checkRowsFile(input, [{ path: output, kind: "scores", kept: read.keep }], read, options);
  expectOwnNames(
    output,
    (read.keep ?? []).map((name) => ({ name })),
    [...(perStep ? ["step"] : []), "decision", "score", "p_value"],
  );
  const format = scoreFileFormat(output, outputFormat);
  let file: FeatureFile | undefined;
  let [cases, rows, anomalies] = [0, 0, 0];
  const maker = {
    channels: about.channels,
    reading: about.data.reading,
    labelsBeside: about.data.labelsBeside,
    async begin() {
      await file?.abandon();
      file = await openFeatureFile(output, format, "scores");
      [cases, rows, anomalies] = [0, 0, 0];
    },
    async append(set: SequenceSet, labels: Omit<RowLabels, "ids">, total?: number) {
      const own = { ids: set.ids, ...labels };
      const scored = perStep ? await detector.scoreSteps(set, { threads }) : await detector.score(set, { threads });
      signal?.throwIfAborted();
      const { kept = [], ...beside } = "offsets" in scored ? stepLabels(own, scored.offsets as Int32Array) : own;
      const called = Array.from(scored.pValues, (p) => p <= level);
      const columns: KeptColumn[] = [
        ...kept,
        { name: "decision", kind: "texts", values: called.map((each) => (each ? "anomaly" : "normal")) },
        { name: "score", kind: "numbers", values: scored.scores },
        { name: "p_value", kind: "numbers", values: scored.pValues },
      ];
      await file!.append({ values: new Float32Array(), names: [], rows: called.length }, { ...beside, kept: columns });
      cases += countOf(set);
      rows += called.length;
      anomalies += called.filter(Boolean).length;
      onProgress?.(cases, total);
    },
  };
  try {
    const notes = await eachRow(input, output, [output], { ...options, reading }, maker);
    return { files: await file!.finish(), rows, anomalies, level, notes };
  } catch (error) {
    await file?.abandon();
    throw error;
  }
}

/** What stands beside each step: that of its case, and the number of the step. */
function stepLabels({ ids, parts, labels, kept }: RowLabels, offsets: Int32Array): RowLabels {
  const owners = ids.flatMap((_, n) => new Array<number>(offsets[n + 1] - offsets[n]).fill(n));
  const each = (texts: readonly string[] | undefined) => texts && owners.map((n) => texts[n]);
  const [ofParts, ofLabels] = [each(parts), each(labels)];
  const steps = Float64Array.from(owners, (n, k) => k - offsets[n]);
  return {
    ids: each(ids)!,
    ...(ofParts && { parts: ofParts }),
    ...(ofLabels && { labels: ofLabels }),
    kept: [...(kept ? selectKept(kept, owners) : []), { name: "step", kind: "numbers", values: steps }],
  };
}
