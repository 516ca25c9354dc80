import { mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.js";
import { filesRead, readInPieces, readSource } from "../../src/read/read.js";
import { countOf, lengthOf, type SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { fileOf, folderOf } from "./temporary.js";

/** A run of a sensor: a header and as many rows as there are values. */
const run = (...values: number[]) => ["x,y", ...values.map((value) => `${value},${-value}`), ""].join("\n");
/** Writes files into folders below one. */
function tree(files: Record<string, string>): string {
  const flat = folderOf("data", Object.fromEntries(Object.entries(files).map(([, text], k) => [`f${k}`, text])));
  Object.keys(files).forEach((name, k) => {
    mkdirSync(dirname(join(flat, name)), { recursive: true });
    renameSync(join(flat, `f${k}`), join(flat, name));
  });
  return flat;
}
const labelsOf = (set: SequenceSet) => set.labels && Array.from(set.labels, (label) => set.classNames![label]);
const lengthsOf = (set: SequenceSet) => set.ids.map((_, n) => lengthOf(set, n));
const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error("expected a failure"),
    (error: Error) => error,
  );

describe("one file per sequence", () => {
  const files = { "b.csv": run(4, 5), "a.csv": run(1, 2, 3), "notes.md": "no table", ".hidden.csv": "x\n1" };

  test("a folder, a glob and a list are the same sequences, by name", async () => {
    const folder = folderOf("runs", files);
    const { train, name, files: read } = await readSource(folder);
    expect(name).toBe("runs");
    expect(train.ids).toEqual(["a", "b"]);
    expect(train.channels.map((channel) => channel.name)).toEqual(["x", "y"]);
    expect(lengthsOf(train)).toEqual([3, 2]);
    expect([...train.values]).toEqual([1, -1, 2, -2, 3, -3, 4, -4, 5, -5]);
    expect(read.map(({ path }) => path)).toEqual([join(folder, "a.csv"), join(folder, "b.csv")]);
    for (const input of [join(folder, "*.csv"), [join(folder, "a.csv"), join(folder, "b.csv")]])
      expect((await readSource(input)).train).toEqual(train);
  });

  test("a folder with one table stands for that table; a model of several files reads it as one sequence", async () => {
    const wide = folderOf("alone", { "waves.csv": "label,t1,t2\na,1,2\nb,3,4\n", "notes.md": "no table" });
    const { train, name } = await readSource(wide);
    expect([name, countOf(train), labelsOf(train)]).toEqual(["waves", 2, ["a", "b"]]);
    const last = folderOf("last", { "c.csv": run(1, 2) });
    expect(lengthsOf((await readSource(last, { oneEntity: true })).train)).toEqual([2]);
  });

  test("in pieces it is the same", async () => {
    const folder = folderOf("runs", files);
    const { train } = await readSource(folder);
    const ids: string[] = [];
    const values: number[] = [];
    const pieces = { mostSteps: 1, channels: train.channels };
    await readInPieces(folder, {}, pieces, async ({ set }) => {
      ids.push(...set.ids);
      values.push(...set.values);
    });
    expect(ids).toEqual(train.ids);
    expect(values).toEqual([...train.values]);
  });

  test("columns in another order are known by name; other columns are refused", async () => {
    const swapped = folderOf("runs", { "a.csv": "x,y\n1,2\n", "b.csv": "y,x\n4,3\n" });
    expect([...(await readSource(swapped)).train.values]).toEqual([1, 2, 3, 4]);
    const other = folderOf("runs", { "a.csv": "x,y\n1,2\n", "b.csv": "x,z\n4,3\n" });
    expect(await failure(readSource(other))).toMatchObject({
      message: expect.stringMatching(/b\.csv: got no "y" and got "z" in addition, expected the columns of .*a\.csv/),
    });
    const same = await readSource(other, { drop: ["y"] }).catch((error: Error) => error.message);
    expect(same).toMatch(/got "z" in addition/);
    const dropped = folderOf("runs", { "a.csv": "x,y\n1,2\n", "b.csv": "x\n3\n" });
    expect([...(await readSource(dropped, { drop: ["y"] })).train.values]).toEqual([1, 3]);
    expect((await failure(readSource(dropped, { drop: ["yy"] }))).message).toMatch(/no column "yy"/);
  });

  test("a bad cell is named by its file and row", async () => {
    const folder = folderOf("runs", { "a.csv": run(1, 2, 3), "b.csv": "x,y\n1,2\n3,oops\n", "c.csv": run(1, 2) });
    expect((await failure(readSource(folder))).message).toMatch(/row 3 of .*b\.csv, column "y": got "oops"/);
    const cut = folderOf("runs", { "a.csv": run(1, 2, 3), "b.csv": "x,y\n1,2\n3\n" });
    expect((await failure(readSource(cut))).message).toMatch(/b\.csv, row 3: got 1 cells/);
  });

  test("a file without rows is left out, and told", async () => {
    const folder = folderOf("runs", { "a.csv": run(1), "b.csv": "x,y\n", "c.csv": "", "d.csv": run(7, 8) });
    const { train, notes } = await readSource(folder);
    expect(train.ids).toEqual(["a", "d"]);
    expect(notes.join()).toMatch(/2 of 4 files have no rows \(.*[bc]\.csv/);
  });

  test("without a header columns are counted", async () => {
    const { train, notes } = await readSource(folderOf("runs", { "a.txt": "1,2\n3,4\n", "b.txt": "5,6\n" }));
    expect(train.channels.map(({ name }) => name)).toEqual(["c1", "c2"]);
    expect([...train.values]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(notes.join()).toMatch(/no header/);
  });

  test("files of the same entities are one long table", async () => {
    const folder = folderOf("days", { "1.csv": "who,t,x\na,1,1\nb,1,2\n", "2.csv": "who,t,x\nb,2,3\na,2,4\n" });
    const { train } = await readSource(folder, { entity: "who", time: "t" });
    expect(train.ids).toEqual(["a", "b"]);
    expect([...train.values]).toEqual([1, 4, 2, 3]);
  });

  test("a series format, a folder without tables, an empty glob, an empty list", async () => {
    const folder = folderOf("runs", { "a.ts": "@data\n1,2\n", "b.csv": run(1) });
    expect((await failure(readSource([join(folder, "a.ts"), join(folder, "b.csv")]))).message).toMatch(/Read it alone/);
    expect((await failure(readSource(folderOf("none", { "a.md": "" })))).message).toMatch(/no data sets in the folder/);
    expect((await failure(readSource(join(folder, "*.parquett")))).message).toMatch(/behind the glob/);
    expect(await failure(readSource([]))).toBeInstanceOf(OptionError);
  });

  test("labels from the folder, from the name; parts from folders", async () => {
    const folder = tree({
      "train/ok/1.csv": run(1),
      "train/bad/2.csv": run(2),
      "test/ok/3.csv": run(3),
      "test/bad/4.csv": run(4),
    });
    const { train, test: tested } = await readSource(folder, { labelFrom: "folder" });
    expect(train.ids).toEqual(["2", "1"]);
    expect(labelsOf(train)).toEqual(["bad", "ok"]);
    expect(labelsOf(tested!)).toEqual(["bad", "ok"]);
    expect([...tested!.values]).toEqual([4, -4, 3, -3]);
    const other = tree({ "ok/train/1.csv": run(1), "ok/test/2.csv": run(2, 3), "bad/train/3.csv": run(4) });
    const windows = await readSource(other, { labelFrom: "folder", window: 2, time: "x", timeChannels: false });
    expect(labelsOf(windows.train)).toEqual(["bad", "ok"]);
    expect(labelsOf(windows.test!)).toEqual(["ok", "ok"]);
    expect(windows.events!.entities).toEqual(["3", "1", "2", "2"]); // the training part first
    const named = folderOf("runs", { "ok_1.csv": run(1), "bad_1.csv": run(2) });
    expect(labelsOf((await readSource(named, { labelFrom: "^(\\w+)_" })).train)).toEqual(["bad", "ok"]);
    expect((await failure(readSource(named, { labelFrom: "^(o\\w+)_" }))).message).toMatch(/bad_1\.csv.*not match/);
    for (const pattern of ["ok", "(", "(a)|b(c"])
      expect((await failure(readSource(named, { labelFrom: pattern }))).message).toMatch(/`labelFrom`/);
    const neither = tree({ "train/1.csv": run(1), "test/2.csv": run(1), "x/3.csv": run(1) });
    expect((await failure(readSource(neither))).message).toMatch(/x\/3\.csv in neither/);
  });

  test("files of one name in two folders are told apart", async () => {
    const folder = tree({ "a/1.csv": run(1), "b/1.csv": run(2) });
    expect((await readSource(folder)).train.ids).toEqual(["a/1", "b/1"]);
  });
});

describe("a manifest", () => {
  const files = { "a.csv": run(1), "b.csv": run(2), "c.csv": run(3), "d.csv": run(4) };
  const read = (manifest: string) => {
    const folder = folderOf("runs", { ...files, "manifest.csv": manifest });
    return readSource(folder, { manifest: join(folder, "manifest.csv") });
  };

  test("gives labels, parts and static columns", async () => {
    const manifest = "file,label,part,age,site\na.csv,no,train,50,north\nc,yes,train,,south\nd.csv,no,test,70,north\n";
    const { train, test: tested, notes, files: all } = await read(manifest);
    expect(train.ids).toEqual(["a", "c"]);
    expect(labelsOf(train)).toEqual(["no", "yes"]);
    expect(labelsOf(tested!)).toEqual(["no"]);
    expect(train.statics).toEqual({
      names: ["age", "site"],
      values: Float32Array.of(50, 0, Number.NaN, 1),
      vocabularies: [undefined, ["north", "south"]],
    });
    expect([...tested!.statics!.values]).toEqual([70, 0]);
    expect(notes.join()).toMatch(/1 of 4 files are not in the manifest/);
    expect(all.map(({ path }) => path.split("/").at(-1))).toEqual(["a.csv", "c.csv", "d.csv", "manifest.csv"]);
  });

  test.each([
    ["file,label\nz.csv,1\n", /row 2: got the file "z\.csv", which is not among/],
    ["file,label\na.csv,1\na,2\n", /row 3: got the file "a" again \(row 2\)/],
    ["name,label\na.csv,1\n", /expected one called "file"/],
    ["file,part\na.csv,middle\n", /row 2, column "part": got "middle"/],
    ["file,label\n", /nothing below it/],
  ])("%j is refused", async (manifest, message) => {
    expect(await failure(read(manifest))).toMatchObject({ message: expect.stringMatching(message) });
  });
});

describe("a label per entity in another file", () => {
  const table = "who,t,x\n7,1,1\n7,2,2\n8,1,3\n9,1,4\n";
  const read = (labels: string, more = {}) => {
    const folder = folderOf("d", { "x.csv": table, "labels.csv": labels });
    return readSource(join(folder, "x.csv"), { entity: "who", time: "t", labels: join(folder, "labels.csv"), ...more });
  };

  test("goes to the entity's case, and to each of its events; who lacks one is told", async () => {
    const { train, notes, files } = await read("who,dead\n7,0\n8,1\n5,1\n");
    expect([...train.labels!]).toEqual([0, 1, -1]);
    expect(train.classNames).toEqual(["0", "1"]);
    expect(notes.join("\n")).toMatch(/1 entities of the data have no row in it \(9\)/);
    expect(notes.join("\n")).toMatch(/1 of its 3 entities are not in the data \(5\)/);
    expect(files).toHaveLength(2);
    const events = await read("who,dead\n7,0\n8,1\n", { window: 2 });
    expect([...events.train.labels!]).toEqual([0, 0, 1, -1]);
  });

  test("with its columns named, and static ones", async () => {
    const labels = "id,age,dead,alive\n7,60,yes,no\n8,50,no,yes\n9,40,no,yes\n";
    const { train } = await read(labels, { on: "id", label: "dead", static: ["age"] });
    expect(labelsOf(train)).toEqual(["yes", "no", "no"]);
    expect(train.statics).toEqual({ names: ["age"], values: Float32Array.of(60, 50, 40) });
    expect((await failure(read(labels, { on: "id" }))).message).toMatch(/which is the label.*age, dead, alive/s);
    expect((await failure(read(labels, { on: "nr" }))).message).toMatch(/no column "nr"/);
  });

  test("two labels of one entity, and keys that do not fit, are refused", async () => {
    expect((await failure(read("who,dead\n7,0\n7,1\n"))).message).toMatch(/row 3: got "1" for "7", expected "0"/);
    const error = await failure(read("who,dead\n07,0\n08,1\n"));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/none of the 3 entities.*here "07", in the data "7"/s);
  });

  test("by file, and in pieces", async () => {
    const folder = folderOf("runs", { "7.csv": run(1), "8.csv": run(2), "l.tab.csv": "id,dead\n7,0\n8,1\n" });
    const options = { labels: join(folder, "l.tab.csv") };
    expect([...(await readSource(folder, options)).train.labels!]).toEqual([0, 1]);
    const texts: unknown[] = [];
    const channels = (await readSource(folder, options)).train.channels;
    await readInPieces(folder, options, { mostSteps: 1, channels }, async ({ labelTexts }) => {
      texts.push(...labelTexts!);
    });
    expect(texts).toEqual(["0", "1"]);
    expect(await filesRead(folder, options)).toEqual(["7.csv", "8.csv", "l.tab.csv"].map((file) => join(folder, file)));
  });
});

describe("train and test files of events", () => {
  const TRAIN = "who,t,x,kind,bad\na,2,1,food,0\na,1,2,fuel,1\nb,1,3,food,0\n";
  const TEST = "who,t,x,kind,bad\nc,1,4,web,1\na,3,5,food,0\n";

  test("have one vocabulary, entities of both parts are told", async () => {
    const folder = folderOf("E", { "E_TRAIN.csv": TRAIN, "E_TEST.csv": TEST });
    const { train, test: tested, notes } = await readSource(folder, { entity: "who", time: "t", drop: ["bad"] });
    expect(train.ids).toEqual(["a", "b"]);
    expect(tested!.ids).toEqual(["c", "a"]);
    expect(tested!.channels).toEqual(train.channels);
    expect(train.channels[1].vocabulary).toEqual(["food", "fuel", "web"]);
    expect([...train.values]).toEqual([2, 1, 1, 0, 3, 0]);
    expect([...tested!.values]).toEqual([4, 2, 5, 0]);
    expect(notes.join()).toMatch(/1 entities are in the training part and in the test part \(a\)/);
  });

  test("as windows, with labels and what is known of events", async () => {
    const folder = folderOf("E", { "train_E.csv": TRAIN, "test_E.csv": TEST });
    const options = { entity: "who", time: "t", label: "bad", window: 2, timeChannels: false, amount: "x" };
    const { train, test: tested, events, name } = await readSource(folder, options);
    expect(name).toBe("E");
    expect(train.ids).toEqual(["a#1", "a#2", "b#1"]);
    expect(labelsOf(train)).toEqual(["1", "0", "0"]);
    expect(tested!.ids).toEqual(["c#1", "a#1"]);
    expect(tested!.entities).toEqual(["c", "a"]);
    expect(events!.entities).toEqual(["a", "a", "b", "c", "a"]);
    expect([...events!.amounts!]).toEqual([2, 1, 3, 4, 5]);
  });

  test("an unknown or missing entity is refused", async () => {
    const folder = folderOf("E", { "E_TRAIN.csv": TRAIN, "E_TEST.csv": TEST.replace("\na,", "\n,") });
    expect((await failure(readSource(folder, { entity: "whom", time: "t" }))).message).toMatch(
      /no entity column "whom"/,
    );
    const missing = await failure(readSource(folder, { entity: "who", time: "t" }));
    expect(missing.message).toMatch(/row 3 of .*E_TEST\.csv.*expected the entity/);
  });

  test("a bad cell of the test part is named", async () => {
    const folder = folderOf("E", { "E_TRAIN.csv": TRAIN, "E_TEST.csv": TEST.replace(",5,", ",oops,") });
    const error = await failure(readSource(folder, { entity: "who", time: "t" }));
    expect(error.message).toMatch(/row 3 of .*E_TEST\.csv, column "x": got "oops"/);
  });
});

describe("one log without an entity", () => {
  const log = `t,x\n${Array.from({ length: 10 }, (_, k) => `${k},${k * k}`).join("\n")}\n`;

  test("is one sequence, or one case per event", async () => {
    const { train } = await readSource(fileOf("pump.csv", log), { time: "t", oneEntity: true });
    expect(train.ids).toEqual(["pump"]);
    expect(lengthsOf(train)).toEqual([10]);
    const windows = await readSource(fileOf("pump.csv", log), { time: "t", oneEntity: true, window: 3 });
    expect(countOf(windows.train)).toBe(10);
    expect(new Set(windows.train.entities)).toEqual(new Set(["pump"]));
  });

  test("with a time alone it is refused with advice", async () => {
    const error = await failure(readSource(fileOf("pump.csv", log), { time: "t", window: 3 }));
    expect(error.message).toMatch(/`time` does not apply.*`entity`.*`oneEntity`/s);
    const both = await failure(readSource(fileOf("pump.csv", log), { entity: "t", oneEntity: true }));
    expect(both.message).toMatch(/expected one of the two/);
  });
});
