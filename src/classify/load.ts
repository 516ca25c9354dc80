import { ArtefactError } from "../errors.js";
import type { FittedClassifier } from "./base/classifier.js";
import { unpack } from "./base/packed.js";
import { type ClassifierState, classifierState } from "./base/states.js";
import { linearClassifier } from "./linear/linear-model.js";
import { neighboursClassifier } from "./neighbours/neighbours.js";
import { boostedClassifier } from "./trees/boosted-classifier.js";
import { forestClassifier } from "./trees/random-forest.js";
import { unpackTrees } from "./trees/trees.js";

/**
 * A fitted classifier from what its `toJSON` returned.
 * @throws {ArtefactError} when the state is not of a classifier
 */
export function loadClassifier(state: unknown): FittedClassifier {
  const parsed = classifierState.safeParse(state);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    refuse(`${issue.path.length > 0 ? ` at ${issue.path.join(".")}` : ""}: ${issue.message}`);
  }
  try {
    return fromState(parsed.data);
  } catch (error) {
    return refuse(`: ${(error as Error).message}`);
  }
}

function refuse(what: string): never {
  throw new ArtefactError(
    `load classifier: this is not the state of a classifier${what}. ` +
      "Fit the classifier again, or take the state that its toJSON returned.",
  );
}

/** @throws {Error} in a few words when parts of the state do not match */
function fromState(state: ClassifierState): FittedClassifier {
  const outputs = state.classes.length === 2 ? 1 : state.classes.length;
  const expect = (holds: boolean, what: string) => {
    if (!holds) throw new Error(what);
  };
  switch (state.kind) {
    case "ridge":
    case "logistic": {
      const { intercepts, coefficients, columns } = state;
      expect(intercepts.length === outputs, "intercepts that do not match the classes");
      expect(coefficients.length === outputs * columns, "coefficients that do not match the columns");
      return linearClassifier(state);
    }
    case "boosting": {
      const unpacked = unpackTrees(state.trees, state.columns);
      expect(state.baseline.length === outputs, "a baseline that does not match the classes");
      expect(unpacked.outputs === 1, "trees of several outputs");
      expect(unpacked.starts.length === state.iterations * outputs, "trees that do not match the rounds");
      return boostedClassifier({ ...state, trees: unpacked });
    }
    case "randomForest": {
      const unpacked = unpackTrees(state.trees, state.columns);
      expect(unpacked.outputs === state.classes.length, "leaves that do not match the classes");
      expect(unpacked.starts.length > 0, "a forest without trees");
      return forestClassifier({ ...state, trees: unpacked });
    }
    case "neighbours": {
      const { columns, k, classes } = state;
      const values = unpack("float32", state.values);
      const target = unpack("int32", state.target);
      const weights = unpack("float64", state.weights);
      const scaling = { mean: unpack("float64", state.mean), scale: unpack("float64", state.scale) };
      const rows = target.length;
      expect(values.length === rows * columns && weights.length === rows, "rows that do not match");
      expect(
        scaling.mean.length === columns && scaling.scale.length === columns,
        "a scaling that does not match the columns",
      );
      expect(k <= rows, "more neighbours than rows");
      expect(
        target.every((c) => c >= 0 && c < classes.length),
        "a row of an unknown class",
      );
      return neighboursClassifier({ ...state, values, target, weights, scaling });
    }
  }
}
