// @ts-check
// Figures of "Training on more than memory holds" in docs/train.md: a table of the demo's simulator, grouped by customer,
// is trained on as a whole and in blocks, each in a process of its own (run `npm run setup` first):
//   node bench/blocks.mjs [CUSTOMERS] [DAYS] [BLOCK STEPS]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeTransactionsCsv } from "../dist/inner.js";
import { simulateTransactions } from "../dist/simulate/transactions.js";

const [customers = 2500, days = 240, blockSteps = 1_000_000] = process.argv.slice(2).map(Number);
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "undertone-blocks-"));
const table = join(folder, "transactions.csv");
const events = simulateTransactions({ customers, days, seed: 1 });
events.sort((a, b) => (a.customer_id < b.customer_id ? -1 : a.customer_id > b.customer_id ? 1 : 0)); // stays in time
writeFileSync(table, writeTransactionsCsv(events));
console.log(
  `${events.length} events of ${customers} customers, ${(statSync(table).size / 1e6).toFixed(0)} MB, window 10`,
);

const reading = ["--entity", "customer_id", "--time", "time", "--label", "fraud", "--window", "10"];
const fit = ["fit", table, ...reading, "--drop", "transaction_id,merchant_id", "--updates", "300", "--quiet", "--json"];
for (const more of [[], ["--block-steps", String(blockSteps)]]) {
  const command = [main, ...fit, ...more, "-o", join(folder, "model.undertone"), "--force"];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(stderr);
  const { peakMB, seconds, training } = JSON.parse(stdout);
  const last = training.history.at(-1);
  console.log(
    `${more.join(" ") || "whole"}: ${peakMB} MB at its peak, ${seconds.toFixed(1)} s, ${training.sequences} sequences, ` +
      `explained variance ${(100 * last.explainedVariance).toFixed(1)} %`,
  );
}
const left = readdirSync(folder).filter((name) => name.endsWith(".tmp"));
if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
rmSync(folder, { recursive: true });
