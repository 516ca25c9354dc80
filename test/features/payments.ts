import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { loadEngine } from "../../src/engine/load.js";
import { type EncodeFileOptions, encodeFile } from "../../src/features/encode-file.js";
import { fitFile } from "../../src/features/fit-file.js";
import { folderWith, longCsv } from "../cli/run.js";

export const engine = await loadEngine();
export const quick = { units: 2, threads: 0, train: { updates: 2, batchSize: 8 } };
export const rowsOf = (path: string) => parse(readFileSync(path), { columns: true }) as Record<string, string>[];

/** Payments with an id and a text that nobody may change. */
export const [header, ...lines] = longCsv({ customers: 5, events: 6 }).trimEnd().split("\n");
export const payments = lines.map((line, k) => `${line},tx${k},"00${k}, ""so"""`);
export const csv = (rows: readonly string[]) => `${[`${header},payment,memo`, ...rows].join("\n")}\n`;
const folder = folderWith({ "all.csv": csv(payments) });
export const at = (name: string) => join(folder, name);
export const reading = { entity: "customer", time: "time", label: "fraud", id: "payment", drop: ["memo"] };
export const windows = await fitFile(engine, at("all.csv"), at("w.undertone"), {
  ...quick,
  reading: { ...reading, window: 3 },
});
const { id: _, label: __, ...whole } = reading;
export const entities = await fitFile(engine, at("all.csv"), at("e.undertone"), {
  ...quick,
  reading: { ...whole, drop: ["memo", "payment", "fraud"] },
});

let outputs = 0;
export const encoded = async (model: typeof windows, data: string, options: EncodeFileOptions = {}, ending = "csv") => {
  const path = at(`z${outputs++}.${ending}`);
  return { path, ...(await encodeFile(engine, model, at(data), path, { readOut: "last", threads: 0, ...options })) };
};
export const written = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content);
  return name;
};
