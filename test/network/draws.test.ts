import { describe, expect, test } from "vitest";
import { NONE } from "../../src/engine/engine.js";
import { reference } from "../../src/engine/reference/reference.js";
import type { PackedBatch } from "../../src/network/batch/packed-batch.js";
import { drawsFor } from "../../src/network/draws.js";
import type { Slot } from "../../src/network/network.js";

const [ROWS, WIDTH, B] = [6, 5, 3];
type Named = {
  seed?: number;
  update?: number;
  shard?: number;
  layer?: string;
  noise?: "fresh" | "fixed";
  of?: number[];
};

const slot = { ws: reference.createWorkspace(8000 * WIDTH) } as Slot;
const passOf = (B: number, rows: number): PackedBatch => ({
  ...{ T: rows / B, B, rows, active: NONE, mask: NONE, masked: false, weighted: false, count: rows },
  ...{ order: Int32Array.from({ length: B }, (_, b) => b), gradients: 0 },
});

function gaussian({
  seed = 1,
  update = 1,
  shard = 0,
  layer = "encoder.0",
  noise = "fresh",
  of = [0, 1, 2],
}: Named = {}) {
  const out = new Float64Array(ROWS * WIDTH);
  drawsFor(slot, passOf(of.length, ROWS), { seed, update, shard }, of, noise).gaussian(
    layer,
    out,
    ROWS,
    WIDTH,
  );
  return out;
}

function dropout(
  { seed = 1, update = 1, shard = 0, layer = "encoder.2" }: Named = {},
  rate = 0.2,
  rows = ROWS,
) {
  const draws = drawsFor(slot, passOf(3, rows), { seed, update, shard }, [0, 1, 2], "fresh");
  draws.dropout(layer, 0, rows, WIDTH, rate);
  return Float64Array.from(slot.ws.data.subarray(0, rows * WIDTH));
}

test("a draw is named by seed, update, layer and shard", () => {
  for (const draw of [gaussian, dropout]) {
    expect(draw()).toEqual(draw());
    for (const other of [{ seed: 2 }, { update: 2 }, { layer: "decoder.2" }, { shard: 2 }])
      expect(draw(other)).not.toEqual(draw());
  }
});

test("fixed noise belongs to the sequence: whatever the update and the place in the batch", () => {
  const row = (out: Float64Array, r: number) => out.slice(r * WIDTH, (r + 1) * WIDTH);
  const first = gaussian({ noise: "fixed", of: [7, 8, 9] });
  expect(gaussian({ noise: "fixed", of: [7, 8, 9], update: 5 })).toEqual(first);
  const turned = gaussian({ noise: "fixed", of: [9, 7, 8] });
  for (const t of [0, 1]) {
    expect(row(turned, t * B + 1)).toEqual(row(first, t * B)); // sequence 7
    expect(row(turned, t * B)).toEqual(row(first, t * B + 2)); // sequence 9
  }
  expect(row(first, 0)).not.toEqual(row(first, 1));
  expect(row(first, 0)).not.toEqual(row(first, B));
});

test("noise is standard normal, dropout keeps its mean", () => {
  const many = new Float64Array(40_000);
  drawsFor(slot, passOf(1, 8000), { seed: 1, update: 1 }, [0], "fresh").gaussian(
    "encoder.0",
    many,
    8000,
    WIDTH,
  );
  const mean = many.reduce((a, b) => a + b) / many.length;
  const variance = many.reduce((a, b) => a + (b - mean) ** 2, 0) / many.length;
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  for (const rate of [0, 0.2, 0.7]) {
    const kept = dropout({}, rate, 8000);
    expect(new Set(kept).size).toBe(rate === 0 ? 1 : 2);
    expect(Math.abs(kept.reduce((a, b) => a + b) / kept.length - 1)).toBeLessThan(0.03);
    expect(Math.abs(kept.filter((k) => k === 0).length / kept.length - rate)).toBeLessThan(0.01);
  }
});

describe("segments", () => {
  /** Lengths of the cases, longest first, and the table of factors [case][step], each the same in all columns. */
  function segments(
    lengths: number[],
    { share = 0.3, count = 1, seed = 1, update = 1, shard = 0, layer = "encoder.0" } = {},
  ): number[][] {
    const ws = reference.createWorkspace(4000);
    const T = lengths[0];
    const active = Array.from({ length: T }, (_, t) => lengths.filter((length) => length > t).length);
    const rows = active.reduce((sum, n) => sum + n, 0);
    const ragged = new Set(lengths).size > 1;
    ws.data.set(active, 0);
    const pass = { ...passOf(lengths.length, rows), T, active: ragged ? 0 : NONE };
    const at = 64;
    drawsFor({ ws } as Slot, pass, { seed, update, shard }, [], "fixed").segments(
      ...([layer, at, WIDTH, share, count] as const),
    );
    const factors = lengths.map((): number[] => []);
    let row = 0;
    active.forEach((n) => {
      for (let b = 0; b < n; b++, row++) {
        const own = Array.from(ws.data.subarray(at + row * WIDTH, at + (row + 1) * WIDTH));
        expect(new Set(own).size).toBe(1);
        factors[b].push(own[0]);
      }
    });
    expect(ws.data[at + row * WIDTH]).toBe(0); // nothing behind the last row
    return factors;
  }
  const zeros = (factors: number[]) => factors.filter((factor) => factor === 0).length;

  test.each([[[20, 20, 20]], [[31, 20, 7, 1, 0]]])(
    "one stretch of the share asked for in each of %j",
    (lengths) => {
      segments(lengths).forEach((own, b) => {
        expect(zeros(own)).toBe(Math.round(0.3 * lengths[b]));
        expect(own.join("").replace(/0+/, "")).toMatch(/^1*$/);
      });
    },
  );

  test("several stretches hide more, and at most their shares together", () => {
    const hidden = Array.from({ length: 40 }, (_, update) =>
      zeros(segments([40], { count: 3, share: 0.1, update })[0]),
    );
    for (const count of hidden) {
      expect(count).toBeGreaterThanOrEqual(4);
      expect(count).toBeLessThanOrEqual(12);
    }
    expect(Math.max(...hidden)).toBe(12);
  });

  test("cases differ, every place is hidden at times, and a draw is named by seed, update, layer and shard", () => {
    const lengths = [20, 20, 20];
    const first = segments(lengths);
    expect(first[0]).not.toEqual(first[1]);
    expect(segments(lengths)).toEqual(first);
    for (const other of [{ seed: 2 }, { update: 2 }, { layer: "encoder.1" }, { shard: 2 }])
      expect(segments(lengths, other)).not.toEqual(first);
    const hits = new Array(20).fill(0);
    for (let update = 0; update < 200; update++)
      segments(lengths, { update }).forEach((own) => {
        own.forEach((factor, t) => {
          hits[t] += factor === 0 ? 1 : 0;
        });
      });
    expect(Math.min(...hits)).toBeGreaterThan(10);
  });
});
