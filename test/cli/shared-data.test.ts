import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { HOSTILE, size } from "../hostile/size.js";
import { folderWith, undertone } from "./run.js";

const DATA = resolve("../shared/data");
const present = existsSync(join(DATA, "INDEX.md"));

interface Described {
  sequences: number;
  channels: { name: string }[];
  length: { min: number; max: number };
  classes?: { name: string; count: number }[];
  statics?: { name: string }[];
}

/** What `inspect` finds, with no more flags than a user should need. */
async function inspected(
  data: string[],
  ...flags: string[]
): Promise<{ train: Described; test?: Described; notes: string[] }> {
  expect(flags.filter((flag) => flag.startsWith("--")).length).toBeLessThanOrEqual(4);
  const { code, stdout, stderr } = await undertone(folder, "inspect", ...data, ...flags, "--json");
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return JSON.parse(stdout);
}

const folder = folderWith();
const shape = ({ sequences, channels, length }: Described) => [sequences, channels.length, length.min, length.max];
const classes = ({ classes = [] }: Described) => Object.fromEntries(classes.map(({ name, count }) => [name, count]));

describe.skipIf(!present)("inspect understands each public data set with at most four flags:", () => {
  for (const kind of ["ucr", "uea"])
    test(`${kind}: every folder, without a flag`, async () => {
      const names = readdirSync(join(DATA, kind));
      for (const name of names.filter((_, k) => k % size(9, 1) === 0)) {
        const { train, test } = await inspected([join(DATA, kind, name)]);
        expect([name, train.sequences > 0, test!.sequences > 0, train.classes!.length > 1]).toEqual([
          name,
          true,
          true,
          true,
        ]);
      }
    });

  test("fraud: card transactions, each an event with those before it", async () => {
    const lines = gunzipSync(readFileSync(join(DATA, "fraud/transactions.csv.gz")))
      .toString()
      .split("\n");
    writeFileSync(join(folder, "transactions.csv"), lines.slice(0, size(20_001, lines.length)).join("\n"));
    const { train } = await inspected(
      [join(folder, "transactions.csv")],
      ...["--entity", "customer_id", "--time", "time", "--label", "fraud", "--window", "10"],
    );
    const counts = HOSTILE ? { 0: 172_715, 1: 1574 } : { 0: 19_900, 1: 100 };
    expect([train.sequences, train.length.max, classes(train)]).toEqual([size(20_000, 174_289), 10, counts]);
  });

  test("fraud: credit cards, a client per row with three channels of six months", async () => {
    const months = (...numbers: number[]) => `unnest([${numbers.map((n) => `X${n}`).join(", ")}])`;
    const sql = `select ID, Y, X1, X2, X3, X4, X5, ${months(11, 10, 9, 8, 7, 6)} as status,
      ${months(17, 16, 15, 14, 13, 12)} as bill, ${months(23, 22, 21, 20, 19, 18)} as paid
      from '${DATA}/fraud/UCI_Credit_Card_default/UCI_Credit_Card.csv.gz'`;
    const { train } = await inspected(
      ["--sql", sql],
      ...["--entity", "ID", "--label", "Y", "--static", "X1,X2,X3,X4,X5"],
    );
    expect(shape(train)).toEqual([30_000, 3, 6, 6]);
    expect(train.channels.map(({ name }) => name)).toEqual(["status", "bill", "paid"]);
    expect([classes(train), train.statics!.length]).toEqual([{ 0: 23_364, 1: 6636 }, 5]);
  });

  test("fraud: the same file without flags tells that its ID is read as a step", async () => {
    const { notes } = await inspected([join(DATA, "fraud/UCI_Credit_Card_default")]);
    expect(notes.join("\n")).toMatch(/column "ID" has another whole number in each row.*--id|`id: "ID"`/);
  });

  test("irregular: a folder of patients, their outcomes in a file beside it", async ({ skip }) => {
    const files = HOSTILE ? "set-a/*" : "set-a/1325*";
    const place = join(folder, "patients");
    mkdirSync(place);
    const { status } = spawnSync("tar", [
      "xf",
      join(DATA, "irregular/set-a.tar.xz"),
      "-C",
      place,
      "--wildcards",
      files,
    ]);
    if (status !== 0) skip("tar cannot unpack .xz here");
    const count = readdirSync(join(place, "set-a")).length;
    const { train } = await inspected(
      [join(place, "set-a")],
      ...["--variable", "Parameter", "--time-format", "%H:%M", "--labels", join(DATA, "irregular/Outcomes-a.txt")],
      ...["--label", "In-hospital_death"],
    );
    expect([train.sequences, Object.keys(classes(train))]).toEqual([count, ["0", "1"]]);
    expect(train.channels.length).toBeGreaterThan(36);
  });

  test("sensor: engines to their failure, and engines cut short, in two files without a header", async () => {
    const { train, test } = await inspected([join(DATA, "sensor/CMAPSS_FD001")], "--entity", "c1", "--time", "c2");
    expect([shape(train), shape(test!)]).toEqual([
      [100, 24, 128, 362],
      [100, 24, 31, 303],
    ]);
  });

  test("text: messages by characters, in a file without an extension", async () => {
    const { train } = await inspected(
      [join(DATA, "text/SMSSpamCollection")],
      ...["--input-format", "csv", "--text", "SMS", "--quote", "none"],
    );
    expect([shape(train), classes(train)]).toEqual([[5574, 1, 2, 910], { ham: 4827, spam: 747 }]);
  });
});
