import { expect, test } from "vitest";
import { readSource } from "../../src/read/read.js";
import { parseTime } from "../../src/read/source/cells/times.js";
import { checkSequenceSet } from "../../src/sequences/set/check.js";
import { cellsOf } from "../sequences/set/make-set.js";
import { fileOf } from "./temporary.js";

const EVENTS = `who,when,amount,shop,fraud
bob,2024-03-01T10:00:00,5,deli,0
ann,2024-03-01T09:00:00Z,1.5,,0
bob,2024-03-01T09:00:00,NaN,bank,1
ann,2024-03-01T12:00:00+02:00,2,bank,
ann,2024-03-01T10:00:00,3,deli,0
`;
const roles = { entity: "who", time: "when", label: "fraud" };
const nine = Date.UTC(2024, 2, 1, 9) / 1000;

test("events are grouped by entity and sorted by time; equal times keep the file's order", async () => {
  const path = fileOf("a.csv", EVENTS);
  const { train, notes } = await readSource(path, { entity: "who", time: "when", drop: ["fraud"] });
  checkSequenceSet(train, "events");
  expect(train.ids).toEqual(["bob", "ann"]);
  expect(train.channels).toEqual([
    { name: "amount", kind: "numeric" },
    { name: "shop", kind: "categorical", vocabulary: ["deli", "bank"] },
  ]);
  expect(cellsOf(train)).toEqual([
    [
      [null, 1],
      [5, 0],
    ],
    [
      [1.5, null],
      [2, 1],
      [3, 0],
    ],
  ]);
  expect([...train.times!]).toEqual([nine, nine + 3600, nine, nine + 3600, nine + 3600]);
  expect(train.labels).toBeUndefined();
  const timed = { entity: "who", time: "when", channels: ["amount"], timeChannels: true };
  expect((await readSource(path, timed)).train.channels).toHaveLength(4); // dates, so hours too
  const events = await readSource(path, { ...roles, window: 1 });
  expect([...events.train.labels!]).toEqual([1, 0, 0, -1, 0]);
  expect(events.train.classNames).toEqual(["0", "1"]);
  expect(notes).toEqual([
    expect.stringMatching(/^1 rows were earlier/),
    expect.stringMatching(/^1 events have the same time/),
  ]);
});

test("a window makes each event a case, with time channels unless they are refused", async () => {
  const path = fileOf("a.csv", EVENTS);
  const { train } = await readSource(path, { ...roles, channels: ["amount"], window: 2 });
  expect(train.ids).toEqual(["bob#1", "bob#2", "ann#1", "ann#2", "ann#3"]);
  expect([...train.labels!]).toEqual([1, 0, 0, -1, 0]);
  expect(train.channels.map(({ name }) => name)).toEqual(["amount", "time_gap", "hour_sin", "hour_cos"]);
  expect(cellsOf(train)[4].map((step) => step[0])).toEqual([2, 3]);
  expect(cellsOf(train)[4][0][1]).toBeCloseTo(Math.log(3601), 5); // the gap to an event outside the window
  const plain = await readSource(path, { ...roles, window: 2, timeChannels: false });
  expect(plain.train.channels).toHaveLength(2);
});

test("plain numbers are times too, without hours of the day", async () => {
  const path = fileOf("a.csv", "id,t,x\na,3,5\na,1.5,7\n");
  const { train } = await readSource(path, { entity: "id", time: "t", timeChannels: true });
  expect([...train.times!]).toEqual([1.5, 3]);
  expect(train.channels.map(({ name }) => name)).toEqual(["x", "time_gap"]);
  expect(train.labels).toBeUndefined();
});

test("equal times among unsorted rows keep the file's order too", async () => {
  const rows = "a,9,5\na,5,4\na,9,3\na,5,2\na,9,1\n";
  const path = fileOf("a.csv", `id,t,x\n${rows}`);
  const { train, notes } = await readSource(path, { entity: "id", time: "t" });
  expect([...train.values]).toEqual([4, 2, 5, 3, 1]);
  expect(notes).toEqual([expect.stringMatching(/^2 rows/), expect.stringMatching(/^3 events/)]);
});

test("a label that is constant in each entity is the label of its sequence", async () => {
  const path = fileOf("a.csv", "id,x,y\na,5,up\nb,6,down\na,7,up\n");
  const { train } = await readSource(path, { entity: "id", label: "y" });
  expect([train.classNames, [...train.labels!]]).toEqual([
    ["down", "up"],
    [1, 0],
  ]);
  expect(cellsOf(train)).toEqual([[[5], [7]], [[6]]]);
});

test("a label that changes inside an entity needs a window", async () => {
  await expect(readSource(fileOf("a.csv", EVENTS), roles)).rejects.toThrow(/"fraud".*give a window/);
});

test("columns: mixed ones are categories, identifiers are noted, all-missing ones stay", async () => {
  const rows = Array.from({ length: 5 }, (_, i) => `a,${i},${i % 2 ? "7" : `k${i % 4}`},`).join("\n");
  const { train, notes } = await readSource(fileOf("a.csv", `id,number,code,nothing\n${rows}\n`), {
    entity: "id",
  });
  expect(train.channels.map(({ kind }) => kind)).toEqual(["numeric", "categorical", "numeric"]);
  expect(train.channels[1].vocabulary).toEqual(["k0", "7", "k2"]);
  expect(cellsOf(train)[0].every((step) => step[2] === null)).toBe(true);
  expect(notes).toEqual([
    expect.stringMatching(/"number" rises on every row/),
    expect.stringMatching(/"code" mixes numbers and texts/),
  ]);
});

test.each([
  ["2024-02-29", Date.UTC(2024, 1, 29) / 1000, true],
  ["2024-02-29 10:20", Date.UTC(2024, 1, 29, 10, 20) / 1000, true],
  ["2024-02-29T10:20:30.25Z", Date.UTC(2024, 1, 29, 10, 20, 30) / 1000 + 0.25, true],
  ["2024-02-29T10:20:30-0130", Date.UTC(2024, 1, 29, 11, 50, 30) / 1000, true],
  ["12.5", 12.5, false],
])("time %s", (text, seconds, calendar) => {
  expect(parseTime(text)).toEqual({ seconds, calendar });
});

test.each(["", "2023-02-29", "2024-13-01", "yesterday", "10:20", "Infinity"])('no time: "%s"', (text) => {
  expect(parseTime(text)).toBeUndefined();
});
