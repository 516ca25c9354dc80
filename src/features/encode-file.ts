import type { Engine } from "../engine/engine.js";
import { OptionError } from "../errors.js";
import { checkOutputs } from "../files/check-outputs.js";
import { withHooks } from "../hooks.js";
import type { Model } from "../model/model.js";
import { conformChannels } from "../model/prepare.js";
import { expectOneOf, expectOptions, expectSwitch, expectWhole } from "../options.js";
import { filesRead, type Input, shownInput } from "../read/find.js";
import { createLabelNames } from "../read/labels.js";
import { selectKept } from "../read/layouts/columns/carried.js";
import { heldBytes } from "../read/layouts/long/scattered.js";
import { hasTestPart, readSource, readsInPieces, takePieces } from "../read/read.js";
import { readHistory } from "../read/read-history.js";
import { historyNotes } from "../read/source/history.js";
import type { DataOptions } from "../read/source/options.js";
import type { Piece } from "../read/source/piece.js";
import { STANDARD_INPUT } from "../read/source/source-file.js";
import type { ReadProgress } from "../read/source/watch.js";
import { concatSequences } from "../sequences/set/concat.js";
import { countOf, type DataSource, lengthOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import type { Sequences } from "../sequences/set/windowed-set.js";
import { noisyCopies } from "../sequences/transform/noisy-copies.js";
import type { RowLabels } from "../table/row-labels.js";
import { type FeatureFormat, featureFiles, featureFormats, openFeatureFile } from "../table/write-features.js";
import { eachPiece } from "./each-piece.js";
import { type EncodeOptions, encode } from "./encode.js";
import { noLabelsNote, shortNote, unknownChannels } from "./encode-notes.js";
import { untilRead } from "./read-again.js";
import { readOutColumn } from "./read-outs/read-outs.js";
import { inSortFolder, noSort } from "./sort-folder.js";

export interface EncodeFileOptions extends Pick<EncodeOptions, "readOut" | "threads"> {
  /** how the data is read, where it differs from the training of the model */
  reading?: DataOptions;
  /**
   * events that came before the data, read like them: each event of the data gets a window with its past. Memory holds
   * as many events per entity as a window has
   */
  history?: Input;
  /** write only events later than this time: a date, or a number in the unit of the data's times */
  after?: string | number;
  /** which part of a split source; default "all" */
  part?: "all" | "train" | "test";
  /** write N noisy copies of each sequence (training noise), to fit a classifier that will see noisier data */
  noisyCopies?: number;
  /** format of the output, where its name does not tell it, as for - (standard output) */
  outputFormat?: FeatureFormat;
  /** replace an output that is not of features that undertone wrote; default false */
  force?: boolean;
  /** sort a long table by entity first, in a file beside the output, so that its entities may be scattered; default false */
  sort?: boolean;
  /** files that are never replaced, besides the input: the model's own */
  keep?: readonly string[];
  /** Called while the data, or before them the history, are read, with each chunk of rows of a table. */
  onRead?(progress: ReadProgress, what: "data" | "history"): void;
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
  const { readOut, threads, part = "all", noisyCopies: copies, onRead, onProgress, signal } = options;
  const { outputFormat, history, after, reading: given = {} } = options;
  const reading = readingOf(model, given);
  const { channels } = model.metadata.preparation;
  const tell = (what: "data" | "history") => (progress: ReadProgress) => onRead?.(progress, what);
  const stddev = copies === undefined ? undefined : noiseOf(model);
  const outputs = await checkFiles(input, output, reading, options);
  const hasHistory = history !== undefined;
  const earlier = hasHistory ? await readHistory(history, reading, channels, undefined, tell("history")) : undefined;
  let file = await openFeatureFile(output, outputFormat);
  let [rows, short, labelled] = [0, 0, false]; // short: windows without all their events
  let columns: readonly string[] = [];
  try {
    const inPieces = copies === undefined && (await readsInPieces(input, reading));
    if (options.sort && !inPieces) throw noSort(input, copies);
    const mostSteps = PIECE / channels.length;
    const notes = inPieces ? await untilRead(input, mostSteps, encodeInPieces, restart) : await encodeWhole();
    signal?.throwIfAborted();
    const all = [...(earlier ? historyNotes(earlier) : []), ...notes];
    if (short > 0) all.push(shortNote(shownInput(input), short, rows, reading.window!, hasHistory));
    if (model.metadata.data.labelsBeside && !labelled) all.push(noLabelsNote(shownInput(input)));
    return { files: await file.finish(), rows, columns, notes: all };
  } catch (error) {
    await file.abandon();
    throw error;
  }

  async function restart() {
    await file.abandon();
    file = await openFeatureFile(output, outputFormat);
    [rows, short] = [0, 0];
    if (earlier) earlier.met = { known: 0, unknown: [] };
  }

  async function encodeInPieces(mostSteps: number, asTexts: boolean) {
    const names = createLabelNames(shownInput(input), asTexts);
    let held = 0;
    const read = async (sortIn?: string) => {
      const pieces = { mostSteps, channels, history: earlier, after, sortIn, signal, outputs, onRead: tell("data") };
      const encodePiece = ({ set, labelTexts, kept }: Piece<Sequences>) => {
        held = Math.max(held, heldBytes(set));
        return eachPiece(set, { labels: labelTexts && names.of(labelTexts), kept }, append);
      };
      return (await takePieces(input, reading, pieces, encodePiece)).notes;
    };
    const notes = options.sort ? await inSortFolder(output, read) : await read();
    return { notes: [...notes, ...names.notes()], held };
  }

  async function encodeWhole() {
    const source = await readSource(input, reading, { signal, outputs, onRead: tell("data") });
    if (source.test && copies !== undefined && part !== "train") throw copiesOfTest();
    const train = stddev === undefined ? source.train : noisyCopies(source.train, { stddev, copies });
    const { set, parts } = choosePart({ ...source, train }, part, channels);
    const labels = set.labels && Array.from(set.labels, (label) => set.classNames?.[label] ?? "");
    await append(set, { parts, labels, kept: keptOf(source, part, countOf(set)) }, countOf(set));
    return [...source.notes, ...unknownChannels(shownInput(input), source.train.channels, channels)];
  }

  async function append(set: SequenceSet, labels: Omit<RowLabels, "ids">, total?: number) {
    const table = await encode(engine, model, set, {
      readOut,
      threads,
      onProgress: (share) => onProgress?.(rows + Math.round(share * countOf(set)), total),
    });
    signal?.throwIfAborted();
    await file.append(table, { ids: set.ids, ...labels });
    if (set.windows) for (let n = 0; n < countOf(set); n++) if (lengthOf(set, n) < reading.window!) short++;
    rows += table.rows;
    labelled ||= labels.labels !== undefined;
    columns = table.names;
  }
}

function copiesOfTest(): OptionError {
  return new OptionError(
    '`noisyCopies`: the data has a test part, expected `part: "train"`. Copies are to learn from. Write what is tested to a file of its own, without them.',
  );
}

/** How the data are read: as in training, where nothing else was given; they may lack the label and the id. */
function readingOf(model: Model, given: DataOptions): DataOptions {
  if (given.vocabulary !== undefined)
    throw new OptionError(
      "`vocabulary`: the model has the tokens of its training, expected the option to be left out. Train again for others.",
    );
  const newData = (["label", "id"] as const).filter((role) => given[role] === undefined);
  return { ...model.metadata.data.reading, ...given, newData };
}

/** Checks that the output replaces no file that is read, and none of the user's. @returns the files to write */
async function checkFiles(input: Input, output: string, reading: DataOptions, options: EncodeFileOptions) {
  const { outputFormat, history, after, part, keep = [], force } = options;
  if (part === "test") await expectTestPart(input, reading);
  const outputs = featureFiles(output, outputFormat);
  const inputs = [input, ...(history === undefined ? [] : [history])];
  const read = (await Promise.all(inputs.map((each) => filesRead(each, reading)))).flat();
  await checkOutputs(
    outputs.map((file) => ({ ...file, column: readOutColumn, kept: reading.keep })),
    { inputs: [...read, ...keep], force },
  );
  if (history !== undefined || after !== undefined) await expectEvents(input, reading, options);
  return outputs.map(({ path }) => path);
}

/** @throws {OptionError} for a history, or a time, of what is no table of events in one part */
async function expectEvents(input: Input, reading: DataOptions, options: EncodeFileOptions): Promise<void> {
  const { history, part = "all", noisyCopies: copies } = options;
  const name = history === undefined ? "after" : "history";
  if (history === STANDARD_INPUT && input === STANDARD_INPUT)
    throw new OptionError("`history`: standard input (-) is the data too, expected a file. It can be read only once.");
  if (copies !== undefined || part !== "all" || !(await readsInPieces(input, reading)))
    throw new OptionError(
      `${shownInput(input)}: got \`${name}\` ${copies !== undefined ? "and `noisyCopies`" : "for a source of a training and a test part, or of whole sequences"}, expected one table of events (\`window\`). It is for new events; leave it out, or name one file.`,
    );
}

/** The kept columns of the sequences that are encoded; copies come one after another. */
function keptOf(source: DataSource, part: EncodeFileOptions["part"], rows: number) {
  const { train, test, kept } = source;
  const [N, all] = [countOf(train), countOf(train) + (test ? countOf(test) : 0)];
  const [from, count] = part === "train" || !test ? [0, N] : part === "test" ? [N, all - N] : [0, all];
  return (
    kept &&
    selectKept(
      kept,
      Array.from({ length: rows }, (_, k) => from + (k % count)),
    )
  );
}

async function expectTestPart(input: Input, reading: DataOptions): Promise<void> {
  if ((await hasTestPart(input, reading)) !== false) return;
  throw new OptionError(
    `${shownInput(input)}: there is no test part, and \`part\` is "test". Nothing was written. Add the test part (NAME_TEST) to the folder, or leave \`part\` out to encode all.`,
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
