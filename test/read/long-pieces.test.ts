import { describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { encode } from "../../src/features/encode.js";
import { conformChannels } from "../../src/model/prepare.js";
import { randomStream } from "../../src/random.js";
import { readInPieces, readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import type { Piece } from "../../src/read/source/piece.js";
import { checkSequenceSet } from "../../src/sequences/set/check.js";
import { concatSequences } from "../../src/sequences/set/concat.js";
import type { Channel } from "../../src/sequences/set/sequence-set.js";
import { untrainedAutoencoder } from "../../src/train/fit.js";
import { cellsOf } from "../sequences/set/make-set.js";
import { fileOf } from "./temporary.js";

const HEADER = "who,when,amount,shop,partner,fraud,state";
const roles: DataOptions = { entity: "who", time: "when", drop: ["partner"] };

/**
 * Events of 9 entities, 2 to 14 each. Times are out of order and some are equal; cells are missing in every column
 * that may lack one; the shops of whole entities are numbers, or missing.
 */
function events(calendar: boolean): string[][] {
  const random = randomStream(7);
  const pick = <V>(choices: readonly V[]): V => choices[random.integer(choices.length)];
  return Array.from({ length: 9 }, (_, e) =>
    Array.from({ length: 2 + ((5 * e) % 13) }, () => {
      const time = 3600 * random.integer(40);
      return [
        `e${e}`,
        calendar ? new Date(1e12 + 1000 * time).toISOString() : `${time}`,
        pick(["", "?", (100 * random.uniform()).toFixed(2), "5", "1e3"]),
        e === 4 ? "" : e % 3 === 0 ? pick(["7", "8"]) : pick(["deli", "bank", "NA", "7"]),
        pick(["p", "q", ""]),
        e === 5 ? "" : pick(["0", "1", ""]),
        e === 2 ? "" : ["up", "down", "10"][e % 3],
      ].join(",");
    }),
  );
}

const csv = (groups: readonly string[][]) => `${[HEADER, ...groups.flat()].join("\n")}\n`;
const grouped = csv(events(true));

/** What a model knows that was trained on a part of the file, with one shop that is not in it. */
const known: readonly Channel[] = [
  { name: "shop", kind: "categorical", vocabulary: ["7", "bank", "pawn", "deli"] },
  { name: "amount", kind: "numeric" },
];
const timed = ["time_gap", "hour_sin", "hour_cos"].map((name) => ({ name, kind: "numeric" as const }));

async function pieces(
  path: string,
  options: DataOptions,
  mostSteps: number,
  channels: readonly Channel[] | undefined = known,
): Promise<{ taken: Piece[]; notes: readonly string[] }> {
  const taken: Piece[] = [];
  const notes = await readInPieces(path, options, { mostSteps, channels }, async (piece) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    taken.push(piece);
  });
  return { taken, notes };
}

const labelled = (set: { labels?: Int32Array; classNames?: readonly string[] }) =>
  set.labels && Array.from(set.labels, (label) => set.classNames![label]);

describe.each<[string, DataOptions, readonly Channel[]]>([
  ["sequences", { ...roles, drop: ["partner", "fraud", "state"] }, known],
  ["sequences in file order", { entity: "who", drop: ["when"] }, known],
  ["sequences with labels", { ...roles, label: "state" }, known],
  ["sequences with time channels", { ...roles, timeChannels: true }, [...known, ...timed]],
  ["windows", { ...roles, window: 4, label: "fraud" }, [...known, ...timed]],
  ["windows without time channels", { ...roles, window: 3, timeChannels: false }, known],
  ["windows without times", { entity: "who", window: 3, label: "fraud", drop: ["when"] }, known],
  ["windows, columns for aggregates", { ...roles, window: 4, secondEntity: "state", drop: [] }, known],
])("%s", (_, options, channels) => {
  test.each([
    [1, 9],
    [30, undefined],
    [1e9, 1],
  ])("pieces of %f steps are the whole", async (mostSteps, count) => {
    const path = fileOf("a.csv", grouped);
    const { train, notes } = await readSource(path, options);
    const whole = conformChannels(train, channels);
    const reading = await pieces(path, options, mostSteps, channels);
    if (count) expect(reading.taken).toHaveLength(count);
    else expect(reading.taken.length).toBeGreaterThan(2);
    for (const { set, labelTexts } of reading.taken) {
      checkSequenceSet(set, "piece");
      expect([set.labels, set.classNames, labelTexts !== undefined]).toEqual([
        undefined,
        undefined,
        options.label !== undefined,
      ]);
    }
    const conformed = reading.taken.map(({ set }) => conformChannels(set, channels));
    const together = conformed.reduce((a, b) => concatSequences(a, b));
    expect(together.ids).toEqual(whole.ids);
    expect(together.entities).toEqual(whole.entities);
    expect(together.offsets).toEqual(whole.offsets);
    expect(together.times).toEqual(whole.times);
    expect(cellsOf(together)).toEqual(cellsOf(whole));
    const texts = reading.taken.flatMap(({ labelTexts }) => labelTexts ?? []);
    expect(texts).toEqual(labelled(train) ?? []);
    const counted = (all: readonly string[]) => all.filter((note) => /^\d+ (rows|events)/.test(note));
    expect(counted(reading.notes)).toEqual(counted(notes));
    expect(counted(notes)).toHaveLength(options.time === undefined ? 0 : options.window ? 3 : 2);
  });

  test("and so are their features, bit for bit", async () => {
    const engine = await loadEngine();
    const path = fileOf("a.csv", grouped);
    const { train } = await readSource(path, options);
    const model = untrainedAutoencoder(engine, conformChannels(train, channels), { units: 5 });
    const { values } = await encode(engine, model, train, { readOut: "narrow" });
    const { taken } = await pieces(path, options, 20, channels);
    const tables = await Promise.all(taken.map(({ set }) => encode(engine, model, set, { readOut: "narrow" })));
    expect(new Float32Array(tables.flatMap((table) => [...table.values]))).toEqual(values);
    expect(new Set(values).size).toBeGreaterThan(train.ids.length);
  });
});

test("a piece of a long table ends with an entity, once there are that many steps", async () => {
  const rows = ["a,1", "b,2", "b,3", "b,4", "c,5", "d,6", "d,7", "e,8"];
  const path = fileOf("a.csv", `who,x\n${rows.join("\n")}\n`);
  const x: Channel[] = [{ name: "x", kind: "numeric" }];
  const idsOf = async (mostSteps: number, window?: number) =>
    (await pieces(path, { entity: "who", window }, mostSteps, x)).taken.map(({ set }) => set.ids.join(" "));
  expect(await idsOf(2)).toEqual(["a b", "c d", "e"]);
  expect(await idsOf(4)).toEqual(["a b", "c d e"]);
  // an event becomes a window of up to 4 steps
  expect(await idsOf(5, 4)).toEqual(["a#1 b#1 b#2 b#3", "c#1 d#1 d#2", "e#1"]);
});

test("entities of one event each are handed on after 200,000, when they cannot be in order of time", async () => {
  const rows = Array.from({ length: 200_002 }, (_, e) => `${e},0`);
  const { taken } = await pieces(fileOf("a.csv", `who,x\n${rows.join("\n")}\n`), { entity: "who" }, 9, [
    { name: "x", kind: "numeric" },
  ]);
  expect(taken.map(({ set }) => set.ids.length)).toEqual([200_000, 2]);
}, 60_000);

describe("rows of an entity that do not stand together", () => {
  const inTime = (path: string) => pieces(path, { ...roles, label: "state" }, 3);
  const [a, b, c] = events(true).slice(0, 3);

  test("from the beginning: the file is read whole, with a note; so little needs no sorting", async () => {
    const path = fileOf("a.csv", csv([[a[0], b[0], a[1]], b.slice(1), a.slice(2), c]));
    const { taken, notes } = await inTime(path);
    const { train } = await readSource(path, { ...roles, label: "state" });
    expect(taken.map(({ set }) => cellsOf(set))).toEqual([cellsOf(conformChannels(train, known))]);
    expect(taken[0].set.ids).toEqual(["e0", "e1", "e2"]);
    expect(notes.at(-1)).toMatch(/row 4: "e0" again, after rows of others, so the file was read whole\.$/);
  });

  test("a file of one piece needs no such note", async () => {
    const path = fileOf("a.csv", csv([[a[0], b[0], a[1]]]));
    expect((await inTime(path)).notes.join()).not.toMatch(/whole/);
  });

  test("from late on, in order of time: nothing was handed on while all rows were of different entities", async () => {
    const rows = Array.from({ length: 30 }, (_, e) => `many${e},2024-01-01,${e},deli,,,`);
    const path = fileOf("a.csv", csv([rows, [...rows].reverse()]));
    const { taken, notes } = await pieces(path, { ...roles, drop: ["partner", "state"] }, 5);
    expect(taken.map(({ set }) => set.ids.length)).toEqual([30]);
    expect(notes.at(-1)).toMatch(/row 33: "many28" again, .*read whole\.$/);
  });

  test("later: the rest of the file is one piece", async () => {
    const path = fileOf("a.csv", csv([a, b, [c[0], "x,2024-01-01,1,deli,,,", c[1]], ["y,2024-01-01,1,7,,,"]]));
    const { taken, notes } = await pieces(path, { ...roles, drop: ["partner", "state"] }, 2);
    expect(taken.map(({ set }) => set.ids)).toEqual([["e0"], ["e1"], ["e2", "x", "y"]]);
    expect(notes.at(-1)).toMatch(/"e2" again.*from there on/);
  });

  test("an entity whose events were handed on is an error that says how to sort", async () => {
    const path = fileOf("a.csv", csv([a, b, c, [a[0]]]));
    const row = 2 + a.length + b.length + c.length;
    const message = new RegExp(
      `^\\S*a\\.csv, row ${row}, column "who": got "e0" again, expected .*torn apart.*sort -s -t, -k1,1`,
    );
    await expect(inTime(path)).rejects.toThrow(message);
  });

  test("the same where the file is in order of time from there on", async () => {
    const path = fileOf("a.csv", csv([a, b, [c[0], "x,2024-01-01,1,deli,,,up", c[1]], [a[0]]]));
    await expect(inTime(path)).rejects.toThrow(/got "e0" again/);
  });
});

describe("columns are read as the channels that are known say", () => {
  const file = (rows: string[]) => fileOf("a.csv", `who,amount,shop,note\n${rows.join("\n")}\n`);
  const read = async (rows: string[], channels = known) => {
    const { taken, notes } = await pieces(file(rows), { entity: "who" }, 1, channels);
    expect(taken.map(({ set }) => set.channels)).toEqual(taken.map(() => channels));
    return { cells: taken.flatMap(({ set }) => cellsOf(set)), notes };
  };

  test("numbers and missing cells can be categories; other columns do not matter", async () => {
    const rows = ["a,1,7,x", "a,2,7,2", "b,3,,3", "c,4,deli,4", "c,,deli,"];
    const { cells, notes } = await read(rows);
    expect(cells).toEqual([
      [
        [0, 1],
        [0, 2],
      ],
      [[null, 3]],
      [
        [3, 4],
        [3, null],
      ],
    ]);
    expect(notes).toEqual([]);
  });

  test("categories that are not known are missing, and counted", async () => {
    const { cells, notes } = await read(["a,1,9,", "b,1,toys,", "b,1,bank,", "c,1,9,"]);
    expect(cells.flat().map(([shop]) => shop)).toEqual([null, null, 1, null]);
    expect(notes).toEqual([expect.stringMatching(/^3 cells of column "shop" .*first "9", row 2/)]);
  });

  test("a text in a numeric column is refused with its row, whatever else is in the piece", async () => {
    await expect(read(["a,1,7,", "b,x,7,", "b,y,7,"])).rejects.toThrow(/row 3, column "amount": got "x"/);
  });

  test("a channel that is not there, or that is in another role, is named", async () => {
    const other: Channel[] = [{ name: "amonut", kind: "numeric" }];
    await expect(read(["a,1,7,"], other)).rejects.toThrow(/no channel "amonut". Did you mean "amount"/);
    const path = file(["a,1,7,"]);
    await expect(pieces(path, { entity: "who", label: "amount" }, 9)).rejects.toThrow(/no channel "amount"/);
    await expect(pieces(path, { entity: "who", channels: ["shop"] }, 9)).rejects.toThrow(/no channel "amount"/);
    await expect(pieces(path, { entity: "who" }, 9, [...known, ...timed])).rejects.toThrow(/no channel "time_gap"/);
  });

  test("without channels, or without a vocabulary, a long table cannot be read in pieces", async () => {
    const reading = readInPieces(file(["a,1,7,"]), { entity: "who" }, { mostSteps: 9 }, async () => {});
    await expect(reading).rejects.toThrow(/expected the known channels/);
    await expect(read(["a,1,7,"], [{ name: "shop", kind: "categorical" }])).rejects.toThrow(/vocabulary/);
  });
});

test("times are of one kind in the whole file, also where pieces lie between them", async () => {
  const [a, b] = [events(true)[0], events(false)[1]];
  await expect(pieces(fileOf("a.csv", csv([a, b])), roles, 1)).rejects.toThrow(
    new RegExp(`row ${2 + a.length}, column "when".*expected an ISO date as above`),
  );
});

test("a label that changes inside an entity needs a window, and options of aggregates a time", async () => {
  const path = fileOf("a.csv", grouped);
  await expect(pieces(path, { ...roles, label: "fraud" }, 1)).rejects.toThrow(/"fraud".*give a window/);
  await expect(pieces(path, { entity: "who", amount: "amount" }, 1)).rejects.toThrow(/without `window` and `time`/);
  await expect(pieces(path, { entity: "who", timeChannels: true }, 1)).rejects.toThrow(/no time column/);
});

test("an empty file, a header alone, a row cut off", async () => {
  await expect(pieces(fileOf("a.csv", ""), roles, 1)).rejects.toThrow(/is empty/);
  await expect(pieces(fileOf("a.csv", `${HEADER}\n`), roles, 1)).rejects.toThrow(/header and nothing below/);
  await expect(pieces(fileOf("a.csv", `${grouped}a,b\n`), roles, 1)).rejects.toThrow(/got 2 cells, expected 7/);
});

test("what a taker throws ends the reading", async () => {
  const path = fileOf("a.csv", grouped);
  let taken = 0;
  const reading = readInPieces(path, roles, { mostSteps: 1, channels: known }, async () => {
    if (++taken === 2) throw new Error("disk full");
  });
  await expect(reading).rejects.toThrow("disk full");
  expect(taken).toBe(2);
});
