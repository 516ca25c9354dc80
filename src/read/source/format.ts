import type { Channel, SequenceSet } from "../../sequences/set/sequence-set.js";
import type { EventChoice } from "./history.js";
import type { DataOptions, FileOption, FORMAT_NAMES } from "./options.js";
import type { Piece } from "./piece.js";
import type { SourceFile } from "./source-file.js";
import type { Table } from "./table.js";

/** How the files of one kind are read. */
export type Format = {
  name: (typeof FORMAT_NAMES)[number] | "sql";
  /** Ends of file names, without .gz, in lower case. */
  extensions: readonly string[];
  /** The options of files (FILE_OPTIONS) that it reads; the others are refused. */
  reads?: readonly FileOption[];
} & (
  | {
      /** The format itself defines what a sequence is. */
      layouts: "fixed";
      /**
       * @param y the file of labels that stands beside an array X (NumPy)
       * @throws {DataError} that names file and row
       */
      open(file: SourceFile, idPrefix: string, y?: SourceFile): Promise<Piece>;
    }
  | {
      /** The ways in which sequences can stand in its tables. */
      layouts: readonly LayoutName[];
      /** @throws {DataError} that names file and row, also while chunks are read */
      open(file: SourceFile, options: DataOptions): Promise<Table>;
    }
);

/** A format of tables. */
export type TableFormat = Exclude<Format, { layouts: "fixed" }>;

/** `wide`: one sequence per row; `long`: one event per row. */
export type LayoutName = "wide" | "long";

/** Sorting of a table in files, where it is more than memory should hold. */
export interface Sorting {
  /** A folder that is there, for the time of reading. */
  folder: string;
  signal?: AbortSignal;
}

/**
 * Makes sequences of a table.
 * @param size.mostSteps steps of a piece, unless one sequence is longer; Infinity: all in one piece
 * @param size.history what came before, of a table of events; `after`: only later ones become cases
 * @param size.channels what is known of the channels, where there may be several pieces
 * @param size.promised steps that were promised to be in memory at most
 * @param size.sort brings the rows of each entity together first
 * @param take gets each piece, without notes; the table is read on when it is done
 * @returns notes on the whole table
 * @throws {OptionError} for options that do not fit, before anything is read
 */
export type Layout<Set = SequenceSet> = (
  table: Table,
  options: DataOptions,
  size: {
    idPrefix: string;
    mostSteps: number;
    channels?: readonly Channel[];
    sort?: Sorting;
    promised?: number;
  } & EventChoice,
  take: (piece: Piece<Set>) => Promise<void>,
) => Promise<readonly string[]>;
