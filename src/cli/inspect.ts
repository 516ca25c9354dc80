import Table from "cli-table3";
import { Command } from "commander";
import pc from "picocolors";
import { readSequences } from "../read/read.js";
import { describeSet, type SetDescription } from "../sequences/inspect/inspect.js";
import { checkLeakage } from "../sequences/inspect/leakage.js";
import { addDataFlags, addEventFlags, type CommonOptions, dataOptionsOf, inputOf } from "./flags.js";
import { inFlags } from "./schema-flags.js";
import { onInterrupt, openTerminal, print, tellReading } from "./terminal.js";

const HELP = `
Examples:
  undertone inspect ECG5000/
  undertone inspect payments.csv --entity customer_id --time time --label fraud --window 20`;

/** `undertone inspect DATA` */
export function inspectCommand(): Command {
  const command = new Command("inspect")
    .description("show what the data holds, what is irregular and what may be wrong")
    .argument(
      "[data...]",
      "a file, a folder with NAME_TRAIN and NAME_TEST, files of one sequence each (a folder, a glob, a list), or a database (--sql)",
    )
    .option("--json", "print one JSON object on standard output")
    .option("--quiet", "no notes");
  addEventFlags(addDataFlags(command)).addHelpText("after", HELP);
  return command.action(async (paths: string[], options: CommonOptions) => {
    const { signal, release } = onInterrupt("Stopping ...");
    const terminal = openTerminal(options);
    const source = await readSequences(inputOf(paths, options), dataOptionsOf(options), {
      signal,
      onRead: tellReading(terminal, "describing them"),
    }).finally(release);
    signal.throwIfAborted();
    const train = inCommandWords(describeSet(source.train));
    const test = source.test && inCommandWords(describeSet(source.test));
    const shared = source.test && checkLeakage(source.train, source.test, { allowSharedEntities: true });
    terminal.done();
    const { name, files } = source;
    const notes = source.notes.map(inFlags);
    if (options.json) {
      print(JSON.stringify({ name, files, notes, train, test, sharedWithTest: shared }));
      return;
    }
    for (const note of notes) terminal.warn(note);
    print(describe(test ? `${name}, training part` : name, train));
    if (test) print(`\n${describe(`${name}, test part`, test)}`);
    if (shared && shared.duplicates.length > 0)
      print(`${pc.yellow("watch out:")} ${shared.duplicates.length} test sequences are also in the training part.`);
  });
}

const inCommandWords = (set: SetDescription): SetDescription => ({ ...set, warnings: set.warnings.map(inFlags) });

function describe(title: string, set: SetDescription): string {
  const { min, median, max } = set.length;
  const lines = [
    `${pc.bold(title)}: ${set.sequences} sequences of ${set.channels.length} ${set.channels.length === 1 ? "channel" : "channels"}, ` +
      `${min === max ? `${max} steps each` : `${min} to ${max} steps (median ${median})`}` +
      (set.entities === null ? "" : `, ${set.entities} entities`),
  ];
  if (set.classes)
    lines.push(
      `classes: ${set.classes.map(({ name, count }) => `${name} (${count})`).join(", ")}${set.unlabelled > 0 ? `, without a label ${set.unlabelled}` : ""}; the most common has ${(100 * (set.majorityRate ?? 0)).toFixed(1)} %`,
    );
  const table = new Table({
    head: ["channel", "kind", "missing", "min", "mean", "std", "max"],
    style: { head: [], border: [], compact: true },
  });
  const show = (value: number | null) => (value === null ? "-" : String(Number(value.toPrecision(4))));
  for (const channel of set.channels.slice(0, 40)) {
    const kind = channel.categories === undefined ? channel.kind : `${channel.categories} categories`;
    table.push([
      channel.name,
      kind,
      `${(100 * channel.missing).toFixed(1)} %`,
      ...[channel.min, channel.mean, channel.std, channel.max].map(show),
    ]);
  }
  lines.push(table.toString());
  if (set.tokens && set.tokens.length > 0)
    lines.push(
      `most frequent: ${set.tokens.map(({ token, share }) => `${JSON.stringify(token)} ${(100 * share).toFixed(1)} %`).join(", ")}`,
    );
  if (set.statics)
    lines.push(
      `static: ${set.statics.map(({ name, missing, categories, min, max }) => `${name} (${categories === undefined ? `${show(min)} to ${show(max)}` : `${categories} categories`}${missing > 0 ? `, ${(100 * missing).toFixed(1)} % missing` : ""})`).join(", ")}`,
    );
  if (set.irregularGaps)
    lines.push(`irregular time: ${(100 * set.irregularGaps).toFixed(1)} % of the gaps differ from the median gap`);
  for (const warning of set.warnings) lines.push(`${pc.yellow("watch out:")} ${warning}`);
  return lines.join("\n");
}
