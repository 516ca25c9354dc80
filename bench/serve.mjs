// @ts-check
// What a server costs: requests per second, latency, memory and processor time for 1, 10 and 100 events per request, on
// one core and on two, beside parsing and scoring alone; and what batches gain. Prints tables in Markdown.
// The demo's simulator makes the events, windows of 10. Processor time is that of the server's process; autocannon, which
// asks, is another one, on the same machine. Needs Linux (taskset); run `npm run setup` first:
//   node bench/serve.mjs [--seconds 5] [--connections 64] [--events 1,10,100] [--log-level info]
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { loadEngine } from "../dist/index.js";
import { writeTransactionsCsv } from "../dist/inner.js";
import { fitFile } from "../dist/node.js";
import { simulateTransactions } from "../dist/simulate/transactions.js";

const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "64" },
    events: { type: "string", default: "1,10,100" },
    "log-level": { type: "string", default: "info" },
  },
});
const SECONDS = Number(flags.seconds);
const CONNECTIONS = Number(flags.connections);
const WINDOW = 10;
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const bare = fileURLToPath(new URL("./serving/bare.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "undertone-serve-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const taskset = spawnSync("taskset", ["--version"]).status === 0;

const events = simulateTransactions({ customers: 200, days: 100, seed: 1 });
const table = join(folder, "transactions.csv");
const model = join(folder, "cards.undertone");
writeFileSync(table, writeTransactionsCsv(events));
const engine = await loadEngine();
const drop = ["transaction_id", "merchant_id", "fraud"];
const reading = { entity: "customer_id", time: "time", window: WINDOW, drop, timeChannels: false };
const fitted = await fitFile(engine, table, model, { reading, train: { updates: 50 } });
const { channels } = fitted.metadata.preparation;
console.log(
  `${cpus()[0].model}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.versions.node}, ` +
    `${engine.name}; recipe ${fitted.metadata.recipe}, ${channels.length} channels, windows of ${WINDOW} events, ` +
    `${CONNECTIONS} connections, ${SECONDS} s each.\n`,
);

/** A body with that many histories, whose last events are encoded. @param {number} count */
function bodyOf(count) {
  /** @param {number} n @param {number} t */
  const stepOf = (n, t) =>
    channels.map(({ kind, vocabulary = [] }, f) =>
      kind === "categorical"
        ? vocabulary[(n + 3 * t + f) % vocabulary.length]
        : Math.round(100 * (5 + Math.sin(n + 2 * t + f))) / 100,
    );
  const sequences = Array.from({ length: count }, (_, n) => Array.from({ length: WINDOW }, (_, t) => stepOf(n, t)));
  const path = join(folder, `${count}.json`);
  writeFileSync(path, JSON.stringify({ sequences }));
  return { path, text: JSON.stringify({ sequences }) };
}

/** @param {string | undefined} cores @param {string[]} args */
const onCores = (cores, args) =>
  taskset && cores !== undefined ? ["taskset", "-c", cores, process.execPath, ...args] : [process.execPath, ...args];

/** @param {string} text @param {number} perCall */
async function bareMicros(text, perCall) {
  const [program, ...args] = onCores("0", [bare, model, text, String(perCall), String(Math.max(2, SECONDS / 2))]);
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

/** @param {string | undefined} cores @param {string} body @param {string[]} more */
async function measure(cores, body, more = []) {
  const args = [main, "serve", model, "--port", "0", "--json", "--log-level", flags["log-level"] ?? "info", ...more];
  const [program, ...rest] = onCores(cores, args);
  const child = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (text) => {
    if (printed.length < 1000) printed += text;
  });
  while (!printed.includes("\n")) await new Promise((next) => setTimeout(next, 20));
  /** @type {{ url: string }} */
  const { url } = JSON.parse(printed.split("\n")[0]);
  const figures = async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    /** @param {string} name */
    const figure = (name) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
    return {
      cpu: figure("process_cpu_seconds_total"),
      requests: figure("undertone_batch_requests_sum"),
      batches: figure("undertone_batch_requests_count"),
      memory: figure("process_resident_memory_bytes"),
    };
  };
  /** @param {number} duration */
  const ask = (duration) =>
    autocannon({
      url: `${url}/v1/models/cards/encode`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      connections: CONNECTIONS,
      duration,
    });
  await ask(2);
  const before = await figures();
  const { requests, latency, non2xx, errors } = await ask(SECONDS);
  const after = await figures();
  child.kill("SIGTERM");
  await once(child, "exit");
  if (non2xx + errors > 0) throw new Error(`${non2xx} refusals, ${errors} errors`);
  const asked = after.requests - before.requests;
  return {
    rate: requests.average,
    p50: latency.p50,
    p99: latency.p99,
    micros: (1e6 * (after.cpu - before.cpu)) / asked,
    perBatch: asked / (after.batches - before.batches),
    megabytes: after.memory / 2 ** 20,
  };
}

/** @param {(string | number)[]} cells */
const row = (...cells) =>
  console.log(
    `| ${cells.map((cell) => (typeof cell === "number" ? Math.round(cell).toLocaleString("en") : cell)).join(" | ")} |`,
  );
const counts = (flags.events ?? "").split(",").map(Number);

row(
  "events per request",
  "cores",
  "requests/s",
  "events/s",
  "p50 ms",
  "p99 ms",
  "processor us per request",
  "alone: one by one",
  "alone: batches",
  "times alone",
  "requests per batch",
  "MB",
);
row(...Array.from({ length: 12 }, () => "---"));
for (const count of counts) {
  const { text, path } = bodyOf(count);
  for (const [cores, threads] of /** @type {const} */ ([
    ["0", "1"],
    ["0,1", "2"],
  ])) {
    const got = await measure(cores, text, ["--threads", threads]);
    const one = await bareMicros(path, 1);
    const many = await bareMicros(path, Math.max(1, Math.round(got.perBatch)));
    const times = `${(got.micros / one).toFixed(2)} to ${(got.micros / many).toFixed(2)}`;
    row(
      count,
      threads,
      got.rate,
      got.rate * count,
      got.p50,
      got.p99,
      got.micros,
      one,
      many,
      times,
      got.perBatch.toFixed(1),
      got.megabytes,
    );
  }
}

console.log();
row("events per request", "cores", "requests/s in batches", "each alone", "gain");
row(...Array.from({ length: 5 }, () => "---"));
for (const count of counts) {
  const { text } = bodyOf(count);
  for (const [cores, threads] of /** @type {const} */ ([
    ["0", "1"],
    ["0,1", "2"],
  ])) {
    const together = await measure(cores, text, ["--threads", threads]);
    const alone = await measure(cores, text, ["--threads", threads, "--batch", "1"]);
    row(count, threads, together.rate, alone.rate, `${(together.rate / alone.rate).toFixed(1)} x`);
  }
}
