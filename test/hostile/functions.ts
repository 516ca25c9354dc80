import * as library from "../../src/index.js";
import * as node from "../../src/node.js";
import * as report from "../../src/report/report.js";
import * as simulate from "../../src/simulate/transactions.js";
import type { Any, Case } from "./case.js";
import { ofPredictors } from "./predictor-functions.js";
import {
  classifiers,
  comparison,
  engine,
  events,
  file,
  labels,
  model,
  output,
  set,
  source,
  table,
} from "./subjects.js";

// Every function that users can import stands in one of the two tables: with options, or without. A new one that stands
// in neither fails the first test of options.test.ts.

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
  ...ofPredictors,
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
