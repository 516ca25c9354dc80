import * as library from "../../src/index.js";
import * as node from "../../src/node.js";
import type { Any, Case } from "./case.js";
import { detector, engine, file, iforest, predictor, quickly, source } from "./subjects.js";

/** Those of predictors and detectors. */
export const ofPredictors: Record<string, Case> = {
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
};
