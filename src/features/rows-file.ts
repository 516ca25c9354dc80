import { OptionError } from "../errors.js";
import { checkOutputs, type PlannedOutput } from "../files/check-outputs.js";
import { conformChannels } from "../model/prepare.js";
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
import { type Channel, countOf, type DataSource, lengthOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import type { Sequences } from "../sequences/set/windowed-set.js";
import type { RowLabels } from "../table/row-labels.js";
import { eachPiece } from "./each-piece.js";
import { noLabelsNote, shortNote, unknownChannels } from "./encode-notes.js";
import { untilRead } from "./read-again.js";
import { inSortFolder, noSort } from "./sort-folder.js";

/** How data is read into rows of a file. */
export interface RowsFileOptions {
  /** how the data is read, where it differs from the training */
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
  /** replace an output that undertone did not write; default false */
  force?: boolean;
  /** sort a long table by entity first, in a file beside the output, so that its entities may be scattered; default false */
  sort?: boolean;
  /** files that are never replaced, besides the input: the model's own */
  keep?: readonly string[];
  /** Called while the data, or before them the history, are read, with each chunk of rows of a table. */
  onRead?(progress: ReadProgress, what: "data" | "history"): void;
  /** Aborting leaves the output as it was before and throws the signal's reason. */
  signal?: AbortSignal;
}

/** What was trained, and makes the rows. */
export interface RowMaker {
  channels: readonly Channel[];
  /** Static columns that it reads, as channels. */
  statics?: readonly Channel[];
  /** How the training data were read. */
  reading: DataOptions;
  /** Whether their labels came from beside the data. */
  labelsBeside?: boolean;
  /** Done to the training part of what is read whole, before rows are made of it. */
  change?(train: SequenceSet): SequenceSet;
  /** Begins, and begins again after a file turned out to be scattered. */
  begin(): Promise<void>;
  /** @param total sequences in all, where they are read whole */
  append(set: SequenceSet, labels: Omit<RowLabels, "ids">, total?: number): Promise<void>;
}

/** Values of a piece of a large file: steps times channels. */
const PIECE = 2_000_000;

/**
 * Reads sequences and hands them to what makes rows of them: in pieces, unless they have to be read whole, as a long table
 * whose entities are scattered.
 * @param outputs that are written meanwhile
 * @returns what reading changed or noticed, in plain sentences
 */
export async function eachRow(
  input: Input,
  output: string,
  outputs: readonly string[],
  options: RowsFileOptions,
  maker: RowMaker,
): Promise<string[]> {
  const { part = "all", onRead, signal, history, after } = options;
  const { channels, statics = [], labelsBeside, change } = maker;
  const known = [...channels, ...statics];
  const reading = readingOf(maker, options.reading);
  const tell = (what: "data" | "history") => (progress: ReadProgress) => onRead?.(progress, what);
  const hasHistory = history !== undefined;
  const earlier = hasHistory ? await readHistory(history, reading, known, undefined, tell("history")) : undefined;
  let [rows, short, labelled] = [0, 0, false]; // short: windows without all their events
  const inPieces = change === undefined && (await readsInPieces(input, reading));
  if (options.sort && !inPieces) throw noSort(input, change !== undefined);
  const mostSteps = PIECE / channels.length;
  await maker.begin();
  const notes = inPieces ? await untilRead(input, mostSteps, inSomePieces, restart) : await whole();
  signal?.throwIfAborted();
  const all = [...(earlier ? historyNotes(earlier) : []), ...notes];
  if (short > 0) all.push(shortNote(shownInput(input), short, rows, reading.window!, hasHistory));
  if (labelsBeside && !labelled) all.push(noLabelsNote(shownInput(input)));
  return all;

  async function restart() {
    await maker.begin();
    [rows, short] = [0, 0];
    if (earlier) earlier.met = { known: 0, unknown: [] };
  }

  async function inSomePieces(mostSteps: number, asTexts: boolean) {
    const names = createLabelNames(shownInput(input), asTexts);
    let held = 0;
    const read = async (sortIn?: string) => {
      const pieces = {
        mostSteps,
        channels: known,
        history: earlier,
        after,
        sortIn,
        signal,
        outputs,
        onRead: tell("data"),
      };
      const takePiece = ({ set, labelTexts, kept }: Piece<Sequences>) => {
        held = Math.max(held, heldBytes(set));
        return eachPiece(set, { labels: labelTexts && names.of(labelTexts), kept }, append);
      };
      return (await takePieces(input, reading, pieces, takePiece)).notes;
    };
    const notes = options.sort ? await inSortFolder(output, read) : await read();
    return { notes: [...notes, ...names.notes()], held };
  }

  async function whole() {
    const source = await readSource(input, reading, { signal, outputs, onRead: tell("data") });
    if (source.test && change && part !== "train") throw copiesOfTest();
    const train = change ? change(source.train) : source.train;
    const { set, parts } = choosePart({ ...source, train }, part, channels);
    const labels = set.labels && Array.from(set.labels, (label) => set.classNames?.[label] ?? "");
    await append(set, { parts, labels, kept: keptOf(source, part, countOf(set)) }, countOf(set));
    return [...source.notes, ...unknownChannels(shownInput(input), source.train.channels, channels)];
  }

  async function append(set: SequenceSet, labels: Omit<RowLabels, "ids">, total?: number) {
    await maker.append(set, labels, total);
    if (set.windows) for (let n = 0; n < countOf(set); n++) if (lengthOf(set, n) < reading.window!) short++;
    rows += countOf(set);
    labelled ||= labels.labels !== undefined;
  }
}

function copiesOfTest(): OptionError {
  return new OptionError(
    '`noisyCopies`: the data has a test part, expected `part: "train"`. Copies are to learn from. Write what is tested to a file of its own, without them.',
  );
}

/** How the data are read: as in training, where nothing else was given; they may lack the label and the id. */
export function readingOf({ reading }: Pick<RowMaker, "reading">, given: DataOptions = {}): DataOptions {
  if (given.vocabulary !== undefined)
    throw new OptionError(
      "`vocabulary`: the model has the tokens of its training, expected the option to be left out. Train again for others.",
    );
  const newData = (["label", "id"] as const).filter((role) => given[role] === undefined);
  return { ...reading, ...given, newData };
}

/**
 * Checks that outputs replace no file that is read, and none of the user's.
 * @param noisyCopies of each sequence, of what is encoded
 */
export async function checkRowsFile(
  input: Input,
  outputs: readonly PlannedOutput[],
  reading: DataOptions,
  options: RowsFileOptions & { noisyCopies?: number },
): Promise<void> {
  const { history, after, part, keep = [], force } = options;
  if (part === "test") await expectTestPart(input, reading);
  const inputs = [input, ...(history === undefined ? [] : [history])];
  const read = (await Promise.all(inputs.map((each) => filesRead(each, reading)))).flat();
  await checkOutputs(outputs, { inputs: [...read, ...keep], force });
  if (history !== undefined || after !== undefined) await expectEvents(input, reading, options);
}

/** @throws {OptionError} for a history, or a time, of what is no table of events in one part */
async function expectEvents(
  input: Input,
  reading: DataOptions,
  options: RowsFileOptions & { noisyCopies?: number },
): Promise<void> {
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
function keptOf(source: DataSource, part: RowsFileOptions["part"], rows: number) {
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

function choosePart({ train, test }: DataSource, part: RowsFileOptions["part"], channels: SequenceSet["channels"]) {
  if (part === "train" || !test) return { set: train, parts: undefined };
  if (part === "test") return { set: test, parts: undefined };
  const set = concatSequences(conformChannels(train, channels), conformChannels(test, channels));
  return { set, parts: set.ids.map((_, n) => (n < countOf(train) ? "train" : "test")) };
}
