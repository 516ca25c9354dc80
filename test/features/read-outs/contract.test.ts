import { describe, expect, test } from "vitest";
import { encode } from "../../../src/features/encode.js";
import { fitReadOuts } from "../../../src/features/fit-read-outs.js";
import { fitParts } from "../../../src/features/read-outs/fit.js";
import { partNames, partOf, readOutColumns, readOutWriter } from "../../../src/features/read-outs/parts.js";
import { pooledWriter } from "../../../src/features/read-outs/pooled.js";
import { readOuts, resolveReadOut } from "../../../src/features/read-outs/read-outs.js";
import { type States, statesOf } from "../../../src/features/read-outs/states.js";
import { networkModel, openNetwork } from "../../../src/model/model.js";
import { prepareSequences } from "../../../src/model/prepare.js";
import { fillBatch } from "../../../src/network/batch/fill-batch.js";
import { oneHotColumns } from "../../../src/network/batch/one-hot-columns.js";
import { selectSequences } from "../../../src/sequences/set/sequence-set.js";
import { untrainedAutoencoder } from "../../../src/train/fit.js";
import { expectClose } from "../../close.js";
import { engines } from "../../engines.js";
import { randomSeries } from "../../series.js";
import { makeStates } from "../../states.js";
import { applyReadOut, only } from "./apply-read-out.js";

// Whatever stands in the table of parts or of read-outs is held to this.

/** Ragged and with gaps: 9, 5 with two missing, 1, none at all, and one whose only step is in the middle. */
const there = ["111111111", "10110 1", "1", "", "00100"].map((steps) => [...steps].map((step) => step === "1"));
const rowOf = (rows: Float32Array, b: number, width: number) => rows.slice(b * width, (b + 1) * width);

/** For a part whose fitted fields alone are asked for. */
const NOTHING = {
  options: { seed: 1, sampleSize: 1, lags: [1], components: 1, penalty: 1 },
  sample: () => ({ rows: new Float64Array(10), count: 0, Z: 10 }),
};

describe.each(partNames)("the part %s", (name) => {
  const widths = [3, 3, 2, 2]; // two layers, both ways
  const training = makeStates({ there, widths });
  const fitted = fitParts([name], [training], { lags: [1, 2], components: 3 });
  const columns = readOutColumns(fitted);
  const C = columns.length;
  const masked = makeStates({ there: there.slice(0, 4), widths, seed: 2 });
  const rows = applyReadOut(fitted, masked);

  test("has columns, each with a name of its own that begins with the part's", () => {
    expect(C).toBeGreaterThan(0);
    expect(new Set(columns).size).toBe(C);
    expect(columns.every((column) => column.startsWith(`${name}_`))).toBe(true);
  });

  test("writes every column, a finite number; zeros without a present step", () => {
    expect(rows.every(Number.isFinite)).toBe(true);
    expect(rowOf(rows, 0, C).some((value) => value !== 0)).toBe(true);
    expect(rowOf(rows, 3, C)).toEqual(new Float32Array(C));
    const flat: States = { ...training, views: training.views.map((view) => ({ ...view, stride: 0 })) };
    expect(applyReadOut(fitParts([name], [flat]), flat).every(Number.isFinite)).toBe(true); // without variance
  });

  test("a packed batch gives the numbers of a padded one", () => {
    const order = [0, 1, 2]; // longest first
    const lengths = order.map((b) => there[b].length);
    const T = lengths[0];
    const active = Array.from({ length: T }, (_, t) => lengths.filter((length) => length > t).length);
    const starts = Int32Array.from([0, ...active]).map((_, t, all) => all.slice(0, t + 1).reduce((a, b) => a + b, 0));
    const moved = (data: ArrayLike<number>, offset: number, stride: number, width: number) => {
      const to = new Float64Array(starts[T] * width);
      for (let t = 0; t < T; t++)
        for (let b = 0; b < active[t]; b++)
          for (let k = 0; k < width; k++)
            to[(starts[t] + b) * width + k] = data[offset + (t * masked.B + b) * stride + k];
      return to;
    };
    const { data, offset } = masked.mask!;
    const packed: States = {
      ...{ T, B: 3, starts, mask: { data: moved(data, offset, 1, 1), offset: 0 } },
      views: masked.views.map((view) => ({
        ...{
          ...view,
          data: moved(view.data, view.offset, view.stride, view.width),
          offset: 0,
          stride: view.width,
        },
      })),
    };
    expect(applyReadOut(fitted, packed)).toEqual(rows.slice(0, 3 * C));
  });

  test("a sequence does not see the others of its batch, nor those written before", () => {
    for (let b = 0; b < 4; b++) expect(applyReadOut(fitted, only(masked, b))).toEqual(rowOf(rows, b, C));
    const write = readOutWriter(fitted);
    const out = new Float32Array(4 * C);
    for (const place of [(b: number) => b, (b: number) => 3 - b]) {
      write(masked, out.fill(Number.NaN), place);
      for (let b = 0; b < 4; b++) expect(rowOf(out, place(b), C)).toEqual(rowOf(rows, b, C));
    }
  });

  test("has a schema of what it fits, which its own numbers pass", () => {
    const part = partOf(name);
    expect(part.schema !== undefined).toBe(part.fit !== undefined);
    expect(part.schema?.(fitted.directions).safeParse(JSON.parse(JSON.stringify(fitted))).error).toBeUndefined();
    for (const key of part.fit ? Object.keys(part.fit({ ...NOTHING, directions: fitted.directions })()) : [])
      if (key !== "lags")
        expect(part.schema!(fitted.directions).safeParse({ ...fitted, [key]: null }).success).toBe(false);
  });

  test("fitted numbers survive JSON", () => {
    expect(applyReadOut(JSON.parse(JSON.stringify(fitted)), masked)).toEqual(rows);
  });
});

