import { expect, test } from "vitest";
import { reference } from "../../src/engine/reference/reference.js";
import { TrainingError } from "../../src/errors.js";
import { oneHotColumns } from "../../src/network/batch/one-hot-columns.js";
import { createNetwork } from "../../src/network/network.js";
import { recipes } from "../../src/network/spec/recipes.js";
import { freshState, hasDiverged, keepGood, noteBest, rollBack } from "../../src/train/divergence.js";

function start() {
  const { groups } = oneHotColumns([{ name: "x", kind: "numeric" }]);
  const spec = recipes[0].build({ units: 3 });
  const network = createNetwork(reference, { spec, columns: groups, batch: 1, steps: 2, purpose: "training" }, 1);
  const { ws, blocks } = network;
  /** Weights, both moments. */
  const contents = () =>
    [blocks.weights, blocks.mean, blocks.variance].map((at) => ws.data.slice(at, at + network.weights.length));
  const spoil = (value: number) => {
    for (const at of [blocks.weights, blocks.mean, blocks.variance])
      ws.data.fill(value, at, at + network.weights.length);
  };
  return { network, state: freshState(network), initial: network.weights.slice(), contents, spoil };
}

test("what is not finite, or 10,000 times the first loss, must not be taken", () => {
  const { state } = start();
  expect(hasDiverged(state, 2, 1)).toBe(false);
  expect(hasDiverged(state, 1.9e4, 1)).toBe(false);
  expect(hasDiverged(state, 2.1e4, 1)).toBe(true);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(hasDiverged(state, bad, 1)).toBe(true);
    expect(hasDiverged(state, 1, bad)).toBe(true);
  }
});

test("a first loss next to 0 does not make an ordinary one look diverged", () => {
  const { state } = start();
  expect(hasDiverged(state, 1e-9, 1)).toBe(false);
  expect(hasDiverged(state, 1, 1)).toBe(false);
});

test("going back restores weights and both moments of Adam, and halves the rate", () => {
  const { network, state, initial, contents, spoil } = start();
  spoil(0.25);
  state.adamSteps = 25;
  keepGood(network, state);
  const good = contents();
  spoil(9);
  state.adamSteps = 31;
  rollBack(network, state, Number.NaN, 1, initial);
  expect(contents()).toEqual(good);
  expect([state.adamSteps, state.rateScale]).toEqual([25, 0.5]);
  expect(state.warnings).toEqual([expect.stringMatching(/last good weights.*now 0.5 of its schedule/)]);
});

test("a point that did not help is given up for the first weights; a new good point counts afresh", () => {
  const { network, state, initial, contents, spoil } = start();
  spoil(0.25);
  keepGood(network, state);
  rollBack(network, state, Number.NaN, 1, initial);
  rollBack(network, state, Number.NaN, 1, initial);
  expect(contents()).toEqual([initial, initial.map(() => 0), initial.map(() => 0)]);
  expect([state.adamSteps, state.rateScale]).toEqual([0, 0.25]);
  expect(state.warnings[1]).toMatch(/the first weights/);
  spoil(0.5);
  keepGood(network, state);
  spoil(9);
  rollBack(network, state, Number.NaN, 1, initial);
  expect(network.weights.every((weight) => weight === 0.5)).toBe(true);
});

test("after twelve times it is an error", () => {
  const { network, state, initial } = start();
  for (let k = 0; k < 12; k++) rollBack(network, state, Number.NaN, 1, initial);
  expect(() => rollBack(network, state, Number.NaN, 1, initial)).toThrow(TrainingError);
});

test("patience counts evaluations without a better loss; a loss that is not finite is never the best", () => {
  const { network, state } = start();
  expect(noteBest(network, state, Number.NaN, 2)).toBe(false);
  expect(state.best).toBeUndefined();
  expect(noteBest(network, state, 1, 2)).toBe(false);
  expect(state.stale).toBe(0);
  expect([noteBest(network, state, 1, 2), noteBest(network, state, 2, 2)]).toEqual([false, true]);
  expect(noteBest(network, state, 2, 0)).toBe(false); // 0: never
  expect(state.best?.loss).toBe(1);
});
