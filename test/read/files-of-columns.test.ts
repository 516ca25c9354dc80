import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSource } from "../../src/read/read.js";
import { folderOf } from "./temporary.js";

const RUNS = { "run_0.csv": "t,x\n1,2\n2,3\n", "run_1.csv": "t,x\n1,5\n2,6\n", "run_2.csv": "t,x\n1,4\n" };
const MANIFEST = "file,label\nrun_0.csv,good\nrun_1.csv,bad\nrun_2.csv,good\n";
const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "expected a failure",
    (error: Error) => error.message,
  );

describe("a name that reading makes", () => {
  test("is no column of the data: they may have one called so", async () => {
    const folder = folderOf("runs", {
      "a.csv": "t,file,label of the file\n1,2,3\n",
      "b.csv": "t,file,label of the file\n1,5,6\n",
    });
    const { train, notes } = await readSource(folder, { time: "t", labelFrom: "^(.)" });
    expect(train.channels.map(({ name }) => name)).toEqual(["file", "label of the file"]);
    expect([...train.values]).toEqual([2, 3, 5, 6]);
    expect(train.ids).toEqual(["a", "b"]);
    expect(notes.join()).not.toContain("\0");
  });

  test("is not offered, and not listed", async () => {
    const folder = folderOf("runs", RUNS);
    const named = await failure(readSource(folder, { time: "fil", labelFrom: "^(.)" }));
    expect(named).toMatch(/no time column "fil"\. (Did you mean "[tx]"\? )?There are: t, x\.$/);
    const narrow = await failure(readSource(folder, { variable: "x", labelFrom: "^(.)" }));
    expect(narrow).toMatch(/Columns of the file: t, x\.$/);
  });

  test("stands in messages without its mark", async () => {
    const folder = folderOf("runs", { "1.csv": "t,x\n1,2\n", "2.csv": "t,x\n1,2\n", "NA.csv": "t,x\n1,5\n" });
    expect(await failure(readSource(folder))).toMatch(/column "file": got "NA" among numbers/);
  });

  test("a column of the labels, or of a manifest, that the data have too is named with both files", async () => {
    const folder = folderOf("runs", RUNS);
    const aside = folderOf("aside", {
      "m.csv": "file,x\nrun_0.csv,1\n",
      "y.csv": "run,x\nrun_0,1\nrun_1,2\nrun_2,1\n",
    });
    for (const options of [{ manifest: join(aside, "m.csv") }, { labels: join(aside, "y.csv") }])
      expect(await failure(readSource(folder, options))).toMatch(
        /(m|y)\.csv: got the column "x", and .*run_0\.csv has one of that name.*`drop: \["x"\]`/,
      );
    const { train } = await readSource(folder, { labels: join(aside, "y.csv"), drop: ["x"] });
    expect([...train.labels!]).toEqual([0, 1, 0]);
  });
});

describe("a file of other columns among those that are read together", () => {
  test.each(["manifest.csv", "s.csv"])("%s is named, where it lies first or last", async (name) => {
    const folder = folderOf("runs", { ...RUNS, [name]: MANIFEST });
    const path = join(folder, name);
    for (const options of [{}, { time: "t" }, { oneEntity: true }, { drop: ["x"] }, { entity: "t" }])
      expect(await failure(readSource(folder, options))).toContain(`${path}: got no `);
    expect(await failure(readSource(folder))).toBe(
      `${path}: got no "t", "x" and got "file", "label" in addition, expected the columns that 3 of the 4 files have (t, x). Files that are read together have the same columns. If it tells of the files, give it as \`manifest: "${path}"\`.`,
    );
    expect((await readSource(folder, { manifest: path })).train.classNames).toEqual(["bad", "good"]);
  });

  test("is found among two; without a column of files another remedy is given", async () => {
    const two = folderOf("runs", { "m.csv": "file\nrun.csv\n", "run.csv": "t,x\n1,2\n" });
    expect(await failure(readSource(two))).toMatch(/m\.csv: got no "t", "x".*the columns of .*run\.csv/);
    const folder = folderOf("runs", { ...RUNS, "a.csv": "t,y\n1,1\n", "z.csv": "t,w\n1,1\n" });
    expect(await failure(readSource(folder))).toMatch(
      /a\.csv: got no "x" and got "y" in addition, expected the columns that 3 of the 5 files have \(t, x\)\. 2 files have others\..*move it elsewhere/,
    );
    const twice = folderOf("runs", { ...RUNS, "b.csv": "t,t\n1,1\n" });
    expect(await failure(readSource(twice))).toMatch(/b\.csv: got the column "t" twice \(columns 1 and 2\)/);
  });
});
