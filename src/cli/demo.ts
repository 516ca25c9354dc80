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

/**
 * What the demo simulates and compares. So many customers, half of the time under test, and few sets: enough independent
 * frauds for narrow intervals, in a minute.
 */
export const DEMO = {
  customers: 800,
  days: 90,
  /** Share of the transactions that is tested. */
  testShare: 0.5,
  /** Hand-made columns; with what was learned; two of them averaged: hand-made, with random weights, and trained. */
  features: [
    ...["aggregates", "aggregates+statistics", "aggregates+surprise", "average(aggregates, aggregates+statistics)"],
    "average(aggregates+statistics, aggregates+untrained)",
    "average(aggregates+statistics, aggregates+surprise)",
  ],
  /** The encoder with random weights has 64 columns, about as many as surprise. */
  readOut: "last" as const,
};

/** The command that reads the file of the demo as any other. */
const SAME = `undertone compare undertone-demo/transactions.csv --entity customer_id --time time --label fraud \\
    --drop transaction_id --second-entity merchant_id --window 10 --resamples forward --test-share ${DEMO.testShare}`;

const HELP = `
The report is report.html in the folder, unless --report gives another path. docs/simulation.md describes the
simulation. The command reads its file like any file of yours:
  ${SAME}`;

const NEXT = `Your own table: npx undertone compare TABLE --entity COLUMN --time COLUMN --label COLUMN --window 10 --resamples forward`;

/** `undertone demo` */
export function demoCommand(): Command {
  const command = new Command("demo")
    .description("simulate card transactions with rare frauds, write them as CSV, train, compare, write a report")
    .option("--folder <folder>", "where to write", "undertone-demo")
    .addOption(
      new Option(
        "--customers <number>",
        `customers whose transactions are simulated (default: ${DEMO.customers})`,
      ).argParser(numberIn({ type: "integer", minimum: CUSTOMERS.fewest, maximum: CUSTOMERS.most })),
    );
  addCompareFlags(
    addCommonFlags(addFitFlags(command)),
    "compare all default feature sets, and show the rows of all classifiers",
  ).addHelpText("after", HELP);
  return command.action(async (options: CommonOptions & { folder: string; customers?: number; seed?: number }) => {
    const terminal = openTerminal(options);
    await makeFolder(options.folder);
    const path = join(options.folder, "transactions.csv");
    const { resamples = "forward", features = options.all ? undefined : DEMO.features } = options;
    const { testShare = resamples === "forward" ? DEMO.testShare : undefined } = options;
    const { readOut = options.all ? undefined : DEMO.readOut } = options;
    const report = options.report ?? join(options.folder, "report.html");
    const comparing = { ...options, features, readOut, resamples, testShare, report };
    const outputs = [{ path, kind: "demo" } as const, ...plannedOutputs(comparing)];
    await checkOutputs(outputs, { inputs: [], force: options.force });
    terminal.say("Simulating card transactions of many customers (see docs/simulation.md) ...");
    const transactions = simulateTransactions({
      customers: options.customers ?? DEMO.customers,
      days: DEMO.days,
      seed: options.seed ?? 1,
    });
    const frauds = transactions.filter(({ fraud }) => fraud === 1).length;
    await writeFileAtomically(path, writeTransactionsCsv(transactions));
    terminal.say(
      `${path}: ${transactions.length} transactions, ${frauds} marked as fraud (${((100 * frauds) / transactions.length).toFixed(2)} %).`,
    );
    terminal.say(
      `Each case is a transaction and up to 9 earlier ones of the same customer${resamples === "forward" ? "; labels are known after a week" : ""}.`,
    );
    await runCompare(path, { ...comparing, ...DEMO_READING });
    if (!options.all) terminal.say("All feature sets, and the rows of all classifiers: npx undertone demo --all");
    terminal.say(NEXT);
  });
}
