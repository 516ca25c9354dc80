import type { z } from "zod";
import type { Engine } from "../../engine/engine.js";
import type { Model } from "../../model/model.js";
import type { Sequences } from "../../sequences/set/windowed-set.js";
import type { FeatureTable } from "../../table/feature-table.js";
import type { SparseRows } from "../../table/sparse-rows.js";
import type { ReadOut } from "../read-outs/read-outs.js";
import type { NetworkContext, NetworkName, SharedNetwork } from "./networks.js";

/** What a feature set is in the argument: what ours must beat, the control, ours, or ours together with others. */
export type FeatureRole = "baseline" | "control" | "latent" | "combination";

/** Features of some cases. */
export interface Features {
  table: FeatureTable;
  /** More columns of the same cases, for classifiers that read sparse rows; where sets stand side by side they are left out. */
  sparse?: SparseRows;
}

/** The same features of both parts of a resample; everything that is fitted is fitted on the training part. */
export interface FeaturePair {
  train: FeatureTable;
  test: FeatureTable;
  /** Columns are principal components, whose scale may mean something: ridge decides, logistic regression keeps it. */
  components?: boolean;
  /** As in `Features`. */
  sparse?: { train: SparseRows; test: SparseRows };
}

/** Aggregates of all cases, column by column: a table of them all is never made. */
export interface Aggregates {
  names: readonly string[];
  /** The columns of `table` and behind them the aggregates of the cases that its rows are. */
  beside(table: FeatureTable, cases: ArrayLike<number>): FeatureTable;
}

/** Cases whose features are wanted. */
export interface Cases {
  /** Without labels. */
  set: Sequences;
  /** The same with all tokens of the only channel, where the channel of `set` keeps but some. */
  tokens?: Sequences;
  /** Rows of the cases in `aggregates`. */
  rows: ArrayLike<number>;
  /** Aggregates of all events, made once; absent without amounts. */
  aggregates?: () => Aggregates;
}

/** What a feature set is fitted on: the training part. */
export interface FitContext extends NetworkContext {
  /** Those of `train`. */
  cases: Cases;
  readOut: ReadOut;
  /** Windows of events are aligned at their last event, whole series are stretched to one length. */
  align: "stretch" | "end";
}

/** What was fitted: plain data, with which the features of any case can be made. */
export interface FittedSet<State = unknown> {
  state: State;
  /** The network that it reads, with what the read-out needs. */
  model?: Model;
  /** As in `FeaturePair`. */
  components?: boolean;
}

/** On what features are computed. */
export interface Means {
  engine: Engine;
  /** Default: one per core. */
  threads?: number;
}

/** A feature set: its part in the argument, what it needs, how it is fitted, and how features are made then. */
export type FeatureSet<State = unknown> = {
  role: Exclude<FeatureRole, "combination">;
  /** Its name in the sentences of the verdict. */
  phrase: string;
  /**
   * Only for windows of events; with aggregates only where the source has amounts; only with static columns; only
   * where the one channel is a category.
   */
  needs?: "events" | "amounts" | "statics" | "tokens";
  /** Makes a state of its JSON. */
  state: z.ZodType<State>;
  /** The JSON of a state that is not plain JSON itself. */
  pack?(state: State): unknown;
  /** Each row depends on its own case alone. */
  features(fitted: FittedSet<State>, cases: Cases, means: Means): Features | Promise<Features>;
} & (
  | { network?: undefined; fit(context: FitContext): FittedSet<State> | Promise<FittedSet<State>> }
  /** A set that reads a network is fitted once per network seed. */
  | {
      network: NetworkName;
      fit(context: FitContext, network: SharedNetwork): FittedSet<State> | Promise<FittedSet<State>>;
    }
);
