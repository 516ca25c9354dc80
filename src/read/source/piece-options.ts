import type { Channel } from "../../sequences/set/sequence-set.js";
import type { History } from "./history.js";
import type { ReadProgress } from "./watch.js";

/** What a caller wants of reading beside the data. */
export interface ReadHooks {
  /** Aborting ends a query and throws the signal's reason; files are read on. */
  signal?: AbortSignal;
  /**
   * Files that will be written when the rows are read: a query that opened one of them is refused at its last row. It
   * can come to files that its text does not name.
   */
  outputs?: readonly string[];
  /** Called with each chunk of rows of a table. */
  onRead?(progress: ReadProgress): void;
}

/** How large a piece is, and what is known of its channels. */
export interface PieceOptions extends ReadHooks {
  /**
   * Steps of a piece, unless one sequence is longer. A piece of a long table ends with the entity in which there are
   * that many; each event of a window counts.
   */
  mostSteps: number;
  /**
   * The channels to read from a long table (those of a model, categories with their vocabulary), because what is
   * numeric and what a category a piece does not show; other columns are left out. Static columns are read where they
   * stand among them. A table of one sequence per
   * row has one numeric channel and needs none.
   */
  channels?: readonly Channel[];
  /** What came before, of a table whose events are cases (`readHistory`): each event's window begins in it. */
  history?: History;
  /** Only events later than this time become cases: a date, or a number in the unit of the data's times. */
  after?: string | number;
  /** A folder for a file of the rows, sorted: the entities of a long table may then be scattered. */
  sortIn?: string;
  /** Steps that were promised to be in memory at most: a note says how to keep the promise where they were more. */
  promised?: number;
}
