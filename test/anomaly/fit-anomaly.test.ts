import { describe, expect, test } from "vitest";
import { detectorNames } from "../../src/anomaly/detectors/detectors.js";
import { pValuesOf } from "../../src/anomaly/p-values.js";
import { unpack } from "../../src/classify/base/packed.js";
import { type FittedAnomaly, fitAnomaly, openAnomaly, residualFeatures } from "../../src/index.js";
import { randomStream } from "../../src/random.js";
import { type SequenceSet, selectSequences } from "../../src/sequences/set/sequence-set.js";
import { engines } from "../engines.js";
import { randomSeries } from "../series.js";

const { engine } = engines[engines.length - 1];
const quick = { recipe: "composite", units: 5, train: { updates: 12 }, threads: 0 };
const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, k) => from + k);
const set = randomSeries({ N: 60, F: 2, lengths: (n) => 7 + ((n * 5) % 11), missing: 0.1 });
const fitted = await fitAnomaly(engine, set, { fit: quick, folds: 3 });
const predictor = openAnomaly(engine, fitted);

/** Series of pure noise: nothing of one tells anything about another. */
function noise(N: number, seed: number, T = 6): SequenceSet {
  const random = randomStream(seed, 99);
  return {
    channels: [{ name: "x", kind: "numeric" }],
    values: Float32Array.from({ length: N * T }, () => random.normal()),
    offsets: Int32Array.from({ length: N + 1 }, (_, n) => n * T),
    ids: Array.from({ length: N }, (_, n) => `${seed}-${n}`),
  };
}

test("false alarms are as many as stated, where scores of cases that the network knows would give many more", async () => {
  // A network with more weights than the training part has values, trained long: it knows these cases by heart.
  const fit = {
    recipe: "composite",
    units: 24,
    train: { updates: 500, learningRate: 0.01 },
    threads: 0,
    validation: 0,
  };
  const level = 0.1;
  const rates = { ours: 0, biased: 0 };
  const draws = 6;
  for (let draw = 0; draw < draws; draw++) {
    const train = noise(49, 10 + draw);
    const fresh = noise(400, 100 + draw);
    const found = await fitAnomaly(engine, train, { fit, heldOut: 0.4, falseAlarmRate: level });
    const opened = openAnomaly(engine, found);
    const { scores, pValues } = await opened.score(fresh);
    rates.ours += pValues.filter((p) => p <= opened.level).length / 400 / draws;
    const held = unpack("float64", found.state.parts[0].cases);
    expect(held).toHaveLength(20);
    const known = (await opened.score(train)).scores.sort().subarray(0, 29); // the network was trained on most of these
    rates.biased += pValuesOf([known], [scores]).filter((p) => p <= level).length / 400 / draws;
  }
  // 20 held-out cases a draw: a rate of 2 in 21, whose deviation over six draws is .025
  expect(Math.abs(rates.ours - 2 / 21)).toBeLessThan(0.075);
  expect(rates.biased).toBeGreaterThan(3 * level);
});

describe("what is fitted", () => {
  test("held-out cases are scored by the network of their fold, which did not see them", async () => {
    const { models, state } = fitted;
    expect(models.map(({ metadata }) => metadata.training.sequences + metadata.training.validationSequences)).toEqual([
      40, 40, 40,
    ]);
    const all = state.parts.flatMap(({ cases }) => [...unpack("float64", cases)]);
    expect(all).toHaveLength(60);
    expect(predictor.leastPValue).toBe(1 / 61);
    expect(new Set(models.map(({ weights }) => weights[3])).size).toBe(3); // each fold has a seed of its own
  });

  test("the same seed gives the same state, and so does any number of threads; labels change nothing", async () => {
    const { labels, classNames, ...bare } = set;
    expect((await fitAnomaly(engine, bare, { fit: quick, folds: 3 })).state).toEqual(fitted.state);
    expect((await fitAnomaly(engine, set, { fit: { ...quick, threads: 2 }, folds: 3 })).state).toEqual(fitted.state);
    const other = await fitAnomaly(engine, set, { fit: { ...quick, train: { updates: 12, seed: 2 } }, folds: 3 });
    expect(other.state.parts[0].cases).not.toEqual(fitted.state.parts[0].cases);
  });

  test("the state goes through JSON: the same bits", async () => {
    const again = openAnomaly(engine, { models: fitted.models, state: JSON.parse(JSON.stringify(fitted.state)) });
    expect(await again.score(set)).toEqual(await predictor.score(set));
    expect(await again.scoreSteps(set)).toEqual(await predictor.scoreSteps(set));
  });

  test("what is said of a case does not depend on the other cases, nor on threads", async () => {
    const some = range(17, 29);
    const whole = await predictor.score(set);
    const alone = await predictor.score(selectSequences(set, some), { threads: 2 });
    expect(alone.pValues).toEqual(whole.pValues.slice(17, 29));
    expect(alone.scores).toEqual(whole.scores.slice(17, 29));
  });
});

