import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import * as library from "../../src/index.js";
import * as node from "../../src/node.js";
import * as report from "../../src/report/report.js";
import * as simulate from "../../src/simulate/transactions.js";

// Every function that users can import stands in one of the two tables: with options, or without. A new one that stands
// in neither fails the first test of options.test.ts.

const folder = mkdtempSync(join(tmpdir(), "undertone-options-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
export const file = (name: string) => join(folder, name);
const output = file("out.csv");
writeFileSync(file("l.csv"), "who,when,x\na,1,2\na,2,3\nb,1,5\n");
writeFileSync(file("a.csv"), "label,t0,t1\nx,1,2\ny,2,1\nx,1,3\ny,3,1\n");

const engine = await library.loadEngine("reference");
const times = [[0, 1, 2], [0, 1], [0, 1, 2], [0, 1]]; // biome-ignore format: one line
export const set = library.sequencesFrom(
  [
    [1, 2, 4],
    [2, 3],
    [4, 4, 1],
    [3, 1],
  ],
  { labels: ["x", "y", "x", "y"], times },
);
const source = { name: "four", train: set, files: [], notes: [] };
const model = await library.fitAutoencoder(engine, set, {
  recipe: "simple",
  units: 2,
  train: { updates: 1 },
  threads: 0,
});
const quickly = { features: ["raw"], classifier: "ridge", fit: { threads: 0 } };
const predictor = await library.fitPredictor(engine, source, quickly);
const iforest = { detector: "isolation-forest", falseAlarmRate: 0.5 } as const;
const detector = await node.fitDetectorFile(engine, file("a.csv"), file("d.undertone"), iforest);
export const table = library.rawFeatures(set, 3);
export const labels = set.labels!;
const events = { times: Float64Array.of(0, 1), amounts: Float64Array.of(1, 2), entities: ["a", "a"] };
const comparison = await library.compare(engine, source, { features: ["raw"], classifiers: ["ridge"], folds: 2 });
export const classifiers = {
  ridgeClassifier: library.ridgeClassifier,
  logisticRegression: library.logisticRegression,
  kNearestNeighbours: library.kNearestNeighbours,
  randomForest: library.randomForest,
  histogramGradientBoosting: library.histogramGradientBoosting,
};

export type Options = Record<string, unknown>;
interface Case {
  /** Calls it with these options beside those it needs. */
  call(options: Options): unknown;
  /** An option that it has. */
  knows: string;
  /** Values that it refuses, by option. */
  refuses?: [Options, string][];
}
// biome-ignore lint/suspicious/noExplicitAny: the point is to give what the types refuse
export type Any = any;

export const withOptions: Record<string, Case> = {
  fitAutoencoder: {
    call: (options) => library.fitAutoencoder(engine, set, { train: { updates: 1 }, threads: 0, ...(options as Any) }),
    knows: "units",
    refuses: [
      [{ unit: 3 }, "units"],
      [{ prepare: { scale: "bogus" } }, "prepare.scale"],
      [{ prepare: { scale: { method: "standard" } } }, "prepare.scale"],
      [{ prepare: { scal: "standard" } }, "scale"],
      [{ prepare: { resample: { step: 1, metod: "linear" } } }, "method"],
      [{ train: { update: 3 } }, "updates"],
      [{ train: { seed: "1" } }, "train.seed"],
      [{ readOuts: "yes" }, "readOuts"],
      [{ onProgress: 3 }, "onProgress"],
    ],
  },
  untrainedAutoencoder: {
    call: (options) => library.untrainedAutoencoder(engine, set, options as Any),
    knows: "units",
  },
  fitReadOuts: {
    call: (options) => library.fitReadOuts(engine, model, set, options as Any),
    knows: "compact",
    refuses: [
      [{ compact: "no" }, "compact"],
      [{ seed: "1" }, "seed"],
    ],
  },
  encode: {
    call: (options) => library.encode(engine, model, set, options as Any),
    knows: "readOut",
    refuses: [
      [{ readOut: "wider" }, "wide"],
      [{ threads: -1 }, "threads"],
      [{ threads: "2" }, "threads"],
      [{ onProgress: true }, "onProgress"],
    ],
  },
  openStepper: {
    call: (options) => library.openStepper(engine, model, options as Any),
    knows: "batch",
    refuses: [[{ batch: 0.5 }, "batch"]],
  },
  fitAnomaly: {
    call: (options) => library.fitAnomaly(engine, set, { detector: "z-score", folds: 2, ...(options as Any) }),
    knows: "folds",
    refuses: [
      [{ detector: "zscore" }, "z-score"],
      [{ fit: { unit: 3 } }, "unit"],
      [{ detector: "autoencoder", fit: { unit: 3 } }, "units"],
      [{ holdOutBy: "entity" }, "entities"],
      [{ falseAlarmRate: 0 }, "falseAlarmRate"],
      [{ heldOut: 1 }, "heldOut"],
      [{ onProgress: 3 }, "onProgress"],
      [{ signal: {} }, "signal"],
    ],
  },
  compareAnomaly: {
    call: (options) =>
      library.compareAnomaly(engine, source, {
        ...{ detectors: ["z-score"], folds: 2, trainOn: "all" },
        ...(options as Any),
      }),
    knows: "detectors",
    refuses: [
      [{ normal: "z" }, "normal"],
      [{ measure: "accuracy" }, "measure"],
      [{ features: ["raw"] }, "features"],
      [{ detectors: ["forest"] }, "isolation-forest"],
      [{ hooks: { onProgres: () => {} } }, "onProgress"],
      [{ labelDelay: 3 }, "label delay"],
    ],
  },
  compare: {
    call: (options) =>
      library.compare(engine, source, { features: ["raw"], classifiers: ["ridge"], folds: 2, ...(options as Any) }),
    knows: "folds",
    refuses: [
      [{ fit: { unit: 3 } }, "units"],
      [{ fit: { train: { seeds: 3 } } }, "seed"],
      [{ costs: { miss: 1, alert: 1, alarm: 2 } }, "alert"],
      [{ hooks: { onProgres: () => {} } }, "onProgress"],
      [{ hooks: { onProgress: 3 } }, "hooks.onProgress"],
      [{ hooks: { signal: {} } }, "hooks.signal"],
      [{ plan: "forwards" }, "forward"],
    ],
  },
  selectByLeaveOneOut: {
    call: (options) => library.selectByLeaveOneOut([table, table], labels, 2, options as Any),
    knows: "classWeight",
    refuses: [[{ classWeight: "even" }, "classWeight"]],
  },
  topContributions: {
    call: (options) => {
      const fitted = library.ridgeClassifier().fit(table, labels, 2);
      return library.topContributions(library.explainClassifier(fitted, table), 1, options as Any);
    },
    knows: "classes",
    refuses: [[{ classes: Int32Array.from(labels) }, "classes"]],
  },
  aggregateFeatures: {
    call: (options) => library.aggregateFeatures(events, options as Any),
    knows: "windows",
  },
  fitRandomConvolutions: {
    call: (options) => library.fitRandomConvolutions(set, options as Any),
    knows: "features",
    refuses: [[{ seed: 0.5 }, "seed"]],
  },
  sequencesFrom: { call: (options) => library.sequencesFrom([[1]], options as Any), knows: "labels" },
  noisyCopies: {
    call: (options) => library.noisyCopies(set, { stddev: 1, ...options }),
    knows: "copies",
    refuses: [[{ seed: "1" }, "seed"]],
  },
  resampleToGrid: {
    call: (options) => library.resampleToGrid(set, { step: 1, method: "linear", ...(options as Any) }),
    knows: "step",
    refuses: [[{ method: "cubic" }, "linear"]],
  },
  fitScaler: {
    call: (options) => library.fitScaler(set, options as Any),
    knows: "method",
    refuses: [
      [{ method: "bogus" }, "method"],
      [{ scope: "row" }, "scope"],
    ],
  },
  addTimeChannels: {
    call: (options) => library.addTimeChannels(set, { calendar: false, ...options }),
    knows: "calendar",
    refuses: [[{ calendar: "no" }, "calendar"]],
  },
  lastWindows: { call: (options) => library.lastWindows(set, { length: 2, ...options }), knows: "stride" },
  checkLeakage: {
    call: (options) => library.checkLeakage(set, set, options as Any),
    knows: "allowSharedEntities",
    refuses: [[{ allowSharedEntities: 1 }, "allowSharedEntities"]],
  },
  fitPca: {
    call: (options) => library.fitPca(table, 1, options as Any),
    knows: "whiten",
    refuses: [
      [{ whiten: "quarter" }, "whiten"],
      [{ standardise: 1 }, "standardise"],
    ],
  },
  ...Object.fromEntries(
    Object.entries(classifiers).map(([name, make]): [string, Case] => [
      name,
      {
        call: (options) => make(options as Any),
        knows: "classWeight",
        refuses: [[{ classWeight: "even" }, "classWeight"]],
      },
    ]),
  ),
  fitCalibration: {
    call: (options) =>
      library.fitCalibration({ probabilities: [0.7, 0.3, 0.2, 0.8], labels: [0, 1], classCount: 2, ...options }),
    knows: "method",
    refuses: [
      [{ method: "beta" }, "method"],
      [{ classCount: 1 }, "classCount"],
    ],
  },
  readSource: {
    call: (options) => node.readSource(file("a.csv"), { label: "label", ...options }),
    knows: "entity",
    refuses: [[{ drop: "t0" }, "drop"]],
  },
  readInPieces: {
    call: (options) => node.readInPieces(file("a.csv"), {}, { mostSteps: 10, ...options }, async () => {}),
    knows: "channels",
    refuses: [[{ mostSteps: Number.NaN }, "mostSteps"]],
  },
  readHistory: {
    call: (options) =>
      node.readHistory(file("l.csv"), { ...{ entity: "who", time: "when", window: 2 }, ...options }, [
        { name: "x", kind: "numeric" },
      ]),
    knows: "numeric",
    refuses: [[{ window: 0 }, "window"]],
  },
  fitPredictor: {
    call: (options) => library.fitPredictor(engine, source, { ...quickly, ...(options as Any) }),
    knows: "calibration",
    refuses: [
      [{ classifier: "ridg" }, 'Did you mean "ridge"?'],
      [{ classifier: "average(ridge)" }, "expected an average of two classifiers or more"],
      [{ classifiers: ["ridge"] }, "expected one of the two"],
      [{ labelDelay: 5 }, "it would have no effect"],
      [{ calibration: "plat" }, 'Did you mean "platt"?'],
    ],
  },
  fitPredictorFile: {
    call: (options) =>
      node.fitPredictorFile(engine, file("a.csv"), file("p.undertone"), { ...quickly, ...(options as Any) }),
    knows: "until",
    refuses: [[{ until: "soon" }, "expected a time"]],
  },
  decodePredictor: {
    call: (options) => library.decodePredictor(engine, predictor.toBytes(), "it", options as Any),
    knows: "threads",
  },
  decodeDetector: {
    call: (options) => library.decodeDetector(engine, detector.toBytes(), "it", options as Any),
    knows: "threads",
  },
  loadDetector: {
    call: (options) => node.loadDetector(engine, file("d.undertone"), options as Any),
    knows: "threads",
  },
  fitDetectorFile: {
    call: (options) =>
      node.fitDetectorFile(engine, file("a.csv"), file("d.undertone"), { ...options, ...iforest } as Any),
    knows: "heldOut",
    refuses: [[{ heldOut: 2 }, "expected"]],
  },
  detectFile: {
    call: (options) => node.detectFile(detector, file("a.csv"), file("scores.csv"), options as Any),
    knows: "perStep",
    refuses: [
      [{ falseAlarmRate: 0.5, alertsPerDay: 2 }, "not both"],
      [{ perStep: true, alertsPerDay: 2 }, "expected one of the two"],
      [{ outputFormat: "npy" }, "expected"],
    ],
  },
  loadPredictor: {
    async call(options) {
      await node.savePredictor(file("q.undertone"), predictor);
      return node.loadPredictor(engine, file("q.undertone"), options as Any);
    },
    knows: "threads",
  },
  predictFile: {
    call: (options) => node.predictFile(predictor, file("a.csv"), file("scores.csv"), options as Any),
    knows: "threshold",
    refuses: [
      [{ threshold: 2 }, "expected a number from 0 to 1"],
      [{ alertsPerDay: 0.5 }, "expected a whole number"],
      [{ threshold: 0.5, alertsPerDay: 5 }, "expected one of the two"],
      [{ outputFormat: "npy" }, "expected"],
      [{ after: 5 }, "Leave it out"],
    ],
  },
  encodeFile: {
    call: (options) => node.encodeFile(engine, model, file("a.csv"), output, options as Any),
    knows: "reading",
    refuses: [
      [{ part: "tests" }, "part"],
      [{ threads: 1.5 }, "threads"],
      [{ reading: { lable: "label" } }, "label"],
    ],
  },
  fitFile: {
    call: (options) =>
      node.fitFile(engine, file("a.csv"), file("m.undertone"), { train: { updates: 1 }, ...(options as Any) }),
    knows: "units",
    refuses: [
      [{ resume: "yes" }, "resume"],
      [{ onNote: "yes" }, "onNote"],
      [{ reading: { lable: "label" } }, "label"],
    ],
  },
  writeFeatures: {
    call: (options) => node.writeFeatures(output, table, { ids: set.ids, ...options }),
    knows: "labels",
  },
  renderReport: { call: (options) => report.renderReport(comparison, options as Any), knows: "command" },
  simulateTransactions: {
    call: (options) => simulate.simulateTransactions({ customers: 20, days: 30, ...options }),
    knows: "seed",
  },
};

/** What they take is named by its place, or is data. */
export const withoutOptions = [
  ...[
    "loadEngine",
    "openAnomaly",
    "loadClassifier",
    "explainClassifier",
    "loadCalibration",
    "scorePredictions",
    "averagePrecision",
    "rawFeatures",
    "rawLength",
    "statisticsFeatures",
  ],
  ...["transformRandomConvolutions", "residualFeatures", "decodeModel", "encodeModel", "describeSet"],
  ...["checkSequenceSet", "countOf", "isObserved", "selectSequences", "splitGrouped", "splitStratified"],
  ...["interpolate", "scaleSequences", "unscaleSequences", "balanceBlocks", "transformPca"],
  ...["resultFile", "loadModel", "saveModel", "savePredictor", "openFeatureFile", "loadCheckpoint", "saveCheckpoint"],
  ...["separate", "isFraud"],
];
