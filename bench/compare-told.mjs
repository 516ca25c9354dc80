// @ts-check
// The time that a comparison is told beforehand beside the time that it takes, on jobs of different kinds, each in a
// process of its own (run `npm run setup` first). Public data sets are looked for in ../shared/data.
//   node bench/compare-told.mjs [JOB,JOB...]
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compare, loadEngine } from "../dist/index.js";
import { DEMO_READING, writeTransactionsCsv } from "../dist/inner.js";
import { readSource } from "../dist/node.js";
import { simulateTransactions } from "../dist/simulate/transactions.js";

/** @typedef {import("../dist/index.js").CompareOptions} CompareOptions */
/** @typedef {{ what: string, data: string | { customers: number, days: number }, reading?: import("../dist/node.js").DataOptions, options: CompareOptions }} Job */

const DATA = "../shared/data";
/** @type {Readonly<Record<string, Job>>} */
const JOBS = {
  demo: {
    what: "card payments, forward in time, six feature sets",
    data: { customers: 60, days: 60 },
    options: {
      plan: "forward",
      features: ["fields", "statistics", "aggregates", "untrained", "latent", "aggregates+latent"],
      fit: { train: { updates: 100 } },
    },
  },
  customers: {
    what: "card payments, customers held out, three folds",
    data: { customers: 100, days: 90 },
    options: { plan: "grouped", folds: 3, features: ["fields", "window", "aggregates"], classifiers: ["logistic"] },
  },
  periods: {
    what: "card payments, two periods forward in time, boosting",
    data: { customers: 100, days: 90 },
    options: { plan: "forward", folds: 2, features: ["fields", "aggregates"], classifiers: ["boosting"] },
  },
  series: {
    what: "ECG5000, four feature sets",
    data: "ucr/ECG5000",
    options: { features: ["raw", "statistics", "untrained", "latent"], fit: { train: { updates: 100 } } },
  },
  trees: {
    what: "ECG5000, boosting and forest on raw values",
    data: "ucr/ECG5000",
    options: { features: ["raw"], classifiers: ["boosting", "forest"] },
  },
  strokes: {
    what: "PenDigits, mostly training",
    data: "uea/PenDigits",
    options: { features: ["latent:last"], classifiers: ["ridge"], fit: { train: { updates: 2000 } } },
  },
  neighbours: {
    what: "PenDigits, nearest neighbours",
    data: "uea/PenDigits",
    options: { features: ["raw", "statistics"], classifiers: ["knn"] },
  },
  texts: {
    what: "short messages, n-grams",
    data: "text/SMSSpamCollection/SMSSpamCollection",
    reading: { inputFormat: "csv", text: "SMS", quote: "none" },
    options: { features: ["statistics", "ngrams"], classifiers: ["logistic"] },
  },
};

if (process.argv[2] === "--job") await runJob(process.argv[3], process.argv[4]);
else runAll(process.argv[2]?.split(",") ?? Object.keys(JOBS));

/** @param {string[]} names */
function runAll(names) {
  const folder = mkdtempSync(join(tmpdir(), "undertone-told-"));
  console.log("| job | told | took | told / took |\n|---|---|---|---|");
  for (const name of names) {
    const { what, data } = JOBS[name];
    const path = typeof data === "string" ? join(DATA, data) : join(folder, `${name}.csv`);
    if (typeof data !== "string") writeFileSync(path, writeTransactionsCsv(simulateTransactions({ ...data, seed: 1 })));
    if (!existsSync(path)) {
      console.log(`| ${what} | ${path} is missing | | |`);
      continue;
    }
    const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), "--job", name, path], {
      encoding: "utf8",
    });
    if (child.status !== 0) throw new Error(`${name}: ${child.stderr}`);
    const { told, took } = JSON.parse(child.stdout);
    console.log(`| ${what} | ${told.toFixed(1)} s | ${took.toFixed(1)} s | ${(told / took).toFixed(2)} |`);
  }
  rmSync(folder, { recursive: true });
}

/** @param {string} name @param {string} path */
async function runJob(name, path) {
  const { data, reading, options } = JOBS[name];
  const source = await readSource(path, typeof data === "string" ? reading : DEMO_READING);
  let told = 0;
  let started = 0;
  const hooks = {
    onEstimate(/** @type {number} */ seconds) {
      told = seconds;
      started = performance.now();
    },
  };
  await compare(await loadEngine(), source, { ...options, hooks });
  console.log(JSON.stringify({ told, took: (performance.now() - started) / 1000 }));
}
