import { describe, expect, test } from "vitest";
import { initialise } from "../../src/model/initial.js";
import type { Parameter } from "../../src/model/layer.js";
import { batchNorm, batchNormBackward } from "../../src/model/readout-loss/batch-norm.js";
import { contrastiveLoss } from "../../src/model/readout-loss/contrastive.js";
import { crossEntropyLoss } from "../../src/model/readout-loss/cross-entropy.js";
import { engineProducts } from "../../src/model/readout-loss/engine-products.js";
import { plainProducts } from "../../src/model/readout-loss/products.js";
import {
  judgeReadOuts,
  planReadOutLoss,
  type ReadOutLossOptions,
  readOutLoss,
} from "../../src/model/readout-loss/readout-loss.js";
import { expMinus } from "../../src/model/readout-loss/sigmoid.js";
import { stateMoments } from "../../src/model/readout-loss/state-moments.js";
import { trainingReadOut, trainingReadOutBackward } from "../../src/model/readout-loss/training-readout.js";
import { type States, unitsOf } from "../../src/model/states.js";
import { randomStream } from "../../src/random.js";
import { expectClose } from "../close.js";
import { engines, tolerance } from "../engines.js";
import { allThere, makeStates } from "../states.js";

const STEP = 1e-5;
/** Central differences err by STEP^2 and by rounding / STEP, both near 1e-10. */
const close = { rtol: 1e-6, atol: 1e-9 };

function centralDifferences(values: Float64Array, at: ArrayLike<number>, loss: () => number): Float64Array {
  return Float64Array.from(at, (k) => {
    const held = values[k];
    values[k] = held + STEP;
    const up = loss();
    values[k] = held - STEP;
    const down = loss();
    values[k] = held;
    return (up - down) / (2 * STEP);
  });
}

const every = (values: ArrayLike<number>) => Array.from({ length: values.length }, (_, k) => k);
const normals = (count: number, seed: number) => {
  const random = randomStream(seed);
  return Float64Array.from({ length: count }, () => random.normal());
};
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, k) => sum + value * b[k], 0);

/** Ragged, with a hole, a single step, an empty case, and padding behind all but one. */
const ragged = [
  ...allThere([7, 1, 0, 5]),
  [true, false, false, true, true, false, true],
  [false, true, true, true, false, false, false],
];

function plan(Z: number, options: ReadOutLossOptions) {
  const all: Parameter[] = [];
  let start = 5; // the head need not come first in the block
  const head = planReadOutLoss(Z, options, (name, shape, initial) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const parameter = { name, shape, start, size, initial };
    start += size;
    all.push(parameter);
    return parameter;
  });
  const weights = new Float64Array(start);
  initialise(weights, all, 3);
  weights.forEach((value, k) => {
    weights[k] = value + 0.05 * Math.sin(7 * k); // no bias stays at its special start
  });
  return { head, weights, all };
}

const zeroGradients = (states: States) =>
  states.views.map(({ data, offset, stride }) => ({ data: new Float64Array(data.length), offset, stride }));

