import { describe, expect, test } from "vitest";
import { applyReadOut } from "../../src/features/readout/apply.js";
import {
  competingLags,
  competitionColumns,
  competitionShares,
  fitCompetition,
} from "../../src/features/readout/competition.js";
import { fitReadOut } from "../../src/features/readout/fit.js";
import { readOutColumns } from "../../src/features/readout/readout.js";
import type { StateSeries } from "../../src/features/readout/series.js";
import { allThere, makeStates } from "../states.js";

/** Three units over five steps: the first leads once, the second three times, the third once. */
const series = {
  values: Float64Array.from([5, 1, 0, 0, 4, 1, 0, 3, 1, 0, 1, 2, 1, 9, 0]),
  V: 5,
  Z: 3,
};
/** Of mean 0 and variance 1, so that units are compared as they are. */
const standard = Float64Array.from([1, 1, 1, -1, -1, -1]);

function sharesOf(of: StateSeries, { lag = 0, rows = standard, count = 2 } = {}): Map<string, number> {
  const competition = fitCompetition(lag, rows, count, of.Z, 1);
  const names = competitionColumns(competition, ["a", "b", "c", "d"].slice(0, of.Z));
  const out = new Float64Array(names.length).fill(7);
  competitionShares(competition, of, out);
  return new Map(names.map((name, k) => [name, out[k]]));
}

describe("competition", () => {
  test("the root of the share of steps on which a unit stands highest and lowest, of equals the first", () => {
    const shares = sharesOf(series);
    expect(shares.size).toBe(4 * 3 * 2);
    for (const [unit, highest] of [
      ["a", 1],
      ["b", 3],
      ["c", 1],
    ] as const)
      expect(shares.get(`highest_${unit}_group2`)).toBeCloseTo(Math.sqrt(highest / 5), 12);
    expect(shares.get("lowest_a_group0")).toBeCloseTo(Math.sqrt(3 / 5), 12);
    expect(shares.get("lowest_b_group0")).toBe(0);
    expect(shares.get("lowest_c_group0")).toBeCloseTo(Math.sqrt(2 / 5), 12);
  });

  test("increments compete over their lag, and not at all where the series is too short", () => {
    const shares = sharesOf(series, { lag: 3 }); // steps 3 and 4 less steps 0 and 1: (-5, 0, 2), (1, 5, -1)
    expect(shares.get("highest_c_lag3_group0")).toBeCloseTo(Math.sqrt(1 / 2), 12);
    expect(shares.get("highest_b_lag3_group0")).toBeCloseTo(Math.sqrt(1 / 2), 12);
    expect(shares.get("lowest_a_lag3_group0")).toBeCloseTo(Math.sqrt(1 / 2), 12);
    expect([...sharesOf(series, { lag: 5 }).values()].every((share) => share === 0)).toBe(true);
  });

  test("units are standardised by the sample: their own scale and level do not matter", () => {
    const scaled = (values: Float64Array) =>
      values.map((value, k) => (k % 3 === 1 ? 1000 * value - 40 : value));
    const own = sharesOf(series, { rows: series.values, count: 5 });
    const other = sharesOf(
      { ...series, values: scaled(series.values) },
      { rows: scaled(series.values), count: 5 },
    );
    expect([...other]).toEqual([...own]);
    expect([...sharesOf(series)]).not.toEqual([...own]);
  });

  test("a unit that stands still in the sample stays at 0, whatever it does later", () => {
    const still = Float64Array.from([1, 0.1, 1, -1, 0.1, -1]);
    const shares = sharesOf(series, { rows: still });
    expect(shares.get("highest_b_group0")).toBe(0);
  });

  test("every unit is in four groups of eight, drawn by the seed; the rest of a round is left out", () => {
    const rows = new Float64Array(20);
    const { members, size } = fitCompetition(0, rows, 1, 20, 1);
    expect([size, members.length]).toEqual([8, 4 * 16]);
    for (let round = 0; round < 4; round++)
      expect(new Set(members.slice(16 * round, 16 * (round + 1))).size).toBe(16);
    expect(fitCompetition(0, rows, 1, 20, 1).members).toEqual(members);
    expect(fitCompetition(0, rows, 1, 20, 2).members).not.toEqual(members);
    expect(fitCompetition(1, rows, 1, 20, 1).members).not.toEqual(members);
    expect(fitCompetition(0, rows, 1, 1, 1).members).toEqual([]);
  });

  test("full is wide and 512 numbers for the states and for every second lag, for 32 units a side", () => {
    const bilstm = makeStates({ there: allThere([40, 33]), widths: [32, 32] });
    const options = { lags: [1, 2, 4, 8] };
    const wide = fitReadOut({ parts: "wide", ...options }, [bilstm]);
    const full = fitReadOut({ parts: "full", ...options }, [bilstm]);
    expect(competingLags(options.lags)).toEqual([0, 1, 4]);
    const names = readOutColumns(full);
    expect(names.slice(0, 1116 + 4 * 640)).toEqual(readOutColumns(wide));
    expect(names).toHaveLength(1116 + 4 * 640 + 3 * 512);
    expect(new Set(names).size).toBe(names.length);
    const rows = applyReadOut(full, bilstm);
    const first = rows.subarray(names.length - 3 * 512, names.length);
    // one of a group stands highest on each step: squares of a group's roots add up to 1
    for (let group = 0; group < (3 * 512) / 16; group++)
      for (const end of [0, 1]) {
        const own = Array.from({ length: 8 }, (_, k) => first[16 * group + 2 * k + end] ** 2);
        expect(own.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
      }
    expect(applyReadOut(JSON.parse(JSON.stringify(full)), bilstm)).toEqual(rows);
    expect(rows.subarray(0, names.length - 3 * 512)).toEqual(
      applyReadOut(wide, bilstm).subarray(0, names.length - 3 * 512),
    );
  });
});
