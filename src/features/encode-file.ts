import type { Engine } from "../engine/engine.js";
import { OptionError } from "../errors.js";
import { withHooks } from "../hooks.js";
import type { Model } from "../model/model.js";
import { expectOneOf, expectOptions, expectSwitch, expectWhole } from "../options.js";
import type { Input } from "../read/find.js";
import { countOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { noisyCopies } from "../sequences/transform/noisy-copies.js";
import type { RowLabels } from "../table/row-labels.js";
import {
  type FeatureFile,
  type FeatureFormat,
  featureFiles,
  featureFormats,
  openFeatureFile,
} from "../table/write-features.js";
import { type EncodeOptions, encode } from "./encode.js";
import { readOutColumn } from "./read-outs/read-outs.js";
import { checkRowsFile, eachRow, type RowsFileOptions, readingOf } from "./rows-file.js";

export interface EncodeFileOptions extends RowsFileOptions, Pick<EncodeOptions, "readOut" | "threads"> {
  /** write N noisy copies of each sequence (training noise), to fit a classifier that will see noisier data */
  noisyCopies?: number;
  /** format of the output, where its name does not tell it, as for - (standard output) */
  outputFormat?: FeatureFormat;
  /** @param total sequences in all, where the file is read whole */
  onProgress?(encoded: number, total?: number): void;
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
  "history",
  "after",
  "part",
  "noisyCopies",
  "outputFormat",
  "force",
  "sort",
  "keep",
  "onRead",
  "onProgress",
  "signal",
] as const;

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
  expectOneOf("encodeFile", "part", options.part, [undefined, "all", "train", "test"]);
  expectOneOf("encodeFile", "outputFormat", options.outputFormat, [undefined, ...featureFormats]);
  expectWhole("encodeFile", "threads", options.threads, 0);
  expectSwitch("encodeFile", "sort", options.sort);
  return withHooks("encodeFile", options, ["onRead", "onProgress"], (guarded) =>
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
  const { readOut, threads, noisyCopies: copies, outputFormat, onProgress, signal } = options;
  const { reading, labelsBeside } = model.metadata.data;
  const stddev = copies === undefined ? undefined : noiseOf(model);
  const asked = readingOf({ reading }, options.reading);
  const outputs = featureFiles(output, outputFormat);
  const planned = outputs.map((file) => ({ ...file, column: readOutColumn, kept: asked.keep }));
  await checkRowsFile(input, planned, asked, options);
  let file: FeatureFile | undefined;
  let rows = 0;
  let columns: readonly string[] = [];
  const paths = outputs.map(({ path }) => path);
  try {
    const notes = await eachRow(input, output, paths, options, {
      channels: model.metadata.preparation.channels,
      reading,
      labelsBeside,
      ...(stddev !== undefined && { change: (train: SequenceSet) => noisyCopies(train, { stddev, copies }) }),
      async begin() {
        await file?.abandon();
        file = await openFeatureFile(output, outputFormat);
        rows = 0;
      },
      append,
    });
    return { files: await file!.finish(), rows, columns, notes };
  } catch (error) {
    await file?.abandon();
    throw error;
  }

  async function append(set: SequenceSet, labels: Omit<RowLabels, "ids">, total?: number) {
    const table = await encode(engine, model, set, {
      readOut,
      threads,
      onProgress: (share) => onProgress?.(rows + Math.round(share * countOf(set)), total),
    });
    signal?.throwIfAborted();
    await file!.append(table, { ids: set.ids, ...labels });
    rows += table.rows;
    columns = table.names;
  }
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
