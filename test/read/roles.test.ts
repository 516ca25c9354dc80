import { expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.js";
import { readSource } from "../../src/read/read.js";
import { scanTable } from "../../src/read/scan-table.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { cellsOf } from "../sequences/set/make-set.js";
import { fileOf } from "./temporary.js";

async function read(name: string, content: string, options: DataOptions = {}) {
  const { train, notes } = await readSource(fileOf(name, content), options);
  const labels = train.labels && Array.from(train.labels, (label) => train.classNames?.[label]);
  return { labels, cells: cellsOf(train).map((steps) => steps.map(([value]) => value)), notes: notes.join("\n") };
}

const failure = (name: string, content: string, options: DataOptions = {}): Promise<Error> =>
  readSource(fileOf(name, content), options).then(
    () => expect.unreachable("expected a failure"),
    (error: Error) => error,
  );

const VALUES = [
  [0.5, 1.5, 2.5],
  [3.5, 4.5, 5.5],
];
const AB = { labels: ["a", "b"], cells: VALUES };

test.each<[string, string, DataOptions, RegExp]>([
  ["in the last place", "t1,t2,t3,Class\n.5,1.5,2.5,a\n3.5,4.5,5.5,b\n", {}, /column "Class" \(number 4\) was taken/],
  ["inside", "t1,target,t2,t3\n.5,a,1.5,2.5\n3.5,b,4.5,5.5\n", {}, /column "target" \(number 2\) was taken/],
  ["by its number", ".5,1.5,2.5,a\n3.5,4.5,5.5,b\n", { label: "4" }, /label is column 4 \("a"\)|label is column 4/],
  ["by its number, below a header", "u,v,w,z\n.5,1.5,2.5,a\n3.5,4.5,5.5,b\n", { label: "4" }, /column 4 \("z"\)/],
  ["by its name", "u,v,w,z\n.5,1.5,2.5,a\n3.5,4.5,5.5,b\n", { label: "z" }, /^$/],
  ["by a name that is a number", "1,4,2,3\n.5,a,1.5,2.5\n3.5,b,4.5,5.5\n", { label: "4" }, /^$/],
])("the label of a wide table %s", async (name, content, options, note) => {
  if (name === "by a name that is a number") content = content.replace("1,4,2,3", "t,4,2,u");
  if (name === "by its number") content = content.replace("a\n", "7\n").replace("b\n", "8\n");
  const found = await read("a.csv", content, options);
  const labels = name === "by its number" ? ["7", "8"] : AB.labels;
  expect(found).toMatchObject({ ...AB, labels });
  expect(found.notes).toMatch(note);
});

test("several columns that could be the label are refused", async () => {
  const error = await failure("a.csv", "t1,y,label\n1,2,a\n");
  expect(error).toBeInstanceOf(OptionError);
  expect(error.message).toMatch(/columns "y" and "label".*`label`/);
});

test("a number that is no column is an unknown name", async () => {
  expect((await failure("a.csv", "u,v\n1,2\n", { label: "3" })).message).toMatch(/no column "3"/);
});

test("a first column without a name is left out of a wide table, with a note, whatever it holds", async () => {
  for (const name of ["", "Unnamed: 0"]) {
    const found = await read("a.csv", `${name},label,t1,t2,t3\n0,a,.5,1.5,2.5\n7,b,3.5,4.5,5.5\n`);
    expect(found).toMatchObject(AB);
    expect(found.notes).toMatch(/column 1 is the index.*If it is a step, give it a name/);
  }
  // What other rows hold must not decide what a step is: features would not be those of training.
  for (const cells of [
    ["0.5", "1.5"],
    ["3", "3"],
    ["x", "y"],
  ])
    expect(await read("a.csv", `,label,t1,t2,t3\n${cells[0]},a,.5,1.5,2.5\n${cells[1]},b,3.5,4.5,5.5\n`)).toMatchObject(
      AB,
    );
  expect((await read("a.csv", "label,t1,,t3\na,.5,1.5,2.5\nb,3.5,4.5,5.5\n")).cells).toEqual(VALUES);
});

test.each(["", "Unnamed: 0"])(
  "a column of row numbers called %j is no channel of a long table, whatever it holds",
  async (name) => {
    const events = [
      [0, "a", 1, 0.5],
      [7, "a", 2, 1.5],
      [3, "b", 1, 2.5],
    ];
    const names = [name, "who", "when", "x"];
    const roles = { entity: "who", time: "when" };
    const json = events.map((row) => JSON.stringify(Object.fromEntries(row.map((cell, c) => [names[c], cell]))));
    const files = [
      fileOf("a.csv", [names, ...events].map((row) => row.join(",")).join("\n")),
      fileOf("a.jsonl", json.join("\n")),
    ];
    for (const file of files) {
      const { train, notes } = await readSource(file, roles);
      expect(train.channels.map(({ name }) => name)).toEqual(["x"]);
      expect(notes.join("\n")).toMatch(/column 1 is the index.*If it is a channel, give it a name/);
      expect((await scanTable(file, roles)).channels).toEqual(train.channels);
      const asked = await readSource(file, { ...roles, numeric: [name] });
      expect(asked.train.channels.map(({ name }) => name)).toEqual([name, "x"]);
    }
    const repeated = fileOf("a.csv", `${names}\n4,a,1,.5\n4,a,2,1.5\n`);
    expect((await readSource(repeated, roles)).train.channels).toHaveLength(1);
  },
);

test("two columns of row numbers are left out where they have two names", async () => {
  const found = await read("a.csv", "Unnamed: 0.1,Unnamed: 0,label,t1,t2,t3\n0,4,a,.5,1.5,2.5\n7,2,b,3.5,4.5,5.5\n");
  expect(found).toMatchObject(AB);
});

test("labels that all differ, or are not whole, are noted in every format that guesses them", async () => {
  const rows = (label: (n: number) => unknown, separator: string) =>
    Array.from({ length: 12 }, (_, n) => [label(n), n / 4, n / 8].join(separator)).join("\n");
  for (const [name, separator] of [
    ["a.csv", ","],
    ["a.tsv", "\t"],
  ]) {
    expect(
      (
        await read(
          name,
          rows((n) => 10 + n, separator),
        )
      ).notes,
    ).toMatch(/each of the 12 labels \(column 1\)/);
    expect(
      (
        await read(
          name,
          rows((n) => (n % 3) + 0.5, separator),
        )
      ).notes,
    ).toMatch(/12 labels are not whole/);
    expect(
      (
        await read(
          name,
          rows((n) => n % 3, separator),
        )
      ).notes,
    ).not.toMatch(/labels/);
  }
});

const STEPS = "@attribute t0 numeric\n@attribute t1 numeric\n@attribute t2 numeric\n";

test.each<[string, string, RegExp]>([
  ["first", `@attribute class {a,b}\n${STEPS}@data\na,.5,1.5,2.5\nb,3.5,4.5,5.5\n`, /"class" \(number 1\) was taken/],
  ["last", `${STEPS}@attribute kind {a,b}\n@data\n.5,1.5,2.5,a\n3.5,4.5,5.5,b\n`, /^$/],
  ["with weights", `${STEPS}@attribute kind {a,b}\n@data\n.5,1.5,2.5,a,{2}\n3.5,4.5,5.5,b\n`, /1 rows have a weight/],
  ["in sparse rows", `${STEPS}@attribute kind {a,b}\n@data\n{0 .5, 1 1.5, 2 2.5}\n{0 3.5,1 4.5,2 5.5, 3 b}\n`, /^$/],
])("the class of an ARFF %s", async (_, content, note) => {
  const found = await read("a.arff", `@relation r\n${content}`);
  expect(found).toMatchObject(AB);
  expect(found.notes).toMatch(note);
});

test("a numeric class, quoted classes with commas, and what a sparse row leaves out in ARFF", async () => {
  const numeric = await read("a.arff", `${STEPS}@attribute Class numeric\n@data\n1,2,3,0\n4,5,6,1\n`);
  expect(numeric).toMatchObject({ labels: ["0", "1"], notes: expect.stringMatching(/"Class" \(number 4, numeric\)/) });
  const quoted = `${STEPS}@attribute "the class" {'walk, fast',"it\\"s", sit}\n@data\n1,2,3,'walk, fast'\n4,5,6,"it\\"s"\n7,8,9,sit`;
  expect((await read("a.arff", quoted)).labels).toEqual(["walk, fast", 'it"s', "sit"]);
  const sparse = await read("a.arff", `${STEPS}@attribute k {a,b}\n@data\n{1 5, 3 b}\n{}\n{2 ?}\n`);
  expect(sparse).toMatchObject({
    labels: ["b", "a", "a"],
    cells: [
      [0, 5, 0],
      [0, 0, 0],
      [0, 0],
    ],
  });
});

test("a row of an ARFF that is not whole is refused where it is", async () => {
  const header = `${STEPS}@attribute k {a,'b, c'}\n@data\n`;
  expect((await failure("a.arff", `${header}1,2,3,'b, c\n4,5,6,a\n`)).message).toMatch(/row 6: got a quote without/);
  expect((await failure("a.arff", `${header}{1 2, 9 a}\n`)).message).toMatch(/row 6: got "9 a" in a sparse row/);
  expect((await failure("a.arff", `${header}1,2,3,4,a\n`)).message).toMatch(/row 6: got 5 values/);
});

const TS = '@problemName x\n@classLabel true "walking up" sit\n';

test("names of classes with spaces in .ts", async () => {
  const found = await read("a.ts", `${TS}@data\n.5,1.5,2.5:walking up\n3.5,4.5,5.5:"walking up"\n1,2:sit\n`);
  expect(found.labels).toEqual(["walking up", "walking up", "sit"]);
});

test("lengths that the header of a .ts says are checked", async () => {
  const data = "@data\n1,2,3:sit\n4,5:sit\n";
  const wrong = await failure("a.ts", `${TS}@equalLength true\n@seriesLength 3\n${data}`);
  expect(wrong).toBeInstanceOf(DataError);
  expect(wrong.message).toMatch(/row 7: got 2 steps, expected 3 as in the header \(@seriesLength\)/);
  const equal = await failure("a.ts", `${TS}@equalLength true\n${data}`);
  expect(equal.message).toMatch(/row 6: got 2 steps, expected 3 as in the first case/);
  const first = await failure("a.ts", `${TS}@seriesLength 4\n${data}`);
  expect(first.message).toMatch(/row 5: got 3 steps, expected 4/);
  const free = await read("a.ts", `${TS}@equalLength false\n@seriesLength 3\n${data}`);
  expect(free.cells).toHaveLength(2);
});
