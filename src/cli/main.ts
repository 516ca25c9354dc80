#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import pc from "picocolors";
import { UndertoneError } from "../errors.js";
import { VERSION } from "../version.js";
import { inFlags } from "./schema-flags.js";
import { Interrupted } from "./terminal.js";

const HELP = `
DATA is a file (.csv, .parquet, .jsonl, .arrow, .ts, .tsv, .arff, .npy, .npz, each possibly .gz), a folder with
NAME_TRAIN and NAME_TEST, files of one sequence each (a folder, a glob, a list; see --manifest, --labels, --label-from),
or - for standard input. With --sql it is the rows of a query: of DuckDB over files, of PostgreSQL, of SQLite.
Start with: undertone demo, then undertone inspect DATA and undertone compare DATA.
Exit codes: 0 done, 1 failed, 2 wrong options, 130 interrupted.`;

/** Each is loaded only when it is called: modules take longer to load than most commands to begin. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  demo: async () => (await import("./demo.js")).demoCommand(),
  inspect: async () => (await import("./inspect.js")).inspectCommand(),
  fit: async () => (await import("./fit.js")).fitCommand(),
  encode: async () => (await import("./encode.js")).encodeCommand(),
  compare: async () => (await import("./compare.js")).compareCommand(),
  bench: async () => (await import("./bench.js")).benchCommand(),
};

const program = new Command("undertone")
  .description("LSTM autoencoders that turn raw sequences into better classifier input, and show whether they help")
  .version(VERSION)
  .showHelpAfterError("(--help lists the options)")
  .addHelpText("after", HELP);
const name = process.argv[2] ?? "";
for (const load of Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]] : Object.values(COMMANDS))
  program.addCommand((await load()).exitOverride().showHelpAfterError("(--help lists the options)"));

// Files that are still to be written do not depend on who reads what is printed.
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  if (code === "EPIPE" || process.exitCode === 1) return; // the reader of the pipe has enough
  process.stderr.write(`${pc.red("UndertoneError")}: Cannot write to standard output: ${message}.\n`);
  process.exitCode = 1;
});
process.stderr.on("error", () => {}); // nowhere left to say it

try {
  await program.exitOverride().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof Interrupted) process.exitCode = error.exitCode;
  else if (error instanceof UndertoneError) {
    process.stderr.write(`${pc.red(error.name)}: ${inFlags(error.message)}\n`);
    process.exitCode = error.exitCode;
  } else {
    process.stderr.write(`${pc.red("This is a bug in undertone, please report it:")} ${(error as Error).stack}\n`);
    process.exitCode = 1;
  }
}
