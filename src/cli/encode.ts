import { Command, Option } from "commander";
import { encode } from "../features/encode.js";
import { type ReadOut, readOuts } from "../features/read-outs.js";
import { checkFeatureFile, writeFeatures } from "../features/write-features.js";
import { loadModel } from "../model/model-file.js";
import { conformChannels } from "../model/prepare.js";
import { readSource } from "../read/read.js";
import { concatSequences } from "../sequences/concat.js";
import { countOf, type DataSource, type SequenceSet } from "../sequences/sequence-set.js";
import {
  addCommonFlags,
  addDataFlags,
  addThreadsFlag,
  type CommonOptions,
  chooseEngine,
  dataOptionsOf,
} from "./flags.js";
import { duration, openTerminal, print } from "./terminal.js";

const HELP = `
Examples:
  undertone encode ecg.undertone ECG5000/ -o z.csv
  undertone encode cards.undertone payments.csv -o z.npy --read-out pooled

DATA is read as it was for training (label, entity, window, ...) unless flags say otherwise.
CSV has a header and the columns id, part and label before the features; NPY is a float32 matrix with its column
names, ids and labels in FILE.json. Numbers do not depend on what else is in the file.`;

/** `undertone encode MODEL DATA -o FEATURES` */
export function encodeCommand(): Command {
  const command = new Command("encode")
    .description("turn sequences into features with a trained model")
    .argument("<model>", "a model file, from undertone fit")
    .argument("<data>", "a file, or a folder with NAME_TRAIN and NAME_TEST")
    .requiredOption("-o, --output <file>", "the features to write: .csv or .npy")
    .addOption(
      new Option("--read-out <name>", "what is read out of the encoder's states: docs/features.md")
        .choices(readOuts)
        .default("last"),
    )
    .addOption(
      new Option("--part <name>", "which part of a split source")
        .choices(["all", "train", "test"])
        .default("all"),
    );
  addCommonFlags(addThreadsFlag(addDataFlags(command))).addHelpText("after", HELP);
  return command.action(runEncode);
}

interface EncodeOptions extends CommonOptions {
  output: string;
  readOut: ReadOut;
  part: "all" | "train" | "test";
}

async function runEncode(modelPath: string, dataPath: string, options: EncodeOptions): Promise<void> {
  const terminal = openTerminal(options);
  await checkFeatureFile(options.output);
  const model = await loadModel(modelPath);
  const engine = await chooseEngine(options, terminal.say);
  const source = await readSource(dataPath, { ...model.metadata.data.reading, ...dataOptionsOf(options) });
  for (const note of source.notes) terminal.warn(note);
  const { set, parts } = choosePart(source, options.part, model.metadata.preparation.channels);
  const started = performance.now();
  const table = await encode(engine, model, set, {
    readOut: options.readOut,
    threads: options.threads as number | undefined,
    onProgress: (done) => terminal.progress(`encoded ${Math.round(100 * done)} %`),
  });
  terminal.done();
  const seconds = (performance.now() - started) / 1000;
  const labels = set.labels && Array.from(set.labels, (label) => set.classNames?.[label] ?? "");
  const files = await writeFeatures(options.output, table, { ids: set.ids, parts, labels });
  if (options.json)
    print(JSON.stringify({ files, rows: table.rows, columns: table.names, engine: engine.name, seconds }));
  else
    print(
      `${files.join(", ")}: ${table.rows} rows x ${table.names.length} features (${options.readOut}), encoded in ${duration(seconds)}.`,
    );
}

function choosePart(source: DataSource, part: EncodeOptions["part"], channels: SequenceSet["channels"]) {
  const { train, test } = source;
  if (part === "train" || !test) return { set: train, parts: undefined };
  if (part === "test") return { set: test, parts: undefined };
  const set = concatSequences(conformChannels(train, channels), conformChannels(test, channels));
  return { set, parts: set.ids.map((_, n) => (n < countOf(train) ? "train" : "test")) };
}