describe("the training read-out", () => {
  test("says mean, max, std, min, last and smooth ppv of the steps that are there", () => {
    const states = makeStates({ there: [[true, false, true, true]], widths: [1, 1] });
    const [forward, backward] = states.views;
    const read = (view: typeof forward) => [0, 2, 3].map((t) => view.data[view.offset + t * view.stride]);
    const moments = { mean: Float64Array.of(0.1, -0.2), spread: Float64Array.of(0.5, 0.3) };
    const { rows } = trainingReadOut(states, moments);
    const expected = [forward, backward].map((view, z) => {
      const h = read(view);
      const mean = (h[0] + h[1] + h[2]) / 3;
      const std = Math.sqrt(h.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3 + 1e-8);
      const smooth = [-1.2, -0.4, 0.4, 1.2].map(
        (k) =>
          h.reduce((sum, value) => {
            const u = (value - moments.mean[z] - k * moments.spread[z]) / (0.5 * moments.spread[z]);
            return sum + 1 / (1 + Math.exp(-u));
          }, 0) / 3,
      );
      return [mean, Math.max(...h), std, Math.min(...h), z === 0 ? h[2] : h[0], ...smooth];
    });
    expectClose(
      rows,
      [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((k) => [expected[0][k], expected[1][k]]),
      {
        rtol: 1e-14,
        name: "rows",
      },
    );
  });

  test("moments are those of all steps that are there, over all shards", () => {
    const shards = [makeStates({ there: ragged }), makeStates({ there: allThere([4, 6]), seed: 5 })];
    const { mean, spread } = stateMoments(shards);
    let column = 0;
    shards[0].views.forEach((_, k) => {
      for (let j = 0; j < shards[0].views[k].width; j++, column++) {
        const all = shards.flatMap(({ views, T, B, mask }) =>
          Array.from({ length: T * B }, (_, r) => r)
            .filter((r) => mask!.data[mask!.offset + r] !== 0)
            .map((r) => views[k].data[views[k].offset + r * views[k].stride + j]),
        );
        const centre = all.reduce((sum, h) => sum + h, 0) / all.length;
        expect(mean[column]).toBeCloseTo(centre, 12);
        const variance = all.reduce((sum, h) => sum + (h - centre) ** 2, 0) / all.length;
        expect(spread[column]).toBeCloseTo(Math.sqrt(variance + 1e-8), 12);
      }
    });
  });

  test("gradient agrees with central differences, and is added", () => {
    const states = makeStates({ there: ragged });
    const moments = stateMoments([states]);
    const run = trainingReadOut(states, moments);
    const probe = normals(run.rows.length, 2);
    const gradients = zeroGradients(states);
    trainingReadOutBackward(states, moments, run, probe, gradients);
    const { data } = states.views[0];
    const numeric = centralDifferences(data as Float64Array, every(data), () =>
      dot(trainingReadOut(states, moments).rows, probe),
    );
    const sum = new Float64Array(data.length);
    for (const { data: part } of gradients) for (let k = 0; k < sum.length; k++) sum[k] += part[k];
    numeric.fill(0, states.mask!.offset); // the mask is no number to learn from
    expectClose(sum, numeric, { ...close, name: "states" });
    trainingReadOutBackward(states, moments, run, probe, gradients);
    const twice = gradients.map(({ data: part }) => part);
    expectClose(
      twice[0].map((value, k) => value + twice[1][k]),
      sum.map((value) => 2 * value),
      { rtol: 1e-12, name: "added" },
    );
  });

  test("a unit that never moves and a case without a step give no NaN", () => {
    const states = makeStates({ there: ragged });
    for (const { data, offset, stride, width } of states.views)
      for (let r = 0; r < states.T * states.B; r++)
        data.fill(0.3, offset + r * stride, offset + r * stride + width);
    const moments = stateMoments([states]);
    const run = trainingReadOut(states, moments);
    const gradients = zeroGradients(states);
    trainingReadOutBackward(states, moments, run, normals(run.rows.length, 2), gradients);
    expect(run.rows.every(Number.isFinite)).toBe(true);
    expect(gradients.every(({ data }) => (data as Float64Array).every(Number.isFinite))).toBe(true);
    const R = run.rows.length / states.B;
    expect(run.rows.subarray(2 * R, 3 * R).every((value) => value === 0)).toBe(true);
  });

  test("expMinus is exp(-x) between -24 and 24, and stays there beyond", () => {
    for (let x = -24; x <= 24; x += 0.0137)
      expect(Math.abs(expMinus(x) / Math.exp(-x) - 1)).toBeLessThan(1e-14);
    expect(expMinus(1e9)).toBe(Math.exp(-24));
    expect(expMinus(-1e9)).toBe(Math.exp(24));
    expect(expMinus(Number.NaN)).toBeNaN();
  });
});

describe("the parts of the head", () => {
  test("batch norm: mean 0, variance 1, gradient", () => {
    const [n, R] = [5, 3];
    const rows = normals(n * R, 1);
    const normal = batchNorm(rows, n, R);
    for (let j = 0; j < R; j++) {
      const column = Array.from({ length: n }, (_, i) => normal.rows[i * R + j]);
      expect(column.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
      expect(column.reduce((sum, value) => sum + value * value, 0) / n).toBeCloseTo(1, 3); // epsilon 1e-5
    }
    const probe = normals(n * R, 2);
    const numeric = centralDifferences(rows, every(rows), () => dot(batchNorm(rows, n, R).rows, probe));
    expectClose(batchNormBackward(normal, probe, n, R), numeric, { ...close, name: "rows" });
  });

  test("NT-Xent of a case worked by hand", () => {
    // Cosines over temperature 0.5: partners 2 and 2 apart, everything else 0.
    const z = Float64Array.of(1, 0, 0, 3, 2, 0, 0, 1);
    const each = -Math.log(Math.exp(2) / (Math.exp(2) + 2));
    expect(contrastiveLoss(z, 4, 0.5).loss).toBeCloseTo(each, 10);
    expect(contrastiveLoss(z, 4, 0.5, [2, 2, 2, 2]).loss).toBeCloseTo(2 * each, 10);
    expect(() => contrastiveLoss(z.subarray(0, 6), 3, 0.5)).toThrow(/got 3 rows/);
  });

  test("NT-Xent gradient agrees with central differences", () => {
    const [n, D] = [6, 3];
    const z = normals(n * D, 3);
    const weights = [1, 0.5, 2, 3, 0, 1];
    const numeric = centralDifferences(z, every(z), () => contrastiveLoss(z, n, 0.2, weights).loss);
    expectClose(contrastiveLoss(z, n, 0.2, weights).dz, numeric, { ...close, name: "z" });
  });

  test("cross-entropy of a case worked by hand, and its gradient", () => {
    const logits = Float64Array.of(2, 0, 0, 1);
    const labels = [0, -1];
    // targets .95 and .05; probabilities of the row 1 / (1 + e^-2) and the rest; the second row is not labelled
    const p = 1 / (1 + Math.exp(-2));
    const expected = -0.95 * Math.log(p) - 0.05 * Math.log(1 - p);
    expect(crossEntropyLoss(logits, labels, 0.1).loss).toBeCloseTo(expected, 12);
    const many = normals(5 * 3, 4);
    const classes = [2, 0, -1, 1, 1];
    const weights = [1, 2, 5, 0, 0.5];
    const numeric = centralDifferences(
      many,
      every(many),
      () => crossEntropyLoss(many, classes, 0.1, weights).loss,
    );
    expectClose(crossEntropyLoss(many, classes, 0.1, weights).dLogits, numeric, { ...close, name: "logits" });
    expect(crossEntropyLoss(many, [-1, -1, -1, -1, -1], 0.1)).toEqual({
      loss: 0,
      dLogits: new Float64Array(15),
    });
  });

  const sizes = [
    [1, 1, 1],
    [3, 5, 7],
    [4, 8, 2],
    [5, 9, 3],
    [8, 33, 18],
  ];
  const naive = (M: number, K: number, N: number, x: Float64Array, w: Float64Array, dy: Float64Array) => {
    const y = new Float64Array(M * N);
    const dx = new Float64Array(M * K);
    const dw = new Float64Array(K * N);
    for (let m = 0; m < M; m++)
      for (let k = 0; k < K; k++)
        for (let n = 0; n < N; n++) {
          y[m * N + n] += x[m * K + k] * w[k * N + n];
          dx[m * K + k] += dy[m * N + n] * w[k * N + n];
          dw[k * N + n] += x[m * K + k] * dy[m * N + n];
        }
    return { y, dx, dw };
  };

  test.each([
    { name: "plain", products: () => plainProducts, rtol: 1e-14 },
    ...engines.map(({ name, engine }) => ({
      name,
      products: () => engineProducts(engine, { M: 8, K: 33, N: 18 }),
      rtol: tolerance(engine),
    })),
  ])("products, $name, agree with three nested loops", ({ products, rtol }) => {
    const some = products();
    for (const [M, K, N] of sizes) {
      const [x, w, dy] = [normals(M * K, 1), normals(K * N, 2), normals(M * N, 3)];
      const expected = naive(M, K, N, x, w, dy);
      const y = new Float64Array(M * N).fill(9);
      const dx = new Float64Array(M * K).fill(9);
      const dw = new Float64Array(K * N).fill(0.5);
      some.forward(y, x, w, M, K, N);
      some.backwardInput(dx, dy, w, M, K, N);
      some.backwardWeights(dw, x, dy, M, K, N);
      expectClose(y, expected.y, { rtol, name: `y ${M} ${K} ${N}` });
      expectClose(dx, expected.dx, { rtol, name: `dx ${M} ${K} ${N}` });
      expectClose(
        dw,
        expected.dw.map((value) => value + 0.5),
        { rtol, name: `dw ${M} ${K} ${N}` },
      );
    }
  });
});

const heads: Record<string, ReadOutLossOptions> = {
  contrastive: { contrastive: { weight: 0.5, hidden: 7, size: 3 } },
  "cross-entropy": { crossEntropy: { weight: 1.5, classes: 3 } },
  both: { contrastive: { weight: 0.5, hidden: 7, size: 3 }, crossEntropy: { weight: 1.5, classes: 3 } },
};

describe.each(Object.entries(heads))("read-out loss, %s", (_, options) => {
  const labels = [2, 0, -1, 1, 1, 2, 0, 0];
  const weights = [1, 2, 0.5, 1, 0, 1, 3, 1];
  /** Two shards of different length; no case is empty, which batch norm would tell from the others by its zeros. */
  const makeShards = () => [
    makeStates({ there: [...allThere([7, 1, 5]), [true, false, true, true]] }),
    makeStates({ there: allThere([3, 6, 2, 4]), seed: 8 }),
  ];
  const rows = { labels, weights };
  const drop = (kept: Float64Array, rate: number) => {
    const random = randomStream(4);
    for (let k = 0; k < kept.length; k++) kept[k] = random.uniform() < rate ? 0 : 1 / (1 - rate);
  };

  test("gradients of states and parameters agree with central differences", () => {
    const shards = makeShards();
    const { head, weights: block, all } = plan(unitsOf(shards[0]), options);
    const gradients = new Float64Array(block.length);
    const dStates = shards.map(zeroGradients);
    const value = readOutLoss(head, shards, { ...rows, drop }, block, gradients, dStates);

    const moments = stateMoments(shards); // constants
    const loss = () => {
      const parts = shards.map((states) => trainingReadOut(states, moments).rows);
      const joined = Float64Array.from(parts.flatMap((part) => Array.from(part)));
      const unused = new Float64Array(block.length);
      return judgeReadOuts(head, joined, { ...rows, drop }, block, unused).loss;
    };
    expect(value.loss).toBeCloseTo(loss(), 12);
    for (const { name, start, size } of all) {
      const at = Array.from({ length: size }, (_, k) => start + k);
      const numeric = centralDifferences(block, at, loss);
      expect(numeric.some((d) => d !== 0)).toBe(true);
      expectClose(gradients.subarray(start, start + size), numeric, { ...close, name });
    }
    expect(gradients.subarray(0, 5).every((d) => d === 0)).toBe(true);
    shards.forEach((states, s) => {
      const { data } = states.views[0];
      const at = Array.from({ length: states.mask!.offset }, (_, k) => k);
      const numeric = centralDifferences(data as Float64Array, at, loss);
      expect(numeric.some((d) => d !== 0)).toBe(true);
      const sum = at.map((k) => dStates[s].reduce((total, part) => total + part.data[k], 0));
      expectClose(sum, numeric, { ...close, name: `states of shard ${s}` });
    });
  });

  test("the same for any shards and any padding", () => {
    const cases = allThere([7, 1, 5, 4, 3, 6]);
    const run = (shards: States[]) => {
      const { head, weights: block } = plan(unitsOf(shards[0]), options);
      const gradients = new Float64Array(block.length);
      const dStates = shards.map(zeroGradients);
      const value = readOutLoss(head, shards, { labels: labels.slice(0, 6) }, block, gradients, dStates);
      return { value, gradients };
    };
    const plain = run([makeStates({ there: cases })]);
    const padded = run([makeStates({ there: cases.map((steps) => [...steps, false, false, false]) })]);
    expectClose([padded.value.loss], [plain.value.loss], { rtol: 1e-12, name: "loss" });
    expectClose(padded.gradients, plain.gradients, { rtol: 1e-12, name: "gradients" });
    const states = makeStates({ there: cases });
    const halves = [0, 1].map((s): States => {
      // rows of three cases each, cut out of the same batch
      const T = states.T;
      const views = states.views.map((view) => {
        const data = new Float64Array(T * 3 * view.width);
        for (let t = 0; t < T; t++)
          for (let b = 0; b < 3; b++) {
            const from = view.offset + (t * 6 + 3 * s + b) * view.stride;
            data.set(view.data.subarray(from, from + view.width), (t * 3 + b) * view.width);
          }
        return { ...view, data, offset: 0, stride: view.width };
      });
      const mask = new Float64Array(T * 3);
      for (let k = 0; k < T * 3; k++)
        mask[k] = states.mask!.data[states.mask!.offset + Math.floor(k / 3) * 6 + 3 * s + (k % 3)];
      return { T, B: 3, views, mask: { data: mask, offset: 0 } };
    });
    const sharded = run(halves);
    expectClose([sharded.value.loss], [plain.value.loss], { rtol: 1e-12, name: "loss of shards" });
    expectClose(sharded.gradients, plain.gradients, { rtol: 1e-12, name: "gradients of shards" });
  });
});

test("what cannot be honoured is refused", () => {
  expect(() => plan(3, {})).toThrow(/got no term/);
  expect(() => plan(3, { contrastive: { weight: 1, temperature: 0 } })).toThrow(/temperature is 0/);
  expect(() => plan(3, { crossEntropy: { weight: 1, classes: 1 } })).toThrow(/classes is 1/);
  expect(() => plan(3, { crossEntropy: { weight: 1, classes: 2, dropout: 1 } })).toThrow(/dropout is 1/);
  const { head, weights } = plan(1, { crossEntropy: { weight: 1, classes: 2 } });
  expect(() => judgeReadOuts(head, new Float64Array(18), { labels: [1] }, weights, weights)).toThrow(
    /labels: got 1, expected 2/,
  );
  expect(() => judgeReadOuts(head, new Float64Array(10), { labels: [1] }, weights, weights)).toThrow(
    /expected \[n, 9\]/,
  );
});
