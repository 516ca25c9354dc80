import type { FeatureRole } from "../../features/sets/feature-set.js";
import type { HistoryEntry } from "../../model/history.js";
import type { SetDescription } from "../../sequences/inspect/inspect.js";
import type { Budget } from "../metrics/alerts.js";
import type { Curves } from "../metrics/curves.js";
import type { Measure } from "../metrics/measures.js";
import type { Metrics } from "../metrics/metrics.js";
import type { ReliabilityBin } from "../metrics/reliability.js";
import type { ThresholdRule } from "../metrics/threshold.js";

export type { Curves, FeatureRole, Measure, ReliabilityBin, ThresholdRule };

/** The 95 % interval of a figure; cases are drawn, or whole entities where the data name them. */
export interface Bounds {
  low: number;
  high: number;
}

/**
 * Probabilities of the test cases after calibration, fitted on the held-out training cases by classifiers that did not
 * see them. Nothing is decided by them.
 */
export interface Calibrated {
  /** One for each resample and seed. */
  methods: ("isotonic" | "platt")[];
  /** As `metrics.brier`: 0 to 1, with more than two classes 0 to 2. */
  brier: number;
  /** As `metrics.logLoss`: 0 and up. */
  logLoss: number;
  /** Of the first network seed. */
  reliability: ReliabilityBin[];
}

/** One line of the table. Figures are of all test cases of all resamples together, and means over network seeds. */
export interface ComparisonRow {
  /** As given: `latent`, `latent+convolutions`, `average(latent, convolutions)`. */
  features: string;
  role: FeatureRole;
  /** Mean over resamples, rounded: some sets have a number of columns that depends on the training part. */
  columns: number;
  classifier: string;
  /** `metrics.confusion` counts the cases of every network seed. */
  metrics: Metrics;
  /** 95 % intervals of single figures, by the same bootstrap as the differences: of the deciding measure, too. */
  intervals: { accuracy: Bounds } & Partial<Record<Measure, Bounds>>;
  /** Of two classes where a threshold was chosen on the validation part of each training part and then frozen. */
  thresholds?: { rule: ThresholdRule /** one for each resample and seed */; values: number[] };
  /** The riskiest cases first, as many as the budget allows; see AlertBudget. */
  alerts?: { precision: number; recall: number };
  /** Mean cost of a test case with the frozen threshold; where costs are given. */
  expectedCost?: number;
  /** Two classes only. */
  curves?: Curves;
  /**
   * Probabilities, and how often they came true, of the first network seed: at most ten bins. Two classes: of the second
   * one; more: of the likeliest. Absent where rows of probabilities do not add up to 1.
   */
  reliability?: ReliabilityBin[];
  /** Absent where no training cases were held out, or they are of one class only. */
  calibrated?: Calibrated;
  /** The deciding measure in each resample, mean over seeds. */
  byResample: number[];
  /** The deciding measure of each network seed; one entry for sets that have no network. */
  bySeed: number[];
  /** The deciding measure on the held-out part of the training cases, turned so that more is better; by fits without it. */
  validated?: number;
  /** Whether this is the row of its features whose classifier did best there; else the first one is. */
  chosen: boolean;
  /** Mean per resample and seed; features shared with other rows count in each. */
  seconds: { features: number; classifier: number };
  notes: readonly string[];
}

/** The number of cases that are checked: per day of the test period, or in the whole test part of a resample. */
export interface AlertBudget extends Pick<Budget, "unit" | "alerts"> {
  /** Days, or test parts, that the figures are means over. */
  periods: number;
}

/** One row against another, on the same cases. */
export interface Difference {
  /**
   * offer: what was learned, alone or beside others, against the baseline that did best on the held-out training cases;
   * control: an untrained encoder against that baseline; rival: one of these that lies above, against another baseline;
   * learning: an offer against the same with an untrained encoder
   */
  question: "offer" | "control" | "rival" | "learning";
  features: string;
  classifier: string;
  against: { features: string; classifier: string };
  /**
   * Measure of the first minus that of the other, or of log loss and cost the other way round: above 0 is better; with
   * the paired bootstrap's interval.
   */
  difference: number;
  low: number;
  high: number;
  /** 0.95; higher for offers, controls and rivals, so that all that could be claimed together has 95 %. */
  level: number;
  /** Corrected resampled t-test (Nadeau and Bengio 2003), with several resamples. */
  corrected?: { difference: number; low: number; high: number; p: number };
}

