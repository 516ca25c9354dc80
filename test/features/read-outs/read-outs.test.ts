import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSample, offerSeries } from "../../../src/features/read-outs/fit.js";
import { type PartName, partNames, readOutColumns } from "../../../src/features/read-outs/parts.js";
import { expectClose } from "../../close.js";
import { allThere, makeStates } from "../../states.js";
import { applyReadOut, fitReadOut, only } from "./apply-read-out.js";

const SUMMARIES: PartName[] = ["mean", "max", "std", "min", "last"];
const WIDE: PartName[] = [...SUMMARIES, "ppv", "modelSpace", "incrementPpv"];

describe("presets", () => {
  const bilstm = makeStates({ there: allThere([9, 9]), widths: [32, 32] });

  test("narrow has 320 numbers, wide 1,116 and 640 for each lag of increments, for 32 units a side", () => {
    expect(readOutColumns(fitReadOut({ parts: SUMMARIES }, [bilstm]))).toHaveLength(320);
    const wide = fitReadOut({ parts: WIDE, lags: [1, 2, 4] }, [bilstm]);
    expect(readOutColumns(wide)).toHaveLength(1116 + 3 * 640);
    expect(applyReadOut(wide, bilstm)).toHaveLength(2 * (1116 + 3 * 640));
    expect(new Set(readOutColumns(wide)).size).toBe(1116 + 3 * 640);
  });

  test("several layers have columns, components and names of their own", () => {
    const deep = makeStates({ there: allThere([9, 9]), widths: [3, 3, 2, 2] });
    const state = fitReadOut({ parts: ["last", "modelSpace"], components: 2 }, [deep]);
    expect(state.components!.map(({ layer, from, width }) => [layer, from, width])).toEqual([
      [0, 0, 6],
      [1, 6, 4],
    ]);
    const names = readOutColumns(state);
    expect(names.slice(0, 4)).toEqual([
      "last_layer0_forward_0",
      "last_layer0_forward_1",
      "last_layer0_forward_2",
      "last_layer0_backward_0",
    ]);
    expect(names.slice(10, 12)).toEqual(["modelSpace_layer0_0_to_0", "modelSpace_layer0_1_to_0"]);
    expect(applyReadOut(state, deep)).toHaveLength(2 * names.length);
    expect(names).toHaveLength(10 + 12);
  });

  test("the state survives JSON bit for bit", () => {
    const state = fitReadOut({ parts: partNames, seed: 5 }, [bilstm]);
    expect(applyReadOut(JSON.parse(JSON.stringify(state)), bilstm)).toEqual(applyReadOut(state, bilstm));
    expect(state.fittedOn).toEqual({ cases: 2, states: 18, sampled: 18, seed: 5 });
  });

  test("parts come in one order, however they were asked for", () => {
    const state = fitReadOut({ parts: ["last", "mean"] }, [bilstm]);
    expect(state.parts).toEqual(["mean", "last"]);
  });
});

describe("what does not change a read-out", () => {
  /** Ragged cases with holes, empty and single ones among them. */
  const anyCases = fc.array(fc.array(fc.boolean(), { maxLength: 11 }), { minLength: 1, maxLength: 6 });

  test("padding, companions in the batch, and how training states are batched", () => {
    fc.assert(
      fc.property(anyCases, fc.nat({ max: 9 }), fc.integer({ min: 1, max: 30 }), (there, extra, sampleSize) => {
        const plain = makeStates({ there });
        const padded = makeStates({
          there: [...there, Array(20).fill(true)].map((steps) => [...steps, ...Array(extra).fill(false)]),
        });
        const state = fitReadOut({ parts: partNames, sampleSize, components: 3 }, [plain]);
        const alone = applyReadOut(state, plain);
        const columns = readOutColumns(state).length;
        expectClose(applyReadOut(state, padded).subarray(0, there.length * columns), alone, {
          rtol: 1e-6,
          name: "rows",
        });
        const batches = there.map((_, b) => only(plain, b));
        expect(fitReadOut({ parts: partNames, sampleSize, components: 3 }, batches)).toEqual(state);
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  test("cases without a step are zeros, and steps that are not there never show", () => {
    fc.assert(
      fc.property(anyCases, (there) => {
        const states = makeStates({ there: [...there, []] });
        const state = fitReadOut({ parts: partNames, components: 3 }, [states]);
        const rows = applyReadOut(state, states);
        const columns = readOutColumns(state).length;
        expect(rows.every((value) => Math.abs(value) < 1e4)).toBe(true); // what is not there is 1e6
        there.push([]);
        there.forEach((steps, b) => {
          if (steps.some(Boolean)) return;
          expect(rows.subarray(b * columns, (b + 1) * columns).every((value) => value === 0)).toBe(true);
        });
        expect(rows.length).toBe(there.length * columns);
      }),
      { numRuns: 50, seed: 4 },
    );
  });
});

describe("the pieces", () => {
  test("the sample is uniform over all rows that passed", () => {
    const hits = new Float64Array(40);
    for (let seed = 0; seed < 2000; seed++) {
      const sample = createSample(10, 1, seed, 0);
      for (let from = 0; from < 40; from += 8)
        offerSeries(sample, { values: Float64Array.from({ length: 8 }, (_, k) => from + k), V: 8, Z: 1 });
      expect(sample.count).toBe(10);
      expect(new Set(sample.rows).size).toBe(10); // without replacement
      for (const row of sample.rows) hits[row]++;
    }
    // 500 expected each, standard deviation sqrt(2000 * 1/4 * 3/4) = 19.4: five of them
    for (const count of hits) expect(Math.abs(count - 500)).toBeLessThan(97);
  });

  test("what cannot be honoured is refused", () => {
    const states = makeStates({ there: allThere([3]) });
    expect(() => fitReadOut({ parts: ["mena" as "mean"] }, [states])).toThrow(/Did you mean "mean"/);
    expect(() => fitReadOut({ parts: [] }, [states])).toThrow(/got no parts/);
    expect(() => fitReadOut({ parts: partNames, penalty: 0 }, [states])).toThrow(/penalty is 0/);
    expect(() => fitReadOut({ parts: partNames, sampleSize: 0.5 }, [states])).toThrow(/sampleSize is 0.5/);
    expect(() => fitReadOut({ parts: partNames, components: 0 }, [states])).toThrow(/components is 0/);
    expect(() => fitReadOut({ parts: partNames }, [])).toThrow(/no batch/);
    const state = fitReadOut({ parts: partNames }, [states]);
    const other = makeStates({ there: allThere([3]), widths: [3] });
    expect(() => applyReadOut(state, other)).toThrow(
      /got the states 3 forward \(layer 0\), expected 3 forward \(layer 0\), 2 backward/,
    );
  });
});
