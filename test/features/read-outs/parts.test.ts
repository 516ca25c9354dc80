import { describe, expect, test } from "vitest";
import { type PartName, partNames, readOutColumns } from "../../../src/features/read-outs/parts.js";
import { lagsFor } from "../../../src/features/read-outs/shares.js";
import type { States } from "../../../src/features/read-outs/states.js";
import { expectClose } from "../../close.js";
import { allThere, makeStates } from "../../states.js";
import { applyReadOut, fitReadOut } from "./apply-read-out.js";

/** One column of a read-out, by name. */
function columnOf(parts: readonly PartName[], states: States, name: string, options = {}): number[] {
  const state = fitReadOut({ parts, ...options }, [states]);
  const names = readOutColumns(state);
  const at = names.indexOf(name);
  if (at < 0) throw new Error(`no column ${name} among ${names.join(", ")}`);
  const rows = applyReadOut(state, states);
  return Array.from({ length: states.B }, (_, b) => rows[b * names.length + at]);
}

/** States of one view of width 1 from lists, one a case; null: a step that is not there. */
function listed(cases: (number | null)[][], reverse = false): States {
  const B = cases.length;
  const T = Math.max(...cases.map((steps) => steps.length));
  const data = new Float64Array(2 * T * B).fill(99, 0, T * B);
  cases.forEach((steps, b) => {
    steps.forEach((value, t) => {
      if (value === null) return;
      data[t * B + b] = value;
      data[T * B + t * B + b] = 1;
    });
  });
  const views = [{ data, offset: 0, stride: 1, width: 1, layer: 0, reverse }];
  return { T, B, mask: { data, offset: T * B }, views };
}

