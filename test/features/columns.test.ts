import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "npyjs";
import { describe, expect, test } from "vitest";
import { compare } from "../../src/evaluate/compare.js";
import { encodeFile } from "../../src/features/encode-file.js";
import { fitFile } from "../../src/features/fit-file.js";
import { conformChannels } from "../../src/model/prepare.js";
import { readSource } from "../../src/read/read.js";
import { describeSet } from "../../src/sequences/inspect/inspect.js";
import { sequencesFrom } from "../../src/sequences/set/sequences-from.js";
import { limitCategories, MOST_CATEGORIES } from "../../src/sequences/transform/limit-categories.js";
import { resampleToGrid } from "../../src/sequences/transform/resample.js";
import { folderWith } from "../cli/run.js";
import { engines } from "../engines.js";

const { engine } = engines[engines.length - 1];
const quick = { units: 3, threads: 0, train: { updates: 4, batchSize: 8 } };

/** 20 entities of 20 events with a shop of 400, of which shop 0 comes in every other event. */
const EVENTS = Array.from({ length: 400 }, (_, i) => ({
  who: `e${i % 20}`,
  time: i,
  amount: (i * 7) % 13,
  shop: i % 2 ? `s${i}` : "s0",
  fraud: (i % 20) % 2,
}));
const csv = (columns: readonly (keyof (typeof EVENTS)[number])[]) =>
  `${columns.join(",")}\n${EVENTS.map((event) => `${columns.map((name) => event[name]).join(",")}\n`).join("")}`;
const folder = folderWith({
  "train.csv": csv(["who", "time", "amount", "shop", "fraud"]),
  "new.csv": csv(["who", "time", "amount", "shop"]),
  "shops.csv": "who,time,amount,shop\na,1,5,s0\na,2,6,never seen\n",
});
const path = (name: string) => join(folder, name);
const reading = { entity: "who", time: "time", label: "fraud" };

describe("many categories", () => {
  test("the most frequent stay, the rest is one, of equal counts the earlier stays", () => {
    const words = [...Array.from({ length: 300 }, (_, i) => `w${i}`), "w299", "w299", "w298"];
    const set = sequencesFrom([words], { channels: ["x"] });
    const { channels, notes } = limitCategories(set);
    const { vocabulary, rest } = channels[0];
    expect(vocabulary).toHaveLength(MOST_CATEGORIES);
    expect([vocabulary![0], vocabulary!.slice(-4), rest]).toEqual(["w0", ["w252", "w298", "w299", "other"], 255]);
    expect(notes).toEqual([expect.stringMatching(/300 categories: the 255 most frequent .*\(14\.9 % of the steps\)/)]);
    const limited = conformChannels(set, channels);
    expect([...limited.values.slice(252, 255)]).toEqual([252, 255, 255]);
    expect(limited.observed?.every((byte) => byte === 255) ?? true).toBe(true); // nothing became missing
    expect(limitCategories(limited)).toEqual({ channels: limited.channels, notes: [] });
  });

  test("inspect, fit and compare agree, and a model puts a new category with the rest", async () => {
    const source = await readSource(path("train.csv"), reading);
    const note = expect.stringMatching(/"shop" has 201 categories/);
    expect(describeSet(source.train).warnings).not.toContainEqual(note); // below the limit
    const many = { ...source, train: crowded(source.train) };
    const limited = expect.stringMatching(/"shop" has 1201 categories: the 255 most/);
    expect(describeSet(many.train).warnings).toContainEqual(limited);
    const options = { features: ["statistics"], classifiers: ["ridge"], folds: 2, repeats: 1 } as const;
    const labels = many.train.labels!.map((label, n) => (n === 0 ? -1 : label));
    const { notes } = await compare(engine, { ...many, train: { ...many.train, labels } }, options as never);
    expect(notes).toContainEqual(limited);
    expect(notes).toContain("1 of 20 cases have no label; they are left out.");
  });
});

/** The set with a vocabulary of 1,000 more words, which no step has. */
function crowded(set: Awaited<ReturnType<typeof readSource>>["train"]) {
  const more = Array.from({ length: 1000 }, (_, i) => `more${i}`);
  const channels = set.channels.map((channel) =>
    channel.vocabulary ? { ...channel, vocabulary: [...channel.vocabulary, ...more] } : channel,
  );
  return { ...set, channels };
}

