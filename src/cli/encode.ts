import { Command, Option } from "commander";
import { OptionError, ScatteredError } from "../errors.js";
import { encode } from "../features/encode.js";
import { type ReadOut, readOuts } from "../features/read-outs/read-outs.js";
import type { Model } from "../model/model.js";
import { loadModel } from "../model/model-file.js";
import { conformChannels } from "../model/prepare.js";
import { comesInPieces, readInPieces, readSource } from "../read/read.js";
import type { DataOptions } from "../read/source/options.js";
import { concatSequences } from "../sequences/set/concat.js";
import { countOf, type DataSource, type SequenceSet } from "../sequences/set/sequence-set.js";
import { noisyCopies } from "../sequences/transform/noisy-copies.js";
import type { FeatureTable } from "../table/feature-table.js";
import type { RowLabels } from "../table/row-labels.js";
import { checkFeatureFile, openFeatureFile } from "../table/write-features.js";
import {
  addCommonFlags,
  addDataFlags,
  addThreadsFlag,
  type CommonOptions,
  chooseEngine,
  dataOptionsOf,
} from "./flags.js";
import { numberIn } from "./schema-flags.js";
import { duration, onInterrupt, openTerminal, print } from "./terminal.js";

/** Values of a piece of a large file: steps times channels. */
const PIECE = 2_000_000;

const HELP = `
Examples:
  undertone encode ecg.undertone ECG5000/ -o z.csv
  undertone encode cards.undertone payments.csv -o z.npy --read-out pooled
  undertone encode robust.undertone ECG5000/ -o train.csv --read-out levels --part train --noisy-copies 4

DATA is read as it was for training (label, entity, window, ...) unless flags say otherwise.
CSV has a header and the columns id, part and label before the features; NPY is a float32 matrix with its column
names, ids and labels in FILE.json. Numbers do not depend on what else is in the file.
A CSV is read, encoded and written in pieces, so it may be larger than memory. A long one (--entity) must have the
rows of each entity together; sort it so, or it is read whole. With --noisy-copies everything is read whole; noise
counts in the standard deviations of each channel of DATA, and copy 2 of "a" is called "a#2", the first is 0.`;

/** `undertone encode MODEL DATA -o FEATURES` */
export function encodeCommand(): Command {
  const command = new Command("encode")
    .description("turn sequences into features with a trained model")
    .argument("<model>", "a model file, from undertone fit")
    .argument("<data>", "a file, or a folder with NAME_TRAIN and NAME_TEST")
    .requiredOption("-o, --output <file>", "the features to write: .csv or .npy")
    .addOption(
      new Option("--read-out <name>", "what is read out of the encoder's states (docs/features.md)")
        .choices(readOuts)
        .default("last"),
    )
    .addOption(
      new Option("--part <name>", "which part of a split source")
        .choices(["all", "train", "test"])
        .default("all"),
    )
    .addOption(
      new Option(
        "--noisy-copies <number>",
        "write N noisy copies of each sequence (training noise), to fit a classifier that will see noisier data; needs the recipe robust",
      ).argParser(numberIn({ type: "integer", minimum: 1 })),
    );
  addCommonFlags(addThreadsFlag(addDataFlags(command))).addHelpText("after", HELP);
  return command.action(runEncode);
}

interface EncodeOptions extends CommonOptions {
  output: string;
  readOut: ReadOut;
  part: "all" | "train" | "test";
  noisyCopies?: number;
}

async function runEncode(modelPath: string, dataPath: string, options: EncodeOptions): Promise<void> {
  const { signal, release } = onInterrupt("Stopping; nothing is written ..."); // before the first file is there
  try {
    await encodeFile(modelPath, dataPath, options, signal);
  } finally {
    release();
  }
}

