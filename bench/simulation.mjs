// @ts-check
// The demo's comparison on several simulations: other customers, other frauds each. Every simulation is one JSON
// line; run again, it goes on where it stopped. See --help.
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compare, loadEngine } from "../dist/index.js";
import { DEMO, DEMO_READING, splitList, writeTransactionsCsv } from "../dist/inner.js";
import { readSource } from "../dist/node.js";
import { simulateTransactions } from "../dist/simulate/transactions.js";
import { putSimulations, simulationTable } from "./simulation-table.mjs";

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string", default: "1,2,3,4,5" },
    "network-seeds": { type: "string", default: "1" },
    features: { type: "string", default: DEMO.features.join(",") },
    all: { type: "boolean", default: false },
    customers: { type: "string", default: String(DEMO.customers) },
    days: { type: "string", default: String(DEMO.days) },
    "test-share": { type: "string", default: String(DEMO.testShare) },
    threads: { type: "string" },
    out: { type: "string", default: "simulation.jsonl" },
    write: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(`npm run bench:simulation -- [options]

  --seeds 1,2,3       of the simulations
  --network-seeds N   networks in each, whose figures are averaged (default 1)
  --features LIST     as in "undertone compare" (default: what the demo compares)
  --all               all default feature sets of "undertone compare"; they have a place of their own in the page
  --customers N       of each simulation (default ${DEMO.customers})
  --days N            of each simulation (default ${DEMO.days})
  --test-share S      the share that is tested, the latest (default ${DEMO.testShare})
  --threads N         for training and encoding (default: one for each core)
  --out FILE          JSON lines; what is there already is not run again (default simulation.jsonl)
  --write FILE        a page that the table is put into, docs/simulation.md`);
  process.exit(0);
}

const seeds = flags.seeds.split(",").map(Number);
const networkSeeds = Number(flags["network-seeds"]);
const size = { customers: Number(flags.customers), days: Number(flags.days) };
const testShare = Number(flags["test-share"]);
const features = flags.all ? undefined : splitList(flags.features);
const asked = { networkSeeds, ...size, testShare, features: features ?? "default" };
const engine = await loadEngine();
const key = (/** @type {number} */ seed) => JSON.stringify({ seed, ...asked });
const known = () =>
  new Map(
    (existsSync(flags.out) ? readFileSync(flags.out, "utf8").split("\n") : [])
      .filter(Boolean)
      .map((text) => JSON.parse(text))
      .map((line) => [line.key, line]),
  );
for (const seed of seeds) {
  if (known().has(key(seed))) continue;
  const folder = mkdtempSync(join(tmpdir(), "simulation-"));
  try {
    const path = join(folder, "transactions.csv");
    writeFileSync(path, writeTransactionsCsv(simulateTransactions({ seed, ...size })));
    const source = await readSource(path, DEMO_READING);
    const { rows, differences, verdict, resamples, classNames, seconds, environment, budget } = await compare(
      engine,
      source,
      {
        ...{ plan: "forward", testShare, networkSeeds, features, ...(!flags.all && { readOut: DEMO.readOut }) },
        ...(flags.threads && { fit: { threads: Number(flags.threads) } }),
      },
    );
    const [{ train, test, trainClasses, testClasses }] = resamples;
    const line = {
      ...{ key: key(seed), seed, networkSeeds, train, test, trainClasses, testClasses, classNames },
      rows: rows.map(({ features, role, classifier, metrics, bySeed, alerts }) => ({
        ...{ features, role, classifier, averagePrecision: metrics.averagePrecision, bySeed, alerts },
      })),
      ...{ differences, verdict, budget, seconds, environment },
    };
    appendFileSync(flags.out, `${JSON.stringify(line)}\n`);
    console.log(`simulation ${seed}: ${verdict.decision}, ${seconds.toFixed(0)} s\n  ${verdict.answer}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const lines = seeds.map((seed) => known().get(key(seed)));
const command = `npm run bench:simulation${process.argv
  .slice(2)
  .filter((_, k, all) => !["--write", "--out"].includes(all[k]) && !["--write", "--out"].includes(all[k - 1]))
  .map((word, k) => `${k === 0 ? " -- " : " "}${word}`)
  .join("")}`;
const text = simulationTable(lines, command);
const place = flags.all ? "all sets" : "simulations";
console.log(text);
if (flags.write) writeFileSync(flags.write, putSimulations(readFileSync(flags.write, "utf8"), text, place));