describe("a model and new data", () => {
  test("without the label they are encoded, to the same features, with a note", async () => {
    const model = await fitFile(engine, path("train.csv"), path("m.undertone"), { ...quick, reading });
    const known = await encodeFile(engine, model, path("train.csv"), path("known.csv"));
    const fresh = await encodeFile(engine, model, path("new.csv"), path("fresh.csv"));
    expect(fresh.rows).toBe(known.rows);
    expect(fresh.notes).toContainEqual(expect.stringMatching(/no column "fraud", the label in training/));
    const explicit = encodeFile(engine, model, path("new.csv"), path("x.csv"), { reading: { label: "fraud" } });
    await expect(explicit).rejects.toThrow(/no label column "fraud"/);
    await expect(
      fitFile(engine, path("train.csv"), path("y.undertone"), { ...quick, reading: { ...reading, label: "fruad" } }),
    ).rejects.toThrow(/Did you mean "fraud"/);
  });

  test("a category that only new data have is of the rest where a model has one", async () => {
    const { train } = await readSource(path("shops.csv"), { entity: "who", time: "time" });
    const channel = { name: "shop", kind: "categorical" as const, vocabulary: ["s0", "other"] };
    const at = (wanted: typeof channel & { rest?: number }) => conformChannels(train, [wanted]);
    expect([...at({ ...channel, rest: 1 }).values]).toEqual([0, 1]);
    expect(at(channel).observed![0] & 3).toBe(1);
  });
});

describe("what may be wrong with data", () => {
  test("one wrong time stamp: inspect warns, a grid refuses and names the sequence", () => {
    const times = [[0, ...Array.from({ length: 9 }, (_, i) => 1.7e9 + 60 * i)]];
    const set = sequencesFrom([times[0].map((_, i) => i)], { times, ids: ["m2"] });
    expect(describeSet(set).warnings).toContainEqual(
      expect.stringMatching(/"m2" has a gap of 53.9 years and all its other gaps together are 8 minutes/),
    );
    for (const step of [60, 86_400])
      expect(() => resampleToGrid(set, { step, method: "linear" })).toThrow(
        /sequence "m2".*correct a wrong time stamp/,
      );
    const even = sequencesFrom([[1, 2, 3]], { times: [[0, 600, 1200]] });
    expect(resampleToGrid(even, { step: 1, method: "linear" }).offsets[1]).toBe(1201);
    expect(() => resampleToGrid(even, { step: 1e-3, method: "linear" })).toThrow(/not much longer than the data/);
  });

  test("an identifier of whole numbers is named, a measurement is not", () => {
    const entities = Array.from({ length: 20 }, (_, n) => `e${n}`);
    const set = sequencesFrom(
      entities.map((_, n) => [
        [1000 + n, n % 5, n + 0.5],
        [1000 + n, n % 5, n + 0.5],
      ]),
      { channels: ["serial", "age", "height"], entities },
    );
    const named = describeSet(set).warnings.filter((warning) => /serial number/.test(warning));
    expect(named).toEqual([expect.stringMatching(/^Channel "serial"/)]);
  });

  test("a channel that 32-bit floats round away is named, others are not", () => {
    const wave = Array.from({ length: 50 }, (_, i) => Math.sin(i));
    const coarse = sequencesFrom([wave.map((value) => [value, 1e7 + value, 1e4 + value])], {
      channels: ["a", "b", "c"],
    });
    const named = describeSet(coarse).warnings.filter((warning) => /32-bit floats round it/.test(warning));
    expect(named).toEqual([expect.stringMatching(/^Channel "b"/)]);
  });
});

test("channels of data that are not the model's are told, where they have no names of their own; a vocabulary is the model's", async () => {
  const array = (name: string, C: number) => {
    const values = Float32Array.from({ length: 12 * 5 * C }, (_, k) => Math.sin(k));
    writeFileSync(path(name), new Uint8Array(dump(values, [12, 5, C])));
    return path(name);
  };
  const model = await fitFile(engine, array("X.npy", 2), path("x.undertone"), { ...quick });
  const { notes } = await encodeFile(engine, model, array("X_more.npy", 4), path("xz.csv"));
  expect(notes.join()).toMatch(/2 of 4 channels are not the model's and are left out/);
  expect((await encodeFile(engine, model, path("X.npy"), path("xz.csv"))).notes.join()).not.toMatch(/left out/);
  const words = encodeFile(engine, model, path("X.npy"), path("v.csv"), { reading: { vocabulary: 9 } });
  await expect(words).rejects.toThrow(/`vocabulary`: the model has the tokens of its training/);
});
