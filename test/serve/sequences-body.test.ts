import { describe, expect, test } from "vitest";
import { countOf, type SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { sequencesFrom } from "../../src/sequences/set/sequences-from.js";
import { cutAll } from "../../src/sequences/set/windowed-set.js";
import { addTimeChannels } from "../../src/sequences/transform/time-channels.js";
import { lastWindows } from "../../src/sequences/transform/window.js";
import type { CaseReading } from "../../src/serve/score/cases.js";
import { casesOfSequences } from "../../src/serve/score/sequences-body.js";

const value = { name: "value", kind: "numeric" } as const;
const heat = { name: "heat", kind: "numeric" } as const;
const mode = { name: "mode", kind: "categorical", vocabulary: ["on", "off", "rest"] } as const;
const one: CaseReading = { channels: [value], reading: {} };
const two: CaseReading = { channels: [heat, mode], reading: {} };

const setOf = (sequences: unknown[], model: CaseReading) => cutAll(casesOfSequences(sequences, model).set);
const plain = ({ channels, values, offsets, observed, times, ids }: SequenceSet) => ({
  ...{ channels, values, offsets, observed, times, ids },
});

describe("sequences as a person writes them", () => {
  test("plain values, lists, objects by channel and objects with an id are what sequencesFrom makes", () => {
    const expected = sequencesFrom([[1, null, 3], [2.5]], { channels: [value] });
    expect(plain(setOf([[1, null, 3], [2.5]], one))).toEqual(plain(expected));
    expect(plain(setOf([[[1], [null], [3]], [[2.5]]], one))).toEqual(plain(expected));
    expect(plain(setOf([[{ value: 1 }, {}, { value: 3 }], { steps: [2.5] }], one))).toEqual(plain(expected));
    const named = setOf([{ id: "a", steps: [1] }, { id: 7, steps: [2] }, [3]], one);
    expect(named.ids).toEqual(["a", "7", "3"]);
  });

  test("categories are numbers of the model's vocabulary; one that it does not know is missing, or of the rest", () => {
    const steps = [[0.5, "off"], { mode: "on", heat: null }, [1, "new"]];
    const expected = sequencesFrom(
      [
        [
          [0.5, "off"],
          [null, "on"],
          [1, null],
        ],
      ],
      { channels: [heat, mode] },
    );
    const cases = casesOfSequences([steps], two);
    expect(plain(cutAll(cases.set))).toEqual(plain(expected));
    expect(cases.notes).toEqual([
      'channel "mode": 1 cell has a category that training did not see; they are missing values.',
    ]);
    const rest = { channels: [heat, { ...mode, rest: 2 }], reading: {} };
    expect(setOf([steps], rest).values[5]).toBe(2);
    expect(setOf([[[1, 5]]], { channels: [heat, { ...mode, vocabulary: ["4", "5"] }], reading: {} }).values[1]).toBe(1);
  });

  test("steps at the end without a value are padding, as in files; with times they are steps", () => {
    expect(Array.from(setOf([[1, null, null], [null]], one).offsets)).toEqual([0, 1, 1]);
    const timed: CaseReading = { channels: [value], reading: { time: "t" } };
    expect(Array.from(setOf([{ steps: [1, null], times: [0, 1] }], timed).offsets)).toEqual([0, 2]);
  });

  test("many steps of several sequences keep their places", () => {
    const sequences = Array.from({ length: 11 }, (_, n) => Array.from({ length: 7 * n }, (_, t) => [n + t / 8, "off"]));
    const set = setOf(sequences, two);
    expect(plain(set)).toEqual(plain(sequencesFrom(sequences as never, { channels: [heat, mode] })));
  });
});

describe("models of events", () => {
  const reading = { entity: "who", time: "when", window: 3 };
  const gap = { name: "time_gap", kind: "numeric" } as const;
  const hours = ["hour_sin", "hour_cos"].map((name) => ({ name, kind: "numeric" as const }));

  test("a sequence is a history: its last event is the case, with time channels made before the window is cut", () => {
    const times = [0, 10, 40, 100, 200];
    const model: CaseReading = { channels: [value, gap], reading };
    const set = setOf([{ id: "a", steps: [1, 2, 3, 4, 5], times }], model);
    const whole = addTimeChannels(sequencesFrom([[1, 2, 3, 4, 5]], { times: [times] }), { calendar: false });
    const windows = lastWindows(whole, { length: 3 });
    expect(set.values).toEqual(windows.values.slice(windows.offsets[4] * 2));
    expect(set.ids).toEqual(["a"]);
    expect(countOf(set)).toBe(1);
  });

  test("dates give the hour too, and seconds since 1970 are dates", () => {
    const model: CaseReading = { channels: [value, gap, ...hours], reading };
    const seconds = [1_704_067_200, 1_704_088_800]; // midnight and six
    const byDates = setOf([{ steps: [1, 2], times: ["2024-01-01", "2024-01-01T06:00:00Z"] }], model);
    expect(byDates.values).toEqual(setOf([{ steps: [1, 2], times: seconds }], model).values);
    expect(byDates.values[6]).toBeCloseTo(1, 6); // the sine at six
  });

  test.each([
    [
      "no times",
      [{ steps: [1, 2] }],
      'sequence 0: got no "times", expected one per step: the model makes time_gap of them.',
    ],
    ["an empty history", [[1], []], 'sequence 0: got no "times"'],
    ["a time too few", [{ steps: [1, 2], times: [1] }], "sequence 0: got 1 times for 2 steps"],
    ["times that fall", [{ steps: [1, 2], times: [2, 1] }], "sequence 0, time 1: got 1 after a later one"],
    ["no time", [{ steps: [1], times: ["soon"] }], 'sequence 0, time 0: got "soon", expected seconds or an ISO date.'],
  ])("%s is refused", (_, sequences, message) => {
    expect(() => casesOfSequences(sequences, { channels: [value, gap], reading })).toThrow(message);
  });

  test("a history without an event has no last one", () => {
    expect(() => casesOfSequences([[1], []], { channels: [value], reading: { window: 3 } })).toThrow(
      "sequence 1: got no step, expected at least one event",
    );
  });
});

test("static columns become channels where the model has them so", () => {
  const age = { name: "age", kind: "numeric" } as const;
  const model: CaseReading = { channels: [value, age], reading: { static: ["age"], staticChannels: true } };
  const set = setOf([{ steps: [1, 2], static: { age: 30 } }, [3]], model);
  expect(Array.from(set.values)).toEqual([1, 30, 2, 30, 3, 0]);
  expect(set.observed).toEqual(Uint8Array.of(0b11011111));
});

describe("what does not fit is refused with its place", () => {
  test.each<[string, unknown[], CaseReading, string]>([
    ["no sequence", [], one, "sequences: got an empty list"],
    ["a number", [5], one, "sequence 0: got 5, expected an array of steps"],
    ["an unknown key", [{ step: [1] }], one, 'sequence 0: there is no key "step". Did you mean "steps"?'],
    ["steps that are none", [{ steps: 3 }], one, "sequence 0, steps: got 3, expected an array"],
    ["an id that is none", [{ id: [], steps: [1] }], one, "sequence 0, id: got a list, expected a text."],
    ["a text", [[1], [2, "x"]], one, 'sequence 1, step 1, channel "value": got "x", expected a number.'],
    ["a truth value", [[true]], one, 'channel "value": got true, expected a number.'],
    ["a number beyond 32 bits", [[1e39]], one, "expected a number within the range of 32-bit floats"],
    ["the mark of rasters", [[3.4028234663852886e38]], one, "a mark for missing data"],
    ["too many values", [[[1, 2]]], one, "sequence 0, step 0: got 2 values, expected 1, one per channel: value."],
    ["too few values", [[[1]]], two, "sequence 0, step 0: got 1 values, expected 2, one per channel: heat, mode."],
    ["a plain value of two channels", [[1]], two, "sequence 0, step 0: got 1, expected 2 values"],
    ["an unknown channel", [[{ hat: 1 }]], two, 'sequence 0, step 0: there is no channel "hat". Did you mean "heat"?'],
    ["a channel of every object", [[{ constructor: 1 }]], two, 'there is no channel "constructor".'],
    ["a list in a cell", [[[[1], "on"]]], two, 'channel "heat": got a list, expected a number.'],
    ["a list of a category", [[[1, ["on"]]]], two, 'channel "mode": got a list, expected a text.'],
    ["times that are not looked at", [{ steps: [1], times: [1] }], one, "the model does not look at times"],
    ["an unknown static column", [{ steps: [1], static: { age: 3 } }], one, 'there is no static column "age".'],
    [
      "times in some",
      [{ steps: [1], times: [1] }, [2]],
      { channels: [value], reading: { time: "t" } },
      'got "times" in some of them',
    ],
  ])("%s", (_, sequences, model, message) => {
    expect(() => casesOfSequences(sequences, model)).toThrow(message);
  });
});
