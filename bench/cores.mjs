// @ts-check
// How much a second core helps a comparison: the same command with two threads on two cores, and on one core. Beside them
// two copies at once, each on a core of its own, which is the most that two cores of this machine can do: cores that share
// a cache or a clock slow each other. With --before also another checkout that is set up, with two threads.
// Needs Linux (taskset) and an idle machine; run `npm run setup` first. Public data sets are looked for in ../shared/data.
//   node bench/cores.mjs [--jobs demo,series,strokes] [--repeats 1] [--before FOLDER]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeTransactionsCsv } from "../dist/inner.js";
import { simulateTransactions } from "../dist/simulate/transactions.js";

const { values: flags } = parseArgs({
  options: {
    jobs: { type: "string", default: "demo,series,strokes" },
    repeats: { type: "string", default: "1" },
    before: { type: "string" },
    customers: { type: "string", default: "400" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "undertone-cores-"));
const DATA = "../shared/data";
const EVENT_SETS =
  "fields,aggregates,aggregates+statistics,latent,surprise,aggregates+untrained,aggregates+latent,aggregates+surprise";
/** Options that older versions know, too. @type {Readonly<Record<string, { what: string, data: string, flags: string }>>} */
const JOBS = {
  demo: {
    what: `card payments of ${flags.customers} customers, eight feature sets, logistic regression and boosting`,
    data: join(folder, "transactions.csv"),
    flags:
      "--entity customer_id --time time --label fraud --drop transaction_id --second-entity merchant_id --window 10 " +
      `--resamples forward --features ${EVENT_SETS} --classifiers logistic,boosting`,
  },
  series: {
    what: "ECG5000, six feature sets, ridge and logistic regression",
    data: join(DATA, "ucr/ECG5000"),
    flags:
      "--resamples given --features raw,statistics,pca,convolutions,untrained,latent --classifiers ridge,logistic --updates 400",
  },
  strokes: {
    what: "PenDigits, four feature sets, ridge and boosting",
    data: join(DATA, "uea/PenDigits"),
    flags: "--resamples given --features raw,statistics,pca,latent:last --classifiers ridge,boosting --updates 400",
  },
};

const REPORT =
  'import{writeSync}from"node:fs";import{isMainThread}from"node:worker_threads";if(isMainThread)process.on("exit",()=>{const u=process.resourceUsage();writeSync(3,JSON.stringify({seconds:(u.userCPUTime+u.systemCPUTime)/1e6,mb:u.maxRSS/1024}))})';
const here = fileURLToPath(new URL("..", import.meta.url));

/**
 * One comparison. @param {string} root checkout @param {string} name of the job @param {number} threads
 * @param {number} [core] the only one that it may use
 */
async function run(root, name, threads, core) {
  const { data, flags } = JOBS[name];
  const command = [
    ...(core === undefined ? [] : ["taskset", "-c", String(core)]),
    ...[process.execPath, `--import=data:text/javascript,${encodeURIComponent(REPORT)}`],
    ...[join(root, "dist/cli/main.js"), "compare", data, ...flags.split(" "), "--threads", String(threads), "--json"],
  ];
  const started = performance.now();
  const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  const said = ["", "", "", ""];
  for (const stream of [2, 3])
    child.stdio[stream]?.on("data", (text) => {
      said[stream] += text;
    });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(said[2]);
  /** @type {{ seconds: number, mb: number }} */
  const { seconds, mb } = JSON.parse(said[3]);
  return { wall: (performance.now() - started) / 1000, seconds, mb };
}

const median = (/** @type {number[]} */ of) => of.sort((a, b) => a - b)[of.length >> 1];
/** @param {{ wall: number, seconds: number, mb: number }[]} of */
const middle = (of) => ({
  wall: median(of.map(({ wall }) => wall)),
  seconds: median(of.map(({ seconds }) => seconds)),
  mb: median(of.map(({ mb }) => mb)),
});

if (flags.jobs.includes("demo"))
  writeFileSync(
    JOBS.demo.data,
    writeTransactionsCsv(simulateTransactions({ customers: Number(flags.customers), seed: 1 })),
  );
for (const name of flags.jobs.split(",")) {
  if (!existsSync(JOBS[name].data)) {
    console.log(`${name}: skipped, ${JOBS[name].data} is missing`);
    continue;
  }
  console.log(`\n${JOBS[name].what}`);
  const [two, one, both, before] = [[], [], [], []].map(
    () => /** @type {{ wall: number, seconds: number, mb: number }[]} */ ([]),
  );
  for (let k = 0; k < Number(flags.repeats); k++) {
    two.push(await run(here, name, 2));
    one.push(await run(here, name, 1, k % 2));
    if (flags.before) before.push(await run(flags.before, name, 2));
    both.push(...(await Promise.all([0, 1].map((core) => run(here, name, 1, core)))));
  }
  const ways = { "two cores": two, "one core": one, "two copies at once": both, ...(flags.before && { before }) };
  console.log("\n| | s | processor s | peak MB |\n|---|---|---|---|");
  for (const [way, of] of Object.entries(ways)) {
    const { wall, seconds, mb } = middle(of);
    console.log(`| ${way} | ${wall.toFixed(1)} | ${seconds.toFixed(1)} | ${mb.toFixed(0)} |`);
  }
  const times = (/** @type {number} */ ratio) => `${ratio.toFixed(2)} times`;
  const [t, o, b] = [two, one, both].map((of) => middle(of).wall);
  console.log(`two cores are ${times(o / t)} as fast as one; at most ${times((2 * o) / b)}`);
  if (flags.before) {
    const { wall, mb } = middle(before);
    console.log(`${times(wall / t)} as fast as before, with ${times(middle(two).mb / mb)} the memory`);
  }
}
rmSync(folder, { recursive: true });