async function encodeFile(
  modelPath: string,
  dataPath: string,
  options: EncodeOptions,
  signal: AbortSignal,
): Promise<void> {
  const terminal = openTerminal(options);
  await checkFeatureFile(options.output);
  const model = await loadModel(modelPath);
  const stddev = options.noisyCopies === undefined ? undefined : noiseOf(model);
  const engine = await chooseEngine(options, terminal.say);
  const reading: DataOptions = { ...model.metadata.data.reading, ...dataOptionsOf(options) };
  const { channels } = model.metadata.preparation;
  const { readOut } = options;
  const threads = options.threads as number | undefined;
  let output = await openFeatureFile(options.output);
  const started = performance.now();
  const written = { rows: 0, columns: [] as readonly string[] };
  const add = async (table: FeatureTable, labels: RowLabels) => {
    signal.throwIfAborted();
    await output.append(table, labels);
    written.rows += table.rows;
    written.columns = table.names;
  };
  let files: string[];
  try {
    const inPieces = stddev === undefined && comesInPieces(dataPath);
    const notes = inPieces ? await encodePieceByPiece() : await encodeWhole();
    terminal.done();
    for (const note of notes) terminal.warn(note);
    signal.throwIfAborted();
    files = await output.finish();
  } catch (error) {
    terminal.done();
    await output.abandon();
    throw error;
  }
  const { rows, columns } = written;
  const seconds = (performance.now() - started) / 1000;
  if (options.json) print(JSON.stringify({ files, rows, columns, engine: engine.name, seconds }));
  else
    print(
      `${files.join(", ")}: ${rows} rows x ${columns.length} features (${readOut}), written in ${duration(seconds)}.`,
    );

  /** A file that looks grouped by entity and turns out not to be is read again, whole. */
  async function encodePieceByPiece() {
    try {
      return await encodeInPieces(PIECE / channels.length);
    } catch (error) {
      if (!(error instanceof ScatteredError)) throw error;
      await output.abandon();
      output = await openFeatureFile(options.output);
      written.rows = 0;
      const notes = await encodeInPieces(Number.POSITIVE_INFINITY);
      return [...notes, `${error.message} So it was read again, whole, which takes more memory.`];
    }
  }

  async function encodeInPieces(mostSteps: number) {
    return readInPieces(dataPath, reading, { mostSteps, channels }, async ({ set, labelTexts }) => {
      const before = written.rows;
      const table = await encode(engine, model, set, {
        ...{ readOut, threads },
        onProgress: (done) =>
          terminal.progress(`encoded ${before + Math.round(done * countOf(set))} sequences`),
      });
      await add(table, { ids: set.ids, labels: labelTexts?.map((text) => text ?? "") });
    });
  }

  async function encodeWhole() {
    const source = await readSource(dataPath, reading);
    const { set, parts } = choosePart(copied(source), options.part, channels);
    const table = await encode(engine, model, set, {
      ...{ readOut, threads },
      onProgress: (done) => terminal.progress(`encoded ${Math.round(100 * done)} %`),
    });
    const labels = set.labels && Array.from(set.labels, (label) => set.classNames?.[label] ?? "");
    await add(table, { ids: set.ids, parts, labels });
    return source.notes;
  }

  /** With the copies that were asked for: of the part to learn from, never of one to be judged. */
  function copied(source: DataSource): DataSource {
    if (stddev === undefined) return source;
    if (source.test && options.part !== "train")
      throw new OptionError(
        `--noisy-copies: DATA has a test part, expected --part train. Copies are to learn from; write what is judged to a file of its own, without them.`,
      );
    return { ...source, train: noisyCopies(source.train, { stddev, copies: options.noisyCopies }) };
  }
}

/** The noise that a model was trained with, in standard deviations of the channels. */
function noiseOf({ metadata: { spec, recipe, preparation } }: Model): number {
  const layer = spec.encoder.find(({ type }) => type === "gaussianNoise");
  if (layer?.type !== "gaussianNoise" || layer.stddev === 0)
    throw new OptionError(
      `--noisy-copies: the model (recipe ${recipe}) was trained without noise, so its features mean little on noisy copies. Train one with --recipe robust.`,
    );
  const { method, scope, logarithm } = preparation.scaler;
  const standard = method === "standard" || (method === "log-standard" && !logarithm?.includes(true));
  if (!standard || scope !== "channel")
    throw new OptionError(
      `--noisy-copies: the model's scale is "${method}" of each ${scope}, expected "standard" of each channel. Its noise is of another size for each value; train with --scale standard, or make copies with noisyCopies of the library.`,
    );
  return layer.stddev;
}

function choosePart(source: DataSource, part: EncodeOptions["part"], channels: SequenceSet["channels"]) {
  const { train, test } = source;
  if (part === "train" || !test) return { set: train, parts: undefined };
  if (part === "test") return { set: test, parts: undefined };
  const set = concatSequences(conformChannels(train, channels), conformChannels(test, channels));
  return { set, parts: set.ids.map((_, n) => (n < countOf(train) ? "train" : "test")) };
}
