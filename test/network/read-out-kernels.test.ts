import { describe, expect, test } from "vitest";
import { NONE, padTo } from "../../src/engine/engine.js";
import { reference } from "../../src/engine/reference/reference.js";
import type { Engine } from "../../src/index.js";
import { randomStream } from "../../src/random.js";
import { expectClose } from "../close.js";
import { checked } from "../engine/checked.js";
import { engines, tolerance } from "../engines.js";
import { readOutByHand } from "./losses/read-out-by-hand.js";

const [T, B, H] = [7, 5, 19];
const WIDTH = 9;
/** Longest first. Masked are the first two steps and the last of case 1, and the only one of case 4. */
const lengths = [7, 7, 4, 2, 1];
const active = Array.from({ length: T }, (_, t) => lengths.filter((length) => length > t).length);
const R = active.reduce((a, b) => a + b, 0);
const masks = { none: undefined, some: [1, 4, 6, 20] } as const;

/** An arena with random states, gradients of rows and moments; `at` says where. */
function arena(engine: Engine, masked: readonly number[] | undefined) {
  const Hp = padTo(H, engine.lanes);
  const sizes = {
    ...{ states: R * Hp, rows: B * WIDTH * Hp, argmax: 3 * B * Hp, sums: 2 * B * Hp, drows: B * WIDTH * Hp },
    ...{ dstates: R * Hp, centre: Hp, sharpness: Hp, mask: R, active: T },
  };
  let total = 0;
  const at = Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => {
      const offset = total;
      total += padTo(size, 16);
      return [name, offset];
    }),
  ) as Record<keyof typeof sizes, number>;
  const ws = checked(engine).createWorkspace(total);
  const fill = (name: keyof typeof sizes, rows: number, make: (k: number, random: () => number) => number) => {
    const random = randomStream(3, name.length);
    for (let r = 0; r < rows; r++)
      for (let j = 0; j < H; j++) ws.data[at[name] + r * Hp + j] = Math.fround(make(r * H + j, () => random.normal()));
  };
  fill("states", R, (_, normal) => 0.5 * normal());
  fill("drows", B * WIDTH, (_, normal) => normal());
  fill("centre", 1, (_, normal) => 0.1 * normal());
  fill("sharpness", 1, (_, normal) => 3 + Math.abs(normal()));
  ws.data.set(active, at.active);
  ws.data.fill(1, at.mask, at.mask + R);
  for (const r of masked ?? []) ws.data[at.mask + r] = 0;
  const mask = masked ? at.mask : NONE;
  const unpad = (name: keyof typeof sizes, rows: number) =>
    Array.from({ length: rows * H }, (_, k) => ws.data[at[name] + Math.floor(k / H) * Hp + (k % H)]);
  const { states, dstates, drows, rows, argmax, sums, active: activeAt, centre, sharpness } = at;
  const of = { mask, active: activeAt, T, B, H };
  return {
    ...{ ws, at, unpad, Hp },
    readOut: (reverse: boolean) => ws.readOutForward({ rows, argmax, states, centre, sharpness, ...of, reverse }),
    readOutBack: (reverse: boolean) =>
      ws.readOutBackward({ dstates, drows, rows, argmax, states, centre, sharpness, ...of, reverse }),
    pool: () => ws.poolForward({ rows, argmax, states, ...of }),
    poolBack: () => ws.poolBackward({ dstates, drows, argmax, ...of }),
    sums: () => ws.stateSums({ sums, states, ...of }),
  };
}

/** The values of one unit of one case at the steps that are there, in the order of time. */
function seriesOf({ ws, at, Hp }: ReturnType<typeof arena>, masked: readonly number[], b: number, j: number) {
  const steps: { t: number; h: number }[] = [];
  for (let t = 0, start = 0; t < T; start += active[t++])
    if (b < active[t] && !masked.includes(start + b)) steps.push({ t, h: ws.data[at.states + (start + b) * Hp + j] });
  return steps;
}

