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
Start with: undertone demo, then undertone inspect DATA and undertone compare DATA. What it recommends is fitted with
undertone fit DATA --classifier auto, and scores new data with undertone predict.
Exit codes: 0 done, 1 failed, 2 wrong options, 130 interrupted.`;

/** Each is loaded only when it is called: modules take longer to load than most commands to begin. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  demo: async () => (await import("./demo.js")).demoCommand(),
  inspect: async () => (await import("./inspect.js")).inspectCommand(),
  fit: async () => (await import("./fit.js")).fitCommand(),
  encode: async () => (await import("./encode.js")).encodeCommand(),
  predict: async () => (await import("./predict.js")).predictCommand(),
  serve: async () => (await import("./serve.js")).serveCommand(),
  compare: async () => (await import("./compare.js")).compareCommand(),
  bench: async () => (await import("./bench.js")).benchCommand(),
};

function commandsOf(name: string) {
  if (name === "--version" || name === "-V") return [];
  return Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]] : Object.values(COMMANDS);
}

/** Runs the command of `process.argv` and tells what went wrong. @returns the exit code */
export async function run(): Promise<number> {
  const program = new Command("undertone")
    .description("LSTM autoencoders that turn raw sequences into better classifier input, and show whether they help")
    .version(VERSION)
    .showHelpAfterError("(--help lists the options)")
    .addHelpText("after", HELP);
  for (const load of commandsOf(process.argv[2] ?? ""))
    program.addCommand((await load()).exitOverride().showHelpAfterError("(--help lists the options)"));
  try {
    await program.exitOverride().parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Interrupted) return error.exitCode;
    if (error instanceof UndertoneError) {
      process.stderr.write(`${pc.red(error.name)}: ${inFlags(error.message)}\n`);
      return error.exitCode;
    }
    process.stderr.write(`${pc.red("This is a bug in undertone, please report it:")} ${(error as Error).stack}\n`);
    return 1;
  }
}
