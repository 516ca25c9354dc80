import { Command, Option } from "commander";
import { OptionError } from "../errors.js";
import { STANDARD_OUTPUT } from "../files/write-file.js";
import { type DetectFileOptions, detectFile } from "../predict/detect-file.js";
import type { Detector } from "../predict/detector.js";
import { type PredictFileOptions, predictFile } from "../predict/predict-file.js";
import type { Predictor } from "../predict/predictor.js";
import { loadEither } from "../predict/predictor-file.js";
import { scoreFormats } from "../predict/score-file.js";
import type { Input } from "../read/read.js";
import {
  addCommonFlags,
  addDataFlags,
  addEventFlags,
  addForceFlag,
  addKeepFlag,
  addThreadsFlag,
  type CommonOptions,
  chooseEngine,
  dataOptionsOf,
  inputOf,
} from "./flags.js";
import { numberIn } from "./schema-flags.js";
import { duration, onInterrupt, openTerminal, print, tellReading } from "./terminal.js";

const HELP = `
Examples:
  undertone predict ecg.undertone new.csv -o scores.csv
  undertone predict cards.undertone today.csv --history "days/*.csv" --id payment --keep amount -o scores.parquet
  undertone predict cards.undertone payments.csv --after 2024-03-01 --alerts-per-day 100 -o alerts.parquet
  zcat new.csv.gz | undertone predict ecg.undertone - -o - --input-format csv --output-format csv > scores.csv

DATA is read with the options of training (label, entity, window, ...) unless flags replace them. A label column may be
missing. Each case is a row: id, part and label where there are any, the columns of --keep, the time of an event, the
decision, of two classes the score that the threshold looks at, and a probability per class (p_...).
A table is read, scored and written in pieces, so it may be larger than memory. A predictor that reads aggregates looks
at all earlier events of an entity and of whom it meets: so it reads DATA and --history whole.
With a detector of anomalies (fit --anomaly) a row has the decision, the score and its p-value.`;

