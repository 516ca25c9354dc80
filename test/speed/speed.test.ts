import { describe, expect, test } from "vitest";
import { findRecipe } from "../../src/network/spec/recipes.js";
import { compareSpeed } from "../../src/speed/compare-speed.js";
import { createEncodeRun } from "../../src/speed/encode-run.js";
import { median } from "../../src/speed/timing.js";
import { createTrainingRun } from "../../src/speed/training-run.js";
import {
  countFlops,
  equalLengths,
  plainWorkload,
  raggedLengths,
  randomSequences,
  usefulFlops,
} from "../../src/speed/workload.js";
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

  test("of the recipe denoising and its encoder agree with a count by hand", () => {
    // LSTM 2 (units 4) on F = 3, LSTM 2 on 4, repeated to LSTM 2, dense 3; multiply-adds of a row
    const row = 3 * 16 * 4 + 2 * 16 * 3 + 3 * (8 * 2 + 8 * 4) + 3 * 8 * 2 + 3 * 2 * 3;
    const { training, encoding } = countFlops(findRecipe("denoising").build({ units: 2 }), {
      sequences: 5,
      rows: 11,
      features: 3,
    });
    expect(training).toBe(2 * (11 * row + 5 * 3 * 8 * 2));
    expect(encoding).toBe(2 * 11 * (16 * 4 + 16 * 3 + 8 * 2 + 8 * 4));
  });
});

test("ragged lengths stay in their range and reach both ends of it", () => {
  const lengths = raggedLengths(400, 10, 20);
  expect(Math.min(...lengths)).toBe(10);
  expect(Math.max(...lengths)).toBe(20);
  expect(raggedLengths(3, 10, 20)).toEqual(lengths.slice(0, 3)); // the same every time
});

test("median", () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([10, 1, 9, 2])).toBe(5.5); // sorted as numbers
});

describe.each(engines)("$name", ({ engine }) => {
  test("the timed step trains", async () => {
    const { step, evaluate } = await createTrainingRun(engine, plainWorkload(tiny));
    const before = evaluate();
    const first = step();
    expect(first).toBeCloseTo(before, 6);
    let last = first;
    for (let k = 0; k < 60; k++) last = step();
    expect(first).toBeGreaterThan(0);
    expect(last).toBeLessThan(0.98 * first);
  });

  test("two threads make the same losses as one", async () => {
    const spec = findRecipe("simple").build({ units: 7 });
    const workload = { spec, set: randomSequences(raggedLengths(37, 1, 9), 5) }; // three shards
    const alone = await createTrainingRun(engine, workload);
    const both = await createTrainingRun(engine, workload, { threads: 2 });
    try {
      for (let k = 0; k < 20; k++) {
        expect(both.step()).toBe(alone.step());
        await new Promise((resolve) => setTimeout(resolve, 10)); // the other thread starts meanwhile
      }
      expect(both.evaluate()).toBe(alone.evaluate());
      expect(both.weights()).toEqual(alone.weights());
    } finally {
      both.dismiss();
    }
  });

  test("encoding gives the same latents on any number of threads", async () => {
    const spec = findRecipe("simple").build({ units: 7 });
    const set = randomSequences([...equalLengths(20, 4), 9, 1], 5);
    const alone = await createEncodeRun(engine, { spec, set });
    const both = await createEncodeRun(engine, { spec, set }, 2);
    try {
      alone.encode();
      for (let k = 0; k < 10; k++) {
        both.latents.fill(0);
        both.encode();
        expect(both.latents).toEqual(alone.latents);
        await new Promise((resolve) => setTimeout(resolve, 20)); // the other thread starts meanwhile
      }
      expect(alone.sequences).toBe(22 * 9); // 192 or more
      expect(alone.latents.length).toBe(22 * 9 * 7);
      expect(alone.latents.slice(7)).not.toEqual(alone.latents.slice(0, -7));
      expect(alone.latents.slice(22 * 7)).toEqual(alone.latents.slice(0, -22 * 7)); // the batch again and again
    } finally {
      both.dismiss();
    }
  });
});

test("a comparison times every engine in every round", async () => {
  const rounds: number[] = [];
  const { usefulFlops: flops, engines: times } = await compareSpeed(
    engines.map(({ engine }) => engine),
    tiny,
    { rounds: 2, onRound: (round) => void rounds.push(round) },
  );
  expect(rounds).toEqual([0, 1]);
  expect(times.map(({ engine }) => engine)).toEqual(engines.map(({ name }) => name));
  for (const { milliseconds, fastest, usefulGflops, peakGflops, shareOfPeak, ...speed } of times) {
    expect(fastest).toBeGreaterThan(0);
    expect(milliseconds).toBeGreaterThanOrEqual(fastest);
    expect(usefulGflops).toBeCloseTo(flops / milliseconds / 1e6, 12);
    expect(peakGflops).toBeGreaterThan(0);
    expect(speed.encodeSequencesPerSecond).toBeGreaterThan(0);
    expect(shareOfPeak).toBeCloseTo(usefulGflops / peakGflops, 12);
  }
});
