import { describe, expect, test } from "vitest";
import { stepErrors } from "../../src/features/step-errors.js";
import { type FeatureTable, residualFeatures, untrainedAutoencoder } from "../../src/index.js";
import { type SequenceSet, selectSequences } from "../../src/sequences/set/sequence-set.js";
import { engines, tolerance } from "../engines.js";
import { randomSeries, withCategories } from "../series.js";

const set: SequenceSet = withCategories(randomSeries({ N: 101, F: 3, lengths: (n) => (n * 5) % 8, missing: 0.15 }));
const column = ({ values, names }: FeatureTable, name: string, n: number) =>
  values[n * names.length + names.indexOf(name)];

describe.each(engines)("$name", ({ engine }) => {
  test.each(["composite", "default"])(
    "%s: over a case and at its last step they are what residualFeatures tells",
    async (recipe) => {
      const model = untrainedAutoencoder(engine, set, { recipe, units: 6 });
      const { errors, width, channels, predicts, prepared } = await stepErrors(engine, model, set, 0);
      const table = residualFeatures(engine, model, set);
      expect([channels, width]).toEqual(recipe === "composite" ? [3, 6] : [5, 5]); // two differences more
      expect(predicts).toBe(recipe === "composite");
      expect(errors).toHaveLength(prepared.offsets[101] * width);
      const rtol = tolerance(engine);
      for (let n = 0; n < 101; n++) {
        const [from, to] = [set.offsets[n], set.offsets[n + 1]];
        const rebuilt: number[] = [];
        for (let s = from; s < to; s++)
          for (let c = 0; c < channels; c++)
            if (!Number.isNaN(errors[s * width + c])) rebuilt.push(errors[s * width + c]);
        const mean = rebuilt.reduce((sum, error) => sum + error, 0) / Math.max(1, rebuilt.length);
        expect(Math.abs(mean - column(table, "error", n))).toBeLessThanOrEqual(1e-6 + rtol * mean);
        if (recipe === "default" || to === from) continue;
        // surprise_CHANNEL is of the last step, 0 where it was not observed
        for (const [c, name] of ["c0", "c1", "kind"].entries()) {
          const error = errors[(to - 1) * width + channels + c];
          const told = column(table, `surprise_${name}`, n);
          const seen = Array.from({ length: 3 }, (_, k) => errors[(to - 1) * width + k]).some((e) => !Number.isNaN(e));
          if (seen) expect(told).toBeCloseTo(Number.isNaN(error) ? 0 : Math.log1p(error), 4);
        }
        for (let c = 0; c < channels; c++) expect(errors[from * width + channels + c]).toBeNaN(); // nothing before it
      }
    },
  );

  test("any number of threads, and whatever stands beside a case: the same bits", async () => {
    const model = untrainedAutoencoder(engine, set, { recipe: "composite", units: 6 });
    const { errors, width } = await stepErrors(engine, model, set, 0);
    for (const threads of [1, 3]) expect((await stepErrors(engine, model, set, threads)).errors).toEqual(errors);
    const some = [7, 3, 99];
    const alone = await stepErrors(engine, model, selectSequences(set, some), 0);
    const same = some.flatMap((n) => [...errors.subarray(set.offsets[n] * width, set.offsets[n + 1] * width)]);
    expect(alone.errors).toEqual(Float32Array.from(same));
  });
});
