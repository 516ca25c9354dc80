import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  createTrainingStep,
  measureEncode,
  measureTrainingStep,
  median,
  usefulFlops,
} from "../../src/evaluate/speed.js";
import { compareSpeed } from "../../src/evaluate/speed-comparison.js";
import { loadTfjsPeer } from "../../src/evaluate/tfjs-peer.js";
import { engines } from "../engines.js";

const tiny = { T: 3, B: 2, F: 5, H: 7 };

describe("usefulFlops", () => {
  test("agrees with a count by hand", () => {
    // Multiply-adds of one row, 4H = 28 gates: encoder 28 * 12 forward, 28 * 12 weights, 28 * 7 back;
    // decoder 28 * 7 three times; dense 7 * 5 three times.
    const row = 336 + 336 + 196 + 3 * 196 + 3 * 35;
    const sequence = 3 * 196; // the latent's projection, once
    expect(usefulFlops(tiny)).toBe(2 * (6 * row + 2 * sequence));
    expect(usefulFlops(tiny)).toBe(21084);
  });

  test("counts what three times the parameters would, less what is saved", () => {
    const { T, B, F, H } = { T: 100, B: 32, F: 1, H: 64 };
    const weights = 4 * H * (F + H) + 4 * H * (H + H) + H * F; // without biases, which are no products
    const naive = 2 * 3 * T * B * weights;
    const noDataGradient = 2 * T * B * 4 * H * F;
    const projectedOnce = 2 * 3 * (T - 1) * B * 4 * H * H;
    expect(usefulFlops({ T, B, F, H })).toBe(naive - noDataGradient - projectedOnce);
  });
});

test("median", () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([10, 1, 9, 2])).toBe(5.5); // sorted as numbers
});

describe.each(engines)("$name", ({ engine }) => {
  test("the timed step trains", () => {
    const step = createTrainingStep(engine, tiny);
    const first = step();
    let last = first;
    for (let k = 0; k < 60; k++) last = step();
    expect(first).toBeGreaterThan(0);
    expect(last).toBeLessThan(0.98 * first);
  });

  test("measures are consistent", () => {
    const { milliseconds, fastest, usefulGflops } = measureTrainingStep(engine, tiny, { repeats: 5 });
    expect(fastest).toBeGreaterThan(0);
    expect(milliseconds).toBeGreaterThanOrEqual(fastest);
    expect(usefulGflops).toBeCloseTo(usefulFlops(tiny) / milliseconds / 1e6, 12);
    expect(measureEncode(engine, tiny, { repeats: 3 })).toBeGreaterThan(0);
    expect(engine.peakGflops()).toBeGreaterThan(0);
  });
});

test("a comparison takes turns with the peer and tells the ratio of medians and its range", async () => {
  const peerTimes = [3000, 1000, 2000];
  const rounds: number[] = [];
  const step = async () => peerTimes[rounds.length - 1];
  const peer = { installed: true as const, name: "slow", step, dispose() {} };
  const onRound = (round: number) => void rounds.push(round);
  const speed = await compareSpeed([engines[0].engine], tiny, peer, { rounds: 3, onRound });
  expect(rounds).toEqual([0, 1, 2]);
  expect(speed.peer).toEqual({ name: "slow", milliseconds: 2000, fastest: 1000 });
  const [{ milliseconds, shareOfPeak, usefulGflops, peakGflops, timesFaster, engine }] = speed.engines;
  expect(engine).toBe(engines[0].name);
  expect(shareOfPeak).toBeCloseTo(usefulGflops / peakGflops, 12);
  expect(timesFaster!.ofMedians).toBeCloseTo(2000 / milliseconds, 9);
  expect(timesFaster!.lowestOfRounds).toBeGreaterThan(1); // a step of the tiny shape takes microseconds
  expect(timesFaster!.highestOfRounds).toBeGreaterThan(timesFaster!.lowestOfRounds);
});

test("without TensorFlow.js the peer says where it looked and what to install", async () => {
  const folder = mkdtempSync(join(tmpdir(), "no-peer-"));
  try {
    const peer = await loadTfjsPeer(tiny, folder);
    expect(peer.installed).toBe(false);
    const { message } = peer as Extract<typeof peer, { installed: false }>;
    expect(message).toContain(folder);
    expect(message).toContain("npm i @tensorflow/tfjs @tensorflow/tfjs-backend-wasm");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
