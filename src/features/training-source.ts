import { mkdir, rm, stat } from "node:fs/promises";
import { DataError, OptionError } from "../errors.js";
import { temporaryPath } from "../files/temporary.js";
import { type Input, readSequences, shownInput, takePieces } from "../read/read.js";
import { scanTable } from "../read/scan-table.js";
import type { DataOptions } from "../read/source/options.js";
import type { Piece } from "../read/source/piece.js";
import type { ReadHooks } from "../read/source/piece-options.js";
import type { DataSource } from "../sequences/set/sequence-set.js";
import { cutAll, type Sequences } from "../sequences/set/windowed-set.js";
import { dealBlocks } from "../train/blocks/deal-blocks.js";
import type { MoreBlocks } from "../train/fit.js";

/** What a model is fitted on: the training part, or its first block, and the way to the others. */
export interface TrainingSource extends Pick<DataSource<Sequences>, "name" | "files" | "train" | "notes"> {
  more?: MoreBlocks;
  /** Removes what lies beside the model while training lasts. */
  release(): Promise<void>;
}

interface BlockOptions extends Omit<ReadHooks, "onRead"> {
  blockSteps?: number;
  /** Sort the rows by entity before they are dealt. */
  sort?: boolean;
  onRead?(sequences: number): void;
  /** Progress of reading, row by row. */
  onReading?: ReadHooks["onRead"];
}

/** Steps of a piece that is read at a time, at most. */
const PIECE = 1_000_000;

/**
 * Reads the training part. With `blockSteps` a table is read twice, first for its channels and then for its sequences,
 * which are dealt to blocks in a folder beside `output`: memory holds one piece, or one block.
 * @throws {OptionError} for blocks of a source that is no table in a file
 * @throws {DataError} if the file changes while it is read
 */
export async function openTrainingSource(
  input: Input,
  reading: DataOptions,
  output: string,
  { blockSteps, sort, onRead, onReading, ...rest }: BlockOptions,
): Promise<TrainingSource> {
  if (sort && blockSteps === undefined)
    throw new OptionError(
      "`sort`: got no `blockSteps`, expected both. A table that is read whole needs no sorting; leave it out, or say how many steps may be in memory.",
    );
  const hooks = { ...rest, onRead: onReading };
  if (blockSteps === undefined) return { ...(await readSequences(input, reading, hooks)), release: async () => {} };
  if (typeof input !== "string")
    throw new OptionError(
      `${shownInput(input[0])}: \`blockSteps\` is for a table in one file, got ${input.length} files. Leave the option out, or write one file.`,
    );
  const stamp = await stampOf(input);
  const { name, path, sha256, channels } = await scanTable(input, reading, hooks);
  const folder = await temporaryPath(output);
  await mkdir(folder);
  const release = () => rm(folder, { recursive: true, force: true });
  try {
    let second: string | undefined;
    const { first, more, sequences, notes } = await dealBlocks(
      async (take) => {
        const pieces = { mostSteps: Math.min(PIECE, blockSteps), promised: blockSteps, channels, ...hooks };
        const options = { ...pieces, ...(sort && { sortIn: folder }) };
        const takeCut = ({ set, ...part }: Piece<Sequences>) => take({ ...part, set: cutAll(set) });
        const read = await takePieces(input, reading, options, takeCut, true);
        second = read.sha256;
        return read.notes;
      },
      { blockSteps, folder, onRead },
    );
    if (reading.sql !== undefined && second !== sha256)
      throw new DataError(
        `${path}: it gave other rows, or another order, when it was read again, expected the same. Training in blocks reads twice; add "order by" by columns that no two rows share, or ask when nothing is written.`,
      );
    if ((await stampOf(input)) !== stamp)
      throw new DataError(`${path}: the file changed while it was read. Run the same again when it is written.`);
    const own = first.ids.length;
    const told =
      more.count > 1
        ? `${sequences} sequences lie in ${more.count} blocks. Scaling, read-outs and early stopping look at the ${own} of the first one, a random sample of the entities.`
        : "All sequences lie in one block.";
    return { name, files: [{ path, sha256 }], train: first, more, notes: [...notes, told], release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** What shows that a file is still the same one. */
async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined); // reading tells what is wrong
  if (found && !found.isFile())
    throw new OptionError(
      `${path}: \`blockSteps\` is for a table in one file, expected no folder, pipe or device. It is read twice; leave the option out, or write a file.`,
    );
  return found ? [found.ino, found.size, found.mtimeMs].join() : "";
}
