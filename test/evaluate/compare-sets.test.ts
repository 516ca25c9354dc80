import { describe, expect, test } from "vitest";
import { compare } from "../../src/evaluate/compare.js";
import type { CompareOptions } from "../../src/evaluate/comparison/compare-options.js";
import { randomSeries } from "../series.js";
import { engine, given, halves, timeless } from "./compare-cases.js";

test("only the feature sets that were asked for; without latents there is nothing to decide", async () => {
  const source = halves(randomSeries({ N: 60, F: 1 }), 40);
  const { rows, differences } = await compare(engine, source, { ...given, features: ["raw", "latent"] });
  expect(rows.map(({ features }) => features)).toEqual(["raw", "raw", "latent", "latent"]);
  expect(differences.map(({ against }) => against.features)).toEqual(["raw"]);
  const bare = await compare(engine, source, { ...given, features: ["raw"] });
  expect([bare.differences, bare.verdict.decision]).toEqual([[], "nothing to decide"]);
});

describe("feature sets put together", () => {
  const source = halves(randomSeries({ N: 90, F: 2, lengths: (n) => 6 + (n % 5) }), 60);
  const run = (features: string[], more: Partial<CompareOptions> = {}) =>
    compare(engine, source, { ...given, classifiers: ["ridge"], features, ...more });

  test("an average of the same scores twice is the set itself, and blocks have the columns of both", async () => {
    const { rows } = await run(["raw", "statistics", "average(raw, raw)", "raw+statistics"]);
    const [raw, statistics, average, blocks] = rows;
    expect(timeless(average.metrics)).toEqual(timeless(raw.metrics));
    expect(blocks.columns).toBe(raw.columns + statistics.columns);
    expect(rows.map(({ role }) => role)).toEqual(["baseline", "baseline", "baseline", "baseline"]);
  });

  test("an average lies between: its scores are the means of the two", async () => {
    const { rows } = await run(["raw", "latent", "average(raw, latent)"]);
    expect(rows[2].role).toBe("combination");
    expect(rows[2].metrics).not.toEqual(rows[0].metrics);
    const alone = await run(["average(raw, latent)"]); // parts that have no row of their own are made all the same
    expect(alone.rows[0].metrics).toEqual(rows[2].metrics);
  });

  test("a choice is made by the training part alone, and told", async () => {
    const { rows, notes } = await run(["raw", "statistics", "select(raw, statistics)"]);
    const told = rows[2].notes.find((note) => note.includes("chose"))!;
    const chosen = / chose (raw|statistics) \(leave-one-out error/.exec(told)![1];
    expect(rows[2].metrics).toEqual(rows.find(({ features }) => features === chosen)!.metrics);
    expect(notes.join(" ")).not.toContain("chose"); // it belongs to its row
    const { train, test } = source;
    const spoiled = {
      ...test!,
      values: test!.values.map((value) => 50 - value),
      labels: test!.labels!.toReversed(),
    };
    const other = await compare(
      engine,
      { ...source, train, test: spoiled },
      {
        ...given,
        classifiers: ["ridge"],
        features: ["select(raw, statistics)"],
      },
    );
    expect(other.rows[0].notes).toContain(told);
  });

  test("read-outs of one network: trained once, read twice", async () => {
    let trained = 0;
    const { learning, rows } = await run(["latent:last", "latent:narrow", "untrained:narrow"], {
      hooks: {
        onProgress: (step) => {
          if (step.includes("update 30 of 30")) trained++;
        },
      },
    });
    expect(trained).toBe(1);
    expect(rows.map(({ columns }) => columns)).toEqual([6, 30, 30]);
    expect(learning[0].history).toEqual(learning[1].history);
  });
});