describe.each(Object.entries(masks))("mask: %s", (_, masked) => {
  test.each([false, true])("the reference says what a read-out is, reverse %s", (reverse) => {
    const a = arena(reference, masked);
    const units = Array.from({ length: B * H }, (_, k) => {
      const steps = seriesOf(a, masked ?? [], Math.floor(k / H), k % H);
      const values = steps.map(({ h }) => h);
      const [centre, sharpness] = [a.ws.data[a.at.centre + (k % H)], a.ws.data[a.at.sharpness + (k % H)]];
      const rows = readOutByHand(values, { mean: centre, spread: 2 / sharpness }, reverse);
      const whereIs = (value: number) => steps.find(({ h }) => h === value)?.t ?? 0;
      return {
        rows,
        pooled: rows.slice(0, 2),
        sums: [1, 2].map((power) => values.reduce((sum, h) => sum + h ** power, 0)),
        argmax: [whereIs(rows[1]), whereIs(rows[3]), values.length],
      };
    });
    const expected = (what: keyof (typeof units)[number], width: number) =>
      Array.from({ length: B * width * H }, (_, k) => {
        const b = Math.floor(k / (width * H));
        return units[b * H + (k % H)][what][Math.floor(k / H) % width];
      });
    a.readOut(reverse);
    const exact = { rtol: 1e-14 };
    expectClose(a.unpad("rows", WIDTH * B), expected("rows", WIDTH), { ...exact, name: "rows" });
    expect(a.unpad("argmax", 3 * B)).toEqual(expected("argmax", 3));
    a.sums();
    expectClose(a.unpad("sums", 2 * B), expected("sums", 2), { ...exact, name: "sums" });
    a.pool();
    expectClose(a.unpad("rows", 2 * B), expected("pooled", 2), { ...exact, name: "pooled" });
  });

  test.each([false, true])("gradients agree with central differences, reverse %s", (reverse) => {
    for (const kind of ["readOut", "pool"] as const) {
      const a = arena(reference, masked);
      const rows = kind === "pool" ? 2 : WIDTH;
      const forward = () => (kind === "pool" ? a.pool() : a.readOut(reverse));
      const loss = () => {
        forward();
        let sum = 0;
        for (let k = 0; k < B * rows * H; k++) sum += a.ws.data[a.at.rows + k] * a.ws.data[a.at.drows + k];
        return sum;
      };
      forward();
      if (kind === "pool") a.poolBack();
      else a.readOutBack(reverse);
      const numeric = Array.from({ length: R * H }, (_, k) => {
        const step = 1e-6;
        const held = a.ws.data[a.at.states + k];
        a.ws.data[a.at.states + k] = held + step;
        const up = loss();
        a.ws.data[a.at.states + k] = held - step;
        const slope = (up - loss()) / (2 * step);
        a.ws.data[a.at.states + k] = held;
        return slope;
      });
      expect(numeric.some((value) => value !== 0)).toBe(true);
      expectClose(a.unpad("dstates", R), numeric, { rtol: 1e-7, atol: 1e-8, name: kind });
    }
  });

  test.each(engines.filter(({ engine }) => engine !== reference))("$name agrees with the reference", ({ engine }) => {
    for (const reverse of [false, true]) {
      const [expected, got] = [arena(reference, masked), arena(engine, masked)];
      for (const a of [expected, got]) {
        a.sums();
        a.readOut(reverse);
        a.readOutBack(reverse);
      }
      const rtol = tolerance(engine);
      const same = (name: "sums" | "rows" | "dstates", rows: number) =>
        expectClose(got.unpad(name, rows), expected.unpad(name, rows), { rtol, name });
      same("sums", 2 * B);
      same("rows", WIDTH * B);
      same("dstates", R);
      for (const a of [expected, got]) {
        a.pool();
        a.poolBack();
      }
      same("rows", 2 * B);
      same("dstates", R);
    }
  });
});

test.each(engines)("$name: a unit that never moves and a case without a step give no NaN", ({ engine }) => {
  const a = arena(engine, masks.some);
  a.ws.data.fill(0.3, a.at.states, a.at.states + R * a.Hp);
  a.ws.data.fill(0.3, a.at.centre, a.at.centre + a.Hp);
  a.ws.data.fill(1 / (0.5 * Math.sqrt(1e-8)), a.at.sharpness, a.at.sharpness + a.Hp);
  a.readOut(false);
  a.readOutBack(false);
  const rows = a.unpad("rows", WIDTH * B);
  expect(rows.every(Number.isFinite)).toBe(true);
  expect(rows.slice(4 * WIDTH * H).every((value) => value === 0)).toBe(true); // the case without a step
  expect(rows.slice(0, H).every((value) => Math.abs(value - 0.3) < 1e-6)).toBe(true);
  expect(a.unpad("dstates", R).every(Number.isFinite)).toBe(true);
});