describe("what each part says", () => {
  const states = listed([
    [null, 3, 1, null, 8],
    [2, null, null, null, null],
    [null, null, null, null, null],
  ]);

  test.each([
    ["mean", [4, 2, 0]],
    ["max", [8, 2, 0]],
    ["min", [1, 2, 0]],
    ["std", [Math.sqrt((1 + 9 + 16) / 3), 0, 0]],
    ["last", [8, 2, 0]],
  ] as const)("%s of the steps that are there", (part, expected) => {
    expectClose(columnOf([part], states, `${part}_forward_0`), expected, { rtol: 1e-7, name: part });
  });

  test("last of a backward direction is its state at the first step that is there", () => {
    const backwards = listed([[null, 3, 1, null, 8]], true);
    expect(columnOf(["last"], backwards, "last_backward_0")).toEqual([3]);
  });

  test("ppv is the share of steps above each training quantile", () => {
    // 101 states 0 ... 100: the quantile of level q is 100 q
    const train = listed([Array.from({ length: 101 }, (_, k) => k)]);
    const state = fitReadOut({ parts: ["ppv"] }, [train]);
    expectClose(state.quantiles!, [5, 15, 25, 35, 45, 55, 65, 75, 85, 95], {
      rtol: 1e-12,
      name: "quantiles",
    });
    const rows = applyReadOut(
      state,
      listed([
        [5, 6, 50, null, 100],
        [null, null, null, null, null],
      ]),
    );
    // a state on a quantile is not above it
    expect(Array.from(rows)).toEqual([0.75, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25, ...Array(10).fill(0)]);
    expect(readOutColumns(state).slice(0, 2)).toEqual(["ppv_forward_0_q05", "ppv_forward_0_q15"]);
  });

  test("increments are taken between neighbouring steps that are there", () => {
    const train = listed([Array.from({ length: 102 }, (_, k) => (k * (k - 1)) / 2)]); // increments 0 ... 100
    const state = fitReadOut({ parts: ["incrementPpv"] }, [train]);
    expectClose(state.incrementQuantiles!, [5, 15, 25, 35, 45, 55, 65, 75, 85, 95], {
      rtol: 1e-12,
      name: "quantiles",
    });
    const rows = applyReadOut(
      state,
      listed([
        [0, 10, null, 100, 90],
        [7, null, null, null, null],
      ]),
    );
    // 10, 90, -10; a single step has no increment
    expectClose(
      rows,
      [2, 1, 1, 1, 1, 1, 1, 1, 1, 0, ...Array(10).fill(0)].map((count) => count / 3),
      {
        rtol: 1e-7,
        name: "rows",
      },
    );
    expect(readOutColumns(state)[9]).toBe("incrementPpv_forward_0_lag1_q95");
  });

  test("increments of longer lags have quantiles of their own, and none where the series is too short", () => {
    const train = listed([Array.from({ length: 103 }, (_, k) => k * k)]); // over two steps: 4 k - 4, 4 to 400
    const state = fitReadOut({ parts: ["incrementPpv"], lags: [1, 2] }, [train]);
    expect(state.lags).toEqual([1, 2]);
    expectClose(
      state.incrementQuantiles!.slice(10),
      [5, 15, 25, 35, 45, 55, 65, 75, 85, 95].map((q) => 4 + 4 * q),
      {
        rtol: 1e-12,
        name: "quantiles",
      },
    );
    const rows = applyReadOut(
      state,
      listed([
        [0, null, 500, 40, 540],
        [7, 300, null, null, null],
      ]),
    );
    // over two steps: 40, 40; two steps alone have none
    expectClose(rows.slice(10, 20), [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], { rtol: 1e-7, name: "two steps" });
    expect(Array.from(rows.slice(30))).toEqual(Array(10).fill(0));
    expect(rows[20]).toBe(1); // 293 over one step is above every quantile
    expect(readOutColumns(state).at(-1)).toBe("incrementPpv_forward_0_lag2_q95");
  });

  test.each([
    [7, [1]],
    [8, [1, 2]],
    [128, [1, 2, 4, 8, 16, 32]],
  ])("series of %i steps have the lags %j", (longest, lags) => {
    expect(lagsFor(longest)).toEqual(lags);
  });

  test.each([[[]], [[2, 1]], [[0]], [[1.5]]])("the lags %j are refused", (lags) => {
    expect(() => fitReadOut({ parts: ["incrementPpv"], lags }, [listed([[1, 2]])])).toThrow(/lags are/);
  });

  test("model space finds the dynamics of a linear system", () => {
    // h_(t+1) = A h_t + c; in whitened coordinates z = P (h - m) the map is P A P^-1
    const A = [0.9, -0.3, 0.2, 0.8];
    const c = [0.1, -0.2];
    const T = 60;
    const data = new Float64Array(2 * T);
    data.set([2, -1]);
    for (let t = 1; t < T; t++)
      for (let i = 0; i < 2; i++) data[2 * t + i] = c[i] + A[2 * i] * data[2 * t - 2] + A[2 * i + 1] * data[2 * t - 1];
    const views = [{ data, offset: 0, stride: 2, width: 2, layer: 0, reverse: false }];
    const states: States = { T, B: 1, views };
    const state = fitReadOut({ parts: ["modelSpace"], penalty: 1e-9 }, [states]);
    const { projection: P, mean: m } = state.components![0];
    // whitened: mean 0 and covariance 1 over the sample
    const z = Array.from({ length: T }, (_, t) =>
      [0, 1].map((k) => P[2 * k] * (data[2 * t] - m[0]) + P[2 * k + 1] * (data[2 * t + 1] - m[1])),
    );
    for (const [i, j] of [
      [0, 0],
      [0, 1],
      [1, 1],
    ])
      expect(z.reduce((sum, row) => sum + row[i] * row[j], 0) / T).toBeCloseTo(i === j ? 1 : 0, 10);
    const rows = applyReadOut(state, states);
    expect(readOutColumns(state)).toEqual([
      "modelSpace_0_to_0",
      "modelSpace_1_to_0",
      "modelSpace_0_to_1",
      "modelSpace_1_to_1",
      "modelSpace_bias_0",
      "modelSpace_bias_1",
    ]);
    for (let t = 0; t + 1 < T; t++)
      for (const k of [0, 1])
        expect(rows[2 * k] * z[t][0] + rows[2 * k + 1] * z[t][1] + rows[4 + k]).toBeCloseTo(z[t + 1][k], 5);
  });

  test("the penalty draws the dynamics to 0, and the bias to the mean", () => {
    const states = makeStates({ there: allThere([20, 20]) });
    const rows = (penalty: number) => {
      const state = fitReadOut({ parts: ["modelSpace"], penalty, components: 2 }, [states]);
      return applyReadOut(state, states);
    };
    const [loose, tight] = [rows(1e-6), rows(1e9)];
    expect(Math.max(...loose.subarray(0, 4).map(Math.abs))).toBeGreaterThan(0.1);
    expect(Math.max(...tight.subarray(0, 4).map(Math.abs))).toBeLessThan(1e-6);
    expect(Math.max(...tight.subarray(4, 6).map(Math.abs))).toBeGreaterThan(0.001);
  });

  test("a direction of no variance reads as 0, not as noise", () => {
    const constant = listed([[0.3, 0.3, 0.3, 0.3]]);
    const state = fitReadOut({ parts: partNames }, [constant]);
    expect(state.components![0].projection).toEqual([0]);
    const rows = applyReadOut(state, listed([[0.3, 0.3, 0.3]]));
    expect(rows.every(Number.isFinite)).toBe(true);
    expect(Array.from(rows.subarray(5)).every((value) => value === 0)).toBe(true); // above no quantile, no dynamics
  });
});