describe("scores", () => {
  test("a case that is unlike all others has the least p-value, and its strange steps have low ones", async () => {
    const strange = selectSequences(set, [3]);
    const values = strange.values.slice();
    for (let s = 4; s < 7; s++) values[2 * s] = s % 2 === 0 ? 40 : -40;
    const odd = { ...strange, values, observed: undefined };
    expect((await predictor.score(odd)).pValues[0]).toBe(predictor.leastPValue);
    const { offsets, pValues } = await predictor.scoreSteps(odd);
    expect([...offsets]).toEqual([0, values.length / 2]);
    for (let s = 4; s < 7; s++) expect(pValues[s]).toBeLessThan(0.02);
    expect(pValues[0]).toBeGreaterThan(0.02);
  });

  test("a case without a value is like the mean of all; a step without one has no score", async () => {
    const empty: SequenceSet = { ...selectSequences(set, [0]), observed: new Uint8Array(2) };
    empty.values.fill(0);
    const { scores, pValues } = await predictor.score(empty);
    expect(scores[0]).toBe(0);
    expect(pValues[0]).toBeGreaterThan(0.1);
    const steps = await predictor.scoreSteps(empty);
    expect(steps.scores.every(Number.isNaN)).toBe(true);
    expect(steps.pValues.every((p) => p === 1)).toBe(true);
  });

  test.each(detectorNames)(
    "%s: p-values of new cases are spread evenly, and threads change nothing",
    async (detector) => {
      const fit = detector === "autoencoder" ? quick : {};
      const found = await fitAnomaly(engine, noise(150, 1), { detector, fit, folds: 3 });
      const { pValues } = await openAnomaly(engine, found).score(noise(600, 2));
      const mean = pValues.reduce((sum, p) => sum + p, 0) / 600;
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.1); // deviation .026 of 150 held-out cases
      expect(pValues.filter((p) => p <= 0.1).length / 600).toBeLessThan(0.19);
      const json = JSON.parse(JSON.stringify(found.state));
      expect((await openAnomaly(engine, { models: found.models, state: json }).score(noise(600, 2))).pValues).toEqual(
        pValues,
      );
    },
  );

  test("of windows of events the last step counts, not the largest", async () => {
    const T = 8;
    const windows = { ...noise(120, 3, T), windows: true };
    const found = await fitAnomaly(engine, windows, { fit: quick });
    expect(found.state.heldOut).toBe("forward");
    const opened = openAnomaly(engine, found);
    const at = (step: number) => {
      const one = { ...noise(1, 4, T), windows: true };
      one.values[step] = 3;
      return one;
    };
    const [early, last] = await Promise.all([1, T - 1].map(async (step) => (await opened.score(at(step))).scores[0]));
    expect(last).toBeGreaterThan(early + 0.3);
    await expect(opened.scoreSteps(windows)).rejects.toThrow(/the last step of a window is the case itself/);
  });
});

