/** One evaluation during training. Losses are means over observed values. */
export interface HistoryEntry {
  update: number;
  trainLoss: number;
  validationLoss?: number;
  /** Cross-entropy of the labels of the validation part, where training looks at labels; then it decides. */
  classLoss?: number;
  /** 1 - loss / loss of predicting the mean, of the validation part where there is one, else of training. */
  explainedVariance: number;
  learningRate: number;
}

/** Everything that training needs to continue as if it had never stopped. Arrays have the engine's precision. */
export interface TrainState {
  /** Updates done, skipped ones included. */
  update: number;
  /** Steps that Adam took with its present moments. */
  adamSteps: number;
  weights: Float32Array | Float64Array;
  mean: Float32Array | Float64Array;
  variance: Float32Array | Float64Array;
  /** Where the not-finite guard goes back to. */
  good: {
    adamSteps: number;
    weights: Float32Array | Float64Array;
    mean: Float32Array | Float64Array;
    variance: Float32Array | Float64Array;
  };
  /** Weights of the lowest loss of the validation part, of its classes where training looks at labels. */
  best?: { update: number; loss: number; weights: Float32Array | Float64Array };
  /** Halved whenever the guard had to go back. */
  rateScale: number;
  rollbacks: number;
  /** Of them, those to the present good point. */
  sameGood: number;
  /** Evaluations since the best one. */
  stale: number;
  /** Sums since the last evaluation. */
  lossSum: number;
  lossCount: number;
  /** Loss of the first batch, to distinguish divergence from a bad start. */
  firstLoss?: number;
  history: HistoryEntry[];
  warnings: string[];
}

type Block = Float32Array | Float64Array;

/** The tensors of a state by name, for a checkpoint; there Adam's variance is called spread, as it always was. */
export function stateTensors(state: TrainState): Record<string, Block> {
  const { weights, mean, variance, good, best } = state;
  return {
    weights,
    mean,
    spread: variance,
    "good.weights": good.weights,
    "good.mean": good.mean,
    "good.spread": good.variance,
    ...(best && { "best.weights": best.weights }),
  };
}

/** The rest of a state, as JSON. */
export function stateNumbers(state: TrainState) {
  const { weights: _w, mean: _m, variance: _v, good, best, ...numbers } = state;
  return { ...numbers, goodAdamSteps: good.adamSteps, best: best && { update: best.update, loss: best.loss } };
}

/** Puts a state together again. */
export function restoreState(numbers: ReturnType<typeof stateNumbers>, tensors: Record<string, Block>): TrainState {
  const { goodAdamSteps, best, ...rest } = numbers;
  return {
    ...rest,
    weights: tensors.weights,
    mean: tensors.mean,
    variance: tensors.spread,
    good: {
      adamSteps: goodAdamSteps,
      weights: tensors["good.weights"],
      mean: tensors["good.mean"],
      variance: tensors["good.spread"],
    },
    best: best && { ...best, weights: tensors["best.weights"] },
  };
}
