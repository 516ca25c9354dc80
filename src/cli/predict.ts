import { Command, Option } from "commander";
import { OptionError } from "../errors.js";
import { STANDARD_OUTPUT } from "../files/write-file.js";
import { type PredictFileOptions, predictFile, scoreFormats } from "../predict/predict-file.js";
import { loadPredictor } from "../predict/predictor-file.js";
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
at all earlier events of an entity and of whom it meets: so it reads DATA and --history whole.`;

/** `undertone predict PREDICTOR DATA -o SCORES` */
export function predictCommand(): Command {
  const command = new Command("predict")
    .description("score new data with a predictor, and decide")
    .argument("<predictor>", "the file of a predictor, from undertone fit --classifier")
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

async function runPredict(path: string, dataPaths: string[], options: CommonOptions): Promise<void> {
  const terminal = openTerminal(options);
  const { signal, release } = onInterrupt("Stopping; nothing is written ..."); // before any file exists
  const { output, ...rest } = options as CommonOptions & PredictFileOptions & { output: string; threads?: number };
  const { part, threads, threshold, alertsPerDay, outputFormat, force, sort, history, after } = rest;
  const piped = output === STANDARD_OUTPUT; // nothing but the scores goes there then
  if (piped && options.json)
    throw new OptionError("--json and -o -: both write to standard output. Leave one of them out, or name a file.");
  try {
    const engine = await chooseEngine(options, terminal.say);
    const predictor = await loadPredictor(engine, path, { threads: threads === 1 ? 0 : threads });
    const started = performance.now();
    const tell = {
      data: tellReading(terminal, "scoring"),
      history: tellReading(terminal, "of the history; reading the data"),
    };
    const { files, rows, decided, notes } = await predictFile(predictor, inputOf(dataPaths, options), output, {
      ...{ part, threshold, alertsPerDay, outputFormat, force, sort, history, after, signal },
      keep: [path],
      reading: dataOptionsOf(options),
      onRead: (progress, what) => tell[what](progress),
      onProgress: (scored, total) =>
        terminal.progress(
          `scored ${total === undefined ? `${scored} cases` : `${Math.round((100 * scored) / total)} %`}`,
        ),
    });
    terminal.done();
    for (const note of notes) terminal.warn(note);
    const seconds = (performance.now() - started) / 1000;
    const { classNames, features, classifiers } = predictor.about;
    const called = Object.fromEntries(classNames.map((name, c) => [name, decided[c]]));
    if (options.json) print(JSON.stringify({ files, rows, decided: called, engine: engine.name, seconds }));
    else
      (piped ? terminal.say : print)(
        `${piped ? "standard output" : files.join(", ")}: ${rows} cases scored by ${features}, ${classifiers.join(" and ")}; decided ${classNames.map((name, c) => `${decided[c]} ${name}`).join(", ")}; written in ${duration(seconds)}.`,
      );
  } finally {
    terminal.done();
    release();
  }
}
