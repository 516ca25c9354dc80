// @ts-check
// What reading a large table costs: processor seconds and peak memory of `inspect` and `encode` on 2,000,000 events of
// 20,000 entities (108 MB of CSV: entity, time, 4 numbers, 2 texts), with csv-parse alone beside them.
//   node bench/tables.mjs FOLDER [EVENTS]   makes events.csv (in order of time) and grouped.csv there, once, and runs
//   node bench/tables.mjs make FOLDER [EVENTS]   only makes them
//   node bench/tables.mjs parquet FOLDER [EVENTS]   makes events.parquet of EVENTS (10,000,000) in order of time, in
//   DuckDB, and encodes it sorted by --sql and by --sort
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

const HEADER = "entity,time,amount,rate,level,count,shop,state\n";
const SHOPS = Array.from({ length: 40 }, (_, k) => `s${k}`);
const STATES = ["ok", "late", "off", "no"];
const START = Date.UTC(2024, 0, 1);

/** @param {string} folder @param {number} events */
async function make(folder, events) {
  mkdirSync(folder, { recursive: true });
  const random = xoroshiro128plus(12);
  const draw = (/** @type {number} */ below) => (random.next() >>> 0) % below;
  const entities = Math.max(1, Math.round(events / 100));
  /** @type {string[][]} */
  const grouped = Array.from({ length: entities }, () => []);
  const lines = [];
  for (let k = 0; k < events; k++) {
    const entity = draw(entities);
    const time = new Date(START + k * 15_000 + draw(15) * 1000).toISOString().slice(0, 19);
    const numbers = `${draw(1e4) / 100},${draw(1e3) / 1e3},${(draw(4e3) - 2e3) / 100},${draw(50)}`;
    const line = `c${String(entity).padStart(5, "0")},${time},${numbers},${SHOPS[draw(SHOPS.length)]},${STATES[draw(STATES.length)]}\n`;
    lines.push(line);
    grouped[entity].push(line);
  }
  await write(join(folder, "events.csv"), lines);
  await write(join(folder, "grouped.csv"), grouped.flat());
  await write(join(folder, "sample.csv"), grouped.slice(0, 200).flat());
}

/** @param {string} path @param {string[]} lines */
async function write(path, lines) {
  const file = createWriteStream(path);
  file.write(HEADER);
  for (let k = 0; k < lines.length; k += 10_000)
    if (!file.write(lines.slice(k, k + 10_000).join(""))) await once(file, "drain");
  file.end();
  await once(file, "finish");
}

const REPORT =
  'import{writeSync}from"node:fs";import{isMainThread}from"node:worker_threads";if(isMainThread)process.on("exit",()=>{const u=process.resourceUsage();writeSync(3,JSON.stringify({seconds:(u.userCPUTime+u.systemCPUTime)/1e6,mb:u.maxRSS/1024}))})';

