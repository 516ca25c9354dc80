// @ts-check
// What a comparison on a large card table costs: peak memory, processor seconds, and the time that is told beforehand
// beside the time that it took. The demo's simulator makes the table (run `npm run setup` first):
//   node bench/compare-large.mjs [CUSTOMERS] [DAYS] [FEATURES]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeTransactionsCsv } from "../dist/inner.js";
import { simulateTransactions } from "../dist/simulate/transactions.js";

const [customers = 5000, days = 230] = process.argv.slice(2, 4).map(Number);
const features = process.argv[4] ?? "fields,aggregates,aggregates+surprise,latent";
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "undertone-compare-"));
const table = join(folder, "transactions.csv");
const count = makeTable();
console.log(`${count} events of ${customers} customers, ${(statSync(table).size / 1e6).toFixed(0)} MB, window 10`);

/** In a function of its own, so that the events do not stay in memory. */
function makeTable() {
  const events = simulateTransactions({ customers, days, seed: 1 });
  writeFileSync(table, writeTransactionsCsv(events));
  return events.length;
}

const REPORT =
  'import{writeSync}from"node:fs";import{isMainThread}from"node:worker_threads";if(isMainThread)process.on("exit",()=>{const u=process.resourceUsage();writeSync(3,JSON.stringify({seconds:(u.userCPUTime+u.systemCPUTime)/1e6,mb:u.maxRSS/1024}))})';
const reading = ["--entity", "customer_id", "--time", "time", "--label", "fraud", "--window", "10"];
const roles = ["--drop", "transaction_id", "--amount", "amount", "--second-entity", "merchant_id"];
const plan = ["--resamples", "forward", "--label-delay", "7", "--features", features, "--classifiers", "boosting"];
const started = performance.now();
const child = spawn(
  process.execPath,
  [
    `--import=data:text/javascript,${encodeURIComponent(REPORT)}`,
    ...[main, "compare", table, ...reading, ...roles, ...plan, "--json"],
  ],
  { stdio: ["ignore", "pipe", "pipe", "pipe"] },
);
const said = ["", "", "", ""];
for (const stream of [1, 2, 3])
  child.stdio[stream]?.on("data", (text) => {
    said[stream] += text;
  });
const [code] = await once(child, "close");
if (code !== 0) throw new Error(said[2]);
const took = (performance.now() - started) / 1000;
/** @type {{ seconds: number, mb: number }} */
const { seconds, mb } = JSON.parse(said[3]);
const told = /This takes about (.*)\./.exec(said[2])?.[1] ?? "nothing";
/** @type {{ seconds: number, rows: { features: string, classifier: string, metrics: { averagePrecision: number }, seconds: { features: number, classifier: number } }[] }} */
const { rows, seconds: work } = JSON.parse(said[1]);
console.log(`${mb.toFixed(0)} MB at its peak, ${seconds.toFixed(0)} processor s`);
console.log(`told: ${told}; took ${(work / 60).toFixed(1)} min, with reading ${(took / 60).toFixed(1)} min`);
for (const row of rows)
  console.log(
    `${row.features} ${row.classifier}: average precision ${row.metrics.averagePrecision.toFixed(3)}, ` +
      `${row.seconds.features.toFixed(0)} s to make, ${row.seconds.classifier.toFixed(0)} s to fit and predict`,
  );
rmSync(folder, { recursive: true });