describe("the threshold", () => {
  const day = 86_400;
  const timed = {
    ...noise(100, 5, 2),
    times: Float64Array.from({ length: 200 }, (_, s) => (Math.floor(s / 2) / 10) * day),
  };

  test("of alerts per day: so many of the held-out cases of a day", async () => {
    const found = await fitAnomaly(engine, timed, { detector: "z-score", folds: 5, alertsPerDay: 0.5 });
    expect(found.state).toMatchObject({
      days: 10,
      threshold: { rule: "alerts-per-day", level: 0.05, alertsPerDay: 0.5 },
    });
    expect(openAnomaly(engine, found).levelOf({ alertsPerDay: 2 })).toBe(0.2);
    expect(openAnomaly(engine, found).levelOf({ falseAlarmRate: 0.03 })).toBe(0.03);
    await expect(fitAnomaly(engine, timed, { detector: "z-score", alertsPerDay: 0.01 })).rejects.toThrow(
      /none could be called/,
    );
    await expect(fitAnomaly(engine, noise(40, 1), { detector: "z-score", alertsPerDay: 1 })).rejects.toThrow(
      /no times/,
    );
  });

  test("a rate that no p-value reaches is refused; the usual one gives way to the least, with a note", async () => {
    const few = noise(30, 6);
    const found = await fitAnomaly(engine, few, { detector: "z-score" });
    expect(found.state.threshold.level).toBe(1 / 31);
    expect(found.notes).toEqual([expect.stringMatching(/cannot be kept to: the least p-value .* is 1\/31 = 0.032/)]);
    await expect(fitAnomaly(engine, few, { detector: "z-score", falseAlarmRate: 0.03 })).rejects.toThrow(
      /Take 0.033 or more, or bring at least 33 training cases/,
    );
    expect((await fitAnomaly(engine, few, { detector: "z-score", falseAlarmRate: 0.04 })).notes).toEqual([]);
  });
});

test("progress is told and ends at 1; a signal ends the fit", async () => {
  const told: number[] = [];
  await fitAnomaly(engine, set, {
    fit: { ...quick, train: { updates: 100 } },
    folds: 2,
    onProgress: (done) => void told.push(done),
  });
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(told.at(-1)).toBe(1);
  expect(told.filter((done) => done > 0 && done < 0.5).length).toBeGreaterThan(1); // updates of the first fit
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(fitAnomaly(engine, set, { fit: quick, signal })).rejects.toThrow("enough");
});

describe("what is refused", () => {
  test("options without effect", async () => {
    await expect(fitAnomaly(engine, set, { detector: "z-score", fit: { units: 3 } })).rejects.toThrow(
      /got `units` for the detector z-score/,
    );
    await expect(fitAnomaly(engine, set, { detector: "z-score", fit: { train: { updates: 3 } } })).rejects.toThrow(
      /got `updates`/,
    );
    await expect(fitAnomaly(engine, set, { fit: { recipe: "label-aware" } })).rejects.toThrow(/looks at none/);
    await expect(fitAnomaly(engine, set, { alertsPerDay: 1, falseAlarmRate: 0.1 })).rejects.toThrow(/not both/);
  });

  test("a state that is none, or of other models", () => {
    const open = (state: unknown, models = fitted.models) => openAnomaly(engine, { models, state } as FittedAnomaly);
    const { state } = fitted;
    expect(() => open({ ...state, kind: "x" })).toThrow(/at kind/);
    expect(() => open(state, fitted.models.slice(1))).toThrow(/got 2 models for it, expected 3/);
    expect(() => open({ ...state, parts: [{ ...state.parts[0], fitted: {} }, ...state.parts.slice(1)] })).toThrow(
      /in part 1/,
    );
    expect(() => open({ ...state, parts: state.parts.map((part) => ({ ...part, cases: "?" })) })).toThrow(/base64/);
    expect(() => open({ ...state, extra: 1 })).toThrow(/not its state/);
  });
});

test("with one channel and the usual errors, the score follows the errors of the model", async () => {
  const { models, state } = await fitAnomaly(engine, noise(40, 8), { fit: quick, heldOut: 0.2, falseAlarmRate: 0.2 });
  const others = noise(50, 9);
  const { scores } = await openAnomaly(engine, { models, state }).score(others);
  const table = residualFeatures(engine, models[0], others);
  const at = table.names.indexOf("error");
  const errors = Array.from({ length: 50 }, (_, n) => table.values[n * table.names.length + at]);
  const rank = (values: ArrayLike<number>) => Array.from(values, (v) => Array.from(values).filter((w) => w < v).length);
  const [a, b] = [rank(scores), rank(errors)];
  const mean = 24.5;
  const product = a.reduce((sum, x, k) => sum + (x - mean) * (b[k] - mean), 0);
  expect(product / a.reduce((sum, x) => sum + (x - mean) ** 2, 0)).toBeGreaterThan(0.5);
});
