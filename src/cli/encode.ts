import { Command, Option } from "commander";
import { OptionError } from "../errors.js";
import { type EncodeFileOptions, encodeFile } from "../features/encode-file.js";
import { loadModel } from "../features/model-file.js";
import { readOuts } from "../features/read-outs/read-outs.js";
import { STANDARD_OUTPUT } from "../files/write-file.js";
import { featureFormats } from "../table/write-features.js";
import {
  addCommonFlags,
  addDataFlags,
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
  undertone encode ecg.undertone ECG5000/ -o z.parquet
  undertone encode cards.undertone payments.csv -o z.npy --read-out pooled
  zcat payments.csv.gz | undertone encode cards.undertone - -o - --input-format csv --output-format csv > z.csv
  undertone encode cards.undertone today.csv --history yesterday.csv --id payment --keep amount -o z.parquet
  undertone encode robust.undertone ECG5000/ -o train.csv --read-out levels --part train --noisy-copies 4

DATA is read with the options of training (label, entity, window, ...) unless flags replace them.
Parquet and CSV have the columns id, part, label and those of --keep before the features; NPY is a float32 matrix with its column
names, ids, labels and kept columns in FILE.json. A sequence's features do not depend on the other sequences.
A table is read, encoded and written in pieces, so it may be larger than memory. In a long table (--entity), sort the
rows by entity; or give --sort; otherwise it is read whole. Standard input (-) is read once, so there the rows must be sorted. With --noisy-copies everything is read whole. The unit of noise is the
standard deviation of each channel of DATA. Copy 2 of "a" is called "a#2"; copies are counted from 0.`;

/** `undertone encode MODEL DATA -o FEATURES` */
export function encodeCommand(): Command {
  const command = new Command("encode")
    .description("turn sequences into features with a trained model")
    .argument("<model>", "a model file, from undertone fit")
    .argument(
      "[data...]",
      "a file, a folder with NAME_TRAIN and NAME_TEST, files of one sequence each (a folder, a glob, a list), - for standard input, or a database (--sql)",
    )
    .requiredOption("-o, --output <file>", "the features to write: .parquet, .csv or .npy, or - for standard output")
    .addOption(
      new Option("--output-format <name>", "format to write, where the name of the output does not tell it").choices(
        featureFormats,
      ),
    )
    .addOption(
      new Option("--read-out <name>", "features to compute from the encoder's states (docs/features.md)")
        .choices(readOuts)
        .default("last"),
    )
    .addOption(
      new Option("--part <name>", "part of DATA to encode, where DATA has a training and a test part")
        .choices(["all", "train", "test"])
        .default("all"),
    )
    .addOption(
      new Option(
        "--noisy-copies <number>",
        "write N noisy copies of each sequence (training noise), to fit a classifier that will see noisier data; needs the recipe robust",
      ).argParser(numberIn({ type: "integer", minimum: 1 })),
    );
  addKeepFlag(command)
    .option(
      "--history <file>",
      "events that came before DATA, read like it (a file, a folder or a glob); each event of DATA gets its past",
    )
    .option(
      "--after <time>",
      "write only events of DATA later than this time: a date, or a number in the unit of its times",
    );
  command.option("--sort", "sort a long table by entity first, in a file beside the output; for scattered entities");
  addForceFlag(addCommonFlags(addThreadsFlag(addDataFlags(command)))).addHelpText("after", HELP);
  return command.action(runEncode);
}

async function runEncode(modelPath: string, dataPaths: string[], options: CommonOptions): Promise<void> {
  const terminal = openTerminal(options);
  const { signal, release } = onInterrupt("Stopping; nothing is written ..."); // before any file exists
  const { output, ...rest } = options as CommonOptions & EncodeFileOptions & { output: string };
  const { readOut, part, threads, noisyCopies, outputFormat, force, sort, history, after } = rest;
  const piped = output === STANDARD_OUTPUT; // nothing but the features goes there then
  if (piped && options.json)
    throw new OptionError("--json and -o -: both write to standard output. Leave one of them out, or name a file.");
  try {
    const model = await loadModel(modelPath);
    for (const note of model.notes ?? []) terminal.warn(note);
    const engine = await chooseEngine(options, terminal.say);
    const started = performance.now();
    const tell = {
      data: tellReading(terminal, "encoding"),
      history: tellReading(terminal, "of the history; reading the data"),
    };
    const { files, rows, columns, notes } = await encodeFile(engine, model, inputOf(dataPaths, options), output, {
      readOut,
      part,
      threads: threads === 1 ? 0 : threads, // one is enough to read and to encode: neither has to wait for the other
      noisyCopies,
      outputFormat,
      force,
      sort,
      history,
      after,
      keep: [modelPath],
      signal,
      reading: dataOptionsOf(options),
      onRead: (progress, what) => tell[what](progress),
      onProgress: (encoded, total) =>
        terminal.progress(
          `encoded ${total === undefined ? `${encoded} sequences` : `${Math.round((100 * encoded) / total)} %`}`,
        ),
    });
    terminal.done();
    for (const note of notes) terminal.warn(note);
    const seconds = (performance.now() - started) / 1000;
    if (options.json) print(JSON.stringify({ files, rows, columns, engine: engine.name, seconds }));
    else
      (piped ? terminal.say : print)(
        `${piped ? "standard output" : files.join(", ")}: ${rows} rows x ${columns.length} features (${readOut}), written in ${duration(seconds)}.`,
      );
  } finally {
    terminal.done();
    release();
  }
}
