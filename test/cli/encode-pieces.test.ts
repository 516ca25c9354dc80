import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { encode } from "../../src/features/encode.js";
import { loadModel } from "../../src/features/model-file.js";
import { readSource } from "../../src/read/read.js";
import { writeFeatures } from "../../src/table/write-features.js";
import { folderWith, longCsv, newFiles, undertone } from "./run.js";

/** Long windows of few events, and many channels: more than one piece. */
const [header, ...grouped] = longCsv({ customers: 10, events: 40, more: 300 }).trimEnd().split("\n");
const inTime = grouped.toSorted((a, b) => a.split(",")[1].localeCompare(b.split(",")[1]));
const csv = (rows: readonly string[]) => `${[header, ...rows].join("\n")}\n`;
const reading = { entity: "customer", time: "time", label: "fraud", window: 40 };

describe("encode of a long table that is more than one piece", () => {
  const folder = folderWith({
    "small.csv": longCsv({ more: 300 }),
    "grouped.csv": csv(grouped),
    "time.csv": csv(inTime),
  });
  const encoded = (name: string, ...more: string[]) =>
    undertone(folder, "encode", "m.undertone", `${name}.csv`, "-o", `${name}-z.csv`, "--read-out", "last", ...more);
  beforeAll(async () => {
    const flags = Object.entries(reading).flatMap(([name, value]) => [`--${name}`, `${value}`]);
    const quick = ["--recipe", "simple", "--units", "2", "--updates", "5"];
    expect((await undertone(folder, "fit", "small.csv", "-o", "m.undertone", ...flags, ...quick)).code).toBe(0);
  });

  test("grouped by entity it is written piece by piece, with the very bytes of the whole", async () => {
    const { code, stdout, stderr } = await encoded("grouped", "--json");
    const notes = stderr.split("\n").filter((line) => line.startsWith("note:"));
    expect([code, notes]).toEqual([0, [expect.stringMatching(/390 of 400 events have fewer than 39 .*--history/)]]);
    expect(JSON.parse(stdout).rows).toBe(400);
    const model = await loadModel(join(folder, "m.undertone"));
    const { train } = await readSource(join(folder, "grouped.csv"), reading);
    const table = await encode(await loadEngine(), model, train, { readOut: "last" });
    const labels = Array.from(train.labels!, (label) => train.classNames![label]);
    await writeFeatures(join(folder, "whole.csv"), table, { ids: train.ids, labels });
    const bytes = readFileSync(join(folder, "whole.csv"));
    expect(readFileSync(join(folder, "grouped-z.csv")).equals(bytes)).toBe(true);
  });

  test("in order of time it is read whole, and says so; the rows are the same", async () => {
    const { code, stderr } = await encoded("time");
    expect([code, stderr]).toEqual([0, expect.stringMatching(/note: .*time\.csv, row \d+: "c0" again.*whole/)]);
    const linesOf = (name: string) => readFileSync(join(folder, name), "utf8").split("\n").sort();
    expect(linesOf("time-z.csv").join("\n")).toBe(linesOf("grouped-z.csv").join("\n"));
  });

  test("where a customer comes again after its features were written, the file is read again, whole", async () => {
    const torn = folderWith({ "m.undertone": readFileSync(join(folder, "m.undertone")) });
    writeFileSync(join(torn, "torn.csv"), csv([...grouped, grouped[3]]));
    writeFileSync(join(torn, "sorted.csv"), csv([...grouped.slice(0, 4), grouped[3], ...grouped.slice(4)]));
    for (const kind of ["csv", "npy"]) {
      for (const data of ["torn", "sorted"]) {
        const output = ["-o", `${data}.${kind}.${kind}`, "--read-out", "last"];
        const { code, stderr } = await undertone(torn, "encode", "m.undertone", `${data}.csv`, ...output);
        expect(code).toBe(0);
        if (data === "torn")
          expect(stderr).toMatch(
            /note: torn\.csv, row 402, .*got "c0" again.*torn apart\. So it was read again, whole\.$/m,
          );
        else expect(stderr).not.toContain("again");
      }
      const of = (data: string) => readFileSync(join(torn, `${data}.${kind}.${kind}`));
      expect(of("torn").equals(of("sorted"))).toBe(true);
    }
    expect(newFiles(torn).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