/** Processor seconds and peak memory of a Node process. @param {string[]} args */
async function measure(args) {
  const child = spawn(process.execPath, [`--import=data:text/javascript,${encodeURIComponent(REPORT)}`, ...args], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  let said = "";
  let figures = "";
  child.stderr?.on("data", (text) => {
    said += text;
  });
  child.stdio[3]?.on("data", (text) => {
    figures += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${args.join(" ")}: ${said}`);
  return /** @type {{ seconds: number, mb: number }} */ (JSON.parse(figures));
}

const CSV_PARSE = `
import { createReadStream } from "node:fs"; import { parse } from "csv-parse";
let sum = 0;
for await (const cells of createReadStream(process.argv[1]).pipe(parse())) sum += Number(cells[2]) || 0;`;

/** Sorts the file in DuckDB and takes the rows in chunks. */
const DUCKDB = `
import { DuckDBInstance } from "@duckdb/node-api";
const instance = await DuckDBInstance.create(":memory:", { memory_limit: "400MB", threads: "1" });
const connection = await instance.connect();
const rows = await connection.stream("select * from '" + process.argv[1] + "' order by entity, time");
let sum = 0;
for (let chunk = await rows.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await rows.fetchChunk())
  for (const value of chunk.getColumnVector(2).items ?? []) sum += value;`;

/** Repeats the events with later times and other entities, until there are enough. */
const PARQUET = `
import { DuckDBInstance } from "@duckdb/node-api";
const [csv, parquet, copies] = process.argv.slice(1);
const instance = await DuckDBInstance.create(":memory:", { memory_limit: "1GB", threads: "1" });
const connection = await instance.connect();
const times = "time + to_seconds(k * 15 * (select count(*) from '" + csv + "'))";
await connection.run("copy (select entity || '-' || k as entity, " + times + " as time, * exclude (entity, time, k) from range(" +
  copies + ") t(k), '" + csv + "') to '" + parquet + "' (format parquet, compression zstd)");`;

const cli = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** @param {string} folder @param {number} events */
async function runParquet(folder, events) {
  const [csv, parquet, model, out] = ["events.csv", "events.parquet", "events.undertone", "p.npy"].map((name) =>
    join(folder, name),
  );
  if (!existsSync(parquet)) {
    const copies = Math.ceil(events / 2_000_000);
    await measure(["--input-type=module", "-e", PARQUET, "--", csv, parquet, String(copies)]);
  }
  const to = ["-o", out, "--force", "--threads", "1"];
  await report([
    [
      `encode --sql, ${events} events of Parquet`,
      [cli, "encode", model, "--sql", `from '${parquet}' order by entity, time`, ...to],
    ],
    [`encode --sort, ${events} events of Parquet`, [cli, "encode", model, parquet, "--sort", ...to]],
  ]);
}

/** @param {[string, string[]][]} jobs */
async function report(jobs) {
  console.log("| what | processor s | peak MB |\n|---|---|---|");
  for (const [name, args] of jobs) {
    const { seconds, mb } = await measure(args);
    console.log(`| ${name} | ${seconds.toFixed(1)} | ${mb.toFixed(0)} |`);
  }
}

/** @param {string} folder */
async function run(folder) {
  const [events, grouped, sample] = ["events.csv", "grouped.csv", "sample.csv"].map((name) => join(folder, name));
  const model = join(folder, "events.undertone");
  const roles = ["--entity", "entity", "--time", "time"];
  if (!existsSync(model))
    await measure([cli, "fit", sample, ...roles, "--recipe", "simple", "--units", "32", "--updates", "2", "-o", model]);
  const out = ["-o", join(folder, "z.npy"), "--force", "--threads", "1"];
  /** @type {[string, string[]][]} */
  const jobs = [
    ["inspect", [cli, "inspect", events, ...roles]],
    ["encode, file in order of time", [cli, "encode", model, events, ...out]],
    ["encode, file grouped by entity", [cli, "encode", model, grouped, ...out]],
    ["encode --sort, file in order of time", [cli, "encode", model, events, "--sort", ...out]],
    [
      "encode --sql, sorted by DuckDB",
      [cli, "encode", model, "--sql", `from '${events}' order by entity, time`, ...out],
    ],
    ["DuckDB alone, sorted, one sum", ["--input-type=module", "-e", DUCKDB, "--", events]],
    ["csv-parse alone, one sum", ["--input-type=module", "-e", CSV_PARSE, "--", events]],
  ];
  await report(jobs);
}

const args = process.argv.slice(2);
const mode = args[0] === "make" || args[0] === "parquet" ? args.shift() : undefined;
const [folder, events = mode === "parquet" ? "10000000" : "2000000"] = args;
if (!folder) throw new Error("Name a folder: node bench/tables.mjs FOLDER");
if (!existsSync(join(folder, "sample.csv"))) await make(folder, mode === "parquet" ? 2_000_000 : Number(events));
if (mode === "parquet") await runParquet(folder, Number(events));
else if (mode !== "make") await run(folder);
