import { stat } from "node:fs/promises";
import type { Engine } from "../engine/engine.js";
import { DataError, OptionError, ScatteredError } from "../errors.js";
import { checkOutputs } from "../files/check-outputs.js";
import { withHooks } from "../hooks.js";
import type { Model } from "../model/model.js";
import { conformChannels } from "../model/prepare.js";
import { expectOneOf, expectOptions, expectWhole } from "../options.js";
import { filesRead, hasTestPart, type Input, readInPieces, readSource, readsInPieces } from "../read/read.js";
import type { DataOptions } from "../read/source/options.js";
import { STANDARD_INPUT } from "../read/source/source-file.js";
import { concatSequences } from "../sequences/set/concat.js";
import { countOf, type DataSource, type SequenceSet } from "../sequences/set/sequence-set.js";
import { noisyCopies } from "../sequences/transform/noisy-copies.js";
import type { RowLabels } from "../table/row-labels.js";
import { type FeatureFormat, featureFiles, featureFormats, openFeatureFile } from "../table/write-features.js";
import { type EncodeOptions, encode } from "./encode.js";
import { readOutColumn } from "./read-outs/read-outs.js";

export interface EncodeFileOptions extends Pick<EncodeOptions, "readOut" | "threads"> {
  /** how the data is read, where it differs from the training of the model */
  reading?: DataOptions;
  /** which part of a split source; default "all" */
  part?: "all" | "train" | "test";
  /** write N noisy copies of each sequence (training noise), to fit a classifier that will see noisier data */
  noisyCopies?: number;
  /** format of the output, where its name does not tell it, as for - (standard output) */
  outputFormat?: FeatureFormat;
  /** replace an output that is not of features that undertone wrote; default false */
  force?: boolean;
  /** files that are never replaced, besides the input: the model's own */
  keep?: readonly string[];
  /** @param total sequences in all, where the file is read whole */
  onProgress?(encoded: number, total?: number): void;
  /** Aborting leaves the output as it was before and throws the signal's reason. */
  signal?: AbortSignal;
}

export interface EncodedFile {
  /** The files written: the features and, beside an NPY, their description. */
  files: string[];
  rows: number;
  /** Names of the features. */
  columns: readonly string[];
  /** What reading changed or noticed, in plain sentences for the user. */
  notes: readonly string[];
}

const OPTIONS = [
  "readOut",
  "threads",
  "reading",
  "part",
  "noisyCopies",
  "outputFormat",
  "force",
  "keep",
  "onProgress",
  "signal",
] as const;

/** Values of a piece of a large file: steps times channels. */
const PIECE = 2_000_000;

/**
 * Reads sequences, encodes them and writes the features, whole or not at all. A CSV goes in pieces, so it may be larger
 * than memory, unless it has to be read whole: a long table whose entities are scattered, or noisy copies.
 * @param input a file, a folder with NAME_TRAIN and NAME_TEST, files of rows, or - for standard input; read as for the
 * training of the model
 * @param output .parquet, .csv or .npy, or - for standard output
 * @throws {OptionError} for an option that does not fit the model or the data, or an output that would destroy a file: one
 * that is read, or, without `force`, one that undertone did not write
 * @throws {DataError} for content that cannot be read, with file and row; for a pipe whose entities are scattered
 * @throws {UndertoneError} if the output cannot be written
 */
export async function encodeFile(
  engine: Engine,
  model: Model,
  input: Input,
  output: string,
  options: EncodeFileOptions = {},
): Promise<EncodedFile> {
  expectOptions("encodeFile", options, OPTIONS);
  return withHooks("encodeFile", options, ["onProgress"], (guarded) =>
    encodeToFile(engine, model, input, output, guarded),
  );
}

