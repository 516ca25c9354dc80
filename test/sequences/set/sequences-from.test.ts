import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/errors.js";
import { readSource } from "../../../src/read/read.js";
import { checkSequenceSet } from "../../../src/sequences/set/check.js";
import { sequencesFrom } from "../../../src/sequences/set/sequences-from.js";
import { folderWith } from "../../cli/run.js";
import { cellsOf } from "./make-set.js";

describe("sequencesFrom", () => {
  test("an option that is unknown is refused, and so is what is no array", () => {
    expect(() => sequencesFrom([[1]], { label: ["a"] } as object)).toThrow(/no option "label". Did you mean "labels"/);
    expect(() => sequencesFrom(null as never)).toThrow(/got null, expected an array/);
  });

  test("numbers of one channel, ragged, with missing values, keep their places", () => {
    const set = sequencesFrom([[1, Number.NaN, 3], [], Float64Array.of(0.5, 7)]);
    checkSequenceSet(set, "test");
    expect(set.channels).toEqual([{ name: "value", kind: "numeric" }]);
    expect(Array.from(set.offsets)).toEqual([0, 3, 3, 5]);
    expect(cellsOf(set)).toEqual([[[1], [null], [3]], [], [[0.5], [7]]]);
    expect(set.ids).toEqual(["1", "2", "3"]);
    expect([set.labels, set.entities, set.times, set.weights]).toEqual(Array(4).fill(undefined));
  });

  test("whatever the arrays hold, the set holds the same, cell for cell", () => {
    const cell = fc.option(fc.float({ noNaN: true, min: -1e6, max: 1e6 }));
    const steps = (F: number) => fc.array(fc.array(cell, { minLength: F, maxLength: F }), { maxLength: 5 });
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 4 }).chain((F) => fc.array(steps(F), { maxLength: 5 })),
        (cases) => {
          const times = cases.map((steps) => steps.map((_, t) => 2 * t)); // with times no step is padding
          const F = cases.flat()[0]?.length ?? 3;
          const set = sequencesFrom(cases, { times, channels: Array.from({ length: F }, (_, f) => `c${f}`) });
          checkSequenceSet(set, "test");
          expect(cellsOf(set)).toEqual(cases);
          expect(Array.from(set.times!)).toEqual(times.flat());
        },
      ),
    );
  });

  test("the same series from arrays and from a file are one set: padding, missing values, labels", async () => {
    const folder = folderWith({ "a.csv": "label,1,2,3,4\n10,1,,3,\n9,,,,\n10,4,5,6,7\n,0,1,,\n" });
    const { train } = await readSource(`${folder}/a.csv`, { label: "label" });
    const rows = [
      [1, null, 3, null],
      [null, null, null, null],
      [4, 5, 6, 7],
      [0, 1, Number.NaN, undefined],
    ];
    const { weights, entities, times, ...set } = sequencesFrom(rows, { labels: [10, 9, "10", null] });
    expect(set).toEqual(train);
    expect([set.classNames, Array.from(set.labels!)]).toEqual([
      ["9", "10"],
      [1, 0, 1, -1],
    ]);
  });

  test("texts are categories; the channels of another set keep their numbers", () => {
    const first = sequencesFrom(
      [
        [
          [1, "food"],
          [2, "web"],
        ],
        [[3, null]],
      ],
      { channels: ["amount", "kind"], labels: ["no", "yes"] },
    );
    expect(first.channels[1]).toEqual({ name: "kind", kind: "categorical", vocabulary: ["food", "web"] });
    expect(cellsOf(first)).toEqual([
      [
        [1, 0],
        [2, 1],
      ],
      [[3, null]],
    ]);
    const next = sequencesFrom([[[4, "web"]], [[5, "fuel"]]], {
      channels: first.channels,
      labels: ["yes", "yes"],
      classNames: first.classNames,
    });
    expect(cellsOf(next)).toEqual([[[4, 1]], [[5, null]]]); // "fuel" was never seen
    expect(next.channels).toEqual(first.channels);
    expect(Array.from(next.labels!)).toEqual([1, 1]);
  });

  test("ids, entities and weights are taken over", () => {
    const set = sequencesFrom([[1], [2]], { ids: [7, "b"], entities: ["x", 1], weights: [0.5, 2] });
    expect([set.ids, set.entities, Array.from(set.weights!)]).toEqual([
      ["7", "b"],
      ["x", "1"],
      [0.5, 2],
    ]);
  });

  test.each<[string, Parameters<typeof sequencesFrom>, RegExp]>([
    ["a flat array", [[1, 2] as never], /sequence 0: got 1, expected an array of steps.*\[\[1, 2, 3\]\]/],
    ["a text for a sequence", [["ab" as never]], /sequence 0: got "ab"/],
    ["a step too short", [[[[1, 2]], [[1, 2], [3]]]], /sequence 1, step 1: got 1 values, expected 2/],
    ["values and arrays mixed", [[[[1], 2 as never]]], /sequence 0, step 1: got 2, expected an array of values/],
    ["numbers among texts", [[[["a"], [3]]]], /step 1, channel "value": got 3, expected a text/],
    [
      "a text in a numeric channel",
      [[["1.5"]], { channels: [{ name: "x", kind: "numeric" }] }],
      /channel "x": got "1.5", expected a number/,
    ],
    ["infinity", [[[1, Number.POSITIVE_INFINITY]]], /sequence 0, step 1.*got Infinity.*32-bit/],
    ["beyond float32", [[[1e39]]], /got 1e\+39/],
    ["channels that do not fit", [[[[1, 2]]], { channels: ["a"] }], /got 1 channels for steps of 2 values/],
    [
      "two channels of one name",
      [[[[1, 2, 3]]], { channels: ["a", { name: "b", kind: "numeric" }, "b"] }],
      /got "b" as channel 1 and as channel 2, expected distinct names/,
    ],
    ["labels that do not fit", [[[1], [2]], { labels: ["a"] }], /got 1 labels for 2 sequences/],
    ["an unknown class", [[[1]], { labels: ["c"], classNames: ["a", "b"] }], /label 0: got "c".*a, b/],
    ["times that do not fit", [[[1, 2]], { times: [[1]] }], /got 1 times for 2 steps/],
    ["times that fall", [[[1, 2]], { times: [[3, 2]] }], /step 1: got the time 2 after 3.*Sort/],
    ["a weight below 0", [[[1]], { weights: [-1] }], /weight 0: got -1/],
  ])("%s is an error in words", (_, args, words) => {
    expect(() => sequencesFrom(...args)).toThrow(words);
    expect(() => sequencesFrom(...args)).toThrow(DataError);
  });
});
