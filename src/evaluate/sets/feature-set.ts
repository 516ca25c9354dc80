import type { ReadOut } from "../../features/read-outs/read-outs.js";
import type { Sequences } from "../../sequences/set/windowed-set.js";
import type { FeatureTable } from "../../table/feature-table.js";
import type { SparseRows } from "../../table/sparse-rows.js";
import type { NetworkContext, NetworkName, SharedNetwork } from "./networks.js";

/** What a feature set is in the argument: what ours must beat, the control, ours, or ours together with others. */
export type FeatureRole = "baseline" | "control" | "latent" | "combination";

/** The same features of both parts; everything that is fitted is fitted on the training part. */
export interface FeaturePair {
  train: FeatureTable;
  test: FeatureTable;
  /** Columns are principal components, whose scale may mean something: ridge decides, logistic regression keeps it. */
  components?: boolean;
  /** More columns of the same cases, for classifiers that read sparse rows; where sets stand side by side they are left out. */
  sparse?: { train: SparseRows; test: SparseRows };
}

/** Aggregates of all cases, column by column: a table of them all is never made. */
export interface Aggregates {
  names: readonly string[];
  /** The columns of `table` and behind them the aggregates of the cases that its rows are. */
  beside(table: FeatureTable, cases: ArrayLike<number>): FeatureTable;
}

/** What a feature set is made of: both parts of one resample. */
export interface FeatureContext extends NetworkContext {
  /** A set sees it without its labels. */
  test: Sequences;
  /** Both parts with all tokens of their only channel, where the channel of the others keeps but some. */
  tokens?: { train: Sequences; test: Sequences };
  /** Rows of each part in `aggregates`. */
  rows: { train: Int32Array; test: Int32Array };
  /** Aggregates of all events, made once; absent without amounts. */
  aggregates?: () => Aggregates;
  readOut: ReadOut;
  /** Windows of events are aligned at their last event, whole series are stretched to one length. */
  align: "stretch" | "end";
}

/** A feature set: its part in the argument, what it needs, and how its tables are made. */
export type FeatureSet = {
  role: Exclude<FeatureRole, "combination">;
  /** Its name in the sentences of the verdict. */
  phrase: string;
  /**
   * Only for windows of events; with aggregates only where the source has amounts; only with static columns; only
   * where the one channel is a category.
   */
  needs?: "events" | "amounts" | "statics" | "tokens";
} & (
  | { network?: undefined; build(context: FeatureContext): FeaturePair | Promise<FeaturePair> }
  /** A set that reads a network is made once per network seed. */
  | {
      network: NetworkName;
      build(context: FeatureContext, network: SharedNetwork): FeaturePair | Promise<FeaturePair>;
    }
);

/** The same features of both parts, one part without a look at the other. */
export function both(
  { train, test }: Pick<FeatureContext, "train" | "test">,
  of: (set: Sequences) => FeatureTable,
): FeaturePair {
  return { train: of(train), test: of(test) };
}
