import { expect, test } from "vitest";
import { randomStream } from "../../../src/random.js";
import { sampleSequences } from "../../../src/sequences/set/sample-sequences.js";
import { lengthOf } from "../../../src/sequences/set/sequence-set.js";
import { randomSeries } from "../../series.js";

const set = randomSeries({ N: 40, F: 1, lengths: (n) => n % 5 }); // every fifth is empty
const drawn = (most: { steps: number; sequences?: number }, seed = 1) =>
  Array.from(sampleSequences(set, randomStream(seed), most));

test("all that have a step, where there is room", () => {
  const withSteps = Array.from({ length: 40 }, (_, n) => n).filter((n) => n % 5 > 0);
  expect(drawn({ steps: 1000 })).toEqual(withSteps);
});

test("whole sequences until their steps, or they themselves, are enough; others with another seed", () => {
  const some = drawn({ steps: 17 });
  const steps = some.reduce((sum, n) => sum + lengthOf(set, n), 0);
  expect(steps).toBeGreaterThanOrEqual(17);
  expect(steps).toBeLessThan(17 + 4); // the last one drawn reached it
  expect(some).toEqual([...some].sort((a, b) => a - b));
  expect(drawn({ steps: 1000, sequences: 7 })).toHaveLength(7);
  expect(drawn({ steps: 17 }, 2)).not.toEqual(some);
});
