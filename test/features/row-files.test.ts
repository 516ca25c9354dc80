import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { compare } from "../../src/evaluate/compare.js";
import { encodeFile } from "../../src/features/encode-file.js";
import { fitFile } from "../../src/features/fit-file.js";
import { readSource } from "../../src/read/read.js";
import { folderWith, undertone } from "../cli/run.js";

const engine = await loadEngine();
const quick = { units: 3, threads: 0, train: { updates: 4, batchSize: 8 } };

/** 24 patients, a file each: a measurement of two variables now and then, and an age that tells the label. */
function patients(): { folder: string; labels: string } {
  const folder = folderWith();
  const labels = join(folder, "labels.csv");
  mkdirSync(join(folder, "set"));
  const rows = Array.from({ length: 24 }, (_, n) => {
    const age = `0,Age,${n % 2 ? 70 + (n % 5) : 30 + (n % 7)}`;
    const measured = Array.from({ length: 8 }, (_, k) =>
      k % 3 === 2 ? `${60 * k},Temp,${(37 + Math.sin(n + k)).toFixed(2)}` : `${60 * k},HR,${70 + ((5 * n + k) % 9)}`,
    );
    writeFileSync(join(folder, "set", `${100 + n}.txt`), `Time,Parameter,Value\n${[age, ...measured].join("\n")}\n`);
    return `${100 + n},${n % 2}`;
  });
  writeFileSync(labels, `RecordID,died\n${rows.join("\n")}\n`);
  return { folder: join(folder, "set"), labels };
}
const { folder, labels } = patients();
const reading = { variable: "Parameter", time: "Time", static: ["Age"], labels };

describe("files of measurements, one per patient", () => {
  test("a model of them encodes new ones without options, with static columns as channels or not", async () => {
    for (const staticChannels of [undefined, true]) {
      const output = join(folder, "..", `m${staticChannels}.undertone`);
      const options = { ...reading, ...(staticChannels && { staticChannels }) };
      const model = await fitFile(engine, `${folder}/*.txt`, output, { ...quick, reading: options });
      expect(model.metadata.data.reading).toEqual({
        ...{ variable: "Parameter", time: "Time", static: ["Age"], oneEntity: true },
        ...(staticChannels && { staticChannels }),
      });
      expect(model.metadata.data.files.map(({ path }) => path)).toEqual([`${folder}/*.txt (24 files)`, labels]);
      const channels = model.metadata.preparation.channels.map(({ name }) => name);
      expect(channels).toEqual(staticChannels ? ["HR", "Temp", "Age"] : ["HR", "Temp"]);
      const all = join(folder, "..", "z.csv");
      expect((await encodeFile(engine, model, folder, all, { readOut: "last", threads: 0 })).rows).toBe(24);
      const one = join(folder, "..", "one.csv");
      await encodeFile(engine, model, join(folder, "107.txt"), one, { readOut: "last", threads: 0 });
      const [, line] = readFileSync(one, "utf8").split("\n");
      expect(line.split(",")[0]).toBe("107");
      const whole = readFileSync(all, "utf8").split("\n").slice(1);
      expect(whole).toContain(line); // the features of one patient do not depend on others
    }
  });

  test.each([{ labels }, { labels: undefined, labelFrom: String.raw`(\d)\.txt` }])(
    "a note says that labels are absent which came from beside the data in training: %j",
    async (source) => {
      const options = { ...quick, reading: { ...reading, ...source } };
      const model = await fitFile(engine, folder, join(folder, "..", "n.undertone"), options);
      const output = join(folder, "..", "n.csv");
      const { notes } = await encodeFile(engine, model, folder, output);
      expect(notes).toEqual([expect.stringMatching(/set: read without labels; in training they came from beside/)]);
      const labelled = await encodeFile(engine, model, folder, output, { reading: source });
      expect(labelled.notes).toEqual([]);
      expect(readFileSync(output, "utf8")).toMatch(/^id,label,/);
    },
  );

  test("compare offers the static columns, alone and beside others", async () => {
    const source = await readSource(folder, reading);
    const { rows } = await compare(engine, source, {
      features: ["statistics", "statics", "statistics+statics"],
      classifiers: ["ridge"],
    });
    expect(rows.map(({ features, role }) => [features, role])).toEqual([
      ["statistics", "baseline"],
      ["statics", "baseline"],
      ["statistics+statics", "baseline"],
    ]);
    expect(rows[1].metrics.accuracy).toBe(1); // the age tells the label
    expect(rows[0].metrics.accuracy).toBeLessThan(1);
    const { statics: _, ...train } = source.train;
    await expect(compare(engine, { ...source, train }, { features: ["statics"] })).rejects.toThrow(/`static`/);
  });

  test("the command takes the files that the shell makes of a glob", async () => {
    const flags = ["--variable", "Parameter", "--time", "Time", "--static", "Age", "--json"];
    const listed = await undertone(folder, "inspect", "100.txt", "101.txt", "102.txt", ...flags);
    expect(listed.stderr).toBe("");
    const { train } = JSON.parse(listed.stdout);
    expect([train.sequences, train.channels.length, train.statics[0].name]).toEqual([3, 2, "Age"]);
    const quoted = JSON.parse((await undertone(folder, "inspect", "10[0-2].txt", ...flags)).stdout);
    expect(quoted.train).toEqual(train);
  });
});
