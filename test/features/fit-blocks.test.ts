import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { DataError, OptionError } from "../../src/errors.js";
import { type FitFileOptions, fitFile } from "../../src/features/fit-file.js";
import type { Model } from "../../src/model/model.js";
import { longCsv, wideCsv } from "../cli/run.js";

const folder = mkdtempSync(join(tmpdir(), "undertone-fit-blocks-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const reading = { entity: "customer", time: "time", label: "fraud", window: 5 };
const quick = { units: 3, threads: 0, train: { updates: 20, batchSize: 8 } };
const notes: string[] = [];
const fit = async (input: string, more: FitFileOptions): Promise<Model> =>
  fitFile(await loadEngine(), at(input), at("m.undertone"), { ...quick, onNote: (note) => notes.push(note), ...more });

beforeAll(() => {
  writeFileSync(at("events.csv"), longCsv({ customers: 40, events: 12 }));
  writeFileSync(at("waves.csv"), wideCsv(60, 7));
});

test.each([
  ["events.csv", reading],
  ["waves.csv", { label: "label" }],
] as const)("%s: one block that holds all gives the very model of the set in memory", async (input, reading) => {
  const whole = await fit(input, { reading });
  const block = await fit(input, { reading, blockSteps: 1e6 });
  expect(block).toEqual(whole);
});

test("blocks are whole entities; every sequence is trained on; nothing is left beside the model", async () => {
  const seen: number[] = [];
  notes.length = 0;
  const model = await fit("events.csv", { reading, blockSteps: 500, onRead: (count) => seen.push(count) });
  expect([readdirSync(folder).filter((name) => name.startsWith("m.")), seen.at(-1)]).toEqual([["m.undertone"], 480]);
  const { sequences, validationSequences } = model.metadata.training;
  expect(sequences + validationSequences).toBe(480);
  expect(notes.at(-1)).toMatch(/480 sequences lie in [4-9] blocks/);
});

test("stopped and resumed, training from blocks ends in the same weights", async () => {
  const long = { reading, blockSteps: 500, train: { updates: 100, batchSize: 8 } };
  const whole = await fit("events.csv", long);
  const controller = new AbortController();
  const stopped = fit("events.csv", {
    ...long,
    signal: controller.signal,
    onProgress: () => controller.abort(new Error("enough")),
  });
  await expect(stopped).rejects.toThrow("enough");
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  const resumed: (number | undefined)[] = [];
  const again = await fit("events.csv", { ...long, resume: true, onResume: (update) => resumed.push(update) });
  expect(resumed).toEqual([25]);
  expect(again.weights).toEqual(whole.weights);
});

test("other sources, and a file that changes, are refused", async () => {
  await expect(fit(".", { blockSteps: 500 })).rejects.toThrow(OptionError);
  const changing = fit("events.csv", {
    reading,
    blockSteps: 500,
    onRead: () => utimesSync(at("events.csv"), new Date(), new Date(2e12)),
  });
  await expect(changing).rejects.toThrow(DataError);
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("a narrow table is not read in blocks, and the message names the option to leave out", async () => {
  writeFileSync(at("narrow.csv"), "customer,time,what,value\na,1,x,2\nb,1,x,3\n");
  const narrow = fit("narrow.csv", {
    reading: { entity: "customer", time: "time", variable: "what" },
    blockSteps: 100,
  });
  await expect(narrow).rejects.toThrow(/got `blockSteps` and `variable`.*leave `blockSteps` out/);
});
