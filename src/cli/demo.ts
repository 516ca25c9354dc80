import { join } from "node:path";
import { Command, Option } from "commander";
import { checkOutputs } from "../files/check-outputs.js";
import { makeFolder, writeFileAtomically } from "../files/write-file.js";
import { writeTransactionsCsv } from "../simulate/csv.js";
import { CUSTOMERS, simulateTransactions } from "../simulate/transactions.js";
import { addCompareFlags, plannedOutputs, runCompare } from "./compare.js";
import { addCommonFlags, addFitFlags, type CommonOptions } from "./flags.js";
import { numberIn } from "./schema-flags.js";
import { openTerminal } from "./terminal.js";

/** The options a user would give for the demo's file; the ids are names, not features. */
export const DEMO_READING = {
  entity: "customer_id",
  time: "time",
  label: "fraud",
  drop: ["transaction_id"],
  secondEntity: "merchant_id",
  window: 10,
};

/** What the question of the demo needs: hand-made columns, what was learned, and both with and without training. */
const DEMO_FEATURES = [
  ...["fields", "aggregates", "aggregates+statistics", "latent", "surprise"],
  ...["aggregates+untrained", "aggregates+latent", "aggregates+surprise"],
];

const HELP = `
The report is report.html in the folder, unless --report gives another path. docs/simulation.md describes the
simulation. The command reads its file like any file of yours:
  undertone compare undertone-demo/transactions.csv --entity customer_id --time time --label fraud \\
    --drop transaction_id --second-entity merchant_id --window 10 --resamples forward`;

/** `undertone demo` */
export function demoCommand(): Command {
  const command = new Command("demo")
    .description("simulate card transactions with rare frauds, write them as CSV, train, compare, write a report")
    .option("--folder <folder>", "where to write", "undertone-demo")
    .addOption(
      new Option("--customers <number>", "customers whose transactions are simulated (default: 400)").argParser(
        numberIn({ type: "integer", minimum: CUSTOMERS.fewest, maximum: CUSTOMERS.most }),
      ),
    );
  addCompareFlags(addCommonFlags(addFitFlags(command)), "compare all feature sets, and show all rows").addHelpText(
    "after",
    HELP,
  );
  return command.action(async (options: CommonOptions & { folder: string; customers?: number; seed?: number }) => {
    const terminal = openTerminal(options);
    await makeFolder(options.folder);
    const path = join(options.folder, "transactions.csv");
    const { features = options.all ? undefined : DEMO_FEATURES } = options;
    const comparing = { ...options, features, report: options.report ?? join(options.folder, "report.html") };
    const outputs = [{ path, kind: "demo" } as const, ...plannedOutputs(comparing)];
    await checkOutputs(outputs, { inputs: [], force: options.force });
    terminal.say("Simulating card transactions of many customers (see docs/simulation.md) ...");
    const transactions = simulateTransactions({ customers: options.customers, seed: options.seed ?? 1 });
    const frauds = transactions.filter(({ fraud }) => fraud === 1).length;
    await writeFileAtomically(path, writeTransactionsCsv(transactions));
    terminal.say(
      `${path}: ${transactions.length} transactions, ${frauds} marked as fraud (${((100 * frauds) / transactions.length).toFixed(2)} %).`,
    );
    const { resamples = "forward" } = options;
    terminal.say(
      `Each case is a transaction and up to 9 earlier ones of the same customer.${resamples === "forward" ? " Training uses the earlier cases; labels are known after a week." : ""}`,
    );
    await runCompare(path, { ...comparing, ...DEMO_READING, resamples });
  });
}
