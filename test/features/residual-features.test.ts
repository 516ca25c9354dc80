import { describe, expect, test } from "vitest";
import { residualFeaturesOnThreads } from "../../src/features/residual-features.js";
import { type FeatureTable, fitAutoencoder, residualFeatures, untrainedAutoencoder } from "../../src/index.js";
import { type SequenceSet, selectSequences } from "../../src/sequences/set/sequence-set.js";
import { expectClose } from "../close.js";
import { engines, tolerance } from "../engines.js";
import { randomSeries } from "../series.js";

const plain = randomSeries({ N: 60, F: 3, lengths: (n) => (n * 5) % 8, missing: 0.1 });
const set: SequenceSet = {
  ...plain,
  channels: [...plain.channels.slice(0, 2), { name: "kind", kind: "categorical", vocabulary: ["a", "b"] }],
  values: plain.values.map((value, k) => (k % 3 === 2 ? Number(value > 0) : value)),
};
const options = { recipe: "composite", units: 6, threads: 0, train: { updates: 5 } };
const column = ({ values, names, rows }: FeatureTable, name: string) => {
  const at = names.indexOf(name);
  expect(at, name).toBeGreaterThanOrEqual(0);
  return Array.from({ length: rows }, (_, n) => values[n * names.length + at]);
};

describe.each(engines)("$name", ({ engine }) => {
  test("numbers of a case do not depend on what else is in the set, nor on the engine", () => {
    const model = untrainedAutoencoder(engine, set, options);
    const whole = residualFeatures(engine, model, set);
    const some = [3, 1, 42, 59];
    const alone = residualFeatures(engine, model, selectSequences(set, some));
    const C = whole.names.length;
    some.forEach((n, k) => {
      expectClose(alone.values.subarray(k * C, (k + 1) * C), whole.values.subarray(n * C, (n + 1) * C), {
        ...{ rtol: tolerance(engine), atol: 1e-6, name: `case ${n}` },
      });
    });
    const reference = residualFeatures(engines[0].engine, model, set);
    expectClose(whole.values, reference.values, { rtol: tolerance(engine), atol: 1e-5, name: "engine" });
  });

  test("any number of threads: the same bits", async () => {
    const timed = { ...set, times: Float64Array.from({ length: set.offsets[60] }, (_, k) => 1000 * k) };
    const model = untrainedAutoencoder(engine, timed, options);
    const alone = residualFeatures(engine, model, timed);
    expect(alone.names).toContain("surprise_1h_kind");
    for (const threads of [0, 1, 3])
      expect(await residualFeaturesOnThreads(engine, model, timed, threads)).toEqual(alone);
  });
});

const { engine } = engines[engines.length - 1];

test("surprise is what the prediction of a step missed, and no step is surprising before the second", async () => {
  // A walk whose next step is always the present one turned round, but for the last step of odd cases.
  const N = 80;
  const T = 8;
  const values = Float32Array.from({ length: N * T }, (_, k) => {
    const [n, t] = [Math.floor(k / T), k % T];
    const sign = n % 4 < 2 ? 1 : -1;
    return sign * (t % 2 === 0 ? 1 : -1) * (n % 2 === 1 && t === T - 1 ? -1 : 1);
  });
  const walks: SequenceSet = {
    channels: [{ name: "x", kind: "numeric" }],
    ...{ values, offsets: Int32Array.from({ length: N + 1 }, (_, n) => n * T) },
    ids: Array.from({ length: N }, (_, n) => `${n}`),
  };
  const regular = Array.from({ length: N / 2 }, (_, k) => 2 * k);
  const train = { updates: 400, learningRate: 0.01 };
  const model = await fitAutoencoder(engine, selectSequences(walks, regular), {
    ...options,
    train,
    validation: 0,
    readOuts: false,
  });
  const table = residualFeatures(engine, model, walks);
  const surprise = column(table, "surprise_x");
  for (let n = 0; n < N; n++) {
    if (n % 2 === 1) expect(surprise[n]).toBeGreaterThan(Math.log1p(2));
    else expect(surprise[n]).toBeLessThan(0.2);
  }
  const unexpected = column(table, "unexpected_x"); // the last step of odd cases has the sign of the first
  expect(unexpected[1] * values[T]).toBeGreaterThan(1);
  expect(surprise[1]).toBeCloseTo(Math.log1p(unexpected[1] ** 2), 5);
  // two steps before the last one held no surprise, so that the mean over three is a third of it
  expect(Math.expm1(column(table, "surprise_last_3")[1]) / Math.expm1(surprise[1])).toBeCloseTo(1 / 3, 1);
  const short = residualFeatures(engine, model, {
    ...walks,
    ...{ values: values.slice(0, 3), offsets: Int32Array.from([0, 1, 3, 3]), ids: ["one", "two", "none"] },
  });
  expect(column(short, "surprise_x")[0]).toBe(0);
  expect(column(short, "surprise_last_9")).toEqual(column(short, "surprise_x")); // one step is all that there is
  expect(Array.from(short.values.slice(2 * short.names.length)).every((value) => value === 0)).toBe(true);
});

test("where steps have times, surprise is also a mean over an hour and more", async () => {
  const hours = [0, 24, 30, 30.2]; // ages of the last three: 6.2, 0.2, 0
  const times = Float64Array.from({ length: 4 * 60 }, (_, k) => 3600 * hours[k % 4]);
  const timed: SequenceSet = {
    channels: [{ name: "x", kind: "numeric" }],
    values: Float32Array.from({ length: 4 * 60 }, (_, k) => Math.sin(k * k)),
    offsets: Int32Array.from({ length: 61 }, (_, n) => 4 * n),
    ids: Array.from({ length: 60 }, (_, n) => `${n}`),
    times,
  };
  const table = residualFeatures(engine, untrainedAutoencoder(engine, timed, options), timed);
  const [one, three] = [column(table, "surprise_x"), column(table, "surprise_last_3")];
  expect(column(table, "surprise_7d_x")).toEqual(three);
  expect(column(table, "surprise_1d_x")).toEqual(three);
  expect(column(table, "surprise_6h_x")).toEqual(column(table, "surprise_1h_x"));
  const [hour, last, all] = [column(table, "surprise_1h_x"), one, three].map((logs) => logs.map(Math.expm1));
  hour.forEach((mean, n) => {
    expect(mean).not.toBeCloseTo(last[n], 6);
    expect(mean).not.toBeCloseTo(all[n], 6);
  });
});

test("columns: error, by channel, residuals, surprise; without the head no surprise", () => {
  const names = residualFeatures(engine, untrainedAutoencoder(engine, set, options), set).names;
  const columns = [plain.channels[0].name, plain.channels[1].name, "kind=a", "kind=b"];
  expect(names).toEqual([
    "error",
    ...["error_" + columns[0], "error_" + columns[1], "error_kind"],
    ...columns.map((name) => `residual_${name}`),
    ...[`unexpected_${columns[0]}`, `unexpected_${columns[1]}`],
    ...[`surprise_${columns[0]}`, `surprise_${columns[1]}`, "surprise_kind"],
    ...["surprise_last_3", "surprise_last_5", "surprise_last_9"],
  ]);
  const masked = untrainedAutoencoder(engine, set, { ...options, recipe: "masked" });
  expect(residualFeatures(engine, masked, set).names.some((name) => /surprise|unexpected/.test(name))).toBe(false);
});
