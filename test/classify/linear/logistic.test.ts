import { expect, test } from "vitest";
import { chooseStrength, FOLDS } from "../../../src/classify/linear/choose-strength.js";
import { logisticRegression } from "../../../src/classify/linear/logistic.js";
import { OptionError } from "../../../src/errors.js";
import { madeData } from "../table.js";

test("C and the weights of rows scale the loss alike", () => {
  const { x, labels } = madeData(61, 5, 3, 7);
  const tight = { tolerance: 1e-9, maxIterations: 2000 };
  const byC = logisticRegression({ C: 0.25, ...tight }).fit(x, labels, 3);
  const weights = new Float32Array(61).fill(0.25);
  const byWeights = logisticRegression({ C: 1, ...tight }).fit(x, labels, 3, { weights });
  const plain = logisticRegression({ C: 1, ...tight })
    .fit(x, labels, 3)
    .toJSON().coefficients;
  byC.toJSON().coefficients.forEach((value, k) => {
    expect(byWeights.toJSON().coefficients[k]).toBeCloseTo(value, 7);
    expect(Math.abs(value)).not.toBeCloseTo(Math.abs(plain[k]), 3);
  });
});

test("logistic regression says so when it did not converge, and refuses settings that make no sense", () => {
  const { x, labels } = madeData(61, 5, 3, 7);
  const fitted = logisticRegression({ maxIterations: 2 }).fit(x, labels, 3);
  expect(fitted.notes.join()).toMatch(/stopped after 2 iterations/);
  expect(logisticRegression().fit(x, labels, 3).notes).toEqual([]);
  expect(() => logisticRegression({ C: 0 })).toThrow(OptionError);
  expect(() => logisticRegression({ C: "strong" as "auto" })).toThrow(
    /C is strong, expected a number above 0, or "auto"/,
  );
  expect(() => logisticRegression({ tolerance: Number.NaN })).toThrow(/tolerance is NaN/);
});

test("C is chosen on folds of the training rows: weak for columns that tell the class, strong for noise", () => {
  const { x, labels } = madeData(401, 7, 2, 7);
  const noise = Int32Array.from({ length: 401 }, (_, row) => ((row * row) % 7) & 1);
  const chosen = (labels: Int32Array) => logisticRegression().fit(x, labels, 2).chosen!.C!;
  expect(chosen(labels)).toBeGreaterThan(0.01);
  expect(chosen(noise)).toBeLessThan(0.1);
  const fitted = logisticRegression().fit(x, noise, 2);
  const { C } = fitted.toJSON();
  expect(C).toBe(fitted.chosen!.C);
  expect(fitted.notes.join()).toMatch(/chose C = /);
  expect({ ...fitted.toJSON(), notes: [] }).toEqual(logisticRegression({ C }).fit(x, noise, 2).toJSON());
  const few = labels.map((label, row) => (row < 160 ? label : 0)); // fewer than 100 rows of one class
  const usual = logisticRegression().fit(x, few, 2);
  expect([usual.chosen, usual.notes]).toEqual([{ C: 1 }, []]);
});

test("rows of a class that follow one another share a fold: copies of a row do not vouch for each other", () => {
  const { x } = madeData(60, 29, 2, 3); // more columns than clusters of rows: each can be learned by heart
  const copies = { ...x, rows: 480, values: new Float32Array(480 * 29) };
  for (let row = 0; row < 480; row++)
    copies.values.set(x.values.subarray((row >> 3) * 29, ((row >> 3) + 1) * 29), row * 29);
  const labels = Int32Array.from({ length: 480 }, (_, row) => ((row >> 3) * (row >> 3) + (row >> 5)) & 1);
  expect(logisticRegression().fit(copies, labels, 2).chosen!.C).toBeLessThan(0.1);
});

test("folds are held out until enough rows of the rarest class were, and no penalty weaker than one that did not help is tried", () => {
  const target = Int32Array.from({ length: 700 }, (_, row) => (row % 7 < 5 ? 0 : 1)); // 500 and 200 rows
  const weights = new Float64Array(700).fill(1);
  weights[699] = 0;
  const asked: { C: number; held: number[] }[] = [];
  // held-out rows alone have no penalty; their loss is the parameter, which a fit sets to |log10 C|
  const open = (rows: Int32Array) => (given: Float64Array, C: number) => {
    if (C === Number.POSITIVE_INFINITY) return (x: Float64Array) => x[0];
    asked.push({ C, held: [...rows].filter((_, i) => given[i] === 0) });
    return (x: Float64Array, gradient: Float64Array) => {
      gradient[0] = x[0] - Math.abs(Math.log10(C));
      return gradient[0] ** 2 / 2;
    };
  };
  const rules = { strengths: [0.01, 0.1, 1, 10, 100], usual: 7, least: 100, tolerance: 1e-9, maxIterations: 9 };
  const choose = (weights: Float64Array, more = {}) => {
    asked.length = 0;
    const { C, notes } = chooseStrength(open, { target, weights, size: 1 }, { ...rules, ...more });
    const said = `Logistic regression chose C = ${C} on folds of its training rows.`;
    expect(notes).toEqual(asked.length > 0 ? [said] : []);
    return C;
  };
  expect(choose(weights)).toBe(1);
  expect(asked.map(({ C }) => C)).toEqual([0.01, 0.1, 1, 10].flatMap((C) => Array(FOLDS).fill(C)));
  const held = asked.slice(0, FOLDS).flatMap((each) => each.held);
  expect(held.sort((a, b) => a - b)).toEqual([...target.keys()].slice(0, 699));
  for (const each of asked) expect(each.held.filter((row) => target[row] === 0)).toHaveLength(100);
  const rare = weights.map((weight, row) => (row < 360 ? 0 : weight)); // 97 rows of the rarer class
  expect([choose(rare), asked.length]).toEqual([7, 0]);
  expect([choose(rare, { least: 90 }), asked.length]).toEqual([1, 20]);
});

test("with many rows of every class one fold is held out; of very many some stand for all, by their weights", () => {
  const target = Int32Array.from({ length: 70_000 }, (_, row) => (row % 7 < 5 ? 0 : 1)); // 50,000 and 20,000 rows
  const weights = Float64Array.from(target, (c) => 1 + c);
  const seen: number[][] = [];
  const open = (rows: Int32Array) => (given: Float64Array, C: number) => {
    const held = [...rows].filter((_, i) => given[i] === 0);
    const sum = (c: number) => given.reduce((total, weight, i) => total + (target[rows[i]] === c ? weight : 0), 0);
    if (C < 1) seen.push([0, 1].map((c) => held.filter((row) => target[row] === c).length).concat(sum(0), sum(1)));
    return (_: Float64Array, gradient: Float64Array) => gradient.fill(0).length;
  };
  const rules = { strengths: [0.1, 0.2], usual: 1, least: 9, tolerance: 1, maxIterations: 1 };
  expect(chooseStrength(open, { target, weights, size: 1 }, rules).C).toBe(0.1);
  expect(seen).toEqual(Array(2).fill([4000, 4000, 40_000, 32_000]));
});
