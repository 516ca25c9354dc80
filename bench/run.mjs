// @ts-check
// `npm run bench`: our engines and what else one would use, on the same data and weights, in one table.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { contenders, ENGINES, PEERS } from "./contenders.mjs";
import { Pool, timeTogether } from "./rounds.mjs";
import { putTable, renderReport } from "./table.mjs";
import { denoising, plain, raggedPair, SHAPES, sizesOf, writeJob } from "./workloads.mjs";

const PAGE = fileURLToPath(new URL("../docs/performance.md", import.meta.url));
const FULL = { rounds: 5, trainMs: 100, encodeMs: 40 };
const QUICK = { rounds: 2, trainMs: 40, encodeMs: 20 };

/** @param {readonly string[]} known */
const listOf = (known) => (/** @type {string} */ text) => {
  const names = text === "none" ? [] : text.split(",");
  const wrong = names.filter((name) => !known.includes(name));
  if (wrong.length > 0)
    throw new InvalidArgumentError(`Got ${wrong.join(", ")}, expected none or some of ${known.join(",")}.`);
  return names;
};

/** @param {string} text @param {string[]} [previous] */
function parseShape(text, previous = []) {
  const sizes = text.split(",").map(Number);
  const isShape = sizes.length === 4 && sizes.every((size) => Number.isInteger(size) && size > 0);
  if (!isShape && text !== "denoising" && text !== "ragged")
    throw new InvalidArgumentError("Expected T,B,F,H such as 100,32,1,64, or denoising, or ragged.");
  return [...previous, text];
}

/** @param {string} text */
function parseCount(text) {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("Expected a whole number above 0.");
  return Number(text);
}

const program = new Command("npm run bench --")
  .description("times our engines beside Keras, PyTorch, TensorFlow.js and jax-js: same batch, same weights, in turns")
  .option(
    "--shapes <T,B,F,H...>",
    `steps, batch, features, units; also denoising, ragged (default: ${SHAPES.join(" ")} denoising ragged)`,
    parseShape,
  )
  .option(
    "--engines <list>",
    `of ours, some of ${ENGINES.join(",")} (default: all; reference: the smallest shape)`,
    listOf(ENGINES),
  )
  .option("--peers <list>", `none, or some of ${PEERS.join(",")} (default: all)`, listOf(PEERS))
  .option("--threads <list>", "some of 1,2 (default: both)", listOf(["1", "2"]))
  .option("--rounds <n>", `turns of each (default: ${FULL.rounds})`, parseCount)
  .option("--quick", "to see that all runs: 2 rounds, short turns, 100,32,1,64 and ragged, fewer engines and peers")
  .option("--python <path>", "interpreter of the Python peers (default: UNDERTONE_PYTHON, else python3)")
  .option("--json", "print one JSON object instead of the table")
  .option("--out <file>", "also write the table into a file")
  .option("--write-docs", "also write the table into docs/performance.md")
  .addHelpText("after", "\nInstall the peers: see bench/peers/requirements.txt, and: cd bench/peers && npm ci");
program.parse();
const options = program.opts();

const started = Date.now();
const loadBefore = loadavg()[0];
const quickEngines = ["native-avx512", "native-avx2", "wasm-relaxed-simd"];
const quickPeers = ["keras-tensorflow", "keras-jax", "torch", "tfjs-wasm"];
const everyone = contenders({
  engines: options.engines ?? (options.quick ? quickEngines : ENGINES),
  peers: options.peers ?? (options.quick ? quickPeers : PEERS),
  threads: (options.threads ?? ["1", "2"]).map(Number),
  python: options.python ?? process.env.UNDERTONE_PYTHON ?? "python3",
});
const base = options.quick ? QUICK : FULL;
const pace = { ...base, rounds: options.rounds ?? base.rounds };
/** Workloads that are timed in the same rounds. @type {import("./workloads.mjs").Workload[][]} */
const sections = (
  options.shapes ?? (options.quick ? ["100,32,1,64", "ragged"] : [...SHAPES, "denoising", "ragged"])
).map((/** @type {string} */ text) =>
  text === "denoising" ? [denoising()] : text === "ragged" ? raggedPair() : [plain(text)],
);
const smallest = sections.flat().sort((a, b) => sizesOf(a).flops.training - sizesOf(b).flops.training)[0];