export interface Verdict {
  /**
   * use: what was learned, alone; add: what was learned, beside a baseline; use untrained: random weights help as much;
   * keep the baseline: nothing is shown to help, or too little to count
   */
  decision: "use" | "add" | "use untrained" | "keep the baseline" | "too few positives" | "nothing to decide";
  /** The decision as one sentence, with its figures. */
  answer: string;
  /** The row to go on with. Absent where nothing was decided. */
  choice?: { features: string; classifier: string };
  /** The baseline that everything stood against. */
  baseline?: { features: string; classifier: string };
  /** Where a gain is shown that does not count. */
  small?: boolean;
  /** What it means in alerts and money, and why; plain sentences. */
  sentences: string[];
}

/** One resample as it came out; times are seconds, of a forward plan. */
export interface ResampleDescription {
  train: number;
  test: number;
  /** Cases that are in neither part because their labels came too late. */
  skipped: number;
  trainClasses: number[];
  testClasses: number[];
  trainUntil?: number;
  testFrom?: number;
  /** SHA-256 of the ids of both parts. */
  splitSha256: string;
}

/** How a network learned. */
export interface Learning {
  features: string;
  /** From 1. */
  resample: number;
  seed: number;
  history: HistoryEntry[];
  bestUpdate: number;
  stopped: string;
  /** Weights of the network. */
  weights: number;
  seconds: number;
}

/** Latents in two dimensions: the first two principal components, fitted on the training part. */
export interface LatentMap {
  features: string;
  resample: number;
  part: "test";
  /** Share of the variance of the training part along each. */
  explained: [number, number];
  /** At most 2,000 cases, drawn so that rare classes keep all theirs; `label` is an index into classNames. */
  points: { x: number; y: number; label: number; id: string }[];
}

/** A test case and what the decoder made of it, in scaled units. */
export interface ReconstructedCase {
  id: string;
  label: number;
  /** Mean squared error over the observed values of all numeric channels. */
  error: number;
  steps: number;
  /** At most 3, those with most error first; of their steps the first 1,000. */
  channels: { name: string; given: (number | null)[]; made: number[] }[];
}

/** Test cases of the first resample that the decoder rebuilt worst and best, three of each at most. */
export interface Reconstructions {
  features: string;
  /** The number of test cases scored, and of numeric channels in the data. */
  cases: number;
  channels: number;
  /** The worst of all first. */
  worst: ReconstructedCase[];
  /** The best of all first. */
  best: ReconstructedCase[];
}

/** Where a run took place. */
export interface Environment {
  undertone: string;
  /** "node 20.20.2", or the browser's name. */
  runtime: string;
  platform: string;
  processor: string;
  cores: number;
  engine: string;
  threads: number | "auto";
}

/** What a comparison finds, as plain JSON: the command prints it, and the report is made of it. */
export interface Comparison {
  name: string;
  engine: string;
  /** Where positives are rare the rarer class comes second, whatever its name: figures of two classes are its. */
  classNames: readonly string[];
  /** In words. */
  plan: string;
  /** Cases of the first resample. */
  train: number;
  /** Test cases of all resamples together. */
  test: number;
  /** One per resample. */
  resamples: ResampleDescription[];
  measure: Measure;
  /** A gain below it does not count, in units of the measure; of a cost, a share of it. */
  minGain: number;
  rows: ComparisonRow[];
  differences: Difference[];
  verdict: Verdict;
  budget?: AlertBudget;
  costs?: { miss: number; alert: number };
  /** Every network that was trained. */
  learning: Learning[];
  map?: LatentMap;
  reconstructions?: Reconstructions;
  /** All cases, before any split. */
  data: SetDescription;
  files: readonly { path: string; sha256: string }[];
  /** Every option as it was resolved. */
  settings: Record<string, unknown>;
  hashes: { data: string; settings: string };
  environment: Environment;
  seed: number;
  networkSeeds: number[];
  /** ISO 8601, when the run began. */
  started: string;
  notes: string[];
  seconds: number;
}