/** `undertone predict PREDICTOR DATA -o SCORES` */
export function predictCommand(): Command {
  const command = new Command("predict")
    .description("score new data with a predictor, and decide")
    .argument("<predictor>", "the file of a predictor, from undertone fit --classifier or --anomaly")
    .argument(
      "[data...]",
      "a file, a folder with NAME_TRAIN and NAME_TEST, files of one sequence each (a folder, a glob, a list), - for standard input, or a database (--sql)",
    )
    .requiredOption("-o, --output <file>", "the scores to write: .parquet or .csv, or - for standard output")
    .addOption(
      new Option("--output-format <name>", "format to write, where the name of the output does not tell it").choices(
        scoreFormats,
      ),
    )
    .option(
      "--threshold <score>",
      "call cases of two classes positive from this score on (default: the frozen one)",
      numberIn({ minimum: 0, maximum: 1 }),
    )
    .option(
      "--alerts-per-day <number>",
      "call so many cases of each day positive, those of the largest scores, whatever the threshold",
      numberIn({ type: "integer", minimum: 1 }),
    )
    .option(
      "--false-alarm-rate <share>",
      "of a detector of anomalies: share of normal cases that may be called anomalies (default: the fitted one)",
      numberIn({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
    )
    .option("--per-step", "of a detector of anomalies: write a row for each step, in place of one for each case")
    .option(
      "--explain <number>",
      "write so many columns that moved each score most, with what each added to it",
      numberIn({ type: "integer", minimum: 1 }),
    )
    .addOption(
      new Option("--part <name>", "part of DATA to score, where DATA has a training and a test part")
        .choices(["all", "train", "test"])
        .default("all"),
    );
  addKeepFlag(command)
    .option(
      "--history <file>",
      "events that came before DATA, read like it (a file, a folder or a glob); each event of DATA gets its past",
    )
    .option("--after <time>", "score only events later than this time: a date, or a number in the unit of the times");
  command.option("--sort", "sort a long table by entity first, in a file beside the output; for scattered entities");
  addForceFlag(addCommonFlags(addThreadsFlag(addEventFlags(addDataFlags(command))))).addHelpText("after", HELP);
  return command.action(runPredict);
}

type Given = CommonOptions & PredictFileOptions & DetectFileOptions & { output: string };
type Work = Pick<Given, "part" | "outputFormat" | "force" | "sort" | "history" | "after" | "signal" | "keep"> &
  Pick<Given, "reading" | "onRead" | "onProgress">;

async function runPredict(path: string, dataPaths: string[], options: CommonOptions): Promise<void> {
  const terminal = openTerminal(options);
  const { signal, release } = onInterrupt("Stopping; nothing is written ..."); // before any file exists
  const given = options as Given;
  const { output, part, outputFormat, force, sort, history, after } = given;
  const threads = given.threads === 1 ? 0 : given.threads; // one is enough to read and to score
  const piped = output === STANDARD_OUTPUT; // nothing but the scores goes there then
  if (piped && options.json)
    throw new OptionError("--json and -o -: both write to standard output. Leave one of them out, or name a file.");
  try {
    const engine = await chooseEngine(options, terminal.say);
    const loaded = await loadEither(engine, path, { threads });
    const tell = {
      data: tellReading(terminal, "scoring"),
      history: tellReading(terminal, "of the history; reading the data"),
    };
    const work: Work = {
      ...{ part, outputFormat, force, sort, history, after, signal },
      keep: [path],
      reading: dataOptionsOf(options),
      onRead: (progress, what) => tell[what](progress),
      onProgress: (scored, total) =>
        terminal.progress(
          `scored ${total === undefined ? `${scored} cases` : `${Math.round((100 * scored) / total)} %`}`,
        ),
    };
    const input = inputOf(dataPaths, options);
    const started = performance.now();
    const { notes, told, said } = loaded.detector
      ? await detectWith(loaded.detector, input, given, { ...work, threads })
      : await scoreWith(loaded.predictor, input, given, work);
    terminal.done();
    for (const note of notes) terminal.warn(note);
    const seconds = (performance.now() - started) / 1000;
    if (options.json) print(JSON.stringify({ ...told, engine: engine.name, seconds }));
    else
      (piped ? terminal.say : print)(
        `${piped ? "standard output" : told.files.join(", ")}: ${said}; written in ${duration(seconds)}.`,
      );
  } finally {
    terminal.done();
    release();
  }
}

async function scoreWith(predictor: Predictor, input: Input, given: Given, work: Work) {
  const { threshold, alertsPerDay, explain, falseAlarmRate, perStep } = given;
  if (falseAlarmRate !== undefined || perStep)
    throw new OptionError(
      `\`${perStep ? "perStep" : "falseAlarmRate"}\` is for a detector of anomalies, and ${given.output} gets the scores of a classifier. Leave it out.`,
    );
  const { classNames, features, classifiers } = predictor.about;
  const done = await predictFile(predictor, input, given.output, { ...work, threshold, alertsPerDay, explain });
  const { files, rows, decided, notes } = done;
  const called = classNames.map((name, c) => `${decided[c]} ${name}`).join(", ");
  return {
    notes,
    told: { files, rows, decided: Object.fromEntries(classNames.map((name, c) => [name, decided[c]])) },
    said: `${rows} cases scored by ${features}, ${classifiers.join(" and ")}; decided ${called}`,
  };
}

async function detectWith(detector: Detector, input: Input, given: Given, work: Work & { threads?: number }) {
  const { falseAlarmRate, alertsPerDay, perStep, threshold, explain } = given;
  if (threshold !== undefined || explain !== undefined)
    throw new OptionError(
      `\`${threshold !== undefined ? "threshold" : "explain"}\` is for a classifier, and the file holds a detector of anomalies. ${threshold !== undefined ? "Give a rate (`falseAlarmRate`), or alerts (`alertsPerDay`)." : "Leave it out."}`,
    );
  const done = await detectFile(detector, input, given.output, { ...work, falseAlarmRate, alertsPerDay, perStep });
  const { files, rows, anomalies, level, notes } = done;
  return {
    notes,
    told: { files, rows, anomalies, level },
    said: `${rows} ${perStep ? "steps" : "cases"} scored by ${detector.state.detector}; ${anomalies} anomalies, with a p-value up to ${Number(level.toPrecision(3))}`,
  };
}
