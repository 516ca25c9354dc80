import { describe, expect, test } from "vitest";
import { readInPieces, readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { fileOf, folderOf } from "./temporary.js";

const NAMES = ["time", "Timestamp", "date", "datetime", "cycle", "t", "step", "event_time", "start_date"];
const rows = ["3,10", "1,30", "2,20"];
const told = (notes: readonly string[]) => notes.filter((note) => note.includes("called as a time is"));

describe("a column that is called as a time is, and has no role, is read as a channel with a note:", () => {
  const files = (name: string) =>
    folderOf("runs", { "a.csv": `${name},v\n${rows.join("\n")}\n`, "b.csv": `${name},v\n${rows.join("\n")}\n` });
  const table = (name: string) => fileOf("a.csv", `who,${name},v\n${rows.map((row) => `a,${row}\n`).join("")}`);
  const layouts: [string, (name: string) => string, DataOptions][] = [
    ["a file per sequence", files, {}],
    ["a long table", table, { entity: "who" }],
  ];
  test.each(layouts)("%s", async (_, data, options) => {
    for (const name of NAMES) {
      const { train, notes } = await readSource(data(name), options);
      expect(train.channels.map((channel) => channel.name)).toEqual([name, "v"]);
      expect(train.values.slice(0, 6)).toEqual(Float32Array.of(3, 10, 1, 30, 2, 20)); // as before, in the file's order
      expect(told(notes)).toEqual([
        expect.stringContaining(
          `column "${name}" is called as a time is, and is read as a channel. Rows keep the order of the file. If it is the time of the steps, say so: \`time: "${name}"\`. If it is for no model, leave it out: \`drop: ["${name}"]\`.`,
        ),
      ]);
    }
    for (const name of ["timer", "mandate", "v2", "steps_left"])
      expect(told((await readSource(data(name), options)).notes)).toEqual([]);
  });

  test("what an option decided is not told, nor what a model reads", async () => {
    const roles: DataOptions[] = [{ time: "t" }, { drop: ["t"] }, { channels: ["t", "v"] }, { numeric: ["t"] }];
    for (const role of roles)
      expect(told((await readSource(table("t"), { entity: "who", ...role })).notes)).toEqual([]);
    const channels = ["t", "v"].map((name) => ({ name, kind: "numeric" as const }));
    expect(told(await readInPieces(table("t"), { entity: "who" }, { mostSteps: 9, channels }, async () => {}))).toEqual(
      [],
    );
  });

  test("the order of steps, once it is said", async () => {
    const { train } = await readSource(files("time"), { time: "time" });
    expect(train.values.slice(0, 3)).toEqual(Float32Array.of(30, 20, 10));
  });
});

test("in a wide table it is a step, with a note", async () => {
  const wide = fileOf("a.csv", "time,a,b,label\n3,1,2,x\n5,3,4,y\n");
  const { train, notes } = await readSource(wide, { wide: true });
  expect(train.values).toEqual(Float32Array.of(3, 1, 2, 5, 3, 4));
  expect(told(notes)).toEqual([
    expect.stringMatching(
      /column "time" is called as a time is, and is read as a step\. If it is none, leave it out: `drop: \["time"\]`\.$/,
    ),
  ]);
  expect(told((await readSource(wide, { wide: true, drop: ["time"] })).notes)).toEqual([]);
});
