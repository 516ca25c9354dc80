import { expect, test } from "vitest";
import { NONE } from "../../src/engine/engine.js";
import { reference } from "../../src/engine/reference.js";
import { drawsFor } from "../../src/model/draws.js";
import type { Slot } from "../../src/model/network.js";
import type { Pass } from "../../src/model/pass.js";

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
const passOf = (B: number, rows: number): Pass => ({
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
