import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { folderWith, longCsv, newFiles, undertone } from "./run.js";

const [header, ...lines] = longCsv({ customers: 4, events: 6 }).trimEnd().split("\n");
const rows = lines.map((line, k) => `${line},tx${k}`);
const csv = (some: readonly string[]) => `${[`${header},payment`, ...some].join("\n")}\n`;
const isNew = (_: string, k: number) => k % 6 >= 4;

describe("rows that can be joined back, through the command", () => {
  const folder = folderWith({
    "all.csv": csv(rows),
    "yesterday.csv": csv(rows.filter((row, k) => !isNew(row, k))),
    "today.csv": csv(rows.filter(isNew)),
    "twice.csv": csv([...rows, rows[3].replace("c0,", "c9,")]),
  });
  const files = newFiles(folder);
  const flags = ["--entity", "customer", "--time", "time", "--label", "fraud", "--window", "3", "--id", "payment"];
  const linesOf = (name: string) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n");
  beforeAll(async () => {
    const quick = ["--units", "2", "--updates", "3"];
    expect((await undertone(folder, "fit", "all.csv", "-o", "m.undertone", ...flags, ...quick)).code).toBe(0);
  });

  test("the id of training, columns to keep, a history and a time: the rows of today as of all", async () => {
    const encoded = (name: string, ...more: string[]) =>
      undertone(folder, "encode", "m.undertone", name, "-o", `z-${name}`, "--keep", "amount,time", ...more);
    expect((await encoded("all.csv")).code).toBe(0);
    const { code, stderr } = await encoded("today.csv", "--history", "yesterday.csv");
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("note:")]);
    const all = linesOf("z-all.csv");
    expect(all[0]).toMatch(/^id,label,amount,time,last_0,/);
    expect(linesOf("z-today.csv")).toEqual([all[0], ...all.slice(1).filter(isNew)]);
    expect((await encoded("all.csv", "--after", "2024-01-05T03:00:00")).code).toBe(0);
    expect(linesOf("z-all.csv")).toEqual([all[0], ...all.slice(1).filter((_, k) => k % 6 >= 5)]);
    expect((await encoded("today.csv")).stderr).toMatch(/note: today\.csv: 8 of 8 events .*give it as --history/);
  });

  test("what stands behind a flag's value is not taken for data", async () => {
    const scattered = ["today.csv", "--history", "yesterday.csv", "all.csv"];
    const { code, stderr } = await undertone(folder, "encode", "m.undertone", ...scattered, "-o", "new.csv");
    expect([code, stderr]).toEqual([2, expect.stringMatching(/several places of the command: today\.csv, all\.csv\./)]);
    expect(newFiles(folder).includes("new.csv")).toBe(false);
    const between = ["-o", "z-today.csv", "--keep", "amount,time", "today.csv", "--force"];
    expect((await undertone(folder, "encode", "m.undertone", ...between)).code).toBe(0);
  });

  test("an id that comes again is refused by every command, and nothing is written", async () => {
    for (const command of ["inspect", "fit", "encode", "compare"]) {
      const output =
        command === "fit" || command === "encode" ? ["-o", `new.${command === "fit" ? "undertone" : "csv"}`] : [];
      const model = command === "encode" ? ["m.undertone"] : [];
      const { code, stderr } = await undertone(folder, command, ...model, "twice.csv", ...output, ...flags);
      expect([command, code]).toEqual([command, 1]);
      expect(stderr).toMatch(/twice\.csv, row 26, column "payment": got the id "tx3" again \(row 5\).*\(--id\)/);
    }
    const clash = await undertone(folder, "encode", "m.undertone", "all.csv", "-o", "new.csv", "--keep", "amuont");
    expect([clash.code, clash.stderr]).toEqual([2, expect.stringMatching(/column to keep "amuont".*amount/s)]);
    expect(newFiles(folder, ...files, "m.undertone", "z-all.csv", "z-today.csv")).toEqual([]);
    expect((await undertone(folder, "fit", "all.csv", "-o", "n.undertone", ...flags, "--keep", "amount")).code).toBe(2);
  });
});
