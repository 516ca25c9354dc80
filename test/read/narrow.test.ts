import { describe, expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.js";
import { readInPieces, readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { isObserved, type SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { fileOf, folderOf } from "./temporary.js";

const OPTIONS: DataOptions = { entity: "id", time: "t", variable: "what" };
const TABLE = `id,t,what,value,dead
p1,0,hr,80,0
p1,0,age,61,0
p1,60,temp,37.5,0
p2,5,temp,36,1
p1,30,hr,90,0
p2,5,hr,70,1
p1,0,temp,36.5,0
`;
const read = (text: string, options: DataOptions = {}) => readSource(fileOf("n.csv", text), { ...OPTIONS, ...options });
const cellsOf = (set: SequenceSet) =>
  Array.from(set.values, (value, k) => (isObserved(set, k) ? Number(value.toFixed(2)) : null));
const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error("expected a failure"),
    (error: Error) => error,
  );

describe("a narrow table", () => {
  test("has a channel per variable and a step per time; the rest is missing", async () => {
    const { train, notes } = await read(TABLE, { label: "dead", static: ["age"] });
    expect(train.channels).toEqual(["hr", "temp"].map((name) => ({ name, kind: "numeric" })));
    expect(train.ids).toEqual(["p1", "p2"]);
    expect([...train.offsets]).toEqual([0, 3, 4]);
    expect([...train.times!]).toEqual([0, 30, 60, 5]);
    expect(cellsOf(train)).toEqual([80, 36.5, 90, null, null, 37.5, 70, 36]);
    expect([...train.labels!]).toEqual([0, 1]);
    expect(train.statics).toEqual({ names: ["age"], values: Float32Array.of(61, Number.NaN) });
    expect(notes.join()).toMatch(/2 rows were earlier/);
  });

  test("variables can be chosen, in an order, and left out; an absent one is told", async () => {
    const chosen = await read(TABLE, { label: "dead", channels: ["temp", "spo2", "hr"] });
    expect(chosen.train.channels.map(({ name }) => name)).toEqual(["temp", "spo2", "hr"]);
    expect(cellsOf(chosen.train).slice(0, 3)).toEqual([36.5, null, 80]);
    expect(chosen.notes.join()).toMatch(/nothing was measured of spo2/);
    const still = await read(TABLE, { label: "dead", static: ["age", "sex"] });
    expect(still.notes.join()).toMatch(/nothing was measured of sex/);
    const dropped = await read(TABLE, { label: "dead", drop: ["age", "hr"] });
    expect(dropped.train.channels.map(({ name }) => name)).toEqual(["temp"]);
    expect([...dropped.train.times!]).toEqual([0, 60, 5]);
  });

  test("the time is a column called so; a variable that repeats the name of its entity is left out", async () => {
    const table = TABLE.replace("id,t,", "id,Time,").replaceAll(/p(?=\d,)/g, "");
    const rows = `${table}1,0,record,1,0\n2,3,record,2,1\n`;
    const { train, notes } = await read(rows, { time: undefined, label: "dead" });
    expect(train.channels.map(({ name }) => name)).toEqual(["hr", "age", "temp"]);
    expect([...train.times!]).toEqual([0, 30, 60, 5]); // no step of the record alone
    expect([...train.labels!]).toEqual([0, 1]);
    expect(notes.join()).toMatch(/record repeats the name of the entity; left out/);
    const asked = await read(rows, { time: "Time", channels: ["record", "hr"] });
    expect(asked.train.channels.map(({ name }) => name)).toEqual(["record", "hr"]);
    const one = await read("id,time,what,value\n7,0,x,7\n", { time: undefined });
    expect(one.train.channels).toHaveLength(1);
    expect((await failure(read(TABLE, { time: undefined }))).message).toMatch(/without a time, expected its column/);
  });

  test("of two values at one time the later row counts, and that is told", async () => {
    const { train, notes } = await read("id,t,what,value\na,1,x,5\na,1,x,6\na,2,x,7\n");
    expect(cellsOf(train)).toEqual([6, 7]);
    expect(notes.join()).toMatch(/1 rows have the entity, time and variable of an earlier one; the later row counts/);
  });

  test("columns without a role are told, missing values are missing", async () => {
    const { train, notes } = await read("id,t,what,value,unit\na,1,x,,mg\na,1,y,2,mg\n");
    expect(cellsOf(train)).toEqual([null, 2]);
    expect(notes.join()).toMatch(/column unit is not read/);
  });

  test("windows make each time a case, with its label", async () => {
    const { train, events } = await read(TABLE, { label: "dead", static: ["age"], window: 2, timeChannels: false });
    expect(train.ids).toEqual(["p1#1", "p1#2", "p1#3", "p2#1"]);
    expect([...train.labels!]).toEqual([0, 0, 0, 1]);
    expect(events!.entities).toEqual(["p1", "p1", "p1", "p2"]);
    expect([...train.statics!.values]).toEqual([61, 61, 61, Number.NaN]);
  });

  test("an entity without a measurement is an empty sequence with its label", async () => {
    const { train } = await read("id,t,what,value,y\na,1,x,5,0\nb,1,age,6,1\n", { label: "y", static: ["age"] });
    expect(train.ids).toEqual(["a", "b"]);
    expect([...train.offsets]).toEqual([0, 1, 1]);
    expect([...train.labels!]).toEqual([0, 1]);
  });

  test.each<[string, DataOptions, RegExp]>([
    ["id,t,what,value\na,1,x,high\n", {}, /row 2, variable "x": got "high".*`drop`/s],
    ["id,t,what,value\na,1,,5\n", {}, /row 2, column "what": got "", expected a name/],
    ["id,t,what,value\na,noon,x,5\n", {}, /row 2, column "t": got "noon"/],
    ["id,t,what,value,y\na,1,x,5,0\na,2,x,5,1\n", { label: "y" }, /row 3, column "y": got "1" after "0".*window/s],
    ["id,t,what,value,y\na,1,x,5,0\na,1,z,5,1\n", { label: "y", window: 2 }, /row 3.*same entity and time/s],
    ["id,t,what,value\na,1,age,5\na,2,age,6\nb,1,x,1\n", { static: ["age"] }, /row 3, static column "age": got "6"/],
  ])("%j is refused with its row", async (text, options, message) => {
    const error = await failure(read(text, options));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(message);
  });

  test.each<[DataOptions, RegExp]>([
    [{ time: undefined }, /without a time/],
    [{ value: "amount" }, /no column of the values "amount"/],
    [{ variable: "vary" }, /no column of the variables "vary"/],
    [{ value: "what" }, /in two roles/],
    [{ amount: "hr", window: 2 }, /`amount` does not apply to a narrow table/],
    [{ variable: undefined, value: "value" }, /`value` without `variable`/],
  ])("options that do not fit: %j", async (options, message) => {
    const error = await failure(read(TABLE, options));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toMatch(message);
  });

  test("a file per entity", async () => {
    const one = "Time,Parameter,Value\n0,RecordID,1\n0,Age,50\n5,HR,80\n5,Temp,37\n";
    const folder = folderOf("set-a", { "1.txt": one, "2.txt": "Time,Parameter,Value\n0,Age,60\n9,Temp,38\n" });
    const options = { variable: "Parameter", time: "Time", static: ["Age"], drop: ["RecordID"] };
    const { train } = await readSource(`${folder}/*.txt`, options);
    expect(train.ids).toEqual(["1", "2"]);
    expect(cellsOf(train)).toEqual([80, 37, null, 38]);
    expect([...train.statics!.values]).toEqual([50, 60]);
    const single = await readSource(`${folder}/1.txt`, options);
    expect(single.train.ids).toEqual(["1"]);
  });

  test("in pieces, with the variables of a model", async () => {
    const text = "id,t,what,value\na,1,z,5\na,1,y,4\nb,2,x,3\nb,1,new,2\nc,1,x,1\n";
    const channels = ["x", "y"].map((name) => ({ name, kind: "numeric" as const }));
    const pieces: (number | null)[][] = [];
    const path = fileOf("n.csv", text);
    const notes = await readInPieces(path, OPTIONS, { mostSteps: 1, channels }, async ({ set }) => {
      expect(set.channels).toEqual(channels);
      pieces.push(cellsOf(set));
    });
    expect(pieces.flat()).toEqual([null, 4, 3, null, 1, null]);
    expect(notes.join()).toMatch(/does not know 2 variables: z, new/);
  });
});

describe("static columns of a long table", () => {
  const text = "who,t,x,age,country\na,1,1,30,NL\na,2,2,30.0,NL\nb,1,3,,DE\nb,2,4,50,\n";
  const options: DataOptions = { entity: "who", time: "t", static: ["age", "country"] };

  test("are kept beside the channels, numbers and categories", async () => {
    const { train } = await readSource(fileOf("s.csv", text), options);
    expect(train.channels.map(({ name }) => name)).toEqual(["x"]);
    expect(train.statics).toEqual({
      names: ["age", "country"],
      values: Float32Array.of(30, 0, 50, 1),
      vocabularies: [undefined, ["NL", "DE"]],
    });
  });

  test("as channels are the same at every step", async () => {
    const asChannels: DataOptions = { ...options, staticChannels: true };
    const { train } = await readSource(fileOf("s.csv", text), asChannels);
    expect(train.channels.map(({ name, kind }) => [name, kind])).toEqual([
      ["x", "numeric"],
      ["age", "numeric"],
      ["country", "categorical"],
    ]);
    expect([...train.values]).toEqual([1, 30, 0, 2, 30, 0, 3, 50, 1, 4, 50, 1]);
    const values: number[] = [];
    const pieces = { mostSteps: 1, channels: train.channels };
    await readInPieces(fileOf("s.csv", text), asChannels, pieces, async ({ set }) => {
      values.push(...set.values);
    });
    expect(values).toEqual([...train.values]);
    const none = await failure(readSource(fileOf("s.csv", text), { entity: "who", staticChannels: true }));
    expect(none.message).toMatch(/no static columns/);
  });

  test("a value that changes inside an entity is refused with its row", async () => {
    const error = await failure(readSource(fileOf("s.csv", text.replace("30.0", "31")), options));
    expect(error.message).toMatch(/row 3, static column "age": got "31", expected "30" as in row 2/);
    const unknown = await failure(readSource(fileOf("s.csv", text), { ...options, static: ["aeg"] }));
    expect(unknown.message).toMatch(/no static column "aeg"/);
  });

  test("new data of a model need none, unless they are channels", async () => {
    const path = fileOf("s.csv", "who,t,x\na,1,1\n");
    const channels = [{ name: "x", kind: "numeric" as const }];
    const ids: string[] = [];
    await readInPieces(path, options, { mostSteps: 1, channels }, async ({ set }) => {
      ids.push(...set.ids);
    });
    expect(ids).toEqual(["a"]);
  });
});

test("a static variable that is given twice at one time has its later value, and that is told", async () => {
  const { train, notes } = await read("id,t,what,value\na,0,age,74\na,0,age,68\na,1,x,5\n", { static: ["age"] });
  expect(train.statics!.values).toEqual(Float32Array.of(68));
  expect(notes.join()).toMatch(/1 rows have the entity, time and variable of an earlier one/);
});

test("a variable may be called like a mark for missing: Na is sodium", async () => {
  const { train } = await read("id,t,what,value\na,1,Na,140\na,1,null,5\n");
  expect(train.channels.map(({ name }) => name)).toEqual(["Na", "null"]);
});
