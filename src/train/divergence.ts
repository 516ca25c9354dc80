import { TrainingError } from "../errors.js";
import type { TrainState } from "../model/training-state.js";
import type { Network } from "../network/network.js";

/** Updates between two points that the not-finite guard can go back to. */
export const SNAPSHOT_EVERY = 25;
const MAX_ROLLBACKS = 12;
/** After this number of returns to one point its weights are no good: back to the first ones. */
const MAX_FROM_ONE_POINT = 1;
/** A loss of this multiple of the first one has diverged, finite or not. */
const DIVERGED = 1e4;

/**
 * Whether an update must not be taken: loss or gradient not finite, or far above the first loss. ReLU LSTMs
 * overflow in the forward pass while the norm of the gradient is still small, so clipping does not save them.
 */
export function hasDiverged(state: TrainState, loss: number, norm: number): boolean {
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) return true;
  state.firstLoss ??= loss;
  return loss > DIVERGED * Math.max(state.firstLoss, 1);
}

/** The state before the first update. */
export function freshState(network: Network): TrainState {
  const copy = () => network.weights.slice();
  const zeros = () => network.weights.slice().fill(0);
  return {
    update: 0,
    adamSteps: 0,
    weights: copy(),
    mean: zeros(),
    variance: zeros(),
    good: { adamSteps: 0, weights: copy(), mean: zeros(), variance: zeros() },
    rateScale: 1,
    rollbacks: 0,
    sameGood: 0,
    stale: 0,
    lossSum: 0,
    lossCount: 0,
    history: [],
    warnings: [],
  };
}

/** Views of the two moments of Adam. */
function moments({ ws, blocks, weights }: Network) {
  const view = (offset: number) => ws.data.subarray(offset, offset + weights.length);
  return { mean: view(blocks.mean), variance: view(blocks.variance) };
}

/** Puts weights and moments back into the network. */
export function putWeights(network: Network, from: Pick<TrainState, "weights" | "mean" | "variance">): void {
  const { mean, variance } = moments(network);
  network.weights.set(from.weights);
  mean.set(from.mean);
  variance.set(from.variance);
}

/** The state with the network's present weights in it. */
export function currentState(network: Network, state: TrainState): TrainState {
  const { mean, variance } = moments(network);
  state.weights.set(network.weights);
  state.mean.set(mean);
  state.variance.set(variance);
  return state;
}

/** Makes the present weights the point to go back to. */
export function keepGood(network: Network, state: TrainState): void {
  const { mean, variance } = moments(network);
  state.sameGood = 0;
  state.good.adamSteps = state.adamSteps;
  state.good.weights.set(network.weights);
  state.good.mean.set(mean);
  state.good.variance.set(variance);
}

/**
 * Not finite, or diverged: back to the last good weights at half the rate. Weights on the brink overflow on one
 * batch or another at any rate, so when going back to a point did not help, the next way is back to the start.
 * @param initial the weights before the first update
 */
export function rollBack(
  network: Network,
  state: TrainState,
  loss: number,
  norm: number,
  initial: Float32Array | Float64Array,
): void {
  state.rollbacks++;
  const restart = ++state.sameGood > MAX_FROM_ONE_POINT;
  const what = `loss ${loss}, gradient norm ${norm}`;
  if (state.rollbacks > MAX_ROLLBACKS)
    throw new TrainingError(
      `Training stopped at update ${state.update}: ${what}, after going back and halving the learning rate ` +
        `${MAX_ROLLBACKS} times. Nothing was saved. Use \`activation: "tanh"\`, a lower \`learningRate\`, or check the data for extreme values.`,
    );
  if (restart) {
    state.sameGood = 0;
    state.good.adamSteps = 0;
    state.good.weights.set(initial);
    state.good.mean.fill(0);
    state.good.variance.fill(0);
  }
  putWeights(network, state.good);
  state.adamSteps = state.good.adamSteps;
  state.rateScale /= 2;
  state.warnings.push(
    `Update ${state.update}: ${what} is not usable; went back to the ${restart ? "first" : "last good"} weights and halved the learning rate ` +
      `(now ${state.rateScale} of its schedule).`,
  );
}

/** Notes the validation loss; true when patience is over. */
export function noteBest(network: Network, state: TrainState, loss: number, patience: number): boolean {
  if (Number.isFinite(loss) && !(state.best && loss >= state.best.loss)) {
    state.best = { update: state.update, loss, weights: network.weights.slice() };
    state.stale = 0;
    return false;
  }
  state.stale++;
  return patience > 0 && state.stale >= patience;
}
