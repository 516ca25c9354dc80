import { expect, test } from "vitest";
import { reference } from "../../src/engine/reference/reference.js";
import { drawsFor } from "../../src/network/batch/draws.js";

const [ROWS, WIDTH] = [6, 5];
type Named = {
  seed?: number;
  update?: number;
  shard?: number;
  layer?: string;
};

const ws = reference.createWorkspace(8000 * WIDTH);

function gaussian({ seed = 1, update = 1, shard = 0, layer = "encoder.0" }: Named = {}) {
  const out = new Float64Array(ROWS * WIDTH);
  drawsFor(ws, { seed, update, shard }).gaussian(layer, out, ROWS, WIDTH);
  return out;
}

function dropout({ seed = 1, update = 1, shard = 0, layer = "encoder.2" }: Named = {}, rate = 0.2, rows = ROWS) {
  const draws = drawsFor(ws, { seed, update, shard });
  draws.dropout(layer, 0, rows, WIDTH, rate);
  return Float64Array.from(ws.data.subarray(0, rows * WIDTH));
}

test("a draw is named by seed, update, layer and shard", () => {
  for (const draw of [gaussian, dropout]) {
    expect(draw()).toEqual(draw());
    for (const other of [{ seed: 2 }, { update: 2 }, { layer: "decoder.2" }, { shard: 2 }])
      expect(draw(other)).not.toEqual(draw());
  }
});

test("noise is standard normal, dropout keeps its mean", () => {
  const many = new Float64Array(40_000);
  drawsFor(ws, { seed: 1, update: 1 }).gaussian("encoder.0", many, 8000, WIDTH);
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
