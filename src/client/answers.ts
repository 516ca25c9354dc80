// What goes to `undertone serve` and comes back, as JSON. The server checks requests by schemas of its own, which a test
// holds to these types.

/** A value of one channel at one step; null: missing. */
export type Value = number | string | null;

/** One step: a value (of one channel), values in the order of the channels, or values by channel. */
export type Step = Value | readonly Value[] | Readonly<Record<string, Value>>;

export interface Sequence {
  /** How the answer names it; default its number, from 1. */
  id?: string | number;
  steps: readonly Step[];
  /** One per step, for models that look at times: seconds, or ISO dates. */
  times?: readonly (number | string)[];
  /** Values by static column, for models that look at them. */
  static?: Readonly<Record<string, Value>>;
}

/** One row of a table of events, by column. */
export type EventRow = Readonly<Record<string, number | string | boolean | null>>;

/** The cases of a request: sequences, or rows as in the file that the model was trained on. */
export type Cases =
  | { sequences: readonly (Sequence | readonly Step[])[]; events?: undefined }
  | {
      events: readonly EventRow[];
      /** Which events are wanted; the others are their past. The last of each entity (default), all, or those ids. */
      score?: "last" | "all" | readonly (string | number)[];
      sequences?: undefined;
    };

/** The features of one case, in the order of `names`. */
export interface EncodedCase {
  id: string;
  features: number[];
}

export interface Encoded {
  model: string;
  /** SHA-256 of the model's file. */
  version: string;
  readOut: string;
  /** Names of the features. */
  names: string[];
  cases: EncodedCase[];
  /** What was noticed, such as categories that training did not see. */
  notes?: string[];
}

export interface PredictedCase {
  id: string;
  /** By class. */
  probabilities: Record<string, number>;
  /** Of two classes: the score that the threshold looks at, before calibration. */
  score?: number;
  /** The class, by the frozen threshold or the likeliest. */
  decision: string;
}

export interface Predicted {
  model: string;
  version: string;
  /** The class that the threshold is about. */
  positive?: string;
  /** It is decided from this score on; null: never. Absent: the likeliest class is decided. */
  threshold?: number | null;
  cases: PredictedCase[];
  notes?: string[];
}

/** Why a case has its score. */
export interface ReasonsOf {
  /** The class whose score is explained: of two the positive one, else the decision. */
  class: string;
  /** What contributions are measured in: log-odds, a probability, ... */
  unit: string;
  /** The mean score of the training cases; base and all contributions add up to the score of the case. */
  base: number;
  /** The columns that moved the score most, the largest first. */
  contributions: { column: string; contribution: number }[];
}

export interface Explained extends Omit<Predicted, "cases"> {
  cases: (PredictedCase & { reasons: ReasonsOf })[];
}

/** A model that the server has. */
export interface ModelInfo {
  name: string;
  /** SHA-256 of its file. */
  version: string;
  loadedAt: string;
  /** Whether it predicts, or encodes alone. */
  kind: "encoder" | "predictor";
  can: string[];
  channels: { name: string; kind: "numeric" | "categorical"; categories?: number }[];
  /** Channels that are made of times, so requests do not have them. */
  derived: string[];
  /** How the rows of events are read: the columns by their role. */
  reading: Record<string, unknown>;
  readOuts: string[];
  classNames?: string[];
  /** What a predictor reads: feature sets and classifiers. */
  features?: string;
  classifiers?: string[];
  positive?: string;
  threshold?: number | null;
}

/** What went wrong, as in RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  requestId: string;
}