const folder = mkdtempSync(join(tmpdir(), "undertone-bench-"));
const pool = new Pool();
/** @type {Record<string, number>} */
const peaks = {};
/** @type {Map<string, string>} */
const missing = new Map();
/** @type {import("./rounds.mjs").Timed[]} */
const timed = [];
let failed = false;
try {
  for (const [k, section] of sections.entries()) {
    const where = `${k + 1} of ${sections.length}, ${section[0].name}`;
    const entries = [];
    for (const workload of section) {
      const path = await writeJob(folder, workload);
      for (const contender of everyone)
        if (contender.fits(workload, workload === smallest)) entries.push({ contender, workload, path });
    }
    const found = await timeTogether(pool, entries, pace, {
      onProgress: (text) => progress(`${where}: ${text}`),
      onPeak(id, gflops) {
        peaks[id] = Math.max(peaks[id] ?? 0, gflops);
      },
      onFailure({ contender, workload }, error) {
        progress(`${where}: ${contender.label} is left out: ${error.message}`);
        const who = [contender.label, contender.suffix].filter(Boolean).join(", ");
        const absent = /ENOENT|^taskset: failed to execute|No module named|not installed/.test(error.message);
        const cannot = contender.kind !== "peer" && /cannot run here|is not there/.test(error.message);
        if (absent) missing.set(contender.id, `${who} is missing (${error.message}): \`${contender.install}\``);
        else if (cannot) missing.set(contender.id, `${who} sat out: ${error.message}`);
        else {
          failed = true;
          missing.set(
            `${contender.id} ${workload.name}`,
            `${who} FAILED at ${workload.name}, threads ${contender.threads}: ${error.message}`,
          );
        }
      },
    });
    timed.push(...found);
  }
} finally {
  pool.close();
  rmSync(folder, { recursive: true });
  progress("");
}

/** @type {import("./table.mjs").Report} */
const report = {
  command: ["npm run bench", ...(process.argv.length > 2 ? ["--", ...shown(process.argv.slice(2))] : [])].join(" "),
  date: new Date().toISOString().slice(0, 10),
  machine: {
    cpu: `${cpus()[0]?.model.trim() ?? "unknown CPU"}`,
    cores: availableParallelism(),
    node: process.version,
    platform: platform(),
    load: [loadBefore, loadavg()[0]],
  },
  versions: [...new Set(timed.filter(({ kind }) => kind === "peer").map(({ version }) => version))],
  seconds: (Date.now() - started) / 1000,
  ...{ pace, peaks, workloads: sections.flat(), timed },
  missing: [...missing.values()],
};
const text = renderReport(report);
process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : text);
if (options.out) writeFileSync(options.out, `# Performance\n\n${text}`);
if (options.writeDocs) writeFileSync(PAGE, putTable(readFileSync(PAGE, "utf8"), text));
if (failed) {
  process.stderr.write("bench: something failed, see the end of the table.\n");
  process.exitCode = 1;
}

/** The path of an interpreter is nobody else's. @param {string[]} args */
function shown(args) {
  return args.map((arg, k) => (args[k - 1] === "--python" ? "python" : arg));
}

/** Overwrites one line of a terminal, writes lines elsewhere. @param {string} text */
function progress(text) {
  const clock = `${((Date.now() - started) / 1000).toFixed(0)} s`;
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text && `${clock}: ${text}`}`);
  else if (text) process.stderr.write(`bench: ${clock}: ${text}\n`);
}
