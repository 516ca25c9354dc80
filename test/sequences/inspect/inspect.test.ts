import { expect, test } from "vitest";
import { describeSet } from "../../../src/sequences/inspect/inspect.js";
import { makeSet } from "../set/make-set.js";

test("sizes, channels, classes and times", () => {
  const set = makeSet(
    [
      [
        [1, 5, null, 0],
        [3, 5, null, 2],
        [8, 5, null, 1],
      ],
      [[null, 5, null, 3]],
    ],
    {
      categorical: 1,
      labels: Int32Array.of(1, -1),
      classNames: ["no", "yes"],
      entities: ["ann", "ann"],
      times: Float64Array.of(0, 1, 3, 7),
    },
  );
  const { warnings, ...about } = describeSet(set);
  expect(about).toEqual({
    sequences: 2,
    channels: [
      {
        name: "c0",
        kind: "numeric",
        missing: 0.25,
        min: 1,
        mean: 4,
        std: expect.closeTo(Math.sqrt(26 / 3), 10),
        max: 8,
        constant: false,
        allMissing: false,
      },
      {
        name: "c1",
        kind: "numeric",
        missing: 0,
        min: 5,
        mean: 5,
        std: 0,
        max: 5,
        constant: true,
        allMissing: false,
      },
      {
        name: "c2",
        kind: "numeric",
        missing: 1,
        min: null,
        mean: null,
        std: null,
        max: null,
        constant: false,
        allMissing: true,
      },
      {
        name: "c3",
        kind: "categorical",
        missing: 0,
        min: null,
        mean: null,
        std: null,
        max: null,
        constant: false,
        allMissing: false,
        categories: 4,
      },
    ],
    length: { min: 1, median: 2, max: 3 },
    classes: [
      { name: "no", count: 0 },
      { name: "yes", count: 1 },
    ],
    majorityRate: 1,
    unlabelled: 1,
    duplicates: 0,
    entities: 1,
    irregularGaps: 1,
  });
  for (const expected of [
    '"c1" has the same',
    '"c2" has no observed',
    "One class only",
    "those of one entity together",
    "irregular",
  ])
    expect(warnings.join("\n")).toContain(expected);
});

test("warnings appear when due and only then", () => {
  const rows = (count: number, length: number) =>
    Array.from({ length: count }, (_, n) => Array.from({ length }, (_, t) => [Math.sin(n + t)]));
  const labelled = (labels: number[]) => ({ labels: Int32Array.from(labels), classNames: ["p", "q"] });
  const balanced = Array.from({ length: 40 }, (_, n) => n % 2);
  expect(describeSet(makeSet(rows(40, 5), labelled(balanced))).warnings).toEqual([]);
  const rare = balanced.map((_, n) => Number(n < 3));
  expect(describeSet(makeSet(rows(40, 5), labelled(rare))).warnings).toEqual([
    expect.stringMatching(/Few cases in 1 of 2 classes/),
    expect.stringMatching(/Highly imbalanced.*92\.5 %/),
  ]);
  expect(describeSet(makeSet([...rows(1, 4), ...rows(1, 13)])).warnings).toEqual([
    expect.stringMatching(/from 4 to 13/),
  ]);
  expect(describeSet(makeSet([[[1], [2]], []])).warnings).toEqual([expect.stringMatching(/empty/)]);
  const outlier = makeSet([Array.from({ length: 600 }, (_, t) => [t === 7 ? 2000 : Math.sin(t)])]);
  expect(describeSet(outlier).warnings).toEqual([expect.stringMatching(/"c0".*`scale: "robust"`/)]);
  const named = { ...makeSet(rows(1, 5)), channels: [{ name: "terminal_id", kind: "numeric" as const }] };
  expect(describeSet(named).warnings).toEqual([expect.stringMatching(/`drop: \["terminal_id"\]`/)]);
  expect(
    describeSet(
      makeSet([
        [[1], [2]],
        [[1], [2]],
      ]),
    ).warnings,
  ).toEqual([expect.stringMatching(/identical/)]);
  const irregular = makeSet([[[1], [2], [3]]], { times: Float64Array.of(0, 1, 7) });
  expect(describeSet(irregular).warnings).toEqual([expect.stringMatching(/irregular/)]);
  const seen = { ...irregular, channels: [{ name: "time_gap", kind: "numeric" as const }] };
  expect(describeSet(seen).warnings).toEqual([]);
  expect(describeSet(makeSet([])).warnings).toEqual(["There are no sequences."]);
});

test("what holds for many channels is one warning", () => {
  const rare = (n: number, t: number) => (t % 3 === 0 ? Math.sin(n + t) : null);
  const outlier = (n: number, t: number) => (n === 3 && t === 4 ? 1e4 : Math.cos(n * t));
  const of = (channels: readonly ((n: number, t: number) => number | null)[]) => {
    const series = (n: number) => Array.from({ length: 40 }, (_, t) => channels.map((channel) => channel(n, t)));
    return describeSet(makeSet(Array.from({ length: 20 }, (_, n) => series(n)))).warnings;
  };
  expect(of([rare, rare, rare, outlier, outlier])).toEqual([
    expect.stringMatching(/^3 channels are missing in more than half of the steps, most of all "\w+" \(65\.0 %\)/),
    expect.stringMatching(/^2 channels \(\w+, \w+\) have values more than 20 deviations from their mean/),
  ]);
  expect(of([rare, outlier])).toEqual([
    expect.stringMatching(/^Channel "\w+" is missing in 65\.0 % of the steps/),
    expect.stringMatching(/^Channel "\w+" has values more than 20 deviations from its mean/),
  ]);
});