describe.each(engines)("read-outs on $name", async ({ engine }) => {
  const train = randomSeries({ N: 30, F: 2, lengths: (n) => 4 + ((n * 5) % 9), missing: 0.1 });
  const set = randomSeries({ N: 60, F: 2, lengths: (n) => (n * 3) % 11, missing: 0.3, seed: 5 });
  const both = { encoder: [{ type: "lstm", units: 3, bidirectional: true }] } as const;
  const spec = {
    encoder: [{ type: "lstm", units: 4, returnSequences: true }, both.encoder[0]],
    decoder: [
      { type: "repeatVector" },
      { type: "lstm", units: 3, returnSequences: true },
      { type: "timeDistributedDense" },
    ],
  };
  const model = await fitReadOuts(engine, untrainedAutoencoder(engine, train, { spec } as never), train, {
    threads: 0,
  });

  test.each(readOuts)("%s: names, finite numbers, and a row of a sequence that is its own", async (readOut) => {
    const table = await encode(engine, model, set, { readOut, threads: 0 });
    const C = table.names.length;
    expect(table.names).toEqual([...new Set(table.names)]);
    expect(table.values).toHaveLength(60 * C);
    expect(table.values.every(Number.isFinite)).toBe(true);
    const empty = rowOf(table.values, 0, C); // of no step
    const one = [...set.ids.keys()].find((n) => set.offsets[n + 1] - set.offsets[n] === 1)!;
    for (const n of [0, one, 7, 59]) {
      const alone = await encode(engine, model, selectSequences(set, [n]), { readOut, threads: 0 });
      expect(alone.values).toEqual(rowOf(table.values, n, C));
    }
    if (!readOut.startsWith("compact")) expect(empty.every((value) => value === 0)).toBe(true);
  });

  test.each(readOuts.filter((name) => pooledWriter(resolveReadOut(spec as never, name, model.readOut).request)))(
    "%s: the fast way gives the numbers of the parts",
    async (readOut) => {
      const { request } = resolveReadOut(spec as never, readOut);
      const { values, names } = await encode(engine, model, set, { readOut, threads: 0 });
      const prepared = prepareSequences(set, model.metadata.preparation);
      const [slot] = openNetwork(engine, networkModel(model), { batch: 60, steps: 10 }, "encode").slots;
      const indices = [...set.ids.keys()];
      const batch = fillBatch(slot, prepared, oneHotColumns(prepared.channels).groups, indices);
      slot.forward(batch);
      const rows = new Float32Array(values.length).fill(Number.NaN);
      readOutWriter(request)(statesOf(slot, batch, "last"), rows, (b) => batch.order[b]);
      const exact = (_: number, k: number) => !names[k % names.length].startsWith("mean_");
      expect(rows.filter(exact)).toEqual(values.filter(exact));
      // means of 10 numbers below 1, summed in float32: 10 roundings of at most 10 * 2^-24 each, over 10
      expectClose(rows, values, { rtol: 0, atol: 10 * 2 ** -24, name: "means" });
      expect(rows.some((value) => Math.abs(value) > 0.05)).toBe(true);
    },
  );

  test("both plain read-outs have the fast way", () => {
    const fast = readOuts.filter((name) => pooledWriter(resolveReadOut(spec as never, name, model.readOut).request));
    expect(fast).toEqual(["last", "pooled"]);
  });
});

test("every part is in a read-out, and parts of the last layer alone need nothing fitted", () => {
  const fitted = { state: { wide: fitParts(partNames, [makeStates({ there })]) }, tensors: {} };
  const spec = { encoder: [{ type: "lstm", units: 3 }] } as never;
  const used = new Set<string>();
  for (const readOut of readOuts.filter((name) => name !== "compact")) {
    const { request } = resolveReadOut(spec, readOut, fitted);
    for (const part of request.parts) used.add(part);
    if (request.lastLayer) expect(resolveReadOut(spec, readOut).request).toEqual(request);
  }
  expect([...used].sort()).toEqual([...partNames].sort());
});

test("a model keeps the parts that it was fitted with, in their order, and an unknown part is refused", () => {
  const spec = { encoder: [{ type: "lstm", units: 3 }] } as never;
  const wideOf = (parts: string[]) => {
    const state = { ...fitParts(partNames, [makeStates({ there, widths: [3] })]), parts };
    return resolveReadOut(spec, "wide", { state: { wide: state }, tensors: {} });
  };
  expect(wideOf(["ppv", "mean"]).request.parts).toEqual(["ppv", "mean"]);
  expect(() => wideOf(["mean", "mena"])).toThrow(/Did you mean "mean"/);
});
