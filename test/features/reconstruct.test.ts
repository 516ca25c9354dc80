import { expect, test } from "vitest";
import { reconstructSeries } from "../../src/features/reconstruct.js";
import { residualFeatures } from "../../src/features/residual-features.js";
import type { AutoencoderSpec } from "../../src/network/spec/spec.js";
import { countOf, isObserved, selectSequences } from "../../src/sequences/set/sequence-set.js";
import { untrainedAutoencoder } from "../../src/train/fit.js";
import { engines } from "../engines.js";
import { randomSeries, withCategories } from "../series.js";

// more than one batch of 16, ragged, with gaps, one channel of categories
const set = withCategories(randomSeries({ N: 19, F: 3, lengths: (n) => 2 + ((5 * n) % 7), missing: 0.2 }));
const spec: AutoencoderSpec = {
  encoder: [{ type: "lstm", units: 5 }],
  decoder: [
    { type: "repeatVector" },
    { type: "lstm", units: 5, returnSequences: true },
    { type: "timeDistributedDense" },
  ],
};

test.each(engines)("$name: every step beside the one it was made for, whatever else is in the set", ({ engine }) => {
  const model = untrainedAutoencoder(engine, set, { spec, prepare: { interpolation: "none" } });
  const { given, made } = reconstructSeries(engine, model, set);
  const { values, names } = residualFeatures(engine, model, set);
  const C = given.channels.length;
  for (let n = 0; n < countOf(set); n++) {
    for (let c = 0; c < C - 1; c++) {
      let sum = 0;
      let count = 0;
      for (let at = given.offsets[n] * C + c; at < given.offsets[n + 1] * C; at += C)
        if (isObserved(given, at)) {
          sum += (given.values[at] - made[at]) ** 2;
          count++;
        }
      const error = values[n * names.length + names.indexOf(`error_c${c}`)];
      expect(count > 0 ? sum / count : 0).toBeCloseTo(error, 5);
    }
    const alone = reconstructSeries(engine, model, selectSequences(set, [n])).made;
    const own = made.subarray(given.offsets[n] * C, given.offsets[n + 1] * C);
    alone.forEach((value, k) => {
      expect(value).toBeCloseTo(own[k], 5);
      if (k % C === C - 1) expect([0, 1, 2, 3]).toContain(value);
    });
  }
  expect(new Set(made).size).toBeGreaterThan(50);
});