async function encodeToFile(
  engine: Engine,
  model: Model,
  input: Input,
  output: string,
  options: EncodeFileOptions,
): Promise<EncodedFile> {
  const { readOut, threads, part = "all", noisyCopies: copies, force, keep = [], onProgress, signal } = options;
  const { outputFormat } = options;
  expectOneOf("encodeFile", "part", part, ["all", "train", "test"]);
  expectOneOf("encodeFile", "outputFormat", outputFormat, [undefined, ...featureFormats]);
  expectWhole("encodeFile", "threads", threads, 0);
  const reading = { ...model.metadata.data.reading, ...options.reading, newData: options.reading?.label === undefined };
  const { channels } = model.metadata.preparation;
  const stddev = copies === undefined ? undefined : noiseOf(model);
  const outputs = featureFiles(output, outputFormat).map((file) => ({ ...file, column: readOutColumn }));
  const inputs = await filesRead(input, reading);
  if (part === "test") await expectTestPart(input, reading);
  await checkOutputs(outputs, { inputs: [...inputs, ...keep], force });
  let file = await openFeatureFile(output, outputFormat);
  let rows = 0;
  let columns: readonly string[] = [];
  try {
    const notes =
      copies === undefined && (await readsInPieces(input, reading)) ? await encodePieceByPiece() : await encodeWhole();
    signal?.throwIfAborted();
    return { files: await file.finish(), rows, columns, notes };
  } catch (error) {
    await file.abandon();
    throw error;
  }

  /** A file that looks grouped by entity and turns out not to be is read again, whole; a pipe cannot be. */
  async function encodePieceByPiece() {
    try {
      return await encodeInPieces(PIECE / channels.length);
    } catch (error) {
      if (!(error instanceof ScatteredError)) throw error;
      await expectNoStream(input, error);
      await file.abandon();
      file = await openFeatureFile(output, outputFormat);
      rows = 0;
      const notes = await encodeInPieces(Number.POSITIVE_INFINITY);
      return [...notes, `${error.message} So it was read again, whole, which takes more memory.`];
    }
  }

  function encodeInPieces(mostSteps: number) {
    return readInPieces(input, reading, { mostSteps, channels }, ({ set, labelTexts }) =>
      append(set, { labels: labelTexts?.map((text) => text ?? "") }),
    );
  }

  async function encodeWhole() {
    const source = await readSource(input, reading);
    if (source.test && copies !== undefined && part !== "train")
      throw new OptionError(
        '`noisyCopies`: the data has a test part, expected `part: "train"`. Copies are to learn from. Write what is tested to a file of its own, without them.',
      );
    const train = stddev === undefined ? source.train : noisyCopies(source.train, { stddev, copies });
    const { set, parts } = choosePart({ ...source, train }, part, channels);
    const labels = set.labels && Array.from(set.labels, (label) => set.classNames?.[label] ?? "");
    await append(set, { parts, labels }, countOf(set));
    return source.notes;
  }

  async function append(set: SequenceSet, labels: Omit<RowLabels, "ids">, total?: number) {
    const table = await encode(engine, model, set, {
      readOut,
      threads,
      onProgress: (share) => onProgress?.(rows + Math.round(share * countOf(set)), total),
    });
    signal?.throwIfAborted();
    await file.append(table, { ids: set.ids, ...labels });
    rows += table.rows;
    columns = table.names;
  }
}

async function expectTestPart(input: Input, reading: DataOptions): Promise<void> {
  if ((await hasTestPart(input, reading)) !== false) return;
  throw new OptionError(
    `${typeof input === "string" ? input : input.join(", ")}: there is no test part, and \`part\` is "test". Nothing was written. Add the test part (NAME_TEST) to the folder, or leave \`part\` out to encode all.`,
  );
}

/** @throws {DataError} for a pipe or a device, which cannot be read again because its entities are `scattered` */
async function expectNoStream(input: Input, scattered: ScatteredError): Promise<void> {
  if (input !== STANDARD_INPUT) {
    const found = typeof input === "string" ? await stat(input).catch(() => undefined) : undefined; // a glob is no file
    if (!found || found.isFile() || found.isDirectory()) return;
  }
  throw new DataError(
    `${scattered.message} A file would now be read again, whole; this is a pipe or a device, which can be read only once. Nothing was written. Store the data in a file, or sort it first.`,
    { cause: scattered },
  );
}

/** The noise that a model was trained with, in standard deviations of the channels. */
function noiseOf({ metadata: { spec, recipe, preparation } }: Model): number {
  const layer = spec.encoder.find(({ type }) => type === "gaussianNoise");
  if (layer?.type !== "gaussianNoise" || layer.stddev === 0)
    throw new OptionError(
      `\`noisyCopies\`: the model (recipe ${recipe}) was trained without noise, so its features mean little on noisy copies. Train one with \`recipe: "robust"\`.`,
    );
  const { method, scope, logarithm } = preparation.scaler;
  const standard = method === "standard" || (method === "log-standard" && !logarithm?.includes(true));
  if (!standard || scope !== "channel")
    throw new OptionError(
      `\`noisyCopies\`: the model's scale is "${method}" of each ${scope}, expected "standard" of each channel. Its noise is of another size for each value. Train with \`scale: "standard"\`, or make copies with the function noisyCopies of the library.`,
    );
  return layer.stddev;
}

function choosePart({ train, test }: DataSource, part: EncodeFileOptions["part"], channels: SequenceSet["channels"]) {
  if (part === "train" || !test) return { set: train, parts: undefined };
  if (part === "test") return { set: test, parts: undefined };
  const set = concatSequences(conformChannels(train, channels), conformChannels(test, channels));
  return { set, parts: set.ids.map((_, n) => (n < countOf(train) ? "train" : "test")) };
}
